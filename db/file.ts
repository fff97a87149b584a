import { Worker } from 'node:worker_threads';
import { type Database, type Row, type Statement, statement } from './database.ts';
import { openReader } from './reader.ts';

/** What the thread answers to a batch. */
type Answer = { readonly id: number } & (
  | { readonly results: Row[][] }
  | { readonly error: { readonly message: string; readonly code?: string } }
);

interface Pending {
  resolve(results: Row[][]): void;
  reject(error: Error): void;
}

/** A database file with its one writing connection, and where to set that connection up. */
export interface FileDatabase extends Database {
  /** Runs statements on the writing connection, outside of a transaction. */
  perform(statements: readonly Statement[]): Promise<Row[][]>;
}

/**
 * Opens a database file. One connection writes and checkpoints, in a thread of its own, so that a commit does not hold
 * up the next decision; this thread only reads. Both keep their compiled statements, which `@libsql/client` does not
 * (docs/decisions/0001).
 */
export function openFileDatabase(path: string, pragmas: readonly string[]): FileDatabase {
  const thread = openOnThread(path, pragmas);
  let reader: Database | undefined;
  return {
    kind: 'file',
    async read(statements) {
      // Opened at the first read: by then the thread has set the file up.
      reader ??= openReader(path);
      return reader.read(statements);
    },
    write: (statements) => thread.send('commit', statements),
    perform: (statements) => thread.send('perform', statements),
    async checkpoint() {
      // Waits for no reader: those that are left may keep the last of it in the log.
      await thread.send('perform', [statement('pragma wal_checkpoint(passive)')]);
    },
    close() {
      // The writing connection goes last, though a connection whose statements wait to be collected goes later still.
      reader?.close();
      thread.close();
    },
  };
}

/** A checkpoint of all of a large log takes a while. */
const longestCloseMs = 60_000;

/** Threads whose file was closed: to start one takes longer than everything else about opening a file. */
const idle: Thread[] = [];

function openOnThread(path: string, pragmas: readonly string[]) {
  const thread = idle.pop() ?? startThread();
  const closed = new Int32Array(new SharedArrayBuffer(4));
  let open = true;
  // Where the file cannot be opened, everything sent after this fails for the same reason.
  thread.send({ kind: 'open', path, pragmas, closed }).catch(() => {});
  return {
    send(kind: 'commit' | 'perform', statements: readonly Statement[]): Promise<Row[][]> {
      if (!open) return Promise.reject(closedError());
      return statements.length === 0 ? Promise.resolve([]) : thread.send({ kind, statements });
    },
    /** Waits: whoever opens the file next must find nobody who still checkpoints. */
    close(): void {
      if (!open || thread.hasEnded()) return;
      open = false;
      thread.post({ kind: 'close' });
      if (Atomics.wait(closed, 0, 0, longestCloseMs) !== 'timed-out') idle.push(thread);
    },
  };
}

type Thread = ReturnType<typeof startThread>;

function startThread() {
  const worker = new Worker(new URL('./file_thread.mjs', import.meta.url), {
    // The thread passes texts on and keeps nothing: a small nursery saves memory and costs no time.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
    execArgv: [],
  });
  const pending = new Map<number, Pending>();
  let count = 0;
  let failure: Error | undefined;
  worker.unref();
  worker.on('message', (answer: Answer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (pending.size === 0) worker.unref();
    if ('results' in answer) waiting?.resolve(answer.results);
    else waiting?.reject(errorFrom(answer.error));
  });
  const fail = (error: Error) => {
    failure ??= error;
    for (const waiting of pending.values()) waiting.reject(failure);
    pending.clear();
  };
  worker.on('error', fail);
  worker.on('exit', () => fail(closedError()));
  return {
    send(message: object): Promise<Row[][]> {
      if (failure) return Promise.reject(failure);
      count += 1;
      const id = count;
      worker.ref();
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        worker.postMessage({ id, ...message });
      });
    },
    post: (message: object) => worker.postMessage(message),
    hasEnded: () => failure !== undefined,
  };
}

function closedError(): Error {
  return Object.assign(new Error('the database is closed'), { code: 'SQLITE_IOERR' });
}

function errorFrom({ message, code }: { readonly message: string; readonly code?: string }): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
