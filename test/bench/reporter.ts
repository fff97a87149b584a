import type { CampaignId } from '../../core/ids.ts';
import { armBounds } from '../../core/journeys/campaigns/arms.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Reading, readRow, statement } from '../../db/database.ts';
import { effectReport } from '../../db/insights/proof.ts';
import { openDatabase } from '../../db/open.ts';
import { openReader } from '../../db/reader.ts';
import { shareSql } from '../../db/segments/people.ts';
import { makeShop, shopSize } from './knowing_data.ts';
import { type Benchmark, type Line, median, ROUNDS, timed } from './measure.ts';

const now = Date.parse('2026-11-22T12:00:00+02:00');
const { proof } = defaultProgram;
const lengthMs = proof.within_days * DAY_MS;
const due = now - lengthMs - DAY_MS;
const id = 'cmp_00000000000000000000000001' as CampaignId;

/** What a campaign to everybody changed, against the sums alone: no squares, nobody's accounts or channels put together. */
export const reporter: Benchmark = {
  name: 'reporter',
  async run({ folder, progress }): Promise<Line[]> {
    const size = shopSize();
    const path = `${folder}/reporter.db`;
    progress(
      `reporter: making ${size.customers} customers with ${size.purchases} purchases, and writing to all`,
    );
    await makeShop(path, size, now);
    await writeToAll(path);
    const reader = openReader(path);
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await timed(() => addUp(reader)));
      ours.push(await timed(() => report(reader, size.customers)));
      progress(`reporter: round ${round + 1} of ${ROUNDS}`);
    }
    reader.close();
    const rounds = ours.map((milliseconds, round) => milliseconds / (bare[round] ?? Number.NaN));
    return [
      {
        what: `Result of a campaign to ${size.customers.toLocaleString('en')} people`,
        ours: `${(median(ours) / 1000).toFixed(2)} s`,
        baseline: `${(median(bare) / 1000).toFixed(2)} s bare sums by arm`,
        ...{ ratio: median(rounds), rounds, target: { atMost: 1.5 } },
      },
    ];
  },
};

/** A tenth kept apart, two variants, a message to each of the others: three of four delivered, one of two read. */
async function writeToAll(path: string): Promise<void> {
  const database = await openDatabase({ url: `file:${path}` });
  const draw = { controlPercent: proof.control_percent, holdoutPercent: 0, variants: ['a', 'b'] };
  const arms = armBounds(draw).map(({ arm, below }) => `when ${shareSql(id)} < ${below} then '${arm}'`);
  const text = { text: { en: 'Hello' }, buttons: [] };
  const message = JSON.stringify({ variants: { a: text, b: text }, gift: null });
  await database.write([
    statement(
      `insert into campaigns (id, name, rule, message, plan, created_by, created_at, state, frozen_at, finished_at, revision)
       values (?, 'All', '', ?, ?, 'bench', ?, 'done', ?, ?, 1)`,
      ...[id, message, JSON.stringify({ timing: { kind: 'now' }, ...draw }), due, due, due],
    ),
    statement(
      `insert into campaign_members (campaign_id, customer_id, state, arm, due_at)
       select ?, id, iif(arm = 'control', 'control', 'told'), arm, ? from (select c.id, case ${arms.join(' ')} end as arm from customers c)`,
      ...[id, due],
    ),
    statement(
      `insert into notices (id, customer_id, category, kind, occasion, campaign, arm, reply, state, steps, step,
         stops_on_purchase, doubled, created_at, revision)
       select 'ntc' || substr(customer_id, 4), customer_id, 'marketing', 'campaign', 'campaign:' || campaign_id, campaign_id,
         arm, '{}', 'reached', '[]', 0, 0, 0, due_at, 1
       from campaign_members where state = 'told'`,
    ),
    statement(
      `insert into messages (id, address_id, customer_id, channel, category, notice_id, reply, state, created_at, due_at,
         sent_at, delivered_at, read_at, price_micros)
       select 'msg' || substr(id, 4), 'adr', customer_id, 'viber', 'marketing', id, '{}', 'sent', created_at, created_at, created_at,
         iif(unicode(substr(id, -1)) % 4 > 0, created_at, null), iif(unicode(substr(id, -2, 1)) % 2 = 0, created_at, null), 250000
       from notices`,
    ),
    statement('analyze'),
  ]);
  database.close();
}

async function addUp(database: Reading): Promise<void> {
  await readRow(
    database,
    `select m.arm, count(distinct m.customer_id), count(distinct p.customer_id),
       sum(p.total_minor - p.discount_minor - p.refunded_minor), sum(p.discount_minor), sum(p.spent)
     from campaign_members m left join purchases p on p.customer_id = m.customer_id and p.at >= m.due_at and p.at < m.due_at + ?
     where m.campaign_id = ? group by m.arm`,
    lengthMs,
    id,
  );
  await readRow(
    database,
    `select n.arm, count(x.sent_at), count(x.delivered_at), count(x.read_at), count(n.clicked_at), count(n.answered_at),
       count(n.left_at), sum(n.state = 'failed'), sum(x.price_micros)
     from notices n left join messages x on x.notice_id = n.id where n.campaign = ? group by n.arm`,
    id,
  );
}

async function report(database: Reading, customers: number): Promise<void> {
  const found = await effectReport(database, {
    asked: { kind: 'campaign', id },
    program: defaultProgram,
    now,
  });
  const people = found?.arms.reduce((sum, arm) => sum + arm.people, 0);
  if (people !== customers) throw new Error(`${people} of ${customers} people were counted`);
}
