import { invariant } from './errors.ts';

/** The largest amount of one line or purchase, in minor units: sums of 1,000 of them stay exact. */
export const MAX_AMOUNT_MINOR = 1_000_000_000_000;

/** The sum of amounts. */
export function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

/** `quantity` (0 or more, up to three decimals) times a price in minor units, rounded half up to whole minor units. */
export function lineAmountMinor(quantity: number, unitPriceMinor: number): number {
  invariant(quantity >= 0 && unitPriceMinor >= 0, 'a line has a quantity and a price of 0 or more');
  const thousandths = BigInt(Math.round(quantity * 1000)) * BigInt(unitPriceMinor);
  return Number((thousandths + 500n) / 1000n);
}

/** `amountMinor` × `percent` / 100 / `unitMinor`, rounded down. Exact: percent has up to two decimals. */
export function wholeUnitsOfPercent(amountMinor: number, percent: number, unitMinor: number): number {
  const basisPoints = Math.round(percent * 100);
  const product = amountMinor * basisPoints;
  if (Number.isSafeInteger(product)) return Math.floor(product / (10_000 * unitMinor));
  return Number((BigInt(amountMinor) * BigInt(basisPoints)) / (10_000n * BigInt(unitMinor)));
}

/**
 * Splits `total` into whole parts in proportion to `weights` by the largest remainder method (Hamilton):
 * each part is its exact share rounded down or up, and the parts sum to `total`. Equal remainders go to the
 * earlier weight. All weights zero: everything goes to the first. Refuses negatives.
 */
export function splitByLargestRemainder(total: number, weights: readonly number[]): number[] {
  invariant(total >= 0 && weights.every((weight) => weight >= 0), 'a split needs positive numbers');
  if (weights.length === 0) return [];
  const sum = weights.reduce((left, right) => left + right, 0);
  if (sum === 0) return weights.map((_, index) => (index === 0 ? total : 0));
  const shares = weights.map((weight, index) => ({ index, ...shareOf(total, weight, sum) }));
  let left = total - shares.reduce((done, share) => done + share.part, 0);
  if (left > 0) shares.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  const parts = new Array<number>(weights.length).fill(0);
  for (const { index, part } of shares) {
    parts[index] = part + (left > 0 ? 1 : 0);
    left -= 1;
  }
  return parts;
}

/** `part` of `whole` (1 or more), of `total`: rounded down to whole units, exact. */
export function shareDown(total: number, part: number, whole: number): number {
  return shareOf(total, part, whole).part;
}

/** The same, rounded half up. */
export function shareHalfUp(total: number, part: number, whole: number): number {
  const share = shareOf(total, part, whole);
  return share.rest * 2 >= whole ? share.part + 1 : share.part;
}

/** `total` × `weight` / `sum`, rounded down, and the remainder; exact beyond 2^53 too. */
function shareOf(total: number, weight: number, sum: number): { part: number; rest: number } {
  const product = total * weight;
  if (Number.isSafeInteger(product)) return { part: Math.floor(product / sum), rest: product % sum };
  const exact = BigInt(total) * BigInt(weight);
  return { part: Number(exact / BigInt(sum)), rest: Number(exact % BigInt(sum)) };
}

/** How many digits the minor unit of a currency (three letters) takes: 2 for kopecks and cents, 0 where there is none. */
export function minorDigits(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
