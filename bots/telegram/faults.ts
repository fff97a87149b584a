import { GrammyError, HttpError } from 'grammy';
import type { SendOutcome } from '../channel.ts';

type Fault = Exclude<SendOutcome, { status: 'sent' }>;

/** 400s that mean the person is gone: the chat was never opened or the account was deleted. */
const gone = /chat not found|user is deactivated|USER_DEACTIVATED|PEER_ID_INVALID|user not found/i;

/** What an error of the Bot API client means for a message. Errors of ours are thrown on. */
export function faultOf(error: unknown): Fault {
  if (error instanceof HttpError) return { status: 'failed', detail: describe(error) };
  if (!(error instanceof GrammyError)) throw error;
  const detail = describe(error);
  switch (error.error_code) {
    case 403:
      return { status: 'refused', reason: 'blocked', detail };
    case 429:
      return { status: 'slow_down', retryAfterMs: 1000 * (error.parameters.retry_after ?? 1) };
    case 400:
      return { status: 'refused', reason: gone.test(error.description) ? 'blocked' : 'invalid', detail };
    case 413:
      return { status: 'refused', reason: 'invalid', detail };
    default:
      return { status: 'failed', detail };
  }
}

/** An error in words for a log: never the URL, which holds the token, and never what was sent. */
export function describe(error: unknown): string {
  if (error instanceof GrammyError) return `${error.error_code} ${error.description}`;
  if (error instanceof HttpError) return `${error.message}${causeOf(error.error)}`;
  return error instanceof Error ? error.message : String(error);
}

function causeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return ` ${error.code}`;
  return 'cause' in error ? causeOf(error.cause) : '';
}
