import { Worker } from 'node:worker_threads';
import type { Analyses } from './analyses.ts';
import type { Analyst, Answer, Question } from './analyst.ts';
import { SvoiError } from './core/errors.ts';
import type { DatabaseSettings } from './db/open.ts';
import type { Drawing } from './drawings.ts';

/** What is said to the thread, and what it says. */
export type ThreadQuestion = { readonly id: number; readonly name: string; readonly question: unknown };
export type ThreadAnswer = { readonly id: number } & (
  | { readonly answer: unknown }
  | { readonly error: { readonly message: string; readonly stack?: string; readonly code?: string } }
);

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** An analyst who can draw, too. */
export interface DrawingAnalyst extends Analyst {
  /** The picture of a report as PNG. */
  draw(drawing: Drawing): Promise<Uint8Array>;
}

/**
 * Looks in a thread of its own, with a connection of its own that only reads. The thread starts with the first question,
 * and a new one after it broke; one question after the other.
 */
export function analystOnThread(settings: DatabaseSettings): DrawingAnalyst {
  const pending = new Map<number, Pending>();
  let count = 0;
  let thread: Promise<Worker> | undefined;
  let closed = false;

  function failAll(error: Error): void {
    thread = undefined;
    for (const waiting of pending.values()) waiting.reject(error);
    pending.clear();
  }

  async function start(): Promise<Worker> {
    const worker = new Worker(await threadScript(), { workerData: settings, execArgv: [] });
    worker.unref();
    worker.on('message', ({ id, ...said }: ThreadAnswer) => {
      const waiting = pending.get(id);
      pending.delete(id);
      if (pending.size === 0) worker.unref();
      if ('error' in said) waiting?.reject(Object.assign(new Error(said.error.message), said.error));
      else waiting?.resolve(said.answer);
    });
    worker.on('error', failAll);
    worker.on('exit', () => failAll(closedError()));
    return worker;
  }

  async function ask(name: string, question: unknown): Promise<unknown> {
    if (closed) throw closedError();
    thread ??= start();
    const worker = await thread;
    count += 1;
    const id = count;
    worker.ref();
    return new Promise<unknown>((resolve, reject) => {
      pending.set(id, { resolve, reject });
      worker.postMessage({ id, name, question } satisfies ThreadQuestion);
    });
  }

  return {
    ask: <Name extends keyof Analyses>(name: Name, question: Question<Name>) =>
      ask(name, question) as Promise<Answer<Name>>,
    draw: (drawing) => ask('png', drawing) as Promise<Uint8Array>,
    close() {
      closed = true;
      void thread?.then((worker) => worker.terminate());
      failAll(closedError());
    },
  };
}

/** A thread runs JavaScript only: the program is made into one file, as the server itself is. */
async function threadScript(): Promise<string> {
  const builder = new URL('./build.mjs', import.meta.url).href;
  const { bundle }: { bundle(program: string): Promise<string> } = await import(/* @vite-ignore */ builder);
  return bundle(new URL('./analyst_thread.ts', import.meta.url).pathname);
}

function closedError(): Error {
  return new SvoiError('analyst_closed', 'the thread that takes long looks has ended');
}
