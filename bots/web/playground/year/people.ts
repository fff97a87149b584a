import type { Gender } from '../../../../core/customers/types.ts';
import { DAY_MS } from '../../../../core/time.ts';

/** How somebody buys: days between visits on average, and when they come for the last time. */
export interface Habit {
  readonly name: 'devoted' | 'regular' | 'occasional' | 'lapsed' | 'once' | 'fresh' | 'fair';
  readonly gapDays: number;
  /** Of a hundred people, so many. */
  readonly share: number;
}

/** The ways of buying in the made-up shop. Most people come once or stop coming, as in any shop. */
export const habits: readonly Habit[] = [
  { name: 'devoted', gapDays: 9, share: 8 },
  { name: 'regular', gapDays: 24, share: 20 },
  { name: 'occasional', gapDays: 58, share: 20 },
  { name: 'lapsed', gapDays: 22, share: 20 },
  { name: 'once', gapDays: 0, share: 25 },
  { name: 'fresh', gapDays: 13, share: 7 },
];

/** Those who joined at a fair some weeks ago, in the messenger and for the offers: an audience to write to. */
const atFair: Habit = { name: 'fair', gapDays: 45, share: 0 };

/** What somebody buys for. */
export type Interest = 'coffee' | 'dog' | 'cat' | 'child' | 'dry skin' | 'oily skin' | 'home';

/** A made-up customer. Times in epoch milliseconds. */
export interface Person {
  readonly number: number;
  /** E.164, with the middle that films use. */
  readonly phone: string;
  readonly name: string;
  readonly gender: Gender;
  readonly birthday: string;
  readonly city: string;
  readonly store: string;
  readonly habit: Habit;
  readonly interests: readonly Interest[];
  /** When the child was born, where there is one. */
  readonly childBornAt: number | null;
  readonly beginsAt: number;
  readonly endsAt: number;
  /** Whether the person talks to the bot; the others only gave a phone at the till. */
  readonly chats: boolean;
  readonly wantsOffers: boolean;
}

/** The chat a made-up customer opened, as the messenger names it: no phone on the table shows it. */
export function crowdChat(number: number): string {
  return `${crowdPrefix}${number}`;
}

/** What the chats of made-up customers begin with. */
export const crowdPrefix = 'year-';

const women = ['Олена', 'Ірина', 'Наталія', 'Оксана', 'Юлія', 'Марія', 'Анна', 'Тетяна', 'Софія', 'Дарина'];
const men = ['Андрій', 'Ігор', 'Олег', 'Максим', 'Тарас', 'Богдан', 'Сергій', 'Юрій'];
const places = [
  ['Київ', 'kyiv-1'],
  ['Київ', 'kyiv-2'],
  ['Київ', 'web'],
  ['Львів', 'lviv-1'],
  ['Бровари', 'kyiv-2'],
] as const;
const interestsAtHand: readonly Interest[] = [
  'coffee',
  'dog',
  'cat',
  'child',
  'dry skin',
  'oily skin',
  'home',
];

/** Somebody whose year in the shop lies between `from` and `until`. `random` returns [0, 1). */
export function makePerson(
  number: number,
  from: number,
  until: number,
  random: () => number,
  cameToFair = false,
): Person {
  const pick = <Some>(of: readonly Some[]) => of[Math.floor(random() * of.length)] as Some;
  const female = random() < 0.62;
  const habit = cameToFair ? atFair : habitOf(random() * 100);
  const [city, store] = pick(places);
  const interests = [...new Set([pick(interestsAtHand), pick(interestsAtHand), 'coffee' as const])].slice(
    random() < 0.5 ? 0 : 1,
  );
  const age = 20 + Math.floor(random() * 45);
  const day = `${pick(['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'])}-${String(1 + Math.floor(random() * 28)).padStart(2, '0')}`;
  return {
    number,
    phone: `+38067555${String(1000 + number)}`,
    name: pick(female ? women : men),
    gender: female ? 'female' : 'male',
    birthday: `${new Date(until).getUTCFullYear() - age}-${day}`,
    ...{ city, store, habit, interests },
    childBornAt: interests.includes('child') ? until - Math.floor((2 + random() * 46) * 30.4) * DAY_MS : null,
    ...stay(habit, from, until, random),
    chats: cameToFair || random() < (habit.name === 'once' ? 0.35 : 0.8),
    wantsOffers: cameToFair || random() < 0.7,
  };
}

function habitOf(drawn: number): Habit {
  let upTo = 0;
  for (const habit of habits) {
    upTo += habit.share;
    if (drawn < upTo) return habit;
  }
  return habits[0] as Habit;
}

/** More people come as the year goes on: the first visit is drawn from a line that rises. */
function stay({ name }: Habit, from: number, until: number, random: () => number) {
  const year = until - from;
  const rising = Math.sqrt(random());
  switch (name) {
    case 'fresh':
      return { beginsAt: until - random() * 45 * DAY_MS, endsAt: until };
    case 'fair':
      return { beginsAt: until - (20 + random() * 2) * DAY_MS, endsAt: until };
    case 'lapsed': {
      const beginsAt = from + random() * 0.35 * year;
      return { beginsAt, endsAt: until - (60 + random() * 150) * DAY_MS };
    }
    default:
      return { beginsAt: from + rising * 0.95 * year * (name === 'once' ? 1 : 0.8), endsAt: until };
  }
}
