/** The thread that takes long looks: a connection that only reads, and one question after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { analyses } from './analyses.ts';
import type { ThreadAnswer, ThreadQuestion } from './analyst_on_thread.ts';
import type { Database } from './db/database.ts';
import { type DatabaseSettings, openToRead } from './db/open.ts';
import type { Drawing } from './drawings.ts';
import { drawPng } from './raster.ts';

const database = openToRead(workerData as DatabaseSettings);

/** Beside what every analyst does, this one draws with native code. */
const looks = { ...analyses, png: (_: Database, drawing: Drawing) => drawPng(drawing) };

async function answer({ id, name, question }: ThreadQuestion): Promise<ThreadAnswer> {
  try {
    const analyse = looks[name as keyof typeof looks] as (
      database: Database,
      question: unknown,
    ) => Promise<unknown>;
    return { id, answer: await analyse(database, question) };
  } catch (error) {
    const { message, stack, code } = error as Error & { code?: string };
    return { id, error: { message, ...(stack ? { stack } : {}), ...(code ? { code } : {}) } };
  }
}

let last = Promise.resolve();
parentPort?.on('message', (question: ThreadQuestion) => {
  last = last.then(async () => parentPort?.postMessage(await answer(question)));
});
