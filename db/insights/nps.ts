import { idsFrom, type PurchaseId } from '../../core/ids.ts';
import type { NpsAnswer, NpsGroup, NpsQuestion } from '../../core/insights/nps/figures.ts';
import { type NpsCounts, npsOf } from '../../core/insights/nps/score.ts';
import type { Survey } from '../../core/insights/nps/types.ts';
import { addedUp, dayText, stepsOf } from '../../core/insights/reports/steps.ts';
import type { NpsRules } from '../../core/program/nps.ts';
import { DAY_MS, localTime, startOfDay } from '../../core/time.ts';
import { type Reading, type Row, readRows, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';

const surveyRow = reader(schema.surveys);

/** A survey as stored, in the words of core. */
export function surveyFrom(row: Row): Survey {
  return surveyRow(row) as Survey;
}

/** Which purchases may be worth asking about: recorded after one and before another, by their ids. */
export interface AskingSpan {
  readonly after: PurchaseId;
  readonly before: PurchaseId;
  readonly now: number;
  readonly limit: number;
}

/**
 * The first `limit` purchases of a span that may be asked about, in the order they were recorded: of people with a chat
 * who were not asked lately. What the command would refuse besides is left to it.
 */
export async function purchasesToAskAbout(
  database: Reading,
  { only_stores: stores, min_total_minor: least, at_most_every_days: days, ...rules }: NpsRules,
  { after, before, now, limit }: AskingSpan,
): Promise<PurchaseId[]> {
  const rows = await readRows(
    database,
    `select p.id from purchases p where p.id > ?1 and p.id < ?2 and p.customer_id is not null and p.kind = 'sale'
       and p.at > ?3 and p.total_minor >= ?4 and (?5 = '[]' or p.store in (select value from json_each(?5)))
       and not exists (select 1 from surveys s where s.customer_id = p.customer_id and s.asked_at > ?6)
       and exists (select 1 from customers c join addresses a on a.customer_id in (c.id, c.merged_into)
         where c.id = p.customer_id and a.reachable = 1 and a.channel <> 'sms')
     order by p.id limit ?7`,
    after,
    before,
    now - rules.pointless_after_hours * 3_600_000,
    least,
    JSON.stringify(stores),
    now - days * DAY_MS,
    limit,
  );
  return rows.map((row) => String(row.id) as PurchaseId);
}

const counts = `sum(s.score >= 9) as promoters, sum(s.score between 7 and 8) as passives, sum(s.score <= 6) as detractors`;
const answers = 'surveys s where s.answered_at >= ?1 and s.answered_at < ?2 and s.score is not null';

/** What answers are put together by: the rows of one group hold its `key`, and its `name` where it has one. */
const groupings: Readonly<Record<'time' | 'store' | 'staff', string>> = {
  // By quarters of an hour: days of every zone begin on one.
  time: `select s.answered_at / 900000 as key, null as name, ${counts} from ${answers} group by 1`,
  store: `select s.store as key, s.store as name, ${counts} from ${answers} group by 1`,
  staff: `select s.staff_id as key, (select name from staff where id = s.staff_id) as name, ${counts}
    from ${answers} group by 1`,
};

/** Whoever was told of nothing was not asked. A survey a shop told us of has no notice. */
const askedSql = `select count(*) as asked, count(s.score) as answered from surveys s
  join notices n on n.customer_id = s.customer_id and n.occasion = 'nps:' || s.purchase_id
  where s.id >= ?1 and s.id < ?2 and n.state not in ('dropped', 'failed', 'stopped')`;

/** The index of a period with its margin, and by spans of time, stores or colleagues. */
export async function npsFigures(database: Reading, { from, to, by, zone }: NpsQuestion): Promise<NpsAnswer> {
  const [start, end] = [startOfDay(from, zone), startOfDay(dayText(Date.parse(to) / DAY_MS + 1), zone)];
  const kind = by === 'store' || by === 'staff' ? by : 'time';
  const [rows = [], asked = []] = await database.read([
    statement(groupings[kind], start, end),
    statement(askedSql, idsFrom('srv', start), idsFrom('srv', end)),
  ]);
  const groups = kind === 'time' ? spansOf(rows, { from, to, by, zone }) : rows.map(groupFrom);
  return {
    total: npsOf(addUp(rows.map(countsFrom))),
    asked: Number(asked[0]?.asked ?? 0),
    answered: Number(asked[0]?.answered ?? 0),
    groups: kind === 'time' ? groups : groups.sort((a, b) => b.answers - a.answers),
  };
}

function spansOf(rows: readonly Row[], { from, to, by, zone }: NpsQuestion): NpsGroup[] {
  const byDay = new Map<number, NpsCounts>();
  for (const row of rows) {
    const day = Math.floor(localTime(Number(row.key) * 900_000, zone) / DAY_MS);
    byDay.set(day, addUp([byDay.get(day) ?? addUp([]), countsFrom(row)]));
  }
  const steps = stepsOf({ from, to }, by === 'day' || by === 'week' ? by : 'month');
  return addedUp(steps, byDay, ['promoters', 'passives', 'detractors'] as const).map((point) => ({
    ...{ key: point.day, name: null },
    ...npsOf(point),
  }));
}

function groupFrom(row: Row): NpsGroup {
  const [key, name] = [row.key, row.name].map((value) => (value == null ? null : String(value)));
  return { key: key ?? null, name: name ?? null, ...npsOf(countsFrom(row)) };
}

function countsFrom({ promoters, passives, detractors }: Row): NpsCounts {
  return { promoters: Number(promoters), passives: Number(passives), detractors: Number(detractors) };
}

function addUp(all: readonly NpsCounts[]): NpsCounts {
  const sum = (figure: keyof NpsCounts) => all.reduce((total, one) => total + one[figure], 0);
  return { promoters: sum('promoters'), passives: sum('passives'), detractors: sum('detractors') };
}
