import { type FileFormat, type FileProblem, readData, readFile, writeFile } from '../yaml.ts';
import { type Checking, checkJourney } from './check.ts';
import { type JourneyDefinition, journeySchema } from './definition.ts';

const format: FileFormat<JourneyDefinition> = {
  schema: journeySchema,
  example: 'a journey is a list of KEY: VALUE lines, like key: cart',
  keyName: 'key',
};

/** A journey that may be kept, or all that is wrong with it. */
export type CheckedJourney =
  | { readonly ok: true; readonly definition: JourneyDefinition }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** Reads a journey from YAML or JSON and checks it: every fault with its line, its place, and what to put there. */
export function parseJourneyFile(text: string, checking: Checking): CheckedJourney {
  return checked(readFile(text, format), checking);
}

/** The same of a journey that came as data. */
export function parseJourneyData(data: unknown, checking: Checking): CheckedJourney {
  return checked(readData(data, format), checking);
}

function checked(read: ReturnType<typeof readFile<JourneyDefinition>>, checking: Checking): CheckedJourney {
  if (!read.ok) return read;
  const problems = checkJourney(read.value, checking);
  if (problems.length === 0) return { ok: true, definition: read.value };
  return { ok: false, problems: problems.map((one) => ({ ...one, line: read.lineOf(one.path) })) };
}

/** A journey as a file that can be changed and applied: every key with what it means. */
export function writeJourneyFile(definition: JourneyDefinition, heading: string): string {
  return writeFile(definition, heading, format);
}
