import type { SendOutcome } from '../channel.ts';
import { type Answer, ViberUnreachable } from './api.ts';

type Fault = Exclude<SendOutcome, { status: 'sent' }>;

/**
 * What went wrong, by whom or what it is about: the person cannot be reached, this message cannot go there, our
 * account is not in order, we are too fast, broadcasts are not for us; `other` may pass by itself.
 */
export type Matter = 'person' | 'message' | 'account' | 'pace' | 'broadcast' | 'other';

/** Statuses of https://developers.viber.com/docs/api/rest-bot-api/#error-codes; the others are "general error". */
const matters: Readonly<Record<number, { readonly matter: Matter; readonly what: string }>> = {
  1: { matter: 'message', what: 'an address in it is not valid' },
  2: { matter: 'account', what: 'the token is not accepted; put the one of the bot into VIBER_AUTH_TOKEN' },
  3: { matter: 'message', what: 'its form is wrong' },
  4: { matter: 'message', what: 'something is missing in it' },
  5: { matter: 'person', what: 'the person is not registered with Viber' },
  6: { matter: 'person', what: 'the person is not subscribed' },
  7: { matter: 'account', what: 'the bot is blocked; ask Viber' },
  8: { matter: 'account', what: 'the token belongs to no bot; put the one of the bot into VIBER_AUTH_TOKEN' },
  9: { matter: 'account', what: 'the bot is suspended; ask Viber' },
  10: { matter: 'account', what: 'no webhook is set; run "npm run svoi -- webhooks set"' },
  11: { matter: 'message', what: 'no device of the person can show it' },
  12: { matter: 'pace', what: 'too many requests' },
  13: { matter: 'message', what: 'the Viber of the person is too old for it' },
  14: { matter: 'message', what: 'its fields need a later version than it names' },
  15: { matter: 'account', what: 'the bot is not authorised for this; ask Viber' },
  16: { matter: 'message', what: 'inline messages are not allowed' },
  17: { matter: 'message', what: 'the bot is not inline' },
  18: { matter: 'message', what: 'the bot has no public chat' },
  19: { matter: 'broadcast', what: 'it cannot be sent as a broadcast' },
  20: { matter: 'broadcast', what: 'the bot may not send broadcasts' },
  21: { matter: 'message', what: 'messages of bots are not available in the country of the person' },
  22: { matter: 'message', what: 'payments are not available' },
  23: { matter: 'message', what: 'the free messages of this month are used up; ask Viber' },
  24: { matter: 'message', what: 'the balance of the bot is empty; ask Viber' },
};

/** A status with what it says and whom it is about. */
export interface Refusal {
  readonly matter: Matter;
  /** For a log: the number, Viber's word for it and ours. */
  readonly detail: string;
}

/** Reads a status other than 0. */
export function refusalOf({
  status,
  status_message: said,
}: Pick<Answer, 'status' | 'status_message'>): Refusal {
  const { matter, what } = matters[status] ?? { matter: 'other', what: 'Viber failed' };
  return { matter, detail: `${status}${said && ` ${said}`}: ${what}` };
}

/** What a refusal means for a message, where pace is none of it. What our account lacks may be mended: try again. */
export function faultOf({ matter, detail }: Refusal): Fault {
  switch (matter) {
    case 'person':
      return { status: 'refused', reason: 'blocked', detail };
    case 'message':
      return { status: 'refused', reason: 'invalid', detail };
    default:
      return { status: 'failed', detail };
  }
}

/** What it means for a message that Viber did not answer. Faults of ours are thrown on. */
export function faultOfSilence(error: unknown): Fault {
  if (!(error instanceof ViberUnreachable)) throw error;
  if (error.retryAfterMs !== undefined) return { status: 'slow_down', retryAfterMs: error.retryAfterMs };
  return { status: 'failed', detail: error.message };
}
