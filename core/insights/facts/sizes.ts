import type { AgeSource, SizeTable } from '../../program/facts.ts';

/** From how many months of age up to how many something is worn or played with. */
export type Months = readonly [from: number, to: number];

/**
 * When children wear a size, in months of age: our own tables from common knowledge, about a size wider on either side
 * than the label says, since children differ and grown-ups buy ahead. A window too wide costs some purchases more; one
 * too narrow would make two children of one.
 */
export const monthsOfSizes: Readonly<Record<SizeTable, Readonly<Record<string, Months>>>> = {
  /** EU sizes of clothes: the height of the child in centimetres. */
  height: {
    ...{
      50: [0, 2],
      56: [0, 3],
      62: [1, 6],
      68: [3, 9],
      74: [5, 13],
      80: [8, 19],
      86: [11, 26],
      92: [16, 35],
    },
    ...{ 98: [22, 46], 104: [30, 58], 110: [40, 71], 116: [52, 84], 122: [63, 97], 128: [75, 110] },
    ...{ 134: [87, 123], 140: [99, 136], 146: [110, 149], 152: [122, 162], 158: [134, 176], 164: [145, 192] },
  },
  /** EU sizes of shoes. */
  shoes: {
    ...{
      16: [0, 9],
      17: [2, 11],
      18: [4, 14],
      19: [7, 17],
      20: [9, 21],
      21: [11, 25],
      22: [14, 30],
      23: [18, 36],
    },
    ...{ 24: [21, 42], 25: [26, 48], 26: [31, 56], 27: [37, 63], 28: [42, 71], 29: [48, 79], 30: [55, 88] },
    ...{ 31: [62, 97], 32: [69, 106], 33: [76, 116], 34: [84, 126], 35: [92, 138], 36: [100, 152] },
    ...{ 37: [108, 170], 38: [116, 190] },
  },
  /** Nappies, by the sizes all makers share. */
  nappies: { 0: [0, 2], 1: [0, 4], 2: [0, 7], 3: [2, 14], 4: [6, 32], 5: [12, 48], 6: [18, 66] },
  /** The age groups of product feeds. */
  age_group: { newborn: [0, 4], infant: [2, 14], toddler: [10, 66], kids: [54, 168] },
};

/** A bare number, or two that make a range, at the beginning: `92`, `92-98`, `EU 28,5`, `4+`. */
const sizeShape = /^\D{0,10}?(\d+)(?:[.,]\d+)?(?:\s*[-–/]\s*(\d+))?/u;

/** The ages at which `size` is worn, by a table; undefined where the table does not know it. A range is both sizes. */
export function monthsOfSize(
  size: string,
  table: Extract<AgeSource, { by: 'size' }>['table'],
): Months | undefined {
  const known: Readonly<Record<string, Months>> = typeof table === 'string' ? monthsOfSizes[table] : table;
  const look = (key: string) => (Object.hasOwn(known, key) ? known[key] : undefined);
  const whole = look(size.trim().toLowerCase());
  if (whole) return whole;
  const [, first = '', second] = sizeShape.exec(size) ?? [];
  const one = look(first);
  const other = second === undefined ? one : look(second);
  return one && other && [Math.min(one[0], other[0]), Math.max(one[1], other[1])];
}

const monthWord = /^\s*(m|mo|month|м|міс|мес)/iu;
const yearWord = /^\s*(y|yr|year|р|рік|рок|л|год|лет)/iu;

/** An age as a shop writes it, in months: `18m`, `1.5 years`, `3+`; a bare number is in `unit`. */
export function readAge(text: string, unit: 'months' | 'years'): number | undefined {
  const [all, digits] = /^\s*(\d+(?:[.,]\d+)?)\s*\+?/u.exec(text) ?? [];
  if (all === undefined || digits === undefined) return undefined;
  const rest = text.slice(all.length);
  const isMonths = monthWord.test(rest) || (unit === 'months' && !yearWord.test(rest));
  const age = Number(digits.replace(',', '.')) * (isMonths ? 1 : 12);
  return age <= 240 ? age : undefined;
}

/**
 * The ages a toy is for, in months. Without an end: up to twice the age, and a year more at least, since few play with
 * what is "3+" at ten. The end is the whole of its year or month: "3 to 5 years" is up to the sixth birthday.
 */
export function monthsOfAges(
  from: string | undefined,
  to: string | undefined,
  unit: 'months' | 'years',
): Months | undefined {
  const first = from === undefined ? undefined : readAge(from, unit);
  const last = to === undefined ? undefined : readAge(to, unit);
  if (first === undefined && last === undefined) return undefined;
  const low = first ?? 0;
  if (last === undefined) return [low, low + Math.max(12, low)];
  if (last < low) return undefined;
  return [low, last + (unit === 'years' && last % 12 === 0 ? 12 : 1)];
}
