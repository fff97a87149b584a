import { type CampaignId, createIds } from '../../core/ids.ts';
import { anyChat } from '../../core/messaging/rules.ts';
import { type Program, programSchema } from '../../core/program/program.ts';
import { type Campaign, plainPlan } from '../../core/staff/campaigns.ts';
import { freezeAudience } from '../../db/campaigns.ts';
import { type Database, readRow, statement } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { segmentWhere } from '../../db/segments/members.ts';
import { sendCampaigns } from '../../mailings.ts';
import { createSvoi } from '../../svoi.ts';
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
/** People that are really told: as many as say how fast that goes. */
const toldPeople = 10_000;

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

/** Chats and answers about offers of those who are told. */
async function chatsOfSome(database: Database): Promise<void> {
  const some = `(select id from customers where offers = 1 and chats = 1 order by id limit ${toldPeople})`;
  await database.write([
    statement(`update customers set offers = null where id not in ${some}`),
    statement(
      `insert into addresses (id, channel, external_id, customer_id, locale, reachable, last_seen_at, revision)
       select 'adr_' || substr(id, 5), 'telegram', id, id, 'uk', 1, 0, 1 from ${some}`,
    ),
    statement(
      `insert into consents (id, customer_id, category, granted, text, text_version, locale, source, at)
       select 'con_' || substr(id, 5), id, 'marketing', 1, 'yes', 1, 'uk', 'test', 0 from ${some}`,
    ),
  ]);
}

async function tell(database: Database, { progress }: Bench): Promise<Line[]> {
  await chatsOfSome(database);
  const random = seededRandom(7);
  const clock = { now: () => at };
  const svoi = await createSvoi({ database, clock, ids: createIds(random), random });
  const content = says('Вітаємо, {{customer.first_name}}! У Вас {{points.balance, points}}.');
  const id = await sent(svoi, { content, plan: { ...plainPlan, controlPercent: 0 } });
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 50);
  const took = await timed(() => sendCampaigns(svoi));
  clearInterval(watch);
  progress(`planner: ${toldPeople} handed over in ${Math.round(took)} ms`);
  const { notices } = (await readRow(
    database,
    'select count(*) as notices from notices where campaign = ?',
    id,
  )) ?? { notices: 0 };
  const bare = await bareNotices(database);
  const perSecond = (milliseconds: number) =>
    `${Math.round((Number(notices) * 1000) / milliseconds).toLocaleString('en')}/s`;
  const grown = (peak - before) / 2 ** 20;
  return [
    {
      what: `${Number(notices).toLocaleString('en')} messages handed over and looked at, in order`,
      ours: perSecond(took),
      baseline: `bare insert of the same notices, 128 a commit, ${perSecond(bare)}`,
      ratio: bare / took,
      ...{ rounds: [], target: undefined },
    },
    {
      what: 'memory while they are handed over',
      ours: `${Math.round(grown)} MiB more`,
      ...{ baseline: '192 MiB', ratio: grown / 192, rounds: [], target: { atMost: 1 } },
    },
  ];
}

/** Writes the notices once more, as they are, as many in a commit as a batch has members. */
async function bareNotices(database: Database): Promise<number> {
  await database.write([
    statement('create table bare_from as select row_number() over () as n, * from notices'),
    statement('create index bare_n on bare_from (n)'),
    statement('create table bare_notices as select * from notices where false'),
  ]);
  const { rows } = (await readRow(database, 'select count(*) as rows from bare_from')) ?? { rows: 0 };
  const columns = 'id, customer_id, category, kind, occasion, campaign, reply, state, created_at, revision';
  return timed(async () => {
    for (let from = 0; from < Number(rows); from += 128) {
      await database.write([
        statement(
          `insert into bare_notices (${columns}) select ${columns} from bare_from where n > ? and n <= ?`,
          from,
          from + 128,
        ),
      ]);
    }
  });
}
