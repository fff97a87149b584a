import type { ChannelName } from '../../core/customers/types.ts';
import { lastCharacter, sharePrime, shareWeights } from '../../core/segments/share.ts';
import type { Condition } from '../../core/segments/types.ts';
import { DAY_MS, endOfDayAfter, startOfDay } from '../../core/time.ts';
import { channelBits } from '../figures.ts';
import { ofOne, type SegmentContext } from './context.ts';
import { daysAhead, momentIs } from './moments.ts';
import {
  allOf,
  among,
  compared,
  type Fragment,
  marks,
  notAmong,
  notSo,
  numbersOf,
  oneOf,
  plain,
  spellings,
  wordsOf,
} from './sql.ts';

/** How a condition about one field is compiled. */
export type Compile = (condition: Condition, context: SegmentContext) => Fragment;

/** `!=` is the contrary of being one of these. */
export function oneOfWords(condition: Condition, one: (word: string) => Fragment): Fragment {
  const parts = wordsOf(condition.values ?? []).map(one);
  const holds = parts.length === 1 ? (parts[0] as Fragment) : oneOf(parts);
  return condition.operator === '!=' ? notSo(holds) : holds;
}

/** A column that holds one of few words; `unknown` is none. */
function wordColumn(column: string): Compile {
  return (condition) =>
    oneOfWords(condition, (word) =>
      word === 'unknown' ? plain(`${column} is null`) : plain(`${column} = ?`, word),
    );
}

/** Whether something is known. */
function known(column: string): Compile {
  return (condition) =>
    oneOfWords(condition, (word) => plain(`${column} is ${word === 'yes' ? 'not null' : 'null'}`));
}

/** A day in the calendar of a year `years` ago, or ahead where below zero; 29 February may be none, and sorts as one. */
function yearsBefore(day: string, years: number): string {
  return String(Number(day.slice(0, 4)) - years).padStart(4, '0') + day.slice(4);
}

/** Born between two days: a birthday without its year begins with a dash, which sorts before every digit. */
const age: Compile = ({ operator = '=', values = [] }, { today }) => {
  const day = dayOf(today);
  const atLeast = (years: number) => plain("(c.birthday > '0' and c.birthday <= ?)", yearsBefore(day, years));
  const younger = (years: number) => plain('c.birthday > ?', yearsBefore(day, years));
  const exactly = (years: number) => allOf([atLeast(years), younger(years + 1)]);
  const ages = numbersOf(values);
  const [years = 0] = ages;
  // Ages are whole: older than 25.5 is 26 and more.
  if (operator === '>=') return atLeast(Math.ceil(years));
  if (operator === '>') return atLeast(Math.floor(years) + 1);
  if (operator === '<') return younger(Math.ceil(years));
  if (operator === '<=') return younger(Math.floor(years) + 1);
  const whole = ages.filter((one) => Number.isInteger(one)).map(exactly);
  const holds = whole.length > 0 ? oneOf(whole) : plain('false');
  return operator === '!=' ? notSo(holds) : holds;
};

/** A day since 1970 as `YYYY-MM-DD`. */
export function dayOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Months and days of the coming days, today the first; who was born on 29 February has it on 28 in other years. */
const birthday: Compile = (condition, context) => {
  const [value] = condition.values ?? [];
  if (value?.type !== 'span') return known('c.birthday')(condition, context);
  const coming = Array.from({ length: Math.min(daysAhead(value, context), 366) }, (_, index) =>
    dayOf(context.today + index),
  );
  const days = new Set(coming.map((day) => day.slice(5)));
  for (const day of coming) {
    if (day.endsWith('-02-28') && dayOf(Date.parse(day) / DAY_MS + 1).endsWith('-03-01')) days.add('02-29');
  }
  return plain(`substr(c.birthday, -5) in (${marks([...days])})`, ...days);
};

const birthdayMonth: Compile = ({ operator = '=', values = [] }) =>
  compared(plain('cast(substr(c.birthday, -5, 2) as integer)'), operator, numbersOf(values));

/** The oldest anniversary that is looked for. */
const mostYears = 50;

/** Registered on one of the coming days of an earlier year: each year's days are one stretch of time. */
const anniversary: Compile = ({ values: [value] = [] }, context) => {
  if (value?.type !== 'span') return plain('false');
  const days = daysAhead(value, context);
  const stretches = Array.from({ length: mostYears }, (_, index) => {
    const start = startOfDay(leapless(yearsBefore(dayOf(context.today), index + 1)), context.program.zone);
    return plain(
      '(c.registered_at >= ? and c.registered_at < ?)',
      start,
      endOfDayAfter(start, days - 1, context.program.zone),
    );
  });
  return oneOf(stretches);
};

/** 29 February in a year that has none is the day before. */
function leapless(day: string): string {
  const parsed = new Date(`${day}T00:00:00Z`);
  return day.endsWith('-02-29') && parsed.getUTCDate() !== 29 ? day.replace('-29', '-28') : day;
}

const registeredIn: Compile = (condition, { shops }) =>
  oneOfWords(condition, (word) => {
    const shop = shops.get(word);
    return plain('c.registered_in = ?', shop === undefined ? word : `shop:${shop}`);
  });

/** Numbers that turned out to lead to nobody. */
function deadNumbers(context: SegmentContext): Fragment {
  const { sql, args } = ofOne('customer_id', context);
  return notAmong(
    `select customer_id from addresses where channel = 'sms' and reachable = 0 and customer_id is not null and ${sql}`,
    ...args,
  );
}

function reachedOn(channel: ChannelName, context: SegmentContext): Fragment {
  if (channel !== 'sms') return plain(`c.chats & ${channelBits[channel]} <> 0`);
  return allOf([plain('c.phone is not null'), deadNumbers(context)]);
}

const channel: Compile = (condition, context) =>
  oneOfWords(condition, (word) => (isChannel(word) ? reachedOn(word, context) : plain('c.chats = 0')));

function isChannel(word: string): word is ChannelName {
  return Object.hasOwn(channelBits, word);
}

/** Offers need a yes; service goes until there is a no, by SMS only after a yes. */
const consent: Compile = (condition, context) => {
  const on = condition.filters?.channel;
  return oneOfWords(condition, (word) => {
    const bit = on !== undefined && isChannel(on) ? channelBits[on] : 0;
    return word === 'marketing'
      ? plain(`(c.offers is 1 and c.offers_refused & ${bit} = 0)`)
      : serviceWanted(on, context);
  });
};

/** Those whose newest answer to a question about service is this: about all channels, or about one alone. */
function answered(granted: 0 | 1, on: string | undefined, context: SegmentContext) {
  const mine = ofOne('customer_id', context);
  return [
    `select customer_id from (select customer_id, granted, max(id) from consents
     where category = 'service' and channel is ? and ${mine.sql} group by customer_id) where granted = ${granted}`,
    on ?? null,
    ...mine.args,
  ] as const;
}

function serviceWanted(on: string | undefined, context: SegmentContext): Fragment {
  const notRefused = notAmong(...answered(0, undefined, context));
  if (on === undefined) return notRefused;
  const wanted = on === 'sms' ? among(...answered(1, undefined, context)) : notRefused;
  return allOf([wanted, notAmong(...answered(0, on, context))]);
}

const reachable: Compile = (condition, context) =>
  oneOfWords(condition, (word) => {
    if (word === 'marketing') return plain('(c.offers is 1 and c.chats & ~c.offers_refused <> 0)');
    const somewhere = oneOf([plain('c.chats <> 0'), reachedOn('sms', context)]);
    return word === 'yes' ? somewhere : notSo(somewhere);
  });

/** Where a customer stands by a salt, from 0 to below `sharePrime`: as `shareOf` says. */
export function shareSql(salt: string): string {
  const weighed = shareWeights(salt).map(
    (weight, back) => `unicode(substr(c.id, ${lastCharacter - back})) * ${weight}`,
  );
  return `((${weighed.join(' + ')}) % ${sharePrime})`;
}

/** The same people each time, and others by another salt: see `shareOf`. */
const random: Compile = ({ filters = {}, values = [] }) => {
  const [percent = 0] = numbersOf(values);
  return plain(`${shareSql(filters.salt ?? '')} < ?`, (percent / 100) * sharePrime);
};

/** What the row of a customer says about the person. */
export const people = {
  gender: wordColumn('c.gender'),
  age,
  birthday,
  birthday_month: birthdayMonth,
  language: wordColumn('c.locale'),
  city: (condition) =>
    oneOfWords(condition, (word) => {
      if (word === 'unknown') return plain('c.city is null');
      const ways = spellings([word]);
      return plain(`c.city in (${marks(ways)})`, ...ways);
    }),
  zone: (condition, { program }) =>
    oneOfWords(condition, (word) => plain('coalesce(c.zone, ?) = ?', program.zone, word)),
  name: known('c.name'),
  phone: known('c.phone'),
  registered: (condition, context) => momentIs('c.registered_at', condition, context),
  registered_in: registeredIn,
  anniversary,
  heard: (condition, context) => momentIs('c.heard_at', condition, context),
  silent: (condition, context) => momentIs('coalesce(c.heard_at, c.created_at)', condition, context),
  channel,
  consent,
  reachable,
  random,
} as const satisfies Readonly<Record<string, Compile>>;
