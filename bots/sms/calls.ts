import type { SendOutcome } from '../channel.ts';
import { hmacHex, sameSecret } from '../requests.ts';
import type { Gateway, ProviderCall } from './gateway.ts';

/** What a provider's HTTP API answered, or what to make of it that it did not. */
export type Answer =
  | { readonly status: 'answered'; readonly httpStatus: number; readonly json: unknown }
  | Extract<SendOutcome, { status: 'slow_down' | 'failed' }>;

/** Well within the dispatcher's lease, so that an SMS is never sent again while its first request still runs. */
const requestMs = 15_000;

/** How long to wait where a provider says "too fast" and not for how long. */
export const slowDownMs = 2000;

/** A POST with a form or JSON as its body. */
export interface Post {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: URLSearchParams | Readonly<Record<string, unknown>>;
}

/** Posts, and reads the answer as JSON. Never throws for what the outside does. */
export function post({ url, headers = {}, body }: Post): Promise<Answer> {
  const isForm = body instanceof URLSearchParams;
  return request(url, {
    method: 'POST',
    headers: { ...headers, ...(isForm ? {} : { 'content-type': 'application/json' }) },
    body: isForm ? body : JSON.stringify(body),
  });
}

/** Gets, and reads the answer as JSON. Never throws for what the outside does. */
export function get(url: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return request(url, { headers });
}

async function request(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(requestMs) });
    const text = await response.text();
    const { status: httpStatus } = response;
    if (httpStatus === 429) return { status: 'slow_down', retryAfterMs: retryAfterMs(response.headers) };
    if (httpStatus >= 500) return { status: 'failed', detail: `HTTP ${httpStatus}` };
    const json = parseJson(text);
    if (json === undefined) return { status: 'failed', detail: `HTTP ${httpStatus}, not in JSON` };
    return { status: 'answered', httpStatus, json };
  } catch (error) {
    return { status: 'failed', detail: describe(error) };
  }
}

function retryAfterMs(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? 1000 * seconds : slowDownMs;
}

/** A text as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A fault in words for a log: never an address, which may hold a password, and never what was sent. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? ` ${cause.code}` : '';
  return `${error.name === 'TimeoutError' ? 'no answer in time' : error.message}${code}`;
}

/** The answer to a question about the account, or the reason why there is none, thrown. */
export function orThrow(name: Gateway['name'], answer: Answer): Extract<Answer, { status: 'answered' }> {
  if (answer.status === 'answered') return answer;
  throw new Error(`${name}: ${answer.status === 'failed' ? answer.detail : 'too many requests'}`);
}

/**
 * A key for the address of a webhook that its provider does not sign: whoever knows it was told it by us. Made from the
 * account's own secret, so there is nothing more to keep.
 */
export async function webhookKey(secret: string, name: Gateway['name']): Promise<string> {
  return (await hmacHex(secret, `svoi receipts of ${name}`)).slice(0, 32);
}

/** Whether a call brings that key along. */
export async function hasKey({ url }: ProviderCall, secret: string, name: Gateway['name']): Promise<boolean> {
  return sameSecret(url.searchParams.get('key') ?? '', await webhookKey(secret, name));
}
