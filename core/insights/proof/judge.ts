import { MICROS_OF_MINOR } from '../../messaging/price.ts';
import { sum } from '../../money.ts';
import { DAY_MS } from '../../time.ts';
import {
  chance,
  compareAtAnyTime,
  compareMeans,
  compareShares,
  type Difference,
  differenceIn,
  holm,
  meanBounds,
  type Pair,
  type Sample,
  sampleOf,
} from './compare.ts';
import { sampleRatio } from './ratio.ts';
import { sumOf } from './sums.ts';
import {
  type Bought,
  type Comparison,
  type Counted,
  type CountedArm,
  controlArm,
  type Effect,
  type EffectArm,
  type ProofProgram,
  type Stratum,
  type Tested,
  type Verdict,
} from './types.ts';

/** With fewer people, or fewer of them who bought or did not, the averages of a group say nothing yet. */
const fewestPeople = 100;
const fewestBuyers = 10;

type Terms = Pick<ProofProgram, 'point_value' | 'proof'>;

/** What something changed, and what to do about it, as of `now`. */
export function effectOf(counted: Counted, terms: Terms, now: number): Effect {
  const { arms, strata, finalAt } = counted;
  const control = arms.find(({ arm }) => arm === controlArm);
  const treated = arms.filter(({ arm }) => arm !== controlArm).sort((a, b) => (a.arm < b.arm ? -1 : 1));
  const ratio = sampleRatio(...strata.map(({ sizes }) => sizes));
  const comparisons = control && control.all.people > 0 ? compared(treated, control, counted, terms) : [];
  const verdict = verdictOf({ counted, comparisons, isOff: ratio.isOff }, terms, now);
  return {
    arms: [...treated, ...(control ? [control] : [])].map(shown),
    // A difference that is no result yet would be read as one.
    comparisons: verdict.kind === 'too_early' || verdict.kind === 'none' ? [] : comparisons.filter(isKnown),
    ratio,
    strata: strata.filter(isTelling).length,
    verdict,
    preliminaryUntil: finalAt !== null && finalAt > now ? finalAt : null,
  };
}

/** Whether there was anybody to compare an arm with. */
function isKnown({ profit }: Comparison): boolean {
  return Number.isFinite(profit.low);
}

/** Whether anybody can be compared in it. */
function isTelling({ over }: Stratum): boolean {
  const arms = [...over].filter(([, { people }]) => people > 0).map(([arm]) => arm);
  return arms.includes(controlArm) && arms.length > 1;
}

function shown({ arm, all, over, told, pointsGiven }: CountedArm): EffectArm {
  const { people, buyers, paidMinor, discountMinor, pointsSpent } = all;
  return {
    ...{ arm, people, over: over.people, buyers, paidMinor, discountMinor, pointsSpent, pointsGiven },
    ...told,
    conversion: meanBounds(sampleOf(over.people, over.buyers)),
    money: meanBounds({ people: over.people, sum: over.paidMinor, squares: over.paidSquares }),
  };
}

/**
 * What customers bring: the margin of the prices before discounts, less the discounts. Of what was paid that is
 * `margin`, of each discount all that is not margin of it: the goods cost the shop the same.
 */
function gainOf(over: Bought, { proof }: Terms): Sample {
  const margin = proof.margin_percent / 100;
  const rest = 1 - margin;
  return {
    people: over.people,
    sum: margin * over.paidMinor - rest * over.discountMinor,
    squares:
      margin ** 2 * over.paidSquares -
      2 * margin * rest * over.paidByDiscount +
      rest ** 2 * over.discountSquares,
  };
}

/** What messages and points given came to, a head, in minor units. */
function costOf({ heads, told, pointsGiven }: CountedArm, { point_value }: Terms): number {
  return perHead(told.priceMicros / MICROS_OF_MINOR + pointsGiven * point_value, { people: heads });
}

function perHead(minor: number, { people }: Pick<Bought, 'people'>): number {
  return people === 0 ? 0 : minor / people;
}

/** The gain less the cost: every figure is smaller by it. */
function netOf({ people, sum: total, squares }: Sample, cost: number): Sample {
  return { people, sum: total - people * cost, squares: squares - 2 * cost * total + people * cost ** 2 };
}

/** An arm and those of the control group it can be compared with, stratum by stratum. */
function pairsOf({ strata }: Counted, arm: string): readonly Pair<Bought>[] {
  return strata.flatMap(({ over }) => {
    const [treated, control] = [over.get(arm), over.get(controlArm)];
    return treated && control ? [{ treated, control }] : [];
  });
}

function compared(
  treated: readonly CountedArm[],
  control: CountedArm,
  counted: Counted,
  terms: Terms,
): Comparison[] {
  const { isOnce } = counted;
  const pairs = treated.map((arm) => ({ arm, pairs: pairsOf(counted, arm.arm) }));
  // What goes on is looked at every day: a p that is good for one look would be wrong sooner or later.
  const means = (sample: (over: Bought, of: CountedArm) => Sample) =>
    pairs.map((one) => {
      const samples = one.pairs.map((pair) => ({
        treated: sample(pair.treated, one.arm),
        control: sample(pair.control, control),
      }));
      return isOnce ? compareMeans(...samples) : compareAtAnyTime(...samples);
    });
  const share = ({ people, buyers }: Bought) => ({ people, count: buyers });
  const conversions = tested(
    isOnce
      ? pairs.map((one) => compareShares(...inPairs(one.pairs, share)))
      : means(({ people, buyers }) => sampleOf(people, buyers)),
  );
  const moneys = tested(means((over) => ({ ...over, sum: over.paidMinor, squares: over.paidSquares })));
  const profits = tested(means((over, of) => netOf(gainOf(over, terms), costOf(of, terms))));
  return pairs.flatMap(({ arm, pairs: own }, index) => {
    const [conversion, money, profit] = [conversions[index], moneys[index], profits[index]];
    if (!conversion || !money || !profit) return [];
    const total = totalOf({ arm, control, pairs: own, profit }, terms);
    return [{ arm: arm.arm, conversion, money, profit, total }];
  });
}

function inPairs<From, To>(pairs: readonly Pair<From>[], made: (group: From) => To): Pair<To>[] {
  return pairs.map(({ treated, control }) => ({ treated: made(treated), control: made(control) }));
}

/** With all variants in mind, of which one was bound to look best. */
function tested(differences: readonly Difference[]): Tested[] {
  const adjusted = holm(differences.map(({ p }) => p));
  return differences.map((difference, index) => ({ ...difference, adjusted: adjusted[index] ?? 1 }));
}

interface Judged {
  readonly arm: CountedArm;
  readonly control: CountedArm;
  readonly pairs: readonly Pair<Bought>[];
  readonly profit: Difference;
}

/** Differences a head, times the heads of the arm. */
function totalOf({ arm, control, pairs, profit }: Judged, terms: Terms): Comparison['total'] {
  const { people } = arm.over;
  const more = (figure: (over: Bought) => number) =>
    people * differenceIn(pairs, (over) => perHead(figure(over), over));
  const dearer = (figure: (of: CountedArm) => number) =>
    people *
    (perHead(figure(arm), { people: arm.heads }) - perHead(figure(control), { people: control.heads }));
  const discounts = more(({ discountMinor }) => discountMinor);
  const sales = more(({ paidMinor }) => paidMinor) + discounts;
  return {
    salesMinor: Math.round(sales),
    marginMinor: Math.round((sales * terms.proof.margin_percent) / 100),
    discountsMinor: Math.round(discounts),
    messagesMinor: Math.round(dearer(({ told }) => told.priceMicros / MICROS_OF_MINOR)),
    pointsMinor: Math.round(dearer(({ pointsGiven }) => pointsGiven * terms.point_value)),
    profitMinor: Math.round(profit.difference * people),
    profitLowMinor: Math.round(profit.low * people),
    profitHighMinor: Math.round(profit.high * people),
  };
}

interface Known {
  readonly counted: Counted;
  readonly comparisons: readonly Comparison[];
  readonly isOff: boolean;
}

function verdictOf({ counted, comparisons, isOff }: Known, { proof }: Terms, now: number): Verdict {
  const { arms, firstAt, finalAt } = counted;
  if (firstAt === null || sum(arms.map(({ all }) => all.people)) === 0) return none('nobody');
  if (comparisons.length === 0) return none('no_control');
  if (isOff) return none('uneven');
  const span = proof.within_days * DAY_MS;
  if (finalAt !== null && finalAt > now) return { kind: 'too_early', missing: 'days', until: finalAt };
  if (now < firstAt + span) return { kind: 'too_early', missing: 'days', until: firstAt + span };
  return tooFew(counted, span, now) ?? decided(comparisons.filter(isKnown));
}

function none(because: 'nobody' | 'no_control' | 'uneven'): Verdict {
  return { kind: 'none', because };
}

/** What is missing where a group is too small, or too few of it bought or did not. */
function tooFew({ arms, strata, firstAt, finalAt }: Counted, span: number, now: number): Verdict | undefined {
  const telling = strata.filter(isTelling);
  const compared = arms
    .map(({ arm }) => sumOf(telling.flatMap(({ over }) => over.get(arm) ?? [])))
    // A variant of earlier, when nobody was kept apart, has nobody to wait for.
    .filter(({ people }) => people > 0 || telling.length === 0);
  const least = (figure: (over: Bought) => number) => Math.min(...compared.map(figure));
  const people = least((over) => over.people);
  const buyers = least((over) => Math.min(over.buyers, over.people - over.buyers));
  const [missing, found, needed] =
    people < fewestPeople
      ? (['people', people, fewestPeople] as const)
      : (['buyers', buyers, fewestBuyers] as const);
  if (found >= needed) return undefined;
  // Those who are counted entered from the first on, until as many days ago as count.
  const began = finalAt === null && firstAt !== null && found > 0 ? firstAt + span : null;
  const expectedAt = began === null ? null : Math.round(began + ((now - began) * needed) / found);
  return { kind: 'too_early', missing, least: found, needed, expectedAt };
}

/** One question decides: does it pay? Looking at several and taking the one that looks good would find chance alone. */
function decided(comparisons: readonly Comparison[]): Verdict {
  const byProfit = [...comparisons].sort((a, b) => b.profit.difference - a.profit.difference);
  const [best] = byProfit;
  if (!best) return none('no_control');
  const beyondChance = ({ profit }: Comparison) => profit.adjusted < chance;
  const better = byProfit.find((one) => beyondChance(one) && one.profit.difference > 0);
  if (better) return { kind: 'scale', arm: better.arm };
  if (byProfit.every((one) => beyondChance(one) && one.profit.difference < 0)) {
    return { kind: 'stop', arm: best.arm };
  }
  const { conversion } = best;
  return {
    kind: 'no_difference',
    arm: best.arm,
    moreBuy: conversion.adjusted < chance && conversion.difference > 0,
  };
}
