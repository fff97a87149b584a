import type { Part, Position, Section, Slot, SyntaxFault, Template, TextFault } from './types.ts';

/** `{{` to `}}`, or whichever of the two stands alone. */
const tags = /\{\{((?:(?!\{\{|\}\})[\s\S])*)\}\}|\{\{|\}\}/g;
const variableName = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;
const slotShape = /^([^,|]*?)\s*(?:,\s*([a-z_]+)\s*(?:\(([^|]*)\))?\s*)?(?:\|([\s\S]*))?$/;
const sectionShape = /^#if\s+(\S+)$/;
const deepestSection = 5;

/** A part that is being read: what came before `{{else}}`, and what comes after it. */
interface Open {
  readonly tag: { readonly given: string; readonly at: number; readonly length: number };
  readonly shown: Part[];
  otherwise: Part[] | undefined;
}

/** Takes a text apart. Never throws: what is wrong is told in `faults`. */
function readTemplate(text: string): Template {
  const faults: TextFault[] = [];
  const root: Part[] = [];
  const open: Open[] = [];
  const into = () => open.at(-1)?.otherwise ?? open.at(-1)?.shown ?? root;
  const wrong = (fault: SyntaxFault, at: number, found: string) => {
    faults.push({ fault, at, length: found.length, found });
  };
  let end = 0;
  for (const match of text.matchAll(tags)) {
    addText(into(), text.slice(end, match.index));
    end = match.index + match[0].length;
    const tag = { at: match.index, whole: match[0], inside: match[1]?.trim() };
    readTag(tag, open, into, wrong);
  }
  addText(into(), text.slice(end));
  for (const one of open.splice(0).reverse()) {
    wrong('section_open', one.tag.at, text.slice(one.tag.at, one.tag.at + one.tag.length));
    root.push(...one.shown, ...(one.otherwise ?? []));
  }
  return { parts: root, faults, variables: [...new Set(variablesOf(root))] };
}

interface Tag {
  readonly at: number;
  readonly whole: string;
  /** Undefined where it is not a whole tag. */
  readonly inside: string | undefined;
}

type Wrong = (fault: SyntaxFault, at: number, found: string) => void;

function readTag(tag: Tag, open: Open[], into: () => Part[], wrong: Wrong): void {
  const fault = takeTag(tag, open, into);
  if (!fault) return;
  wrong(fault, tag.at, tag.whole);
  addText(into(), tag.whole);
}

/** Puts a tag where it belongs; what is wrong with it, where it belongs nowhere. */
function takeTag({ at, whole, inside }: Tag, open: Open[], into: () => Part[]): SyntaxFault | undefined {
  if (inside === undefined) return whole === '{{' ? 'unclosed' : 'unopened';
  if (inside === '') return 'empty';
  if (inside === 'else' || inside === '/if') return turnSection(inside, open, into);
  const given = sectionShape.exec(inside)?.[1];
  if (given !== undefined) return openSection({ given, at, length: whole.length }, open);
  const slot = readSlot(inside);
  if (typeof slot === 'string') return slot;
  into().push({ ...slot, at, length: whole.length });
  return undefined;
}

function openSection(tag: Open['tag'], open: Open[]): SyntaxFault | undefined {
  if (!variableName.test(tag.given)) return 'not_a_name';
  if (open.length >= deepestSection) return 'section_deep';
  open.push({ tag, shown: [], otherwise: undefined });
  return undefined;
}

/** `{{else}}` and `{{/if}}`. */
function turnSection(word: 'else' | '/if', open: Open[], into: () => Part[]): SyntaxFault | undefined {
  const section = open.at(-1);
  if (!section || (word === 'else' && section.otherwise)) return 'section_stray';
  if (word === 'else') {
    section.otherwise = [];
    return undefined;
  }
  open.pop();
  const { tag, shown, otherwise = [] } = section;
  into().push({ ...tag, shown, otherwise } satisfies Section);
  return undefined;
}

function readSlot(inside: string): Omit<Slot, 'at' | 'length'> | SyntaxFault {
  const [, variable = '', format, typedForms, typedFallback] = slotShape.exec(inside) ?? [];
  if (!variableName.test(variable)) return 'not_a_name';
  const fallback = typedFallback?.trim();
  if (fallback === '') return 'empty_fallback';
  const forms = typedForms === undefined ? undefined : readForms(typedForms);
  if (typedForms !== undefined && !forms) return 'wrong_forms';
  return {
    variable,
    ...(format === undefined ? {} : { format }),
    ...(forms ? { forms } : {}),
    ...(fallback === undefined ? {} : { fallback }),
  };
}

/** `one: товар; few: товари` by name; undefined where it is not that. */
function readForms(typed: string): Readonly<Record<string, string>> | undefined {
  const forms = typed
    .split(';')
    .filter((form) => form.trim() !== '')
    .map((form) => /^\s*([\w-]+)\s*:\s*([\s\S]*\S)\s*$/.exec(form));
  if (forms.length === 0 || forms.includes(null)) return undefined;
  return Object.fromEntries(forms.map((form) => [form?.[1] ?? '', form?.[2] ?? '']));
}

function addText(parts: Part[], text: string): void {
  if (text === '') return;
  const last = parts.at(-1);
  if (typeof last === 'string') parts[parts.length - 1] = last + text;
  else parts.push(text);
}

function variablesOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string') return [];
    if ('variable' in part) return [part.variable];
    return [part.given, ...variablesOf(part.shown), ...variablesOf(part.otherwise)];
  });
}

const remembered = new Map<string, Template>();
const mostRemembered = 2000;

/** A text taken apart; texts in use are remembered, so that a million messages take one apart once. */
export function parseTemplate(text: string): Template {
  const known = remembered.get(text);
  if (known) return known;
  const template = readTemplate(text);
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(text, template);
  return template;
}

/** The line and column of a place in a text. */
export function positionOf(text: string, at: number): Position {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** What stands where a variable is missing: the fallback, or the words for all other values. */
export function standIn({ fallback, format, forms }: Slot): string | undefined {
  return fallback ?? (format === 'choose' ? forms?.other : undefined);
}

/** Whether a variable has something to say: nothing, none and no are nothing. */
export function isGiven(value: unknown): boolean {
  if (typeof value === 'object' && value !== null && 'count' in value) return value.count !== 0;
  return value !== undefined && value !== null && value !== '' && value !== 0 && value !== false;
}
