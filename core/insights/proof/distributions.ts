import { gammaln } from 'simple-statistics';
import { invariant } from '../../errors.ts';

// No library: what is typed and kept up brings hundreds of packages for these, what is small is untyped and old. Here are
// two continued fractions and a search, held to published tables by a test.

/** A continued fraction is followed until a further term changes it by less than this. */
const exact = 1e-15;
const mostTerms = 10_000;
/** In the place of a zero that would be divided by. */
const tiny = 1e-300;

/** A continued fraction by its terms a(k) and b(k), k from 1, after b(0) = `first` (Lentz; Numerical Recipes, 5.2). */
function continued(first: number, term: (k: number) => readonly [a: number, b: number]): number {
  let value = first === 0 ? tiny : first;
  let [above, below] = [value, 0];
  for (let k = 1; k <= mostTerms; k += 1) {
    const [a, b] = term(k);
    below = 1 / (b + a * below || tiny);
    above = b + a / above || tiny;
    value *= above * below;
    if (Math.abs(above * below - 1) < exact) break;
  }
  return value;
}

/** The regularised incomplete beta function I_x(a, b) (DLMF 8.17.22), for a and b above 0 and x from 0 to 1. */
export function betaShare(x: number, a: number, b: number): number {
  invariant(x >= 0 && x <= 1 && a > 0 && b > 0, 'a share of beta is within its bounds');
  if (x === 0 || x === 1) return x;
  // The fraction comes to rest soon on this side of the middle only.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a);
  const logs = gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x);
  const fraction = continued(1, (k) => {
    const m = Math.floor(k / 2);
    const d =
      k % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [d, 1];
  });
  return Math.exp(logs) / (a * fraction);
}

/** The regularised upper incomplete gamma function Q(a, x) (DLMF 8.9.2, and the series 8.7.1 for a small x). */
function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - gammaln(a));
  if (x >= a + 1) return front / continued(x + 1 - a, (k) => [-k * (k - a), x + 2 * k + 1 - a]);
  let [term, sum] = [1 / a, 1 / a];
  for (let k = 1; term > sum * exact && k < mostTerms; k += 1) {
    term *= x / (a + k);
    sum += term;
  }
  return 1 - front * sum;
}

/** How likely a chi-square of so many degrees of freedom is `value` or more. */
export function chiSquareTail(value: number, degrees: number): number {
  return gammaTail(degrees / 2, value / 2);
}

/** How likely Student's t is as far from 0 as `t`, on either side. Many degrees of freedom are the normal distribution. */
export function studentTails(t: number, degrees: number): number {
  if (Number.isNaN(t) || !(degrees > 0)) return 1;
  if (!Number.isFinite(t)) return 0;
  if (degrees > 1e7) return gammaTail(0.5, (t * t) / 2);
  return betaShare(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** How far from 0 Student's t is with a probability of `tails` in both tails together: 1.96 for 0.05 and many degrees. */
export function studentBound(tails: number, degrees: number): number {
  invariant(tails > 0 && tails < 1, 'a probability is between 0 and 1');
  let [low, high] = [0, 1];
  while (studentTails(high, degrees) > tails && high < 1e8) [low, high] = [high, high * 2];
  // Halved until nothing is left between them that a number can hold.
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (studentTails(middle, degrees) > tails) low = middle;
    else high = middle;
  }
  return high;
}
