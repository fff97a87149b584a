import { Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { type Outcome, refuse } from '../errors.ts';
import { type Program, type ProgramDefinition, programSchema } from './program.ts';

/**
 * Reads the rules of a program from YAML or JSON; what is left out keeps its default. Refuses `invalid_program` with
 * the line, the key, and what to put there.
 */
export function parseProgramFile(text: string): Outcome<ProgramDefinition, 'invalid_program'> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    return refuse('invalid_program', `line ${line}, column ${col}: ${broken.message}`);
  }
  const parsed = programSchema.safeParse(document.toJS());
  if (parsed.success) return { ok: true, result: parsed.data };
  const [first, ...others] = parsed.error.issues.flatMap((issue) => sayIssue(issue, document, lines));
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return refuse('invalid_program', `${first ?? 'the file is not a program'}${more}`);
}

type Path = readonly PropertyKey[];

function sayIssue(issue: z.core.$ZodIssue, document: Document, lines: LineCounter): string[] {
  if (issue.code !== 'unrecognized_keys') return [at(issue.path, document, lines) + whatToPut(issue)];
  const known = Object.keys(shapeAt(issue.path));
  return issue.keys.map((key) => {
    const where = at([...issue.path, key], document, lines);
    return `${where}there is no such rule; the rules are ${known.join(', ')}`;
  });
}

/** The rules that may stand where `path` leads. */
function shapeAt(path: Path): object {
  const schema = bare(path.reduce<z.core.$ZodType | undefined>(child, programSchema));
  return shapeOf(schema) ?? programSchema.shape;
}

/** The keys of an object; of one that may be of several kinds, those of any. */
function shapeOf(schema: z.core.$ZodType | undefined): Readonly<Record<string, z.core.$ZodType>> | undefined {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (!(schema instanceof z.ZodUnion)) return undefined;
  return Object.assign({}, ...schema.options.map((option) => shapeOf(bare(option)) ?? {}));
}

/** What the schema wants at one key. */
function child(parent: z.core.$ZodType | undefined, key: PropertyKey): z.core.$ZodType | undefined {
  const schema = bare(parent);
  if (schema instanceof z.ZodArray) return schema.element;
  return shapeOf(schema)?.[String(key)];
}

/** A schema without what only says that it may be left out. */
function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const mayBeLeftOut =
    schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  return mayBeLeftOut ? bare(schema.unwrap()) : schema;
}

/** `line 4, earn_percent: `, with the line of the nearest key that is there. */
function at(path: Path, document: Document, lines: LineCounter): string {
  const name = path.map(String).join('.');
  const offset = offsetOf(path, document);
  const line = offset === undefined ? '' : `line ${lines.linePos(offset).line}, `;
  return name === '' ? line : `${line}${name}: `;
}

function offsetOf(path: Path, document: Document): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (!isMap(parent)) continue;
    const pair = parent.items.find(({ key }) => String(key) === String(path[length - 1]));
    if (pair && isNode(pair.key)) return pair.key.range?.[0];
  }
  return isNode(document.contents) ? document.contents.range?.[0] : undefined;
}

/** The description of the rule says what to put there, the innermost one; a rule without one, what zod says. */
function whatToPut({ code, path, message }: z.core.$ZodIssue): string {
  if (path.length === 0) return 'a program is a list of KEY: VALUE lines, like earn_percent: 5';
  if (code === 'custom' && path.length > 1) return `put ${message}`;
  const description = describeRule(path);
  return description ? `put ${description}` : message;
}

function describeRule(path: Path): string | undefined {
  let schema: z.core.$ZodType | undefined = programSchema;
  let description: string | undefined;
  for (const key of path) {
    schema = child(schema, key);
    description = (schema instanceof z.ZodType && schema.description) || description;
  }
  return description;
}

/** A program as a file that can be changed and applied: every rule with what it means. */
export function writeProgramFile({ version, ...rules }: Program): string {
  const document = new Document(rules);
  document.commentBefore = ` Program ${version}`;
  if (isMap(document.contents)) {
    for (const { key } of document.contents.items) {
      if (isScalar(key)) key.commentBefore = ` ${describeRule([String(key.value)])}`;
    }
  }
  return document.toString();
}
