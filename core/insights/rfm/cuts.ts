import { ckmeans } from 'simple-statistics';
import type { RfmCuts, RfmProfile } from './types.ts';

/** Figures of many customers, each under its index; who has no orders takes no part. */
export interface RfmFigures {
  readonly length: number;
  /** The day of the last purchase, in days since 1970. */
  readonly lastDays: ArrayLike<number>;
  readonly orders: ArrayLike<number>;
  readonly paidMinor: ArrayLike<number>;
}

/**
 * The bounds between the scores of a profile among these customers as of `day`; undefined where nobody has orders.
 * Bounds are values, never places in a list: whoever is equal is scored the same.
 */
export function findCuts(profile: RfmProfile, figures: RfmFigures, day: number): RfmCuts | undefined {
  const columns = takingPart(figures, day);
  if (columns.recencyDays.length === 0) return undefined;
  const { method, bounds, scores } = profile;
  if (method === 'bounds' && bounds) {
    return { recencyDays: bounds.recency_days, orders: bounds.orders, paidMinor: bounds.paid_minor };
  }
  const between = method === 'clusters' ? betweenClusters : quantiles;
  return {
    recencyDays: between(columns.recencyDays, scores),
    orders: between(columns.orders, scores),
    paidMinor: between(columns.paidMinor, scores),
  };
}

function takingPart({ length, lastDays, orders, paidMinor }: RfmFigures, day: number) {
  const columns = {
    recencyDays: new Float64Array(length),
    orders: new Float64Array(length),
    paidMinor: new Float64Array(length),
  };
  let count = 0;
  for (let index = 0; index < length; index += 1) {
    const ordered = orders[index] ?? 0;
    if (ordered <= 0) continue;
    columns.recencyDays[count] = Math.max(0, day - (lastDays[index] ?? day));
    columns.orders[count] = ordered;
    columns.paidMinor[count] = paidMinor[index] ?? 0;
    count += 1;
  }
  return {
    recencyDays: columns.recencyDays.subarray(0, count),
    orders: columns.orders.subarray(0, count),
    paidMinor: columns.paidMinor.subarray(0, count),
  };
}

/**
 * The values that part `parts` equal shares, interpolated between neighbours in a line (R's type 7, as NumPy and pandas
 * do by default).
 */
export function quantiles(values: Float64Array, parts: number): number[] {
  const places = Array.from({ length: parts - 1 }, (_, index) => ((values.length - 1) * (index + 1)) / parts);
  const ranks = places.flatMap((place) => [Math.floor(place), Math.ceil(place)]);
  const found = atRanks(values, ranks);
  return places.map((place) => {
    const [low = 0, high = low] = [found.get(Math.floor(place)), found.get(Math.ceil(place))];
    return low + (high - low) * (place - Math.floor(place));
  });
}

const buckets = 65_536;

/**
 * The values at these places of the sorted list, without sorting it: values fall into buckets by size, and only the
 * buckets that hold a wanted place are sorted. A million take a few milliseconds, which sorting takes a hundred for.
 */
function atRanks(values: Float64Array, ranks: readonly number[]): Map<number, number> {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const perUnit = most > least ? (buckets - 1) / (most - least) : 0;
  const counts = new Uint32Array(buckets);
  for (const value of values) {
    const bucket = Math.floor((value - least) * perUnit);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return readRanks(values, ranks, counts, (value) => Math.floor((value - least) * perUnit));
}

function readRanks(
  values: Float64Array,
  ranks: readonly number[],
  counts: Uint32Array,
  bucketOf: (value: number) => number,
): Map<number, number> {
  const found = new Map<number, number>();
  let [bucket, before] = [0, 0];
  let held: Float64Array | undefined;
  for (const rank of [...new Set(ranks)].sort((a, b) => a - b)) {
    while (before + (counts[bucket] ?? 0) <= rank) {
      before += counts[bucket] ?? 0;
      bucket += 1;
      held = undefined;
    }
    held ??= values.filter((value) => bucketOf(value) === bucket).sort();
    found.set(rank, held[rank - before] ?? 0);
  }
  return found;
}

/** So many values stand for all: the optimal clusters of a million take seconds, those of these a tenth of one. */
const mostClustered = 20_000;

/**
 * The greatest values of all but the highest cluster, when values are clustered by k-means over their logarithms: the
 * optimal clusters, the same every time (Wang and Song 2011). Of more than 20,000 customers every n-th by size is
 * taken. Where there are fewer different values than clusters, the last bound is repeated.
 */
export function betweenClusters(values: Float64Array, clusters: number): number[] {
  const sorted = values.slice().sort();
  const size = Math.min(sorted.length, mostClustered);
  const sample = Array.from(
    { length: size },
    (_, index) => sorted[Math.floor(((index + 0.5) * sorted.length) / size)] ?? 0,
  );
  const distinct = new Set(sample).size;
  const found = ckmeans(
    sample.map((value) => Math.log1p(Math.max(0, value))),
    Math.min(clusters, distinct),
  );
  const ends = found.map((_, index) =>
    found.slice(0, index + 1).reduce((sum, { length }) => sum + length, 0),
  );
  const bounds = ends.slice(0, -1).map((end) => sample[end - 1] ?? 0);
  const last = bounds.at(-1) ?? sample[0] ?? 0;
  return [...bounds, ...Array<number>(clusters - 1 - bounds.length).fill(last)];
}
