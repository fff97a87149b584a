import type { Reading, Row, Statement } from './database.ts';

/** Statements of one caller, and whoever waits for what they find. */
interface Asked {
  readonly statements: readonly Statement[];
  resolve(results: Row[][]): void;
  reject(error: unknown): void;
}

/**
 * A database whose reads go out together when they are asked for in one turn, and see one state: on a server many small
 * questions cost one round trip. Where one of them fails, all that went with it do.
 */
export function gathered(database: Reading): Reading {
  let waiting: Asked[] = [];

  async function ask(): Promise<void> {
    const asked = waiting;
    waiting = [];
    try {
      const results = await database.read(asked.flatMap(({ statements }) => statements));
      let from = 0;
      for (const { statements, resolve } of asked) {
        resolve(results.slice(from, from + statements.length));
        from += statements.length;
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  return {
    read: (statements) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) queueMicrotask(ask);
        waiting.push({ statements, resolve, reject });
      }),
  };
}
