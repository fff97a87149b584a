import type { CampaignId } from '../../core/ids.ts';
import { anyChat } from '../../core/messaging/rules.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { freezeAudience } from '../../db/campaigns.ts';
import { readRow, statement } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { segmentWhere } from '../../db/segments/members.ts';
import { makeShop, shopSize } from './knowing_data.ts';
import { type Benchmark, type Line, ROUNDS } from './measure.ts';

const target = { atMost: 4 } as const;
const at = Date.parse('2026-11-22T22:30:00+02:00');
const rules = { program: defaultProgram, channels: anyChat };

/** Everybody frozen with consent and quiet hours looked at, page by page, against a bare insert-select of the ids. */
export const audience: Benchmark = {
  name: 'audience',
  async run({ folder, progress }): Promise<Line[]> {
    const path = `${folder}/audience.db`;
    await makeShop(path, { ...shopSize(), purchases: shopSize().customers }, at);
    const database = await openDatabase({ url: `file:${path}` });
    await agreeSome(database);
    const segment = await segmentWhere(database, {
      rule: 'registered=yes or registered=no',
      program: defaultProgram,
      now: at,
    });
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await timed(() => database.write([insertIds(`bare_${round}`)])));
      ours.push(
        await timed(async () => {
          const campaignId = `cmp_${round}` as CampaignId;
          for await (const _ of freezeAudience(database, { campaignId, segment, rules, now: at }));
        }),
      );
      await database.write([statement('delete from campaign_members')]);
      progress(`audience: round ${round + 1} of ${ROUNDS}`);
    }
    const people = Number((await readRow(database, 'select count(*) as people from customers'))?.people);
    database.close();
    return [lineOf(people, ours, bare)];
  },
};

type Opened = Awaited<ReturnType<typeof openDatabase>>;

/** Most have a chat and said yes; some have neither, and some live elsewhere. */
function agreeSome(database: Opened) {
  return database.write([
    statement(
      `update customers set offers = iif(substr(id, -1) < 'T', 1, null), chats = iif(substr(id, -2, 1) < 'W', 1, 0),
         zone = case substr(id, -3, 1) when '1' then 'Europe/Berlin' when '2' then 'America/New_York' end`,
    ),
  ]);
}

/** The same rows without looking at anything: what writing them costs. */
function insertIds(campaign: string) {
  return statement(
    `insert into campaign_members (campaign_id, customer_id, state, due_at)
     select ?, id, 'waiting', ? from customers`,
    campaign,
    at,
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function lineOf(people: number, ours: readonly number[], bare: readonly number[]): Line {
  const rounds = ours.map((value, index) => value / (bare[index] ?? Number.NaN));
  const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
  return {
    what: `Audience of ${people.toLocaleString('en')} frozen, with consent and quiet hours`,
    ours: `${(median(ours) / 1000).toFixed(2)} s`,
    baseline: `bare insert-select ${(median(bare) / 1000).toFixed(2)} s`,
    ratio: median(rounds),
    ...{ rounds, target },
  };
}
