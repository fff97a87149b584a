import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import { type Refusal, type RefusalFigures, SvoiError } from '../core/errors.ts';

interface ProblemKind {
  readonly status: ContentfulStatusCode;
  readonly title: string;
}

/** Every code an answer can carry, those of core's refusals among them: its status, and what it means. */
export const problemKinds = {
  malformed_json: { status: 400, title: 'The body is not JSON in UTF-8' },
  unauthorized: { status: 401, title: 'The API key is missing, wrong or revoked' },
  invalid_signature: { status: 401, title: 'The signature is missing, wrong or too old' },
  forbidden: { status: 403, title: 'The scope of this key does not allow this call' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  customer_not_found: { status: 404, title: 'No customer has this reference' },
  purchase_not_found: { status: 404, title: 'This shop posted no such purchase' },
  product_not_found: { status: 404, title: 'We were not told of this product' },
  redemption_not_found: { status: 404, title: 'This shop has no such redemption' },
  coupon_not_found: { status: 404, title: 'There is no such coupon for this customer' },
  reservation_not_found: { status: 404, title: 'This shop put nothing aside under this id' },
  fact_not_found: { status: 404, title: 'Nothing of the kind is known about this customer' },
  page_not_found: { status: 404, title: 'There is no such page' },
  picture_not_found: { status: 422, title: 'There is no such picture' },
  page_slug_taken: { status: 409, title: 'Another page has this address' },
  page_slug_invalid: { status: 422, title: 'This can be no address of a page' },
  page_invalid: { status: 422, title: 'This cannot stand on a page' },
  cart_not_found: { status: 404, title: 'This shop told of no such cart' },
  not_a_picture: { status: 422, title: 'This is no picture that every messenger shows' },
  event_conflict: { status: 409, title: 'This id was posted before with another body' },
  event_type_reserved: { status: 422, title: 'Of this we tell ourselves' },
  too_many_journeys: { status: 422, title: 'No more journeys can be kept' },
  journey_not_found: { status: 404, title: 'There is no such journey' },
  order_not_found: { status: 404, title: 'This shop told of no such order' },
  talk_not_found: { status: 404, title: 'There is no such talk' },
  method_not_allowed: { status: 405, title: 'This address does not take this method' },
  picture_unavailable: { status: 406, title: 'No PNG can be made here: ask for SVG' },
  refund_conflict: { status: 409, title: 'This id was posted before with another body' },
  nothing_left: { status: 409, title: 'All of this purchase has come back already' },
  not_refundable: { status: 409, title: 'This was itself a return of goods' },
  purchase_conflict: { status: 409, title: 'This id was posted before with another body' },
  redemption_conflict: { status: 409, title: 'This id was posted before with another body' },
  redemption_not_agreed: { status: 409, title: 'The customer has not answered yet' },
  redemption_expired: { status: 409, title: 'The time of this redemption is over' },
  redemption_closed: { status: 409, title: 'This redemption was settled otherwise' },
  coupon_conflict: { status: 409, title: 'Another coupon has this name' },
  code_taken: { status: 409, title: 'Another coupon has this code' },
  codes_conflict: { status: 409, title: 'This id was posted before with another body' },
  issue_conflict: { status: 409, title: 'This id was posted before with another body' },
  reservation_conflict: { status: 409, title: 'This id was posted before with another body' },
  reservation_closed: { status: 409, title: 'A purchase has used what was put aside' },
  fact_refused: { status: 409, title: 'The customer said otherwise about this' },
  report_not_found: { status: 404, title: 'There is no such report' },
  result_not_found: { status: 404, title: 'There is no such campaign or journey' },
  rfm_profile_not_found: { status: 404, title: 'The program has no such RFM profile' },
  survey_conflict: { status: 409, title: 'This was posted before with another body, or answered already' },
  survey_mismatch: { status: 422, title: 'This purchase is another customer’s' },
  customer_mismatch: { status: 409, title: 'The phone and the external id name two customers' },
  card_taken: { status: 409, title: 'This card belongs to another customer' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is not declared as what this call takes' },
  invalid_request: { status: 422, title: 'The request breaks the schema' },
  line_not_found: { status: 422, title: 'The purchase has no such line' },
  more_than_bought: { status: 422, title: 'Less of it is left to bring back' },
  refund_too_large: { status: 422, title: 'Less is left to give back' },
  redemption_code_wrong: { status: 422, title: 'This is not the code of the SMS' },
  redemption_code_over: { status: 422, title: 'The code of the SMS is too old, or was wrong too often' },
  redemption_mismatch: { status: 422, title: 'These points are another customer’s' },
  redemption_too_large: { status: 422, title: 'More points are held than may pay for this purchase' },
  in_the_future: { status: 422, title: 'The time lies in the future' },
  payment_code_invalid: { status: 422, title: 'The code to pay with points is wrong, used or too old' },
  customer_not_registered: { status: 422, title: 'The phone of this customer is not proved yet' },
  insufficient_points: { status: 422, title: 'The customer has fewer points; `balance` says how many' },
  too_many_points: {
    status: 422,
    title: 'The program lets fewer points pay for this total; `max_points` says how many',
  },
  campaign_not_found: { status: 404, title: 'There is no such campaign' },
  campaign_over: { status: 409, title: 'This campaign was sent already, or is over' },
  campaign_not_running: { status: 409, title: 'This campaign is not on its way' },
  campaign_not_paused: { status: 409, title: 'This campaign is not paused' },
  campaign_too_late: { status: 422, title: 'The moment of this campaign has passed' },
  campaign_invalid: { status: 422, title: 'This campaign cannot be sent as it is' },
  customer_unreachable: { status: 422, title: 'This customer has no chat with us that can be written to' },
  segment_not_found: { status: 404, title: 'There is no such segment' },
  segment_name_taken: { status: 409, title: 'Another segment has this name' },
  segment_changed: { status: 409, title: 'The segment is another revision by now' },
  segment_in_use: { status: 409, title: 'Other segments look at this one' },
  segment_invalid: { status: 422, title: 'The rule cannot be read' },
  segment_name_invalid: { status: 422, title: 'A segment cannot be called that' },
  segment_cycle: { status: 422, title: 'The segment would look at itself' },
  segment_too_large: { status: 422, title: 'With the segments it looks at it has too many conditions' },
  too_many_segments: { status: 422, title: 'No more segments can be saved' },
  coupon_has_no_pattern: { status: 422, title: 'This coupon has no single codes' },
  pattern_too_short: { status: 422, title: 'So many codes of this pattern could be guessed' },
  coupon_not_yet: { status: 422, title: 'This coupon is not good yet' },
  coupon_expired: { status: 422, title: 'This coupon is over' },
  coupon_stopped: { status: 422, title: 'The shop has stopped this coupon' },
  coupon_wrong_time: { status: 422, title: 'This coupon is good on other days or at other hours' },
  coupon_wrong_store: { status: 422, title: 'This coupon is good in other stores' },
  coupon_min_cart: { status: 422, title: 'The cart is too small for this coupon' },
  coupon_needs_customer: { status: 422, title: 'This coupon depends on who buys: name the customer' },
  coupon_wrong_tier: { status: 422, title: 'This coupon is for another tier' },
  coupon_first_purchase: { status: 422, title: 'This coupon is for the first purchase' },
  coupon_used_up: { status: 422, title: 'This coupon has been used as often as it may be' },
  coupon_reserved: { status: 422, title: 'This coupon is put aside for another cart' },
  coupon_nothing_applies: { status: 422, title: 'Nothing in the cart is what this coupon is for' },
  code_too_soon: { status: 429, title: 'A code was sent to this phone within the last minute' },
  codes_used_up: { status: 429, title: 'Too many codes were sent within 24 hours' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'A fault of ours' },
  writer_stopped: { status: 503, title: 'Nothing can be written at the moment' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;

/** Why a purchase or a reservation may not use a coupon that it names. */
export const couponProblems = [
  ...([
    'coupon_not_found',
    'coupon_not_yet',
    'coupon_expired',
    'coupon_stopped',
    'coupon_wrong_time',
  ] as const),
  ...(['coupon_wrong_store', 'coupon_min_cart', 'coupon_needs_customer', 'coupon_wrong_tier'] as const),
  ...(['coupon_first_purchase', 'coupon_used_up', 'coupon_reserved', 'coupon_nothing_applies'] as const),
] as const satisfies readonly ProblemCode[];

/** One thing that is wrong: where in the body (RFC 6901) or in which parameter, and what. */
export interface ProblemDetail {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

/** An error as answered: RFC 9457, with a stable `code`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: ContentfulStatusCode;
  readonly detail: string;
  readonly code: string;
  readonly errors?: readonly ProblemDetail[];
  /** What the customer can spend, and how many points may pay for the total, where that is what is wrong. */
  readonly balance?: number;
  readonly max_points?: number;
}

/** Thrown anywhere in a call to answer with a problem. */
export class ProblemError extends SvoiError {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.code, problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
    this.headers = headers;
  }
}

/** The problem of a code. */
export function problem(code: ProblemCode, detail: string, errors?: readonly ProblemDetail[]): Problem {
  const { status, title } = problemKinds[code];
  return { type: `/docs#${code}`, title, status, detail, code, ...(errors ? { errors } : {}) };
}

/** A request that is well-formed and wrong. */
export function invalidRequest(errors: readonly ProblemDetail[]): Problem {
  const [first] = errors;
  const where = first?.pointer ?? first?.parameter;
  const detail = where ? `${where}: ${first?.detail}` : (first?.detail ?? 'the request breaks the schema');
  return problem('invalid_request', detail, errors);
}

/** What core refused, as a problem. Something the body names and nobody knows is a fault of the body: 422. */
export function refusalProblem({ code, detail, pointer, figures = {} }: Refusal): Problem {
  const kind: ProblemKind = isProblemCode(code) ? problemKinds[code] : { status: 422, title: 'Refused' };
  const status = kind.status === 404 && pointer !== undefined ? 422 : kind.status;
  const errors = pointer === undefined ? {} : { errors: [{ pointer, detail }] };
  return { type: `/docs#${code}`, title: kind.title, status, detail, code, ...errors, ...figuresOf(figures) };
}

function figuresOf({ balance, maxPoints }: RefusalFigures): Pick<Problem, 'balance' | 'max_points'> {
  return {
    ...(balance === undefined ? {} : { balance }),
    ...(maxPoints === undefined ? {} : { max_points: maxPoints }),
  };
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problemKinds, code);
}

/** The most errors of one answer: a body of a million wrong keys gets no answer of a million lines. */
const maxErrors = 50;
const maxKeyLength = 100;

/** What zod found wrong, one error a fault, each with its place. */
export function detailsOf(issues: readonly z.core.$ZodIssue[], where: 'body' | 'parameter'): ProblemDetail[] {
  return issues.slice(0, maxErrors).flatMap((issue): ProblemDetail[] => {
    if (issue.code !== 'unrecognized_keys') return [at(issue.path, issue.message, where)];
    return issue.keys
      .slice(0, maxErrors)
      .map((key) => at([...issue.path, key.slice(0, maxKeyLength)], 'there is no such key', where));
  });
}

function at(path: readonly PropertyKey[], detail: string, where: 'body' | 'parameter'): ProblemDetail {
  return where === 'parameter' ? { parameter: path.join('.'), detail } : { pointer: pointerOf(path), detail };
}

/** A JSON pointer (RFC 6901): the whole body is the empty one. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The problem of a fault of ours: nothing of its cause is told. */
export function internalProblem(requestId?: string): Problem {
  const detail = requestId ? `tell us the request id ${requestId}: the log says more` : 'the log says more';
  return problem('internal', detail);
}

/** Whether a submitted command failed because the database did: nothing is acknowledged until a restart. */
export function isWriterStopped(error: unknown): boolean {
  return error instanceof SvoiError && error.code === 'writer_stopped';
}
