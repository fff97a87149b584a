import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { serve } from '@hono/node-server';
import { z } from 'zod';
import { type CommandIo, type ControlEvent, type ControlOptions, createControl } from './api/control.ts';
import { SvoiError } from './core/errors.ts';

/** Where a running server can be reached by the command line; kept beside the database, readable by its owner. */
const controlSchema = z.object({ pid: z.int(), url: z.url(), token: z.string().min(32) });

function controlFile(databaseUrl: string): string {
  return `${databaseUrl.slice('file:'.length)}.control`;
}

/**
 * Lets the command line reach this process while it holds the database: a door on loopback only, on a port of its
 * own, whose address and token stand in a file beside the database. A libSQL server needs none: resolves to nothing
 * to close.
 */
export async function openControlDoor(
  databaseUrl: string,
  run: ControlOptions['run'],
): Promise<{ close(): Promise<void> }> {
  if (!databaseUrl.startsWith('file:')) return { close: async () => {} };
  const token = randomBytes(32).toString('base64url');
  const path = controlFile(databaseUrl);
  const server = await new Promise<{ port: number; close(): Promise<void> }>((resolve) => {
    const listening = serve(
      { fetch: createControl({ token, run }), hostname: '127.0.0.1', port: 0 },
      ({ port }: AddressInfo) =>
        resolve({ port, close: () => new Promise((done) => listening.close(() => done())) }),
    );
  });
  rmSync(path, { force: true });
  const url = `http://127.0.0.1:${server.port}/control`;
  writeFileSync(path, JSON.stringify({ pid: process.pid, url, token }), { mode: 0o600 });
  return {
    async close() {
      rmSync(path, { force: true });
      await server.close();
    },
  };
}

/** Hands a command to the server that holds the database, and repeats here what it says. Resolves to the exit code. */
export async function handOver(databaseUrl: string, argv: readonly string[], io: CommandIo): Promise<number> {
  const { url, token, pid } = readControl(databaseUrl);
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ argv, folder: io.folder }),
    signal: io.signal,
  }).catch((cause) => {
    throw new SvoiError('no_answer', `Svoi runs as process ${pid} but does not answer`, { cause });
  });
  if (!response.ok || !response.body) {
    throw new SvoiError('no_answer', `what answers at ${url} is not the Svoi that wrote the control file`);
  }
  let exit: number | undefined;
  const lines = createInterface({ input: Readable.fromWeb(response.body as NodeStream) });
  for await (const line of lines) {
    const event = JSON.parse(line) as ControlEvent;
    if ('exit' in event) exit = event.exit;
    else repeat(event, io);
  }
  if (exit === undefined)
    throw new SvoiError('no_answer', 'the running Svoi stopped before the command was done');
  return exit;
}

function repeat(event: Exclude<ControlEvent, { exit: number }>, io: CommandIo): void {
  if ('out' in event) io.out(event.out);
  else if ('error' in event) io.error(event.error);
  else io.progress(...event.progress);
}

function readControl(databaseUrl: string): z.output<typeof controlSchema> {
  const path = controlFile(databaseUrl);
  try {
    return controlSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const reason = `the database is in use by a process that takes no commands (${path} cannot be read): try again, or stop that process`;
    throw new SvoiError('database_in_use', reason, { cause });
  }
}
