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

/** The day of the year it is about: so many days before the day looked at, where it starts so many days after it. */
function keptDay({ day, when }: DateLook): string {
  return dayBefore(day, when.days);
}

const findBirthdays: Finder<DateLook> = async (database, look) => {
  const who = await whoMayEnter(database, look);
  const kept = keptDay(look);
  const rows = await readRows(
    database,
    `select c.id as customer_id, c.zone, c.birthday from customers c
     where c.birthday is not null and substr(c.birthday, -5) in (select value from json_each(?))
       and c.id > ? and ${who.where} order by c.id limit ${foundAtOnce}`,
    ...[list(yearDaysOf(kept)), look.after, ...who.args],
  );
  return pageOf(
    rows,
    (row) =>
      yearly(look, kept, String(row.birthday), `birthday ${kept.slice(0, 4)}`).map((one) => ({
        ...whose(row),
        ...one,
      })),
    (last) => String(last.customer_id),
  );
};

/** One occasion a year: nobody is greeted on the very day of birth, which a child's may be. */
function yearly({ when }: DateLook, kept: string, date: string, occasion: string) {
  const years = yearsSince(date, kept);
  if (years !== undefined && years < 1) return [];
  const data = { day: kept, ...(years === undefined ? {} : { years }) };
  return dataFits(when.where ?? {}, data) ? [{ occasion, data }] : [];
}

/** The day a fact names: written as `2015-06-12` or without its year, or a day of birth that is known exactly. */
const factDay = `case when f.low is not null and f.low = f.high then date(f.low * 86400, 'unixepoch') else f.value end`;

const findFactDays: Finder<DateLook> = async (database, look) => {
  const who = await whoMayEnter(database, look);
  const kept = keptDay(look);
  const name = look.when.date.slice('fact.'.length);
  const [afterId = '', afterItem = '0'] = look.after.split(' ');
  const rows = await readRows(
    database,
    `select c.id as customer_id, c.zone, f.customer_id as holder, f.item, ${factDay} as day
     from customer_facts f
     cross join customers o on o.id = f.customer_id
     cross join customers c on c.id = coalesce(o.merged_into, o.id)
     where f.name = ? and f.denied_at is null and (f.customer_id, f.item) > (?, ?)
       and substr(${factDay}, -5) in (select value from json_each(?)) and ${who.where}
     order by f.customer_id, f.item limit ${foundAtOnce}`,
    ...[name, afterId, Number(afterItem), list(yearDaysOf(kept)), ...who.args],
  );
  return pageOf(
    rows,
    (row) =>
      yearly(look, kept, String(row.day), `${name} ${row.item} ${kept.slice(0, 4)}`).map((one) => ({
        ...whose(row),
        ...one,
      })),
    (last) => `${last.holder} ${last.item}`,
  );
};

/** Orders are due on a day of the customer's own calendar, which may begin a day earlier or later than ours. */
const findOrders: Finder<DateLook> = async (database, look) => {
  const { when, program } = look;
  const who = await whoMayEnter(database, look);
  const due = keptDay(look);
  const [afterAt = '0', afterId = ''] = look.after.split(' ');
  const from = startOfDay(due, program.zone);
  const rows = await readRows(
    database,
    `select o.*, c.id as reader, c.zone from orders o
     cross join customers held on held.id = o.customer_id
     cross join customers c on c.id = coalesce(held.merged_into, held.id)
     where o.due_at is not null and o.due_at >= ? and o.due_at < ? and (o.due_at, o.id) > (?, ?)
       and ${who.where} order by o.due_at, o.id limit ${foundAtOnce}`,
    ...[from - DAY_MS, endOfDayAfter(from, 0, program.zone) + DAY_MS, Number(afterAt), afterId, ...who.args],
  );
  return pageOf(
    rows,
    (row) => {
      const order = orderFrom(row);
      const zone = row.zone == null ? null : String(row.zone);
      const data = orderData(order, null);
      if (localDay(Number(order.dueAt), zone ?? program.zone) !== due || !dataFits(when.where ?? {}, data))
        return [];
      const customer = whose({ customer_id: row.reader ?? null, zone });
      return [{ ...customer, occasion: `${order.id} ${due}`, data, orderId: order.id }];
    },
    (last) => `${last.due_at} ${last.id}`,
  );
};
