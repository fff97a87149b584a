import type { RfmFigures } from './cuts.ts';
import { rfSegmentOfCode, segmentOfCode } from './maps.ts';
import {
  type RfmCuts,
  type RfmProfile,
  type RfmResult,
  type RfmSize,
  type RfmValues,
  rfmSegments,
  rfSegments,
} from './types.ts';

/** The code of a customer: recency, frequency and money, each from 1 to one more than there are bounds. */
export function codeOf(cuts: RfmCuts, { recencyDays, orders, paidMinor }: RfmValues): string {
  const recency = cuts.recencyDays.length + 1 - above(cuts.recencyDays, recencyDays);
  return `${recency}${1 + above(cuts.orders, orders)}${1 + above(cuts.paidMinor, paidMinor)}`;
}

/** How many bounds a value is above: equal is not above, so equal values score the same and stay with those below. */
function above(bounds: readonly number[], value: number): number {
  let count = 0;
  for (const bound of bounds) if (value > bound) count += 1;
  return count;
}

/** Everybody scored and counted: how many customers have each code, are in each segment, and what they bought. */
export function countCodes(
  profile: RfmProfile,
  cuts: RfmCuts | undefined,
  figures: RfmFigures,
  day: number,
): Pick<RfmResult, 'customers' | 'codes' | 'segments' | 'rf'> {
  const codes = cuts ? countEach(cuts, figures, day) : new Map<string, RfmSize>();
  const bySegment = grouped(codes, (code) => segmentOfCode(profile, code));
  const byRf = grouped(codes, (code) => rfSegmentOfCode(profile, code));
  const sizeOf = <Name extends string>(names: readonly Name[], sizes: ReadonlyMap<string, RfmSize>) =>
    Object.fromEntries(names.map((name) => [name, sizes.get(name) ?? nobody])) as Record<Name, RfmSize>;
  return {
    customers: [...codes.values()].reduce((sum, { customers }) => sum + customers, 0),
    codes: Object.fromEntries([...codes].sort(([a], [b]) => (a < b ? 1 : -1))),
    segments: sizeOf(rfmSegments, bySegment),
    rf: sizeOf(rfSegments, byRf),
  };
}

const nobody: RfmSize = { customers: 0, orders: 0, paidMinor: 0 };

function grouped(
  sizes: ReadonlyMap<string, RfmSize>,
  groupOf: (code: string) => string,
): Map<string, RfmSize> {
  const groups = new Map<string, RfmSize>();
  for (const [code, size] of sizes) {
    const group = groupOf(code);
    const { customers, orders, paidMinor } = groups.get(group) ?? nobody;
    groups.set(group, {
      customers: customers + size.customers,
      orders: orders + size.orders,
      paidMinor: paidMinor + size.paidMinor,
    });
  }
  return groups;
}

/** Cells of a code: three digits of up to 5, as the number they spell. */
const cells = 556;

/** A million customers in a few hundredths of a second: scores of small values are looked up, sums stand in one array. */
function countEach(cuts: RfmCuts, figures: RfmFigures, day: number): Map<string, RfmSize> {
  const { length, lastDays, orders, paidMinor } = figures;
  const sums = new Float64Array(cells * 3);
  const scores = cuts.recencyDays.length + 1;
  const recencies = lookUp(cuts.recencyDays);
  const frequencies = lookUp(cuts.orders);
  for (let index = 0; index < length; index += 1) {
    const ordered = orders[index] ?? 0;
    if (ordered <= 0) continue;
    const paid = paidMinor[index] ?? 0;
    const recency = scores - recencies(Math.max(0, day - (lastDays[index] ?? day)));
    const code = recency * 100 + (1 + frequencies(ordered)) * 10 + 1 + above(cuts.paidMinor, paid);
    sums[code * 3] = (sums[code * 3] ?? 0) + 1;
    sums[code * 3 + 1] = (sums[code * 3 + 1] ?? 0) + ordered;
    sums[code * 3 + 2] = (sums[code * 3 + 2] ?? 0) + paid;
  }
  return readSums(sums);
}

function readSums(sums: Float64Array): Map<string, RfmSize> {
  const sizes = new Map<string, RfmSize>();
  for (let code = 0; code < cells; code += 1) {
    const [customers = 0, orders = 0, paidMinor = 0] = sums.subarray(code * 3, code * 3 + 3);
    if (customers > 0) sizes.set(String(code), { customers, orders, paidMinor });
  }
  return sizes;
}

const lookedUp = 4096;

function lookUp(bounds: readonly number[]): (value: number) => number {
  const known = Uint8Array.from({ length: lookedUp }, (_, value) => above(bounds, value));
  return (value) => (value < lookedUp ? (known[value] ?? 0) : above(bounds, value));
}
