import type { DialogFacts, DialogNeeds } from '../../core/dialogs/types.ts';
import type { Row, Statement } from '../database.ts';

/** What a command may ask to know. */
export type Needs = DialogNeeds;

/** One statement and what to do with its rows. */
export interface Query {
  readonly statement: Statement;
  take(rows: readonly Row[]): void;
}

/** What one part of the database answers to a group's needs: one round of reading, in one batch with the others. */
export interface FactSource<Some extends Partial<DialogFacts>> {
  /** The statements that read what all of a group ask for; their rows end in `facts`. */
  queries(needs: Needs, now: number): readonly Query[];
  readonly facts: Some;
  readonly keys: Keys;
}

/** By the kind of what a command needs: the keys by which it must be kept apart from others. What has none has no keys. */
export type Keys = {
  readonly [Kind in keyof Needs]?: (asked: NonNullable<Needs[Kind]>) => readonly string[];
};

/** What is asked for by a text that is a key itself: an id of ours. */
export function asAsked(ids: readonly string[]): readonly string[] {
  return ids;
}

/** What several commands need, as one: lists are put together; what is no list is the same whoever asks. */
export function mergeNeeds(all: readonly Needs[]): Needs {
  const merged: Record<string, unknown> = {};
  for (const needs of all) {
    for (const [kind, asked] of Object.entries(needs)) {
      const before = merged[kind];
      if (Array.isArray(before)) for (const one of asked ?? []) before.push(one);
      else merged[kind] ??= Array.isArray(asked) ? [...asked] : asked;
    }
  }
  return merged as Needs;
}

/** A query that takes its rows one by one. */
export function eachRow(statement: Statement, take: (row: Row) => void): Query {
  return { statement, take: (rows) => rows.forEach(take) };
}
