import { MICROS_OF_MINOR } from '../../messaging/price.ts';
import { sum } from '../../money.ts';
import { DAY_MS } from '../../time.ts';
import {
  chance,
  compareAtAnyTime,
  compareMeans,
  compareShares,
  type Difference,
  holm,
  meanBounds,
  type Sample,
  sampleOf,
} from './compare.ts';
import { sampleRatio } from './ratio.ts';
import {
  type Bought,
  type Comparison,
  type Counted,
  type CountedArm,
  controlArm,
  type Effect,
  type EffectArm,
  type ProofProgram,
  type Tested,
  type Verdict,
} from './types.ts';

/** With fewer people, or fewer of them who bought or did not, the averages of a group say nothing yet. */
const fewestPeople = 100;
const fewestBuyers = 10;

type Terms = Pick<ProofProgram, 'point_value' | 'proof'>;

/** What something changed, and what to do about it, as of `now`. */
export function effectOf(counted: Counted, terms: Terms, now: number): Effect {
  const { arms, expected, finalAt } = counted;
  const control = arms.find(({ arm }) => arm === controlArm);
  const treated = arms.filter(({ arm }) => arm !== controlArm).sort((a, b) => (a.arm < b.arm ? -1 : 1));
  const people = new Map(arms.map(({ arm, all }) => [arm, all.people]));
  const ratio = sampleRatio(
    expected.map((one) => ({ arm: one.arm, people: people.get(one.arm) ?? 0, expected: one.people })),
  );
  const comparisons = control && control.all.people > 0 ? compared(treated, control, counted, terms) : [];
  const verdict = verdictOf({ counted, comparisons, isOff: ratio.isOff }, terms, now);
  return {
    arms: [...treated, ...(control ? [control] : [])].map(shown),
    // A difference that is no result yet would be read as one.
    comparisons: verdict.kind === 'too_early' || verdict.kind === 'none' ? [] : comparisons,
    ratio,
    verdict,
    preliminaryUntil: finalAt !== null && finalAt > now ? finalAt : null,
  };
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

/** What each of the arm gained the shop, apart from what it cost to tell them: see `gainOf`. */
interface Gain extends Sample {
  /** Messages and points given, a head. */
  readonly costMinor: number;
}

/**
 * What a customer brings: the margin of the prices before discounts, less the discounts. Of what was paid that is
 * `margin`, of each discount all that is not margin of it: the goods cost the shop the same.
 */
function gainOf({ all, over, told, pointsGiven }: CountedArm, { point_value, proof }: Terms): Gain {
  const margin = proof.margin_percent / 100;
  const rest = 1 - margin;
  const costMinor = perHead(told.priceMicros / MICROS_OF_MINOR + pointsGiven * point_value, all);
  return {
    people: over.people,
    sum: margin * over.paidMinor - rest * over.discountMinor,
    squares:
      margin ** 2 * over.paidSquares -
      2 * margin * rest * over.paidByDiscount +
      rest ** 2 * over.discountSquares,
    costMinor,
  };
}

function perHead(minor: number, { people }: Bought): number {
  return people === 0 ? 0 : minor / people;
}

/** The gain less the cost: every figure is smaller by it. */
function netOf({ people, sum: total, squares, costMinor: cost }: Gain): Sample {
  return { people, sum: total - people * cost, squares: squares - 2 * cost * total + people * cost ** 2 };
}

function compared(
  treated: readonly CountedArm[],
  control: CountedArm,
  { isOnce }: Counted,
  terms: Terms,
): Comparison[] {
  // What goes on is looked at every day: a p that is good for one look would be wrong sooner or later.
  const means = (sample: (arm: CountedArm) => Sample) =>
    treated.map((arm) =>
      isOnce ? compareMeans(sample(arm), sample(control)) : compareAtAnyTime(sample(arm), sample(control)),
    );
  const share = ({ over: { people, buyers } }: CountedArm) => ({ people, count: buyers });
  const conversions = tested(
    isOnce
      ? treated.map((arm) => compareShares(share(arm), share(control)))
      : means(({ over: { people, buyers } }) => sampleOf(people, buyers)),
  );
  const moneys = tested(means(({ over }) => ({ ...over, sum: over.paidMinor, squares: over.paidSquares })));
  const profits = tested(means((arm) => netOf(gainOf(arm, terms))));
  return treated.flatMap((arm, index) => {
    const [conversion, money, profit] = [conversions[index], moneys[index], profits[index]];
    if (!conversion || !money || !profit) return [];
    return [{ arm: arm.arm, conversion, money, profit, total: totalOf(arm, control, profit, terms) }];
  });
}

/** With all variants in mind, of which one was bound to look best. */
function tested(differences: readonly Difference[]): Tested[] {
  const adjusted = holm(differences.map(({ p }) => p));
  return differences.map((difference, index) => ({ ...difference, adjusted: adjusted[index] ?? 1 }));
}

/** Differences a head, times the heads of the arm. */
function totalOf(
  arm: CountedArm,
  control: CountedArm,
  profit: Difference,
  terms: Terms,
): Comparison['total'] {
  const { people } = arm.over;
  const more = (figure: (of: CountedArm) => number) => (figure(arm) - figure(control)) * people;
  const paid = more(({ over }) => perHead(over.paidMinor, over));
  const discounts = more(({ over }) => perHead(over.discountMinor, over));
  const sales = paid + discounts;
  return {
    salesMinor: Math.round(sales),
    marginMinor: Math.round((sales * terms.proof.margin_percent) / 100),
    discountsMinor: Math.round(discounts),
    messagesMinor: Math.round(more(({ all, told }) => perHead(told.priceMicros / MICROS_OF_MINOR, all))),
    pointsMinor: Math.round(more(({ all, pointsGiven }) => perHead(pointsGiven * terms.point_value, all))),
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
  return tooFew(counted, span, now) ?? decided(comparisons);
}

function none(because: 'nobody' | 'no_control' | 'uneven'): Verdict {
  return { kind: 'none', because };
}

/** What is missing where a group is too small, or too few of it bought or did not. */
function tooFew({ arms, firstAt, finalAt }: Counted, span: number, now: number): Verdict | undefined {
  const least = (figure: (over: Bought) => number) => Math.min(...arms.map(({ over }) => figure(over)));
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
