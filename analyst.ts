import { type Analyses, analyses } from './analyses.ts';
import type { Database } from './db/database.ts';

/** Whoever takes long looks at the database, so that no webhook waits for a report. */
export interface Analyst {
  /** Asks for an analysis by name. Throws what the analysis throws. */
  ask<Name extends keyof Analyses>(name: Name, question: Question<Name>): Promise<Answer<Name>>;
  close(): void;
}

/** What an analysis is asked, and what it answers. */
export type Question<Name extends keyof Analyses> = Parameters<Analyses[Name]>[1];
export type Answer<Name extends keyof Analyses> = Awaited<ReturnType<Analyses[Name]>>;

/**
 * Looks on this very thread: where there is no other (Workers), and where the looks are short (tests). What is asked and
 * answered is copied as between threads, so that what cannot go there fails here too.
 */
export function analystHere(database: Database): Analyst {
  return {
    ask: <Name extends keyof Analyses>(name: Name, question: Question<Name>) => {
      const analyse = analyses[name] as (database: Database, question: unknown) => Promise<unknown>;
      const copied = async () => structuredClone(await analyse(database, structuredClone(question)));
      return copied() as Promise<Answer<Name>>;
    },
    close: () => {},
  };
}
