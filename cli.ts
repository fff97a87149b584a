import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Presets, SingleBar } from 'cli-progress';
import type { CommandIo } from './api/control.ts';
import { type Job, parseCommand } from './commands.ts';
import { handOver } from './control.ts';
import { SvoiError } from './core/errors.ts';
import { createIds } from './core/ids.ts';
import { openDatabase } from './db/open.ts';
import { createRandom } from './db/random.ts';
import { createChatLinks } from './links.ts';
import { parseSettings, type Settings } from './settings.ts';
import { createSvoi, type Svoi } from './svoi.ts';
import { type Environment, silentMessengers } from './upkeep.ts';

/** Carries out a command line. Resolves to the exit code; what went wrong is said in one line. */
export async function main(
  argv: readonly string[],
  environment: Environment,
  io: CommandIo,
): Promise<number> {
  const job = parseCommand(argv);
  return guarded(io, () => {
    if (job.kind === 'said') return say(job, io);
    if (job.kind === 'own') return job.run(environment, io, (also, to) => main(also, environment, to));
    return runShared(job, argv, environment, io);
  });
}

/** Carries out a command handed over by another process, in the one that holds the database. */
export async function runHandedOver(argv: readonly string[], svoi: Svoi, io: CommandIo): Promise<number> {
  const job = parseCommand(argv);
  return guarded(io, () => {
    if (job.kind === 'shared') return job.run(svoi, io);
    return say(
      job.kind === 'said' ? job : { kind: 'said', exit: 1, text: 'this command is not for a running Svoi' },
      io,
    );
  });
}

async function guarded(io: CommandIo, run: () => number | Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = message.replace(/\s*\n\s*/g, ' ');
    io.error(error instanceof SvoiError ? line : `a fault of Svoi: ${line}`);
    return 1;
  }
}

function say({ exit, text }: Extract<Job, { kind: 'said' }>, io: CommandIo): number {
  if (exit === 0) io.out(text);
  else io.error(text);
  return exit;
}

async function runShared(
  job: Extract<Job, { kind: 'shared' }>,
  argv: readonly string[],
  environment: Environment,
  io: CommandIo,
): Promise<number> {
  const settings = parseSettings(environment);
  const { DATABASE_URL: url, DATABASE_AUTH_TOKEN: authToken } = settings;
  try {
    return await withSvoi({ url, authToken }, async (svoi) => {
      if (job.links) await learnLinks(svoi, settings);
      return job.run(svoi, io);
    });
  } catch (error) {
    if (!(error instanceof SvoiError) || error.code !== 'database_in_use') throw error;
    return handOver(url, argv, io);
  }
}

/** A running server knows the bot's name; a command by itself asks for it. */
async function learnLinks(svoi: Svoi, settings: Settings): Promise<void> {
  const messengers = await silentMessengers(settings, svoi.program);
  const links = createChatLinks({ messengers, clock: svoi.clock });
  await links.asked;
  svoi.useLinks(links);
}

async function withSvoi(
  settings: Parameters<typeof openDatabase>[0],
  use: (svoi: Svoi) => Promise<number>,
): Promise<number> {
  const database = await openDatabase(settings);
  try {
    const clock = { now: () => Date.now() };
    return await use(
      await createSvoi({ database, clock, ids: createIds(createRandom()), random: Math.random }),
    );
  } finally {
    database.close();
  }
}

/** The terminal: a bar where somebody watches, a line now and then where the output goes into a file. */
function terminal(): CommandIo & { end(): void } {
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const meter = process.stderr.isTTY ? progressBar() : progressLines();
  const line = (stream: NodeJS.WriteStream) => (text: string) => {
    meter.pause();
    stream.write(`${text}\n`);
  };
  return {
    out: line(process.stdout),
    error: line(process.stderr),
    progress: meter.show,
    // npm moves into the folder of the package; files are named from where the person stands.
    folder: process.env.INIT_CWD ?? process.cwd(),
    signal: stopping.signal,
    end: meter.pause,
  };
}

interface Meter {
  show(done: number, total: number, words: string): void;
  /** Makes room for a line of text. */
  pause(): void;
}

function progressBar(): Meter {
  const format = '{bar} {percentage}% | {words}';
  const bar = new SingleBar({ format, stopOnComplete: true, clearOnComplete: true }, Presets.shades_classic);
  return {
    show(done, total, words) {
      const [value, whole] = Number.isNaN(total) ? [0, 0] : [done, total];
      if (!bar.isActive) bar.start(whole, value, { words });
      bar.update(value, { words });
    },
    pause: () => bar.stop(),
  };
}

function progressLines(everyMs = 5000): Meter {
  let last = Date.now();
  return {
    show(done, total, words) {
      if (Date.now() - last < everyMs) return;
      last = Date.now();
      const share = Number.isNaN(total) ? '' : `${Math.floor((100 * done) / total)}%, `;
      process.stderr.write(`${share}${words}\n`);
    },
    pause: () => {},
  };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const io = terminal();
  process.exitCode = await main(process.argv.slice(2), process.env, io);
  io.end();
}
