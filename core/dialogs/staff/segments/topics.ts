import { rfmSegments, rfSegments } from '../../../program/rfm.ts';
import { parseSegment } from '../../../segments/parse.ts';
import { wordText } from '../../../segments/text.ts';
import { readMoney } from '../read.ts';
import type { Reader } from '../task.ts';

/** How what is typed for a topic becomes a condition; undefined where it cannot be read. */
type Typed = (raw: string, reader: Reader) => string | undefined;

/** One thing customers can be looked for by: conditions to pick, and how a typed one is read. */
interface Topic {
  /** Conditions to pick, in the compact form. */
  picks(reader: Reader): readonly string[];
  /** What can be typed instead: `days`, `number`, `money`, `age`, `name`. */
  readonly types?: { readonly as: 'days' | 'number' | 'money' | 'age' | 'name'; readonly read: Typed };
  /** Names are looked up: they are many, and not known beforehand. */
  readonly names?: 'stores' | 'categories' | 'segments' | 'cities';
}

const wholeNumber = (raw: string, least: number, most: number): number | undefined => {
  const number = /^\d{1,7}$/.test(raw.trim()) ? Number(raw.trim()) : undefined;
  return number !== undefined && number >= least && number <= most ? number : undefined;
};

const days =
  (before: string, after = ''): Typed =>
  (raw) => {
    const number = wholeNumber(raw.replace(/[\p{L}.\s]+$/u, ''), 1, 3650);
    return number === undefined ? undefined : `${before}${number}d${after}`;
  };

const number =
  (before: string): Typed =>
  (raw) => {
    const value = wholeNumber(raw.replace(/\+\s*$/, ''), 0, 1_000_000);
    return value === undefined ? undefined : `${before}${value}`;
  };

/** Money is typed as anywhere else, and stands in the text in major units. */
const money =
  (before: string): Typed =>
  (raw, { program }) => {
    const minor = readMoney(raw, program.currency);
    const digits = new Intl.NumberFormat('en', { style: 'currency', currency: program.currency });
    const unit = 10 ** (digits.resolvedOptions().maximumFractionDigits ?? 2);
    return minor === undefined ? undefined : `${before}${minor / unit}`;
  };

const name =
  (before: string): Typed =>
  (raw) => {
    const word = raw.trim().slice(0, 100);
    return word === '' ? undefined : `${before}${wordText(word)}`;
  };

/** `25`, `25-35`, `25+`. */
const age: Typed = (raw) => {
  const [, from = '', dash, to = ''] = /^(\d{1,3})\s*(?:([-–—+])\s*(\d{1,3})?)?$/.exec(raw.trim()) ?? [];
  if (from === '') return undefined;
  if (dash === undefined) return `age=${from}`;
  return to === '' ? `age>=${from}` : `age>=${from} and age<=${to}`;
};

const picks =
  (...conditions: readonly string[]) =>
  () =>
    conditions;

/** What customers can be looked for by, in the order it is offered. */
export const topics = {
  bought: {
    picks: picks('last_purchase<7d', 'last_purchase<30d', 'last_purchase<90d'),
    types: { as: 'days', read: days('last_purchase<') },
  },
  quiet: {
    picks: picks('last_purchase>30d', 'last_purchase>60d', 'last_purchase>180d', 'orders=0'),
    types: { as: 'days', read: days('last_purchase>') },
  },
  often: {
    picks: picks('orders=1', 'orders>=2', 'orders>=5', 'orders(90d)>=3'),
    types: { as: 'number', read: number('orders>=') },
  },
  spent: {
    picks: picks('spent>=1000', 'spent>=5000', 'spent>=20000', 'spent(90d)>=5000'),
    types: { as: 'money', read: money('spent>=') },
  },
  gender: { picks: picks('gender=female', 'gender=male') },
  age: {
    picks: picks('age<25', 'age>=25 and age<=34', 'age>=35 and age<=49', 'age>=50'),
    types: { as: 'age', read: age },
  },
  birthday: {
    picks: picks('birthday in 7d', 'birthday in 30d'),
    types: { as: 'days', read: days('birthday in ') },
  },
  store: { picks: picks(), types: { as: 'name', read: name('store=') }, names: 'stores' },
  category: { picks: picks(), types: { as: 'name', read: name('category=') }, names: 'categories' },
  city: { picks: picks(), types: { as: 'name', read: name('city=') }, names: 'cities' },
  tier: {
    picks: ({ program }) => [...program.tiers.map((tier) => `tier=${wordText(tier.name)}`), 'tier=none'],
  },
  points: {
    picks: picks('points>=100', 'points>=500', 'points_expiring(30d)>=1'),
    types: { as: 'number', read: number('points>=') },
  },
  rfm: { picks: () => rfmSegments.map((segment) => `rfm=${segment}`) },
  rf: { picks: () => rfSegments.map((segment) => `rf=${segment}`) },
  lifecycle: {
    picks: picks('lifecycle=new', 'lifecycle=active', 'lifecycle=due', 'lifecycle=late', 'lifecycle=lost'),
  },
  refill: {
    picks: picks('refill in 7d', 'refill in 14d'),
    types: { as: 'days', read: days('refill in ') },
  },
  channel: {
    picks: picks('channel=telegram', 'channel=viber', 'channel=whatsapp', 'channel=web', 'channel=none'),
  },
  consent: { picks: picks('consent=marketing', 'not consent=marketing', 'reachable=marketing') },
  silent: {
    picks: picks('heard<30d', 'silent>30d', 'silent>90d'),
    types: { as: 'days', read: days('silent>') },
  },
  nps: { picks: picks('nps>=9', 'nps<=6') },
  saved: { picks: picks(), types: { as: 'name', read: name('segment=') }, names: 'segments' },
} as const satisfies Readonly<Record<string, Topic>>;

/** The name of a topic. */
export type TopicName = keyof typeof topics;
/** Their names, in that order. */
export const topicNames = Object.keys(topics) as TopicName[];

/** A topic by the name a button carried. */
export function topicCalled(
  name: string | undefined,
): { readonly name: TopicName; readonly topic: Topic } | undefined {
  const known = topicNames.find((one) => one === name);
  return known && { name: known, topic: topics[known] };
}

/** A condition as typed for a topic: one of those to pick, a whole condition, or a value. Undefined where it is none. */
export function readTyped(topic: Topic, raw: string, reader: Reader): string | undefined {
  const text = raw.trim();
  if (topic.picks(reader).includes(text)) return text;
  if (/[=<>(]/.test(text) && parseSegment(text).ok) return text;
  const made = topic.types?.read(text, reader);
  return made !== undefined && parseSegment(made).ok ? made : undefined;
}

/** Two conditions of which both must hold. An "or" among them keeps to itself. */
export function bothOf(rule: string, more: string): string {
  return rule === '' ? more : `${whole(rule)} and ${whole(more)}`;
}

function whole(text: string): string {
  const parsed = parseSegment(text);
  return parsed.ok && parsed.rule.kind === 'or' ? `(${text})` : text;
}
