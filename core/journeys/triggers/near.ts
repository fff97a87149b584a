import type { Trigger } from '../definition.ts';
import type { FindingProgram } from './finding.ts';

/** A reward or a tier, and from how much on somebody is close to it: points, or money in minor units. */
export interface NearGoal {
  readonly name: string;
  readonly from: number;
  readonly at: number;
}

/**
 * What can be reached next, the nearest first, each with the stretch before it in which one is close: it begins no
 * earlier than the goal before it, which would be the next one there.
 */
export function goalsBefore(
  { near, within }: Extract<Trigger, { near: string }>,
  { rewards, tiers }: Pick<FindingProgram, 'rewards' | 'tiers'>,
): readonly NearGoal[] {
  const all =
    near === 'reward'
      ? rewards.map(({ name, points }) => ({ name, at: points }))
      : tiers.map(({ name, spend_minor: at }) => ({ name, at }));
  const rising = all.filter(({ at }) => at > 0).sort((a, b) => a.at - b.at);
  return rising
    .map(({ name, at }, index) => ({ name, at, from: Math.max(at - within, rising[index - 1]?.at ?? 1) }))
    .filter(({ at, from }) => from < at);
}
