import { gammaln } from 'simple-statistics';
import { digamma, likeliest, type Slope } from './optimise.ts';

/**
 * Who buys on, and how often: the BG/NBD model of P. Fader, B. Hardie and K. L. Lee, "Counting Your Customers" the Easy
 * Way, Marketing Science 24 (2005). A buyer buys at random at a rate of their own (gamma: r, alpha) and after each
 * purchase leaves for good with a chance of their own (beta: a, b).
 */
export interface BgNbd {
  readonly r: number;
  /** In the unit of time of the figures it was fitted to. */
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

/** What the model knows of a buyer: repeat purchases, when the last one was after the first, and how long ago the first is. */
export interface BuyingHistory {
  readonly repeats: number;
  readonly recency: number;
  readonly age: number;
}

/** Buyers who look alike to the model, counted: one place in each array for each kind. */
export interface BuyingHistories {
  readonly repeats: Float64Array;
  readonly recency: Float64Array;
  readonly age: Float64Array;
  readonly buyers: Float64Array;
}

/** What a fit came to. `settled` false: the parameters are no good. */
export interface BgNbdFit {
  readonly parameters: BgNbd;
  readonly logLikelihood: number;
  readonly settled: boolean;
}

/** The parameters under which these histories are likeliest. Takes time in any one unit. */
export function fitBgNbd(histories: BuyingHistories): BgNbdFit {
  // In tenths of the greatest age all parameters are within a few powers of ten of 1.
  const unit = Math.max(1e-9, greatest(histories.age)) / 10;
  const scaled = (values: Float64Array) => values.map((value) => value / unit);
  const { repeats, buyers } = histories;
  const likelihood = likelihoodOf({
    ...{ repeats, buyers, recency: scaled(histories.recency), age: scaled(histories.age) },
  });
  const count = sumOf(buyers);
  const { parameters, logLikelihood, settled } = likeliest(likelihood, [1, 1, 1, 1], count);
  const [r = 1, alpha = 1, a = 1, b = 1] = parameters;
  // A density over a smaller unit of time is smaller, once for each repeat purchase.
  const rescaled =
    buyers.reduce((sum, alike, index) => sum + alike * (repeats[index] ?? 0), 0) * Math.log(unit);
  return { parameters: { r, alpha: alpha * unit, a, b }, logLikelihood: logLikelihood - rescaled, settled };
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function greatest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** The log-likelihood (equation 6, with A3 + A4 as a sum of logs) of all histories, and its slope along r, alpha, a, b. */
function likelihoodOf({ repeats, recency, age, buyers }: BuyingHistories) {
  // Few values occur often: what depends on one alone is worked out once for each.
  const [counts, recencies, ages] = [distinct(repeats), distinct(recency), distinct(age)];
  return ([r = 1, alpha = 1, a = 1, b = 1]: readonly number[]): Slope => {
    const terms = Array.from(counts.values, (x) => countTerms(x, r, a, b));
    const logRecency = recencies.values.map((recent) => Math.log(alpha + recent));
    const logAge = ages.values.map((old) => Math.log(alpha + old));
    const rest = r * Math.log(alpha);
    let [total, byR, byAlpha, byA, byB] = [0, 0, 0, 0, 0];
    for (let index = 0; index < buyers.length; index += 1) {
      const x = repeats[index] as number;
      const alike = buyers[index] as number;
      const term = terms[counts.places[index] as number] as CountTerms;
      const whole = logAge[ages.places[index] as number] as number;
      const gap = whole - (logRecency[recencies.places[index] as number] as number);
      const gone = term.leaving + (r + x) * gap;
      const share = x === 0 ? 0 : 1 / (1 + Math.exp(-gone));
      const older = 1 / (alpha + (age[index] as number));
      const newer = 1 / (alpha + (recency[index] as number));
      total += alike * (term.value + rest - (r + x) * whole + (x === 0 ? 0 : logOnePlusExp(gone)));
      byR += alike * (term.byR - whole + share * gap);
      byAlpha += alike * (r + x) * (share * (older - newer) - older);
      byA += alike * (term.byA + share / a);
      byB += alike * (term.byB - (x === 0 ? 0 : share / (b + x - 1)));
    }
    const all = sumOf(buyers);
    return { value: total, gradient: [byR + all * Math.log(alpha), byAlpha + (all * r) / alpha, byA, byB] };
  };
}

/** What depends on the number of repeat purchases alone. */
interface CountTerms {
  /** ln of Γ(r+x)/Γ(r) · B(a,b+x)/B(a,b), and its slopes. */
  readonly value: number;
  readonly byR: number;
  readonly byA: number;
  readonly byB: number;
  /** ln of a/(b+x-1). */
  readonly leaving: number;
}

function countTerms(x: number, r: number, a: number, b: number): CountTerms {
  const rate = gammaln(r + x) - gammaln(r);
  const both = digamma(a + b) - digamma(a + b + x);
  return {
    value: rate + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x),
    byR: digamma(r + x) - digamma(r),
    byA: both,
    byB: both + digamma(b + x) - digamma(b),
    leaving: x > 0 ? Math.log(a / (b + x - 1)) : Number.NEGATIVE_INFINITY,
  };
}

/** The values that occur, and the place among them of each. */
function distinct(all: Float64Array): { readonly values: Float64Array; readonly places: Uint32Array } {
  const placeOf = new Map<number, number>();
  const places = new Uint32Array(all.length);
  for (const [index, value] of all.entries()) {
    let place = placeOf.get(value);
    if (place === undefined) {
      place = placeOf.size;
      placeOf.set(value, place);
    }
    places[index] = place;
  }
  return { values: Float64Array.from(placeOf.keys()), places };
}

/** ln(1 + e^exponent), also where e^exponent is past all numbers. */
function logOnePlusExp(exponent: number): number {
  return exponent > 40 ? exponent : Math.log1p(Math.exp(exponent));
}

/** The chance, from 0 to 1, that a buyer has not left. Of who bought once it is always 1: the model cannot tell. */
export function chanceAlive(model: BgNbd, { repeats, recency, age }: BuyingHistory): number {
  return 1 / (1 + oddsGone(model, repeats, recency, age));
}

/** How many times likelier it is that the buyer left right after the last purchase than that nobody left. */
function oddsGone({ r, alpha, a, b }: BgNbd, repeats: number, recency: number, age: number): number {
  if (repeats === 0) return 0;
  return Math.exp(
    Math.log(a / (b + repeats - 1)) + (r + repeats) * (Math.log(alpha + age) - Math.log(alpha + recency)),
  );
}

/**
 * Purchases to expect in the next `time` (equation 10). The paper's Γ-function series is transformed after Euler
 * (Abramowitz and Stegun 15.3.3), so that its terms shrink with the number of purchases, rather than grow.
 */
export function expectedPurchases(model: BgNbd, history: BuyingHistory, time: number): number {
  const { r, alpha, b } = model;
  const { repeats, recency, age } = history;
  // At a = 1 the equation is 0/0; beside it, it is as good as its limit.
  const a = Math.abs(model.a - 1) < 1e-6 ? 1 + 1e-6 : model.a;
  const share = time / (alpha + age + time);
  const series = hypergeometric(a + b - 1 - r, a - 1, a + b + repeats - 1, share);
  const none = (1 - share) ** (a - 1) * series;
  const gone = oddsGone({ ...model, a }, repeats, recency, age);
  return Math.max(0, (((a + b + repeats - 1) / (a - 1)) * (1 - none)) / (1 + gone));
}

const mostTerms = 100_000;

/** Gauss's ₂F₁(a, b; c; z) for c > 0 and 0 ≤ z < 1, term by term from the one before. */
function hypergeometric(a: number, b: number, c: number, z: number): number {
  let term = 1;
  let total = 1;
  for (let index = 0; index < mostTerms; index += 1) {
    term *= (((a + index) * (b + index)) / ((c + index) * (1 + index))) * z;
    total += term;
    if (Math.abs(term) <= 1e-15 * Math.abs(total)) break;
  }
  return total;
}
