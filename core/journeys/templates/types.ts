/** A line of a cart or a purchase, as a template shows it. */
export interface TemplateItem {
  readonly name: string;
  readonly quantity: number;
  readonly sumMinor: number;
}

/** Several things: how many there are, and the first of them. */
export interface TemplateItems {
  readonly count: number;
  readonly first: readonly TemplateItem[];
}

/** What a variable stands for. Money in minor units, moments in epoch milliseconds, days as `YYYY-MM-DD` or `--MM-DD`. */
export type TemplateValue = string | number | boolean | TemplateItems;

/** What is known, by the names of variables: what is missing is not there. */
export type TemplateValues = Readonly<Record<string, TemplateValue>>;

/** What a variable is, as far as how it may be written goes. `data`: whatever a shop posted. */
export const valueKinds = ['text', 'number', 'money', 'moment', 'date', 'items', 'data'] as const;
export type ValueKind = (typeof valueKinds)[number];

/** A variable in a text: its name, how it is written, and what stands there when it is missing. */
export interface Slot {
  readonly variable: string;
  readonly format?: string;
  /** What stands in parentheses after the format: `one: товар; few: товари`. */
  readonly forms?: Readonly<Record<string, string>>;
  readonly fallback?: string;
  /** Where it begins and how long it is, in UTF-16 code units of the text. */
  readonly at: number;
  readonly length: number;
}

/** A part that is there when a variable has something to say, and another when it has not. */
export interface Section {
  readonly given: string;
  readonly shown: readonly Part[];
  readonly otherwise: readonly Part[];
  readonly at: number;
  readonly length: number;
}

/** A piece of a template: plain text, a variable, or a part that may be left out. */
export type Part = string | Slot | Section;

/** What is wrong with how a text is written, whatever its variables are. */
export type SyntaxFault =
  /** `{{` without `}}`. */
  | 'unclosed'
  /** `}}` without `{{`. */
  | 'unopened'
  | 'empty'
  /** No name where one must be: `{{points balance}}`. */
  | 'not_a_name'
  /** What stands in parentheses is not `name: text; name: text`. */
  | 'wrong_forms'
  | 'empty_fallback'
  /** `{{#if}}` without `{{/if}}`. */
  | 'section_open'
  /** `{{else}}` or `{{/if}}` outside of `{{#if}}`. */
  | 'section_stray'
  | 'section_deep';

/** A fault in a text: where it begins, how long it is, and the piece of the text it is about. */
export interface TextFault {
  readonly fault: SyntaxFault;
  readonly at: number;
  readonly length: number;
  readonly found: string;
}

/** A text taken apart. With faults, what could not be understood stands in it as plain text. */
export interface Template {
  readonly parts: readonly Part[];
  readonly faults: readonly TextFault[];
  /** Every variable it names, each once. */
  readonly variables: readonly string[];
}

/** Where a piece of a text stands for whoever looks at it: lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}
