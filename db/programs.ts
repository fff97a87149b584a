import {
  defaultProgram,
  type Program,
  type ProgramDefinition,
  programSchema,
} from '../core/program/program.ts';
import { type Database, readRow, statement } from './database.ts';

/** The program applied last; the default one before any was. */
export async function currentProgram(database: Database): Promise<Program> {
  return (await programSince(database, 0)) ?? defaultProgram;
}

/** The program applied last, if its version is above `version`. */
export async function programSince(database: Database, version: number): Promise<Program | undefined> {
  const sql = 'select version, definition from programs where version > ? order by version desc limit 1';
  const row = await readRow(database, sql, version);
  if (!row) return undefined;
  return { version: Number(row.version), ...programSchema.parse(JSON.parse(String(row.definition))) };
}

/** Puts a new version of the program in force. Version 1 is the default program, so the first applied is 2. */
export async function applyProgram(
  database: Database,
  definition: ProgramDefinition,
  now: number,
): Promise<Program> {
  const version = (await currentProgram(database)).version + 1;
  const sql = 'insert into programs (version, definition, applied_at) values (?, ?, ?)';
  await database.write([statement(sql, version, JSON.stringify(definition), now)]);
  return { version, ...definition };
}
