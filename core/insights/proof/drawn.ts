import type { JourneyDefinition } from '../../journeys/definition.ts';
import { variantsOf } from '../../journeys/draw.ts';
import { controlArm } from './types.ts';

/** Customers who entered while arms were drawn with the same shares: from 0 to 1, by arm. */
export interface DrawnGroup {
  readonly people: number;
  readonly shares: ReadonlyMap<string, number>;
}

/** How many there should be in each arm, of groups that were drawn with shares of their own. */
export function expectedOf(
  groups: readonly DrawnGroup[],
): { readonly arm: string; readonly people: number }[] {
  const expected = new Map<string, number>();
  for (const { people, shares } of groups) {
    for (const [arm, share] of shares) expected.set(arm, (expected.get(arm) ?? 0) + share * people);
  }
  return [...expected].map(([arm, people]) => ({ arm, people }));
}

/** The shares a journey is drawn with: `usual` percent are kept apart from offers, where it does not say how many. */
export function sharesOfJourney(
  journey: Pick<JourneyDefinition, 'steps' | 'control' | 'category'>,
  usual: number,
): ReadonlyMap<string, number> {
  const { control = journey.category === 'marketing' ? usual : 0 } = journey;
  return sharesOf(control / 100, variantsOf(journey));
}

/** The part that is kept apart, and the variants, which divide the rest equally. */
export function sharesOf(control: number, variants: readonly string[]): ReadonlyMap<string, number> {
  return new Map([
    [controlArm, control],
    ...variants.map((variant) => [variant, (1 - control) / variants.length] as const),
  ]);
}
