import { dayBefore, yearDaysOf, yearsSince } from '../../../core/journeys/triggers/calendar.ts';
import { dataFits } from '../../../core/journeys/triggers/data.ts';
import { type DailyLook, foundAtOnce } from '../../../core/journeys/triggers/finding.ts';
import { orderData } from '../../../core/purchases/orders.ts';
import { DAY_MS, endOfDayAfter, localDay, startOfDay } from '../../../core/time.ts';
import { readRows } from '../../database.ts';
import { orderFrom } from '../../facts/orders.ts';
import { type Finder, list, pageOf, whoMayEnter, whose } from './page.ts';

type DateLook = DailyLook & { readonly when: Extract<DailyLook['when'], { date: string }> };

/** Who has a date of a trigger so many days before or after the day that is looked at. */
export const findDates: Finder<DateLook> = (database, look) => {
  const { date } = look.when;
  if (date === 'birthday') return findBirthdays(database, look);
  return date === 'order.due_at' ? findOrders(database, look) : findFactDays(database, look);
};

/** A day it may be about, and what a run of it is called besides by whose day it is. */
interface KeptDay {
  readonly day: string;
  readonly year: string;
}

/**
 * The days it is about: so many days before the day looked at, where it starts so many days after it; and those before
 * that, whose time to start was days ago and which nobody knew of then.
 */
function keptDays({ day, when: { days, late_days: late = 0 } }: DateLook): readonly string[] {
  return Array.from({ length: late + 1 }, (_, ago) => dayBefore(day, days + ago));
}

/** Those days by how they are written in a year, `MM-DD`. */
function keptInYear(look: DateLook): ReadonlyMap<string, KeptDay> {
  return new Map(
    keptDays(look).flatMap((day) =>
      yearDaysOf(day).map((inYear) => [inYear, { day, year: day.slice(0, 4) }]),
    ),
  );
}

/** Who has entered is not found again on the days after: `occasion` is SQL over the year of the day, `k.value ->> 1`. */
function notYet(look: DateLook, kept: ReadonlyMap<string, KeptDay>, inYear: string, occasion: string) {
  if (look.when.late_days === undefined) return { where: 'true', args: [] } as const;
  const years = [...kept].map(([inYear, { year }]) => [inYear, year]);
  return {
    where: `not exists (select 1 from json_each(?) k cross join journey_runs r indexed by journey_runs_occasion
      where k.value ->> 0 = ${inYear} and r.customer_id = c.id and r.journey = ? and r.occasion = ${occasion})`,
    args: [JSON.stringify(years), look.journey],
  };
}

const findBirthdays: Finder<DateLook> = async (database, look) => {
  const who = await whoMayEnter(database, look);
  const kept = keptInYear(look);
  const open = notYet(look, kept, 'substr(c.birthday, -5)', `'birthday ' || (k.value ->> 1)`);
  const rows = await readRows(
    database,
    `select c.id as customer_id, c.zone, c.birthday from customers c
     where c.birthday is not null and substr(c.birthday, -5) in (select value from json_each(?))
       and c.id > ? and ${who.where} and ${open.where} order by c.id limit ${foundAtOnce}`,
    ...[list([...kept.keys()]), look.after, ...who.args, ...open.args],
  );
  return pageOf(
    rows,
    (row) => yearly(look, kept, String(row.birthday), 'birthday').map((one) => ({ ...whose(row), ...one })),
    (last) => String(last.customer_id),
  );
};

/** One occasion a year: nobody is greeted on the very day of birth, which a child's may be. */
function yearly({ when }: DateLook, kept: ReadonlyMap<string, KeptDay>, date: string, what: string) {
  const found = kept.get(date.slice(-5));
  if (!found) return [];
  const { day, year } = found;
  const years = yearsSince(date, day);
  if (years !== undefined && years < 1) return [];
  const data = { day, ...(years === undefined ? {} : { years }) };
  return dataFits(when.where ?? {}, data) ? [{ occasion: `${what} ${year}`, day, data }] : [];
}

/** The day a fact names: written as `2015-06-12` or without its year, or a day of birth that is known exactly. */
const factDay = `case when f.low is not null and f.low = f.high then date(f.low * 86400, 'unixepoch') else f.value end`;

const findFactDays: Finder<DateLook> = async (database, look) => {
  const who = await whoMayEnter(database, look);
  const kept = keptInYear(look);
  const name = look.when.date.slice('fact.'.length);
  const [afterId = '', afterItem = '0'] = look.after.split(' ');
  const inYear = `substr(${factDay}, -5)`;
  const open = notYet(look, kept, inYear, `f.name || ' ' || f.item || ' ' || (k.value ->> 1)`);
  const rows = await readRows(
    database,
    `select c.id as customer_id, c.zone, f.customer_id as holder, f.item, ${factDay} as day
     from customer_facts f
     cross join customers o on o.id = f.customer_id
     cross join customers c on c.id = coalesce(o.merged_into, o.id)
     where f.name = ? and f.denied_at is null and (f.customer_id, f.item) > (?, ?)
       and ${inYear} in (select value from json_each(?)) and ${who.where} and ${open.where}
     order by f.customer_id, f.item limit ${foundAtOnce}`,
    ...[name, afterId, Number(afterItem), list([...kept.keys()]), ...who.args, ...open.args],
  );
  return pageOf(
    rows,
    (row) =>
      yearly(look, kept, String(row.day), `${name} ${row.item}`).map((one) => ({ ...whose(row), ...one })),
    (last) => `${last.holder} ${last.item}`,
  );
};

/** Orders are due on a day of the customer's own calendar, which may begin a day earlier or later than ours. */
const findOrders: Finder<DateLook> = async (database, look) => {
  const { when, program, journey } = look;
  const who = await whoMayEnter(database, look);
  const kept = keptDays(look);
  const [afterAt = '0', afterId = ''] = look.after.split(' ');
  const from = startOfDay(kept.at(-1) ?? look.day, program.zone);
  const to = endOfDayAfter(from, kept.length - 1, program.zone);
  const rows = await readRows(
    database,
    `select o.*, c.id as reader, c.zone, exists (select 1 from journey_runs r indexed by journey_runs_occasion
       where r.customer_id = c.id and r.journey = ? and r.occasion like o.id || ' %'
         and r.data ->> '$.event.due_at' = o.due_at) as begun
     from orders o
     cross join customers held on held.id = o.customer_id
     cross join customers c on c.id = coalesce(held.merged_into, held.id)
     where o.due_at is not null and o.due_at >= ? and o.due_at < ? and (o.due_at, o.id) > (?, ?)
       and ${who.where} order by o.due_at, o.id limit ${foundAtOnce}`,
    ...[journey, from - DAY_MS, to + DAY_MS, Number(afterAt), afterId, ...who.args],
  );
  return pageOf(
    rows,
    (row) => {
      const order = orderFrom(row);
      const zone = row.zone == null ? null : String(row.zone);
      const day = localDay(Number(order.dueAt), zone ?? program.zone);
      const data = orderData(order, null);
      const isMeant = kept.includes(day) && row.begun === 0;
      if (!isMeant || !dataFits(when.where ?? {}, data)) return [];
      const customer = whose({ customer_id: row.reader ?? null, zone });
      return [{ ...customer, occasion: `${order.id} ${day}`, day, data, orderId: order.id }];
    },
    (last) => `${last.due_at} ${last.id}`,
  );
};
