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

/** An analyst who can draw, too. */
export interface DrawingAnalyst extends Analyst {
  /** The picture of a report as PNG. */
  draw(drawing: Drawing): Promise<Uint8Array>;
}

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** How long a thread without questions is kept: it holds tens of MiB, and what it remembers of RFM. */
const restMs = 10 * 60_000;

/**
 * Looks in a thread of its own, with a connection of its own that only reads. The thread starts with the first question,
 * ends when there was none for a while, and a new one follows where it broke; one question after the other.
 */
export function analystOnThread(settings: DatabaseSettings, idleMs = restMs): DrawingAnalyst {
  let thread: Promise<Thread> | undefined;
  let closed = false;

  function start(): Promise<Thread> {
    const forget = () => {
      if (thread === started) thread = undefined;
    };
    const started = threadScript().then(
      (script) => openThread(script, settings, idleMs, forget),
      (error) => {
        forget();
        throw error;
      },
    );
    return started;
  }

  async function ask(name: string, question: unknown): Promise<unknown> {
    if (closed) throw closedError();
    thread ??= start();
    return (await thread).ask(name, question);
  }

  return {
    ask: <Name extends keyof Analyses>(name: Name, question: Question<Name>) =>
      ask(name, question) as Promise<Answer<Name>>,
    draw: (drawing) => ask('png', drawing) as Promise<Uint8Array>,
    close() {
      closed = true;
      void thread?.then(
        (one) => one.end(),
        () => {},
      );
    },
  };
}

interface Thread {
  ask(name: string, question: unknown): Promise<unknown>;
  end(): void;
}

/** One thread: `onEnd` is called once, when it takes no more questions. */
function openThread(script: string, settings: DatabaseSettings, idleMs: number, onEnd: () => void): Thread {
  const pending = new Map<number, Pending>();
  const worker = new Worker(script, { workerData: settings, execArgv: [] });
  let count = 0;
  let rest: NodeJS.Timeout | undefined;
  worker.unref();

  function end(error: Error): void {
    clearTimeout(rest);
    onEnd();
    void worker.terminate();
    for (const waiting of pending.values()) waiting.reject(error);
    pending.clear();
  }

  worker.on('message', ({ id, ...said }: ThreadAnswer) => {
    const waiting = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) {
      worker.unref();
      rest = setTimeout(() => end(closedError()), idleMs).unref();
    }
    if ('error' in said) waiting?.reject(Object.assign(new Error(said.error.message), said.error));
    else waiting?.resolve(said.answer);
  });
  worker.on('error', end);
  worker.on('exit', () => end(closedError()));
  return {
    ask(name, question) {
      clearTimeout(rest);
      count += 1;
      const id = count;
      worker.ref();
      return new Promise<unknown>((resolve, reject) => {
        pending.set(id, { resolve, reject });
        worker.postMessage({ id, name, question } satisfies ThreadQuestion);
      });
    },
    end: () => end(closedError()),
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
