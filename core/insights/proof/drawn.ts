import type { JourneyDefinition } from '../../journeys/definition.ts';
import { variantsOf } from '../../journeys/draw.ts';
import { sum } from '../../money.ts';
import type { ArmSize } from './ratio.ts';
import { controlArm } from './types.ts';

/** From where to where on the line from 0 to 1, along which everybody has a place, an arm lies: in their order. */
export type Draw = readonly { readonly arm: string; readonly from: number; readonly to: number }[];

/** The draw of a journey: `usual` percent are kept apart from offers, where it does not say how many. */
export function drawOfJourney(
  journey: Pick<JourneyDefinition, 'steps' | 'control' | 'category'>,
  usual: number,
): Draw {
  const { control = journey.category === 'marketing' ? usual : 0 } = journey;
  return drawBy(control / 100, variantsOf(journey));
}

/** A draw in which a part is kept apart, and the variants divide the rest equally. */
export function drawBy(control: number, variants: readonly string[]): Draw {
  const end = (index: number) => control + ((1 - control) * index) / variants.length;
  return [
    { arm: controlArm, from: 0, to: control },
    ...variants.map((arm, index) => ({ arm, from: end(index), to: end(index + 1) })),
  ];
}

/** Whether two draws put everybody into the same arm. */
export function isSameDraw(one: Draw, other: Draw): boolean {
  return (
    one.length === other.length &&
    one.every(({ arm, to }, index) => arm === other[index]?.arm && to === other[index].to)
  );
}

/**
 * The share of each arm among those who were in these arms of other draws before: a place on the line stays what it is.
 * Empty where nobody can have been in all of them, which accounts that became one may.
 */
export function sharesAmong(
  draw: Draw,
  before: readonly { readonly draw: Draw; readonly arm: string }[],
): ReadonlyMap<string, number> {
  const earlier = before.map((one) => one.draw.find(({ arm }) => arm === one.arm));
  const from = Math.max(0, ...earlier.map((one) => one?.from ?? 1));
  const to = Math.min(1, ...earlier.map((one) => one?.to ?? 0));
  if (from >= to) return new Map();
  const common = (one: Draw[number]) => Math.max(0, Math.min(to, one.to) - Math.max(from, one.from));
  return new Map(draw.map((one) => [one.arm, common(one) / (to - from)]));
}

/** How many people are in each arm, and how many of all of them should be. */
export function sizesBy(
  people: ReadonlyMap<string, number>,
  shares: ReadonlyMap<string, number>,
): readonly ArmSize[] {
  const all = sum([...people.values()]);
  return [...new Set([...shares.keys(), ...people.keys()])].map((arm) => ({
    ...{ arm, people: people.get(arm) ?? 0, expected: (shares.get(arm) ?? 0) * all },
  }));
}
