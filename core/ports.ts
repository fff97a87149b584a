import type { Refusal } from './errors.ts';
import type { Ids } from './ids.ts';

/** What time it is, in epoch milliseconds UTC. */
export interface Clock {
  now(): number;
}

/** What a decision may use besides facts. */
export interface Context {
  /** Epoch milliseconds at which the group is decided. */
  readonly now: number;
  readonly ids: Ids;
  /** A number in [0, 1), for card numbers and the like. */
  random(): number;
}

/** Rows to write, by kind, and the answer; or a refusal, which writes nothing. */
export type Decision<Changes, Result> =
  | { readonly ok: true; readonly changes: Changes; readonly result: Result }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * One change of state. `needs` names the facts to read; each of `moreNeeds` may ask for more on seeing those so far.
 * `decide` is pure: it is called again on fresh facts when a commit lost a race.
 */
export interface Command<Needs, Facts, Changes, Result> {
  /** What it is, for logs and metrics: `purchase.record`. */
  readonly name: string;
  /**
   * The natural key, kept for ever: a repeat with the same `input` gets the first result again,
   * another input is refused with `conflictCode`. A command without it must be safe to repeat by itself.
   */
  readonly once?: {
    readonly scope: string;
    readonly key: string;
    readonly input: unknown;
    readonly conflictCode: string;
  };
  readonly needs: Needs;
  readonly moreNeeds?: readonly ((facts: Facts) => Needs)[];
  decide(facts: Facts, context: Context): Decision<Changes, Result>;
}

/** What a submitted command came to. `replayed`: it had been done before, this is the first result again. */
export type Submitted<Result> =
  | { readonly ok: true; readonly result: Result; readonly replayed: boolean }
  | { readonly ok: false; readonly refusal: Refusal };

/** Lists by kind, as decisions return them. */
type Lists = { readonly [Kind in string]?: readonly unknown[] };

/** Several sets of changes as one, in order. */
export function mergeChanges<Changes extends object>(...all: readonly Changes[]): Changes {
  const merged: Record<string, unknown[]> = {};
  for (const changes of all) {
    for (const [kind, rows] of Object.entries(changes as Lists)) {
      if (!rows) continue;
      merged[kind] ??= [];
      for (const row of rows) merged[kind].push(row);
    }
  }
  return merged as Changes;
}
