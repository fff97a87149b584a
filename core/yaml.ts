import { Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

/** What a kind of file holds, and how people call its parts. */
export interface FileFormat<Value> {
  readonly schema: z.ZodType<Value> & z.ZodObject;
  /** What a whole file looks like, for whoever wrote something else altogether. */
  readonly example: string;
  /** What its keys are called: a `rule` of a program. */
  readonly keyName: string;
}

type Path = readonly PropertyKey[];

/** Something that is wrong in a file, where, and what to put there. */
export interface FileProblem {
  readonly path: Path;
  /** Counted from 1; undefined where there is no text that has lines. */
  readonly line: number | undefined;
  readonly text: string;
}

/** A file that was read: what it says, and where each of its parts stands; or all that is wrong with it. */
export type ReadFile<Value> =
  | { readonly ok: true; readonly value: Value; lineOf(path: Path): number | undefined }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** Reads YAML or JSON; what is left out takes its default. Every fault names its line, its key, and what to put there. */
export function readFile<Value>(text: string, format: FileFormat<Value>): ReadFile<Value> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    return { ok: false, problems: [{ path: [], line, text: `column ${col}: ${broken.message}` }] };
  }
  const lineOf = (path: Path) => {
    const offset = offsetOf(path, document);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  const problems = (issues: readonly z.core.$ZodIssue[]) =>
    saidIssues(issues, format).map((one) => ({ ...one, line: lineOf(one.path) }));
  const data = dataIn(document);
  if (!data.ok) return { ok: false, problems: [{ path: [], line: lineOf([]), text: data.text }] };
  const parsed = format.schema.safeParse(data.value);
  if (!parsed.success) return { ok: false, problems: problems(parsed.error.issues) };
  return { ok: true, value: parsed.data, lineOf };
}

/** What a document holds; where its references (`*name`) lead nowhere, or to more than anybody writes, that is said. */
function dataIn(
  document: Document.Parsed,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly text: string } {
  try {
    return { ok: true, value: document.toJS() };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { ok: false, text: `${error.message}; write out what *names stand for` };
  }
}

/** Reads what came as data and has no lines. */
export function readData<Value>(data: unknown, format: FileFormat<Value>): ReadFile<Value> {
  const parsed = format.schema.safeParse(data);
  if (parsed.success) return { ok: true, value: parsed.data, lineOf: () => undefined };
  const problems = saidIssues(parsed.error.issues, format);
  return { ok: false, problems: problems.map((one) => ({ ...one, line: undefined })) };
}

/** `line 4, steps.2.wait: put a time like 30m, 2h, 3d or 2w`. */
export function problemText({ line, path, text }: FileProblem): string {
  const name = path.map(String).join('.');
  return [line === undefined ? '' : `line ${line}, `, name === '' ? '' : `${name}: `, text].join('');
}

/** A value as a file that can be changed and read again: every key at the top with what it means. */
export function writeFile<Value>(
  value: Readonly<Record<string, unknown>>,
  heading: string,
  { schema }: FileFormat<Value>,
): string {
  const document = new Document(value);
  document.commentBefore = ` ${heading}`;
  if (isMap(document.contents)) {
    for (const { key } of document.contents.items) {
      const meaning = isScalar(key) ? described([String(key.value)], schema)?.text : undefined;
      if (isScalar(key) && meaning !== undefined) key.commentBefore = ` ${meaning}`;
    }
  }
  return document.toString();
}

/** Where the nearest part of a path that is there begins. */
function offsetOf(path: Path, document: Document): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const name = path[length - 1];
    if (isSeq(parent)) {
      const item = parent.items[Number(name)];
      if (isNode(item)) return item.range?.[0];
    }
    if (!isMap(parent)) continue;
    const pair = parent.items.find(({ key }) => String(key) === String(name));
    if (pair && isNode(pair.key)) return pair.key.range?.[0];
  }
  return isNode(document.contents) ? document.contents.range?.[0] : undefined;
}

type Said = Pick<FileProblem, 'path' | 'text'>;
type Format = Pick<FileFormat<unknown>, 'schema' | 'example' | 'keyName'>;

function saidIssues(issues: readonly z.core.$ZodIssue[], format: Format): Said[] {
  return issues.flatMap((issue) => sayIssue(issue, format));
}

function sayIssue(issue: z.core.$ZodIssue, format: Format): Said[] {
  if (issue.code === 'invalid_union') return sayUnion(issue, format);
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: issue.path, text: whatToPut(issue, format) }];
  }
  const known = Object.keys(shapeAt(issue.path, format.schema) ?? {});
  const { keyName } = format;
  const list = known.length > 0 ? `; the ${keyName}s are ${known.join(', ')}` : '';
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    text: `there is no such ${keyName}${list}`,
  }));
}

/** Of several kinds of thing, what is wrong with the one that was meant; where none can have been, which there are. */
function sayUnion(issue: z.core.$ZodIssueInvalidUnion, format: Format): Said[] {
  const [meant] = issue.errors
    .map((issues) => ({ issues, strangeness: strangenessOf(issues) }))
    .sort((a, b) => a.strangeness - b.strangeness);
  if (meant && meant.strangeness === 0) {
    return saidIssues(
      meant.issues.map((one) => ({ ...one, path: [...issue.path, ...one.path] })),
      format,
    );
  }
  const kinds = isOurs(issue) ? [] : kindsAt(issue.path, format.schema);
  if (kinds.length > 0) return [{ path: issue.path, text: `put one of ${kinds.join(', ')}` }];
  return [{ path: issue.path, text: whatToPut(issue, format) }];
}

/** How little what stands there looks like a kind: it has other keys, lacks the kind's own, or is no such thing at all. */
function strangenessOf(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, { code, path, message }) => {
    if (path.length === 0) return sum + (code === 'unrecognized_keys' ? 1 : 10);
    const isMissing = path.length === 1 && /received undefined$/.test(message);
    return sum + (isMissing ? 1 : 0);
  }, 0);
}

/** The keys by which the kinds at a path are told apart. */
function kindsAt(path: Path, schema: z.core.$ZodType): readonly string[] {
  const here = bare(schemaAt(path, schema));
  if (!(here instanceof z.ZodUnion)) return [];
  return here.options.flatMap((option) => Object.keys(shapeOf(option) ?? {}).slice(0, 1));
}

/** The keys that may stand where `path` leads. */
function shapeAt(path: Path, schema: z.core.$ZodType): Shape | undefined {
  return shapeOf(schemaAt(path, schema));
}

function schemaAt(path: Path, schema: z.core.$ZodType): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>(child, schema);
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The keys of an object; of one that may be of several kinds, those of any. */
function shapeOf(schema: z.core.$ZodType | undefined): Shape | undefined {
  const plain = bare(schema);
  if (plain instanceof z.ZodObject) return plain.shape;
  if (!(plain instanceof z.ZodUnion)) return undefined;
  return Object.assign({}, ...plain.options.map((option) => shapeOf(option) ?? {}));
}

/** What the schema wants at one key. */
function child(parent: z.core.$ZodType | undefined, key: PropertyKey): z.core.$ZodType | undefined {
  const schema = bare(parent);
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodUnion) {
    const found = schema.options.map((option) => child(option, key)).find((one) => one !== undefined);
    if (found) return found;
  }
  return shapeOf(schema)?.[String(key)];
}

/** A schema without what only says that it may be left out, or comes later. */
function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const isWrapped =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodLazy;
  return isWrapped ? bare(schema.unwrap()) : schema;
}

/** What of ours says what to put there: its own words, or the meaning of the key it belongs to; else what zod says. */
function whatToPut(issue: z.core.$ZodIssue, format: Format): string {
  const { path, message } = issue;
  if (path.length === 0) return format.example;
  const isMissing = issue.code === 'invalid_type' && message.endsWith('received undefined');
  return `${isMissing ? 'is missing: ' : ''}${meaningOf(issue, format)}`;
}

function meaningOf(issue: z.core.$ZodIssue, format: Format): string {
  const { path, message } = issue;
  if (isOurs(issue) && path.length > 1) return `put ${message}`;
  const meaning = described(path, format.schema);
  // What several kinds have in common is said by what they stand in.
  const isNear = meaning && (path.length - meaning.depth <= 1 || issue.code === 'invalid_union');
  if (isNear) return `put ${meaning.text}`;
  return isOurs(issue) ? `put ${message}` : wanted(issue);
}

/** Whether what is wrong is said in words of ours, and not of the library. */
function isOurs({ message }: z.core.$ZodIssue): boolean {
  return !/^(Invalid|Too|Unrecognized)/.test(message);
}

/** The innermost description on the way along a path, and how far along it stands. */
function described(
  path: Path,
  root: z.core.$ZodType,
): { readonly text: string; readonly depth: number } | undefined {
  let schema: z.core.$ZodType | undefined = root;
  let found: { readonly text: string; readonly depth: number } | undefined;
  for (const [index, key] of path.entries()) {
    schema = child(schema, key);
    const text = schema instanceof z.ZodType ? schema.description : undefined;
    if (text !== undefined) found = { text, depth: index + 1 };
  }
  return found;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'KEY: VALUE lines',
  record: 'KEY: VALUE lines',
  array: 'a list',
};

function wanted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `put ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `put ${issue.values.map(String).join(' or ')}`;
    case 'too_small':
      return `put ${issue.origin === 'string' ? 'a text' : `${issue.minimum} or more`}`;
    case 'too_big':
      return `put at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
    default:
      return issue.message;
  }
}
