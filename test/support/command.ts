import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandIo } from '../../api/control.ts';
import { main } from '../../cli.ts';
import { newFile } from './svoi.ts';

/** What a command said, and how it ended. */
export interface Ran {
  readonly exit: number;
  readonly out: readonly string[];
  readonly errors: readonly string[];
}

/** A folder with a database of its own, as it is once it was opened, and the command line over it. */
export interface CommandLine {
  readonly folder: string;
  readonly url: string;
  /** Writes a file into the folder and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  run(...argv: string[]): Promise<Ran>;
  /** Removes the folder. */
  close(): void;
}

/** A command line as a shop has it right after installing. `environment`: settings beside the database. */
export function commandLine(
  environment: Readonly<Record<string, string>> = {},
  databaseUrl?: string,
): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), 'svoi-command-'));
  const url = databaseUrl ?? `file:${join(folder, 'svoi.db')}`;
  return {
    folder,
    url,
    write(name, content) {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    async run(...argv) {
      if (databaseUrl === undefined && !existsSync(url.slice('file:'.length))) await newFile(folder);
      return recording(folder, (io) => main(argv, { DATABASE_URL: url, ...environment }, io));
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs something that talks, and keeps what it says. */
export async function recording(folder: string, run: (io: CommandIo) => Promise<number>): Promise<Ran> {
  const [out, errors]: [string[], string[]] = [[], []];
  const exit = await run({
    out: (line) => out.push(line),
    error: (line) => errors.push(line),
    progress: () => {},
    folder,
    signal: new AbortController().signal,
  });
  return { exit, out, errors };
}
