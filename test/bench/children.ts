import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { promisify } from 'node:util';
import { z } from 'zod';
import { programOf } from '../support/server.ts';
import type { LoadPlan, LoadResult } from './load.ts';

const readySchema = z.object({ port: z.int(), key: z.string() });
const memorySchema = z.object({ rss: z.number(), peak: z.number() });

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly key: string;
  /** Posts a body over one kept connection; resolves to the answer, read as text. */
  post(path: string, body: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Bytes of memory the process holds, and the most it ever held. */
  memory(): Promise<{ readonly rss: number; readonly peak: number }>;
  /** Starts or stops refreshing RFM over and over, in the thread of the analyst. */
  refresh(on: boolean): void;
  stop(): Promise<void>;
}

/** Starts `serving.ts` over a database file, or `bare.ts`. */
export async function startServer(program: 'serving.ts' | 'bare.ts', url = ''): Promise<ServerProcess> {
  const child = spawn(process.execPath, programOf(`test/bench/${program}`, url), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const { port, key } = readySchema.parse(await nextMessage(child));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    url: `http://127.0.0.1:${port}`,
    key,
    post: (path, body) => post({ port, path, key, agent }, body),
    async memory() {
      child.send('memory');
      return memorySchema.parse(await nextMessage(child));
    },
    refresh(on) {
      child.send(on ? 'refresh' : 'rest');
    },
    async stop() {
      agent.destroy();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await ended;
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`the measured process ended with ${code}`));
    child.once('exit', died);
    child.once('message', (message) => {
      child.off('exit', died);
      resolve(message);
    });
  });
}

type Target = {
  readonly port: number;
  readonly path: string;
  readonly key: string;
  readonly agent: Agent;
};

function post({ port, path, key, agent }: Target, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${key}`,
    };
    const sent = request({ host: '127.0.0.1', port, path, agent, headers, method: 'POST' }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Makes load from a process of its own. */
export async function load(plan: LoadPlan): Promise<LoadResult> {
  const args = programOf('test/bench/load.ts', JSON.stringify(plan));
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as LoadResult;
}
