import type { Command } from '../ports.ts';

/** One round of reading: what to ask for, on seeing what was read so far. */
export type Round<Needs, Facts> = (facts: Facts) => Needs;

/** What a command needs to know, as rounds of a larger command that carries it out within its own. */
export function roundsOf<Needs, Facts, Changes, Result>({
  needs,
  moreNeeds = [],
}: Command<Needs, Facts, Changes, Result>): readonly Round<Needs, Facts>[] {
  return [() => needs, ...moreNeeds];
}
