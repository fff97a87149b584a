import type { FieldName } from './fields.ts';

/** How a condition compares. `in` with one span means: within so much time from now on. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in';

/** Units of a span of time, as written after its number. */
export const spanUnits = ['h', 'd', 'w', 'm', 'y'] as const;
export type SpanUnit = (typeof spanUnits)[number];

/** So many hours, days, weeks, months or years. */
export interface Span {
  readonly amount: number;
  readonly unit: SpanUnit;
}

/** What a field is compared with. Money is in major units, as people write it; a share is in percent. */
export type Value =
  | { readonly type: 'number' | 'money' | 'percent'; readonly number: number }
  | ({ readonly type: 'span' } & Span)
  /** `YYYY-MM-DD` on the program's calendar. */
  | { readonly type: 'day'; readonly day: string }
  /** One of the words a field knows, or a name a shop gave. */
  | { readonly type: 'word'; readonly word: string };

/** What a condition looks at, in parentheses behind its field: a period back from now, and of what. */
export interface Filters {
  readonly period?: Span;
  readonly product?: string;
  readonly category?: string;
  readonly store?: string;
  /** The name of a coupon. */
  readonly coupon?: string;
  readonly channel?: string;
  /** What a random share is drawn by: another word draws others. */
  readonly salt?: string;
}

/** One condition: `orders(90d)>=2`. Only `in` has several values; a field of yes or no alone has none and no operator. */
export interface Condition {
  readonly kind: 'condition';
  readonly field: FieldName;
  /** What stands behind the dot: the profile of `rfm.NAME`, the fact of `fact.NAME`. */
  readonly part?: string;
  readonly filters?: Filters;
  readonly operator?: Operator;
  readonly values?: readonly Value[];
}

/** Whom a segment is made of. `and` and `or` have at least two parts, none of them of their own kind. */
export type Rule =
  | { readonly kind: 'and' | 'or'; readonly rules: readonly Rule[] }
  | { readonly kind: 'not'; readonly rule: Rule }
  | Condition;

/** What is wrong with a text. */
export type ProblemKind =
  | 'empty'
  | 'too_long'
  | 'too_deep'
  | 'too_many_conditions'
  | 'unclosed_quote'
  | 'unclosed_parenthesis'
  /** Something else should stand here: see `expected`. */
  | 'unexpected'
  | 'unknown_field'
  | 'unknown_part'
  | 'unknown_filter'
  | 'unknown_value'
  | 'unknown_unit'
  | 'wrong_operator'
  | 'wrong_value'
  | 'missing_filter'
  | 'missing_operator'
  | 'missing_value'
  | 'out_of_range'
  | 'segment_cycle';

/** One thing that is wrong in a text: which characters, what, and what may have been meant. */
export interface SegmentProblem {
  readonly kind: ProblemKind;
  /** Where in the text, in UTF-16 units as strings are indexed; a missing word has no length. */
  readonly position: number;
  readonly length: number;
  /** What stands there. */
  readonly word: string;
  /** What to put in its place: the likeliest of what is known. */
  readonly suggestion?: string;
  /** Examples or a list of what can stand there, as written in a text. */
  readonly expected?: readonly string[];
}

/** A text that was read: a rule, or what is wrong with it (at least one problem, in the order of the text). */
export type ParsedSegment =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly problems: readonly SegmentProblem[] };

/**
 * The names a shop has, for checks and suggestions. A list that is left out is not checked: every name is taken.
 */
export interface Catalogue {
  readonly stores?: readonly string[];
  readonly categories?: readonly string[];
  readonly products?: readonly string[];
  readonly segments?: readonly string[];
  readonly coupons?: readonly string[];
  readonly tiers?: readonly string[];
  readonly facts?: readonly string[];
  /** Names of shop systems, where a person may have registered. */
  readonly shops?: readonly string[];
  readonly rfmProfiles?: readonly string[];
  /** The parts of the two maps of RFM: `champions` …, `at_risk` … */
  readonly rfmSegments?: readonly string[];
  readonly rfSegments?: readonly string[];
  readonly lifecycles?: readonly string[];
}
