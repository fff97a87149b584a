import { sum } from '../../money.ts';
import { studentBound, studentTails } from './distributions.ts';

/** A group as far as comparing goes: how many, the sum of their figures, and the sum of the squares of these. */
export interface Sample {
  readonly people: number;
  readonly sum: number;
  readonly squares: number;
}

/** A group of which so many did something: their figures are 1, the others' 0. */
export function sampleOf(people: number, count: number): Sample {
  return { people, sum: count, squares: count };
}

/** The same for shares. */
export interface Share {
  readonly people: number;
  readonly count: number;
}

/** How much more the one group has a head than the other, the 95 % interval of that, and how often chance does as much. */
export interface Difference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided. */
  readonly p: number;
}

/** A group and the one it is compared with: drawn at the same time, by the same shares. */
export interface Pair<Group> {
  readonly treated: Group;
  readonly control: Group;
}

/** One in twenty. */
export const chance = 0.05;

/**
 * Compares the averages of two groups by Welch's t: their variances need not be the same; what is known of a far larger group
 * counts for the smaller one too (see `errorOf`). Several pairs, drawn by unlike shares, are compared each by itself and put
 * together as `together` says. Groups of less than two say nothing: from -Infinity to Infinity.
 */
export function compareMeans(...pairs: readonly Pair<Sample>[]): Difference {
  const { difference, known } = together(pairs, meanOf, (pair) => errorOf(pair.treated, pair.control));
  return differenceOf(difference, known);
}

/** Compares shares by the normal distribution, without pooling the groups (Wald): for at least ten of each kind. */
export function compareShares(...pairs: readonly Pair<Share>[]): Difference {
  const variance = (group: Share) => (shareOf(group) * (1 - shareOf(group))) / group.people;
  const { difference, known } = together(pairs, shareOf, ({ treated, control }) => ({
    error: Math.sqrt(variance(treated) + variance(control)),
    degrees: Number.POSITIVE_INFINITY,
  }));
  return differenceOf(difference, known);
}

/**
 * What pairs say together: the difference of each weighs as much as it tells, treated times control over both, so that who
 * came when more were kept apart is compared with nobody of another time (W. G. Cochran, "Some Methods for Strengthening the
 * Common chi-square Tests", 1954; of shares it is the risk difference of Mantel and Haenszel with the variance of
 * S. Greenland and J. Robins, "Estimation of a Common Effect Parameter from Sparse Follow-Up Data", 1985). The degrees of
 * freedom are Satterthwaite's. One pair is what it is alone.
 */
function together<Group extends { readonly people: number }>(
  pairs: readonly Pair<Group>[],
  averageOf: (group: Group) => number,
  uncertaintyOf: (pair: Pair<Group>) => Uncertainty,
): { readonly difference: number; readonly known: Uncertainty } {
  const weighty = pairs.filter(({ treated, control }) => treated.people > 1 && control.people > 1);
  // What tells nothing by itself adds nothing to the others; where there are no others, that shows.
  const parts = (weighty.length > 0 ? weighty : pairs.slice(0, 1)).map((pair) => ({
    weight: weightOf(pair),
    difference: averageOf(pair.treated) - averageOf(pair.control),
    ...uncertaintyOf(pair),
  }));
  const [only] = parts;
  if (!only) return { difference: 0, known: { error: Number.NaN, degrees: 0 } };
  if (parts.length === 1) return { difference: only.difference, known: only };
  const all = sum(parts.map(({ weight }) => weight));
  const shares = parts.map(({ weight, error, degrees }) => ({
    variance: ((weight / all) * error) ** 2,
    degrees,
  }));
  const variance = sum(shares.map((part) => part.variance));
  const freedom = shares.map((part) => (part.variance === 0 ? 0 : part.variance ** 2 / part.degrees));
  return {
    difference: sum(parts.map(({ weight, difference }) => (weight / all) * difference)),
    known: { error: Math.sqrt(variance), degrees: variance ** 2 / sum(freedom) },
  };
}

/** How much a pair tells: as many people as two groups of half as many each would. */
function weightOf({ treated, control }: Pair<{ readonly people: number }>): number {
  return (treated.people * control.people) / (treated.people + control.people);
}

/** By how much a figure is higher in the treated groups, of pairs put together as differences are; 0 of nobody. */
export function differenceIn<Group extends { readonly people: number }>(
  pairs: readonly Pair<Group>[],
  averageOf: (group: Group) => number,
): number {
  return together(pairs, averageOf, () => ({ error: 0, degrees: 1 })).difference;
}

/** One error serves the interval and p, so that the two never disagree. */
function differenceOf(difference: number, { error, degrees }: Uncertainty): Difference {
  if (!Number.isFinite(error)) {
    return { difference, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, p: 1 };
  }
  // Everybody alike in both groups: nothing that could have been chance.
  if (error === 0) return { difference, low: difference, high: difference, p: difference === 0 ? 1 : 0 };
  const half = studentBound(chance, degrees) * error;
  const p = studentTails(difference / error, degrees);
  return { difference, low: difference - half, high: difference + half, p };
}

/** The standard error of a difference, and the degrees of freedom it is known by. */
interface Uncertainty {
  readonly error: number;
  readonly degrees: number;
}

function shareOf({ people, count }: Share): number {
  return people === 0 ? 0 : count / people;
}

/** What a head has on average; 0 where there is nobody. */
export function meanOf({ people, sum }: Sample): number {
  return people === 0 ? 0 : sum / people;
}

/** A group this many times as large as the other knows better how much people differ. */
const farLarger = 1.5;

/**
 * Welch 1947, Satterthwaite 1946; for groups of unlike sizes never less error than with one variance for both. A few large
 * purchases make most of a shop's variance, and a control group is small: where it happens to have none of them, both its
 * average and its own variance are too low, and Welch alone finds a gain where there is none in up to 15 of 100 cases.
 */
function errorOf(...groups: readonly [Sample, Sample]): Uncertainty {
  const parts = groups.map((group) => ({
    part: varianceOf(group) / group.people,
    freedom: group.people - 1,
  }));
  const own = sum(parts.map(({ part }) => part));
  const degrees = own ** 2 / sum(parts.map(({ part, freedom }) => part ** 2 / freedom));
  const sizes = groups.map(({ people }) => people);
  const isUnlike = Math.max(...sizes) > farLarger * Math.min(...sizes);
  return { error: Math.sqrt(isUnlike ? Math.max(own, pooledOf(groups)) : own), degrees };
}

/** The squared error of the difference, were the variance of both groups the same. */
function pooledOf(groups: readonly Sample[]): number {
  const freedom = sum(groups.map(({ people }) => people - 1));
  const variance = sum(groups.map((group) => varianceOf(group) * (group.people - 1))) / freedom;
  return variance * sum(groups.map(({ people }) => 1 / people));
}

/** The variance of a group as a sample of more; unknown (NaN) of less than two. */
function varianceOf({ people, sum, squares }: Sample): number {
  return people < 2 ? Number.NaN : Math.max(0, squares - sum ** 2 / people) / (people - 1);
}

/** The interval 95 of 100 averages of such a group lie in. */
export function meanBounds(group: Sample): {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
} {
  const mean = meanOf(group);
  const error = Math.sqrt(varianceOf(group) / group.people);
  const half =
    Number.isFinite(error) && group.people > 1 ? studentBound(chance, group.people - 1) * error : 0;
  return { mean, low: mean - half, high: mean + half };
}

/**
 * Holm's adjustment of several p, in their order: how likely it is that chance alone makes any of the comparisons look as
 * telling (S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979).
 */
export function holm(ps: readonly number[]): number[] {
  const rising = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = ps.map(() => 1);
  let most = 0;
  for (const [rank, { p, index }] of rising.entries()) {
    most = Math.max(most, Math.min(1, p * (ps.length - rank)));
    adjusted[index] = most;
  }
  return adjusted;
}

/** Of how many people on an interval that holds at any time is narrowest: as few as a verdict is dared from. */
const narrowestFrom = 1000;
const spread = -2 * Math.log(chance) + Math.log(1 - 2 * Math.log(chance));

/**
 * Compares averages that are looked at again and again while people keep coming: however often one looks, chance alone
 * brings p below 0.05, and the interval off the truth, once in twenty comparisons, not in twenty looks. The asymptotic
 * confidence sequence of I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy and A. Ramdas (arXiv 2103.06476, theorem 2.2);
 * p is its level that just touches 0.
 */
export function compareAtAnyTime(...pairs: readonly Pair<Sample>[]): Difference {
  const { difference, known } = together(pairs, meanOf, (pair) => errorOf(pair.treated, pair.control));
  const { error } = known;
  if (!(error > 0)) return differenceOf(difference, known);
  const people = sum(pairs.map(({ treated, control }) => treated.people + control.people));
  const tuned = (people * spread) / narrowestFrom;
  const wide = (level: number) =>
    Math.sqrt(((2 * (tuned + 1)) / tuned) * Math.log(Math.sqrt(tuned + 1) / level));
  const half = wide(chance) * error;
  const z = difference / error;
  const p = Math.min(1, Math.sqrt(tuned + 1) * Math.exp((-(z ** 2) * tuned) / (2 * (tuned + 1))));
  return { difference, low: difference - half, high: difference + half, p };
}
