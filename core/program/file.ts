import { type Outcome, refuse } from '../errors.ts';
import { type FileFormat, problemText, readFile, writeFile } from '../yaml.ts';
import { type Program, type ProgramDefinition, programSchema } from './program.ts';

const format: FileFormat<ProgramDefinition> = {
  schema: programSchema,
  example: 'a program is a list of KEY: VALUE lines, like earn_percent: 5',
  keyName: 'rule',
};

/**
 * Reads the rules of a program from YAML or JSON; what is left out keeps its default. Refuses `invalid_program` with
 * the line, the key, and what to put there.
 */
export function parseProgramFile(text: string): Outcome<ProgramDefinition, 'invalid_program'> {
  const read = readFile(text, format);
  if (read.ok) return { ok: true, result: read.value };
  const [first, ...others] = read.problems.map(problemText);
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return refuse('invalid_program', `${first ?? 'the file is not a program'}${more}`);
}

/** A program as a file that can be changed and applied: every rule with what it means. */
export function writeProgramFile({ version, ...rules }: Program): string {
  return writeFile(rules, `Program ${version}`, format);
}
