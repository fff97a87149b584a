import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIds } from '../../core/ids.ts';
import type { ShippedJourney } from '../../core/journeys/types.ts';
import { type ProgramDefinition, programSchema } from '../../core/program/program.ts';
import { seededRandom } from '../../core/seeded_random.ts';
import type { Database } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { applyProgram } from '../../db/programs.ts';
import type { WriterOptions } from '../../db/writer.ts';
import { createSvoi, type Svoi } from '../../svoi.ts';
import { type TestClock, testClock } from './clock.ts';

export { seededRandom } from '../../core/seeded_random.ts';
export { type TestClock, testClock } from './clock.ts';

/** What a test may choose; everything else is as in a fresh installation. */
export interface TestSvoiOptions {
  /** Rules that differ from the default program; applied as version 2. */
  readonly program?: Partial<ProgramDefinition>;
  /** Where the clock starts: epoch milliseconds, or ISO 8601. Default: noon of 22 November 2026 in Kyiv. */
  readonly at?: number | string;
  /** The journeys that come with Svoi; default: all of them. */
  readonly shipped?: readonly ShippedJourney[];
  /** A file or server to open instead of a new file. */
  readonly url?: string;
  /** What stands between Svoi and its database; default: nothing. */
  through?(database: Database): Database;
  readonly writer?: Partial<
    Pick<WriterOptions, 'groupLimit' | 'onMessages' | 'onNotices' | 'onJourneys' | 'onCommit' | 'onFatal'>
  >;
}

/** A whole Svoi on a new database file, with a clock to set and ids that are the same in every run. */
export interface TestSvoi {
  readonly svoi: Svoi;
  readonly clock: TestClock;
  readonly url: string;
  /** Closes the database and removes the file. */
  close(): void;
}

/** Starts a Svoi for one test. Call `close` when done. */
export async function testSvoi(options: TestSvoiOptions = {}): Promise<TestSvoi> {
  const folder = mkdtempSync(join(tmpdir(), 'svoi-test-'));
  const url = options.url ?? `file:${await newFile(folder)}`;
  const clock = testClock(options.at ?? '2026-11-22T12:00:00+02:00');
  const random = seededRandom(1);
  const opened = await openDatabase({ url });
  const database = options.through?.(opened) ?? opened;
  if (options.program) await applyProgram(database, programSchema.parse(options.program), clock.now());
  const svoi = await createSvoi({
    database,
    clock,
    ids: createIds(random),
    random,
    ...options.writer,
    ...shippedOf(options),
  });
  return {
    svoi,
    clock,
    url,
    close() {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let migrated: Promise<string> | undefined;

/** Makes a new database in `folder`; resolves to its path. The migrations run once in each process: what they made is copied. */
export async function newFile(folder: string): Promise<string> {
  migrated ??= migrateOnce();
  const path = join(folder, 'svoi.db');
  copyFileSync(await migrated, path);
  return path;
}

async function migrateOnce(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'svoi-migrated-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'svoi.db');
  (await openDatabase({ url: `file:${path}` })).close();
  return path;
}

function shippedOf({ shipped }: TestSvoiOptions): Pick<TestSvoiOptions, 'shipped'> {
  return shipped === undefined ? {} : { shipped };
}
