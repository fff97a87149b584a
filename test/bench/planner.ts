import { type CampaignId, createIds } from '../../core/ids.ts';
import { beginFreezing, beginSending } from '../../core/journeys/campaigns/steps.ts';
import { anyChat } from '../../core/messaging/rules.ts';
import { type Program, programSchema } from '../../core/program/program.ts';
import { type Campaign, plainPlan } from '../../core/staff/campaigns.ts';
import { campaignById, freezeAudience } from '../../db/campaigns.ts';
import { type Database, readRow, statement } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { segmentWhere } from '../../db/segments/members.ts';
import { settleNotices } from '../../jobs.ts';
import { sendCampaigns } from '../../mailings.ts';
import { createSvoi, type Svoi } from '../../svoi.ts';
import { aCampaign, says, sent } from '../support/campaigns.ts';
import { seededRandom } from '../support/svoi.ts';
import { makeShop, shopSize } from './knowing_data.ts';
import { type Bench, type Benchmark, type Line, median, ROUNDS, timed } from './measure.ts';

const at = Date.parse('2026-11-22T12:00:00+02:00');
const program: Program = { version: 1, ...programSchema.parse({}) };
const rules = { program, channels: anyChat };
const plan: Campaign['plan'] = {
  ...plainPlan,
  timing: { kind: 'usual', at: null },
  ...{ controlPercent: 10, holdoutPercent: 2 },
};
/** People that are really told in a round: as many as say how fast that goes. */
const toldAtOnce = 2000;

/**
 * A campaign to everybody: written down with variants, a control group, consent, mutes, zones and usual hours, against a
 * bare insert-select of the same rows; then handed over to messaging, and what that takes of memory.
 */
export const planner: Benchmark = {
  name: 'planner',
  async run(bench): Promise<Line[]> {
    const path = `${bench.folder}/planner.db`;
    await makeShop(path, { ...shopSize(), purchases: shopSize().customers }, at);
    const database = await openDatabase({ url: `file:${path}` });
    await agreeSome(database);
    const planned = await freezeAll(database, bench);
    const told = await tell(database, bench);
    database.close();
    return [planned, ...told];
  },
};

/** Most have a chat and said yes; some have neither, some live elsewhere, and of most the usual hour is known. */
async function agreeSome(database: Database): Promise<void> {
  await database.write([
    statement(
      `update customers set offers = iif(substr(id, -1) < 'T', 1, null), chats = iif(substr(id, -2, 1) < 'W', 1, 0),
         zone = case substr(id, -3, 1) when '1' then 'Europe/Berlin' when '2' then 'America/New_York' end`,
    ),
    statement(
      `insert into customer_hours (customer_id, hour, computed_at)
       select id, 9 + unicode(substr(id, -4, 1)) % 12, 0 from customers where substr(id, -5, 1) < 'T'`,
    ),
  ]);
}

async function freezeAll(database: Database, { progress }: Bench): Promise<Line> {
  const segment = await segmentWhere(database, {
    ...{ rule: 'registered=yes or registered=no', program, now: at },
  });
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const campaign = aCampaign(at, { id: `cmp_${round}` as CampaignId, content: says('A.', 'B.'), plan });
    ours.push(
      await timed(async () => {
        for await (const _ of freezeAudience(database, { campaign, segment, rules, program, now: at }));
      }),
    );
    await database.write([statement(`create table same as select * from campaign_members`)]);
    await database.write([statement('delete from campaign_members')]);
    bare.push(await timed(() => database.write([insertSame])));
    await database.write([statement('delete from campaign_members'), statement('drop table same')]);
    progress(`planner: round ${round + 1} of ${ROUNDS}`);
  }
  const people = Number((await readRow(database, 'select count(*) as people from customers'))?.people);
  const rounds = ours.map((value, index) => value / (bare[index] ?? Number.NaN));
  return {
    what: `Campaign to ${people.toLocaleString('en')} planned: variants, control, zones, usual hours`,
    ours: `${(median(ours) / 1000).toFixed(2)} s`,
    baseline: `bare insert-select ${(median(bare) / 1000).toFixed(2)} s`,
    ratio: median(rounds),
    ...{ rounds, target: { atMost: 4 } },
  };
}

/** The same rows without looking at anything: what writing them costs. */
const insertSame = statement(
  `insert into campaign_members (campaign_id, customer_id, state, arm, due_at)
   select campaign_id, customer_id, state, arm, due_at from same order by campaign_id, customer_id`,
);

/** Those who are told in some round: they live here, have a chat, and said yes last. */
async function makeListeners(database: Database): Promise<void> {
  await database.write([
    statement(
      `create table listeners as select id, row_number() over (order by id) as n from customers
       where chats > 0 order by id limit ?`,
      toldAtOnce * ROUNDS,
    ),
    statement('update customers set offers = null, zone = null'),
    statement(
      `insert into addresses (id, channel, external_id, customer_id, locale, reachable, last_seen_at, revision)
       select 'adr_' || substr(id, 5), 'telegram', id, id, 'uk', 1, 0, 1 from listeners`,
    ),
    statement(
      `insert into consents (id, customer_id, category, granted, text, text_version, locale, source, at)
       select 'con_Z' || substr(id, 6), id, 'marketing', 1, 'yes', 1, 'uk', 'test', 0 from listeners`,
    ),
  ]);
}

/** Hands over a campaign to so many people in each round, each time to others. The ratio is one of processor time. */
async function tell(database: Database, { progress }: Bench): Promise<Line[]> {
  await makeListeners(database);
  const random = seededRandom(7);
  const clock = { now: () => at };
  const svoi = await createSvoi({ database, clock, ids: createIds(random), random });
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 50);
  const [ours, bare]: [Spent[], Spent[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    await turnTo(database, round);
    const id = await frozen(svoi);
    const spent = await spending(async () => {
      await sendCampaigns(svoi);
      await settleNotices(svoi);
    });
    ours.push(spent);
    bare.push(await bareRows(database, id));
    progress(`planner: ${toldAtOnce} handed over in ${Math.round(spent.wallMs)} ms`);
  }
  clearInterval(watch);
  const rounds = ours.map(({ cpuMs }, index) => cpuMs / (bare[index]?.cpuMs ?? Number.NaN));
  const grown = (peak - before) / 2 ** 20;
  return [
    {
      what: `${toldAtOnce.toLocaleString('en')} messages handed over and looked at, in order`,
      ours: rateOf(ours),
      baseline: `bare insert of the same notices and messages, 128 a commit, ${rateOf(bare)}`,
      ratio: median(rounds),
      ...{ rounds, target: { atMost: 40 } },
    },
    {
      what: 'memory while they are handed over',
      ours: `${Math.round(grown)} MiB more`,
      ...{ baseline: '192 MiB', ratio: grown / 192, rounds: [], target: { atMost: 1 } },
    },
  ];
}

/** Only these of them want offers in this round. */
async function turnTo(database: Database, round: number): Promise<void> {
  const [from, to] = [toldAtOnce * round, toldAtOnce * (round + 1)];
  await database.write([
    statement('update customers set offers = null where offers = 1'),
    statement(
      'update customers set offers = 1 where id in (select id from listeners where n > ? and n <= ?)',
      ...[from, to],
    ),
  ]);
}

/** A campaign whose audience has been written down: nobody is told yet. */
async function frozen(svoi: Svoi): Promise<CampaignId> {
  const { database } = svoi;
  const content = says('Вітаємо, {{customer.first_name}}! У Вас {{points.balance, points}}.');
  const id = await sent(svoi, { content, plan: { ...plainPlan, controlPercent: 0 } });
  await svoi.submit(beginFreezing(id));
  const campaign = await campaignById(database, id);
  if (!campaign) throw new Error('the campaign is gone');
  const segment = { where: 'true', args: [] };
  const freezing = { campaign, segment, rules: svoi.messagingRules(), program, now: at };
  for await (const _ of freezeAudience(database, freezing));
  await svoi.submit(beginSending(id, toldAtOnce));
  return id;
}

/** What something took: by the clock, and of the processor, which does not wait for whoever else runs here. */
interface Spent {
  readonly wallMs: number;
  readonly cpuMs: number;
}

async function spending(body: () => Promise<unknown>): Promise<Spent> {
  const before = process.cpuUsage();
  const wallMs = await timed(body);
  const { user, system } = process.cpuUsage(before);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

function rateOf(rounds: readonly Spent[]): string {
  const perSecond = (toldAtOnce * 1000) / median(rounds.map(({ wallMs }) => wallMs));
  const each = median(rounds.map(({ cpuMs }) => cpuMs)) / toldAtOnce;
  return `${Math.round(perSecond).toLocaleString('en')}/s, ${each.toFixed(2)} ms of processor time each`;
}

/** Takes a campaign's notices and messages away, and writes them down again as they were: as many in a commit as a batch has. */
async function bareRows(database: Database, id: CampaignId): Promise<Spent> {
  const tables = ['notices', 'messages'];
  await database.write(
    tables.flatMap((table) => [
      statement(`create table same_${table} as select * from ${table} where campaign = ? order by id`, id),
      statement(`delete from ${table} where campaign = ?`, id),
    ]),
  );
  const took = await spending(async () => {
    for (let from = 0; from < toldAtOnce; from += 128) {
      await database.write(
        tables.map((table) =>
          statement(
            `insert into ${table} select * from same_${table} where rowid > ? and rowid <= ?`,
            from,
            from + 128,
          ),
        ),
      );
    }
  });
  await database.write(tables.map((table) => statement(`drop table same_${table}`)));
  return took;
}
