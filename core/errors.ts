/** Figures a program needs to do better next time, so that it need not read them out of the words. In points. */
export type RefusalFigures = Readonly<Partial<Record<'balance' | 'maxPoints', number>>>;

/** An expected failure: a stable `code`, and words for a developer. `pointer` is a JSON pointer into the input. */
export interface Refusal<Code extends string = string> {
  readonly code: Code;
  readonly detail: string;
  readonly pointer?: string;
  readonly figures?: RefusalFigures;
}

/** What a use case ends in: its result, or why not. */
export type Outcome<Result, Code extends string = string> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly refusal: Refusal<Code> };

/** The failed half of an outcome. */
export function refuse<Code extends string>(
  code: Code,
  detail: string,
  pointer?: string,
  figures?: RefusalFigures,
): { readonly ok: false; readonly refusal: Refusal<Code> } {
  const where = pointer === undefined ? {} : { pointer };
  return { ok: false, refusal: { code, detail, ...where, ...(figures ? { figures } : {}) } };
}

/** Base of the errors Svoi throws: a stable `code` for programs, a message for people, the cause kept. */
export class SvoiError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SvoiError';
    this.code = code;
  }
}

/** Thrown when something that must always hold does not: a bug of ours or a damaged database. */
export class InvariantError extends SvoiError {
  constructor(message: string) {
    super('broken_invariant', message);
    this.name = 'InvariantError';
  }
}

/** Throws an InvariantError unless `condition` holds. Stays on in production: money is worth the nanosecond. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
