import { seededRandom } from '../../../../core/seeded_random.ts';
import { DAY_MS, instantOfLocal, localTime } from '../../../../core/time.ts';
import { makePerson, type Person } from './people.ts';

/** Goods on a receipt. */
export interface Item {
  readonly sku: string;
  readonly quantity: number;
}

/** What happened in the made-up shop, each at its moment (epoch milliseconds). */
export type Deed =
  | { readonly kind: 'join'; readonly at: number; readonly person: Person }
  | {
      readonly kind: 'buy';
      readonly at: number;
      readonly receipt: string;
      readonly person: Person | null;
      readonly store: string;
      readonly items: readonly Item[];
    }
  | { readonly kind: 'refund'; readonly at: number; readonly receipt: string; readonly item: Item }
  | {
      readonly kind: 'opinion';
      readonly at: number;
      readonly person: Person;
      readonly receipt: string;
      readonly score: number;
    };

const people = 200;
/** And so many who joined together, at a fair three weeks before the end. */
const peopleAtFair = 150;
/** Receipts nobody showed a phone for, at the beginning and at the end of the year, of a hundred. */
const strangersShare = [0.55, 0.22] as const;
const hourMs = DAY_MS / 24;
const storesOfStrangers = ['kyiv-1', 'kyiv-2', 'lviv-1', 'web'] as const;
const goodsOfStrangers = [
  'ground',
  'beans-kilo',
  'tea-leaf',
  'mug',
  'soap',
  'shampoo',
  'towel',
  'dog-snack',
] as const;

/**
 * A year in the life of a made-up shop up to `until`, in order of time and the same at every call: people who come
 * every week, once, or no more, what they buy and bring back, and what they think of it. Shops open at nine in `zone`.
 */
export function planYear(until: number, zone: string): readonly Deed[] {
  const random = seededRandom(48);
  const from = until - 365 * DAY_MS;
  const deeds: Deed[] = [];
  for (let number = 0; number < people; number += 1) {
    deeds.push(...deedsOf(makePerson(number, from, until, random), until, zone, random));
  }
  const bought = deeds.filter(({ kind }) => kind === 'buy');
  for (let number = people; number < people + peopleAtFair; number += 1) {
    deeds.push(...deedsOf(makePerson(number, from, until, random, true), until, zone, random));
  }
  deeds.push(...strangers(bought, { from, until, zone }, random));
  return deeds.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
}

/** The people of the year that ended at `until`. */
export function peopleOfYear(until: number, zone: string): readonly Person[] {
  return planYear(until, zone).flatMap((deed) => (deed.kind === 'join' ? [deed.person] : []));
}

/** A visit of somebody on a day after the year, at a moment of its own: what is bought is drawn by `random`. */
export function visitAfter(
  person: Person,
  day: { readonly at: number; readonly receipt: string },
  zone: string,
  random: () => number,
): Extract<Deed, { kind: 'buy' }> {
  const at = inOpeningHours(day.at, zone, random);
  const store = random() < 0.88 ? person.store : 'web';
  return { kind: 'buy', at, receipt: day.receipt, person, store, items: basket(person, at, random) };
}

/** One person's year: joins at the first visit, buys at the own rhythm, now and then brings something back. */
function deedsOf(person: Person, until: number, zone: string, random: () => number): Deed[] {
  const deeds: Deed[] = [];
  let day = person.beginsAt;
  for (let visit = 0; day <= person.endsAt; visit += 1) {
    const at = inOpeningHours(day, zone, random);
    if (visit === 0) deeds.push({ kind: 'join', at: at - hourMs / 6, person });
    const receipt = `year-${person.number}-${visit}`;
    const items = basket(person, at, random);
    const store = random() < 0.88 ? person.store : 'web';
    deeds.push({ kind: 'buy', at, receipt, person, store, items });
    const [item] = items;
    if (item && random() < 0.035) deeds.push({ kind: 'refund', at: at + 3 * DAY_MS, receipt, item });
    if (person.chats && random() < 0.22) {
      deeds.push({ kind: 'opinion', at: at + 5 * hourMs, person, receipt, score: scoreOf(person, random) });
    }
    const { gapDays } = person.habit;
    if (gapDays === 0) break;
    day += Math.max(2, gapDays * (0.5 + random())) * DAY_MS;
  }
  return deeds.filter(({ at }) => at <= until);
}

/** People who stay are pleased; who stops coming often said why. */
function scoreOf({ habit }: Person, random: () => number): number {
  const drawn = random();
  if (habit.name === 'lapsed' || habit.name === 'once') return Math.floor(drawn * 10);
  if (drawn < 0.07) return 3 + Math.floor(random() * 4);
  return drawn < 0.3 ? 7 + Math.floor(random() * 2) : 9 + Math.floor(random() * 2);
}

/** Between nine and eight in the evening on the calendar of `zone`, more often after work. */
function inOpeningHours(day: number, zone: string, random: () => number): number {
  const midnight = Math.floor(localTime(Math.floor(day), zone) / DAY_MS) * DAY_MS;
  const hour = random() < 0.6 ? 16 + random() * 4 : 9 + random() * 7;
  return instantOfLocal(Math.floor(midnight + hour * hourMs), zone);
}

function basket(person: Person, at: number, random: () => number): Item[] {
  const items = person.interests.flatMap((interest) =>
    random() < 0.75 ? [goodOf(interest, person, at, random)] : [],
  );
  if (items.length === 0 || random() < 0.15) items.push(random() < 0.5 ? 'mug' : 'soap');
  return [...new Set(items)].map((sku) => ({ sku, quantity: random() < 0.12 ? 2 : 1 }));
}

function goodOf(
  interest: Person['interests'][number],
  person: Person,
  at: number,
  random: () => number,
): string {
  const or = (one: string, other: string, chance = 0.7) => (random() < chance ? one : other);
  switch (interest) {
    case 'coffee':
      return or('ground', or('beans-kilo', 'tea-leaf'), 0.5);
    case 'dog':
      return or('dog-food', 'dog-snack');
    case 'cat':
      return or('cat-food', 'cat-litter');
    case 'dry skin':
      return or('cream-dry', 'shampoo', 0.5);
    case 'oily skin':
      return or('cream-oily', 'shampoo', 0.5);
    case 'home':
      return or('towel', or('plaid', 'lamp'), 0.8);
    case 'child':
      return goodForChild((at - (person.childBornAt ?? at)) / (30.4 * DAY_MS), random);
  }
}

/** What a child of so many months needs. */
function goodForChild(months: number, random: () => number): string {
  const drawn = random();
  if (months < 30 && drawn < 0.5) return `nappies-${Math.min(5, Math.max(1, 1 + Math.floor(months / 5)))}`;
  if (drawn < 0.75) {
    const sizes = [62, 68, 74, 80, 86, 92, 98, 104];
    const index = months < 24 ? months / 4.5 : 5 + (months - 24) / 11;
    return `overall-${sizes[Math.min(sizes.length - 1, Math.max(0, Math.floor(index)))]}`;
  }
  const toys = [
    [9, 'rattle'],
    [24, 'cubes'],
    [36, 'puzzle'],
    [50, 'lacing'],
  ] as const;
  return toys.find(([upTo]) => months < upTo)?.[1] ?? 'builder';
}

/** Receipts without a customer: fewer of them from month to month, as more people show their phone. */
function strangers(
  bought: readonly Deed[],
  { from, until, zone }: { readonly from: number; readonly until: number; readonly zone: string },
  random: () => number,
): Deed[] {
  const [first, last] = strangersShare;
  const pick = <Some>(of: readonly Some[]) => of[Math.floor(random() * of.length)] as Some;
  const meant = bought.length * 0.6;
  return Array.from({ length: Math.floor(meant) }, (_, index): Deed | undefined => {
    const moment = random();
    if (random() > first + (last - first) * moment) return undefined;
    const at = inOpeningHours(from + moment * (until - from), zone, random);
    const item = { sku: pick(goodsOfStrangers), quantity: 1 + Math.floor(random() * 2) };
    return {
      kind: 'buy',
      at,
      receipt: `year-s-${index}`,
      person: null,
      store: pick(storesOfStrangers),
      items: [item],
    };
  }).filter((deed) => deed !== undefined);
}
