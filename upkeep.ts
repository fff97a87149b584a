import { resolve } from 'node:path';
import type { CommandIo } from './api/control.ts';
import type { Messenger } from './bots/channel.ts';
import { SvoiError } from './core/errors.ts';
import type { Program } from './core/program/program.ts';
import { backUp, restore } from './db/backup.ts';
import type { Database } from './db/database.ts';
import { openDatabase } from './db/open.ts';
import { currentProgram } from './db/programs.ts';
import { openReader } from './db/reader.ts';
import { rebuildFigures } from './db/rebuild.ts';
import { type Verification, verifyLedger } from './db/verify.ts';
import { openNodeMessengers } from './node_messengers.ts';
import { parseSettings, type Settings } from './settings.ts';
import type { Svoi } from './svoi.ts';

/** The settings as they stand outside, not yet checked. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Recomputes the whole ledger. Exit code 1 names the first row that is wrong. */
export async function verify(environment: Environment, io: CommandIo): Promise<number> {
  return readingDatabase(parseSettings(environment), async (database) => {
    const found = await verifyLedger(database, ({ customers, transactions }) => {
      io.signal.throwIfAborted();
      io.progress(customers, Number.NaN, `${transactions.toLocaleString('en')} transactions`);
    });
    if (found.fault) throw new SvoiError('ledger_wrong', sayFault(found));
    const { customers, transactions } = found;
    io.out(
      `ok: ${transactions.toLocaleString('en')} transactions of ${customers.toLocaleString('en')} customers`,
    );
    return 0;
  });
}

function sayFault({ fault }: Verification): string {
  if (!fault) return 'nothing is wrong';
  const whose = 'customerId' in fault ? ` of ${fault.customerId}` : '';
  const what = fault.row.startsWith('audit_entries') ? 'audit trail' : 'ledger';
  return `the ${what} is wrong: ${fault.row}${whose}: ${fault.problem}`;
}

/** Counts the figures of all customers from scratch, and says of how many they were wrong. */
export async function rebuild({ database, analyst, clock, program }: Svoi, io: CommandIo): Promise<number> {
  const { zone } = program();
  const count = (number: number) => number.toLocaleString('en');
  const done = await rebuildFigures({
    ...{ database, zone, now: clock.now() },
    nextCustomers: (after) => analyst.ask('customersToRebuild', after),
    onProgress({ part, purchases, customers }) {
      if (io.signal.aborted)
        throw new SvoiError('interrupted', 'interrupted; start it again to go on from here');
      const words = part === 'purchases' ? `${count(purchases)} purchases` : `${count(customers)} customers`;
      io.progress(purchases + customers, Number.NaN, words);
    },
  });
  if (done.moved > 0)
    io.out(`${count(done.moved)} of ${count(done.purchases)} purchases got their time in ${zone}`);
  const differed =
    done.differed > 0 ? `: ${count(done.differed)} were wrong, and are right now` : ', all as they were';
  io.out(`ok: figures of ${count(done.customers)} customers${differed}`);
  return 0;
}

/** Lets `use` read the database, also while a server holds it. */
export async function readingDatabase<Result>(
  settings: Settings,
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openToRead(settings);
  try {
    return await use(database);
  } finally {
    database.close();
  }
}

async function openToRead({
  DATABASE_URL: url,
  DATABASE_AUTH_TOKEN: authToken,
}: Settings): Promise<Database> {
  try {
    return await openDatabase({ url, authToken });
  } catch (error) {
    if (error instanceof SvoiError && error.code === 'database_in_use') return openReader(filePath(url));
    throw error;
  }
}

/** Copies the database into a new file. */
export async function backUpFile(environment: Environment, file: string, io: CommandIo): Promise<number> {
  const { DATABASE_URL } = parseSettings(environment);
  const target = resolve(io.folder, file);
  await backUp(filePath(DATABASE_URL), target);
  io.out(`the database is copied to ${target}`);
  return 0;
}

/** Puts a backup in the place of the database, after verifying it. */
export async function restoreFile(environment: Environment, file: string, io: CommandIo): Promise<number> {
  const { DATABASE_URL } = parseSettings(environment);
  const path = filePath(DATABASE_URL);
  const kept = await restore(resolve(io.folder, file), path, Date.now(), async (database) => {
    const found = await verifyLedger(database);
    if (found.fault) throw new SvoiError('not_a_backup', `nothing was restored, since ${sayFault(found)}`);
  });
  io.out(`restored to ${path}${kept === undefined ? '' : `; what was there is kept as ${kept}`}`);
  return 0;
}

function filePath(url: string): string {
  if (url.startsWith('file:')) return url.slice('file:'.length);
  throw new SvoiError('not_a_file', 'the database is on a libSQL server: use that server’s own backups');
}

/** Tells every messenger that is configured where we are. One that refuses says why, and the others are told anyway. */
export async function setWebhooks(environment: Environment, io: CommandIo): Promise<number> {
  const settings = parseSettings(environment);
  const program = await readingDatabase(settings, currentProgram);
  const messengers = await silentMessengers(settings, () => program);
  if (messengers.length === 0) {
    throw new SvoiError('no_channel', 'no messenger is configured: set TELEGRAM_BOT_TOKEN, or another');
  }
  let exit = 0;
  for (const messenger of messengers) {
    try {
      for (const line of await messenger.setup(settings.PUBLIC_URL)) io.out(line);
    } catch (error) {
      io.error(`${messenger.channel.name}: ${error instanceof Error ? error.message : error}`);
      exit = 1;
    }
  }
  return exit;
}

/** The messengers as far as a command needs them: they ask and tell, and hear nothing. */
export async function silentMessengers(
  settings: Settings,
  program: () => Program,
): Promise<readonly Messenger[]> {
  const clock = { now: () => Date.now() };
  const { messengers } = await openNodeMessengers({
    ...{ settings, program, clock },
    handle: async () => {},
    receipts: async () => {},
    log: () => {},
    print: () => {},
    url: () => '',
    random: Math.random,
  });
  return messengers;
}
