import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { type Outcome, refuse } from '../../core/errors.ts';
import { isTimeZone } from '../../core/time.ts';
import { fieldHeadings, type ImportKind, normalHeading, requiredFields } from './fields.ts';
import { isDateFormat } from './values.ts';

/** How a file is to be read, as its owner says it: in a YAML file, or by options of the command line. */
export const mappingSchema = z.strictObject({
  /** Heading of a column -> field; `ignore` leaves a column out. Columns not named are recognised by heading. */
  columns: z.record(z.string(), z.string({ error: 'the name of a field' })).default({}),
  dates: z
    .string()
    .refine(isDateFormat, 'a format of YYYY MM M DD D HH H mm ss, like M/D/YYYY H:mm')
    .optional(),
  zone: z.string().refine(isTimeZone, 'a time zone like Europe/Kyiv').optional(),
  decimal: z.enum(['point', 'comma'], { error: 'point or comma' }).default('point'),
  amounts: z
    .enum(['major', 'minor'], { error: 'major (hryvnias, pounds) or minor (kopecks, pennies)' })
    .default('major'),
  delimiter: z.string().length(1, 'one character').optional(),
  encoding: z.string().default('utf-8'),
});
export type MappingRules = z.output<typeof mappingSchema>;

/** Where each field stands in a row. */
export type Columns = ReadonlyMap<string, number>;

/** Reads the text of a mapping file. Refuses `invalid_mapping`, naming the key. */
export function parseMapping(text: string): Outcome<z.input<typeof mappingSchema>, 'invalid_mapping'> {
  try {
    const value: unknown = parseYaml(text) ?? {};
    return checkMapping(value);
  } catch (error) {
    return refuse('invalid_mapping', error instanceof Error ? firstLine(error.message) : String(error));
  }
}

/** Fills in what was left out. Refuses `invalid_mapping`, naming the key. */
export function checkMapping(value: unknown): Outcome<MappingRules, 'invalid_mapping'> {
  const parsed = mappingSchema.safeParse(value);
  if (parsed.success) return { ok: true, result: parsed.data };
  const [issue] = parsed.error.issues;
  const key = issue?.path.join('.') || 'the mapping';
  return refuse('invalid_mapping', `${key}: ${issue?.message ?? 'is wrong'}`);
}

/** `column=field`, as given on the command line. Refuses `invalid_mapping`. */
export function parsePair(pair: string): Outcome<readonly [string, string], 'invalid_mapping'> {
  const cut = pair.lastIndexOf('=');
  if (cut > 0)
    return { ok: true, result: [pair.slice(0, cut).trim(), pair.slice(cut + 1).trim() || 'ignore'] };
  return refuse('invalid_mapping', `"${pair}" is neither a .yaml file nor COLUMN=FIELD, like InvoiceNo=id`);
}

/**
 * Finds each field's column in `header`: first those the rules name, then those known by their heading. Refuses
 * `invalid_mapping` where a named column or field does not exist, or a field the kind needs has no column.
 */
export function findColumns(
  kind: ImportKind,
  header: readonly string[],
  rules: MappingRules,
): Outcome<Columns, 'invalid_mapping'> {
  const fields = Object.keys(fieldHeadings[kind]);
  const columns = new Map<string, number>();
  const taken = new Set<number>();
  for (const [heading, field] of Object.entries(rules.columns)) {
    const index = header.findIndex((one) => one.trim() === heading.trim());
    if (index < 0) {
      return refuse('invalid_mapping', `the file has no column "${heading}"; it has ${header.join(', ')}`);
    }
    if (field !== 'ignore' && !fields.includes(field)) {
      return refuse(
        'invalid_mapping',
        `"${field}" is not a field of ${kind}; use one of ${fields.join(', ')}`,
      );
    }
    if (columns.has(field)) return refuse('invalid_mapping', `two columns are mapped to "${field}"`);
    if (field !== 'ignore') columns.set(field, index);
    taken.add(index);
  }
  recognise(kind, header, columns, taken);
  return checkColumns(kind, header, columns);
}

function recognise(
  kind: ImportKind,
  header: readonly string[],
  columns: Map<string, number>,
  taken: Set<number>,
): void {
  for (const [field, headings] of Object.entries(fieldHeadings[kind])) {
    if (columns.has(field)) continue;
    const known = new Set(headings.split(' '));
    const index = header.findIndex((heading, at) => !taken.has(at) && known.has(normalHeading(heading)));
    if (index < 0) continue;
    columns.set(field, index);
    taken.add(index);
  }
}

function checkColumns(kind: ImportKind, header: readonly string[], columns: Columns) {
  const missing = requiredFields[kind].find((field) => !columns.has(field));
  if (missing !== undefined) return refuse('invalid_mapping', noColumn(missing, header));
  if (kind === 'purchases' && !columns.has('amount') && !columns.has('unit_price')) {
    return refuse('invalid_mapping', noColumn('amount" or "unit_price', header));
  }
  return { ok: true, result: columns } as const;
}

function noColumn(field: string, header: readonly string[]): string {
  const example = field.split('"').at(-1);
  return `no column holds "${field}": say which with --map COLUMN=${example}; the file has ${header.join(', ')}`;
}

/** What is read from where, for the owner to see: `InvoiceNo → id, …; not used: Country`. */
export function describeColumns(header: readonly string[], columns: Columns): string {
  const used = [...columns]
    .sort((a, b) => a[1] - b[1])
    .map(([field, index]) => `${header[index]} → ${field}`);
  const taken = new Set(columns.values());
  const unused = header.filter((_, index) => !taken.has(index));
  return used.join(', ') + (unused.length > 0 ? `; not used: ${unused.join(', ')}` : '');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
