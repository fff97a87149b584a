import { dayBefore } from '../../../core/journeys/triggers/calendar.ts';
import { type DailyLook, foundAtOnce } from '../../../core/journeys/triggers/finding.ts';
import { goalsBefore, type NearGoal } from '../../../core/journeys/triggers/near.ts';
import { tierSince } from '../../../core/program/rules.ts';
import { DAY_MS, endOfDayAfter, startOfDay } from '../../../core/time.ts';
import { readRows, type Statement } from '../../database.ts';
import { paidSince } from '../../segments/bought.ts';
import { type Finder, pageOf, whoMayEnter, whose } from './page.ts';

type BurnLook = DailyLook & { readonly when: Extract<DailyLook['when'], { points_burn_in: number }> };
type NearLook = DailyLook & { readonly when: Extract<DailyLook['when'], { near: string }> };

/** Those whose points are good for so many days more, and then burn: who loses most comes first. */
export const findBurning: Finder<BurnLook> = async (database, look) => {
  const { day, program, when } = look;
  const who = await whoMayEnter(database, look);
  const lastDay = startOfDay(dayBefore(day, -when.points_burn_in), program.zone);
  const [afterPoints = String(Number.MAX_SAFE_INTEGER), afterId = ''] = look.after.split(' ').filter(Boolean);
  const rows = await readRows(
    database,
    `select * from (
       select c.id as customer_id, c.zone, sum(l.remaining) as points, max(l.expires_at) as ends
       from lots l cross join customers c on c.id = l.customer_id
       where l.remaining > 0 and l.expires_at > ? and l.expires_at <= ? and ${who.where} group by c.id)
     where points >= ? and (points < ? or (points = ? and customer_id > ?))
     order by points desc, customer_id limit ${foundAtOnce}`,
    ...[lastDay, endOfDayAfter(lastDay, 0, program.zone), ...who.args],
    ...[when.at_least, Number(afterPoints), Number(afterPoints), afterId],
  );
  return pageOf(
    rows,
    (row) => {
      const data = { points: Number(row.points), at: Number(row.ends) - 1, days: when.points_burn_in };
      return [{ ...whose(row), occasion: `burn ${dayBefore(day, -when.points_burn_in)}`, data }];
    },
    (last) => `${last.points} ${last.customer_id}`,
  );
};

/**
 * Those who are close to the next reward or tier, and were not told so of the same one: of a reward, since they last spent
 * points; of a tier, within the days that count for it.
 */
export const findNear: Finder<NearLook> = async (database, look) => {
  const { journey, when } = look;
  const goals = goalsBefore(when, look.program);
  if (goals.length === 0) return { found: [] };
  const who = await whoMayEnter(database, look);
  const least = Math.min(...goals.map(({ from }) => from));
  const { have, cycle } = when.near === 'reward' ? pointsAtHand : paidForTier(look, least);
  const isNear = goals.map(() => 'have >= ? and have < ?');
  const goal = `case ${isNear.map((near) => `when ${near} then ?`).join(' ')} end`;
  const rows = await readRows(
    database,
    `select *, goal || ' ' || cycle as occasion from (
       select customer_id, zone, have, cycle, ${goal} as goal from (
         select c.id as customer_id, c.zone, ${have.sql} as have, ${cycle} as cycle
         from customers c where c.id > ? and ${who.where})
       where ${isNear.map((near) => `(${near})`).join(' or ')})
     n where not exists (select 1 from journey_runs r
       where r.customer_id = n.customer_id and r.journey = ? and r.occasion = n.goal || ' ' || n.cycle)
     order by n.customer_id limit ${foundAtOnce}`,
    ...goals.flatMap(({ from, at, name }) => [from, at, name]),
    ...[...have.args, look.after, ...who.args],
    ...goals.flatMap(({ from, at }) => [from, at]),
    journey,
  );
  return pageOf(
    rows,
    (row) => {
      const reached = goals.find(({ name }) => name === row.goal);
      return reached
        ? [{ ...whose(row), occasion: String(row.occasion), data: nearData(when, reached, Number(row.have)) }]
        : [];
    },
    (last) => String(last.customer_id),
  );
};

interface Measure {
  readonly have: Pick<Statement, 'sql' | 'args'>;
  /** What must change before the same goal is told of again, in SQL. */
  readonly cycle: string;
}

const pointsAtHand: Measure = { have: { sql: 'c.points', args: [] }, cycle: 'c.points_spent' };

function paidForTier({ program, now }: NearLook, least: number): Measure {
  const days = Math.floor(now / (program.tier_days * DAY_MS));
  return { have: paidSince(tierSince(program, now), least), cycle: String(days) };
}

function nearData({ near }: NearLook['when'], { name, at }: NearGoal, have: number) {
  return near === 'reward' ? { name, points: at - have } : { name, amount: at - have };
}
