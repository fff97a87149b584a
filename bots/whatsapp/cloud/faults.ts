import type { SendOutcome } from '../../channel.ts';
import type { GraphFault } from './graph.ts';

type Fault = Exclude<SendOutcome, { status: 'sent' }>;

/** What an error code asks for. `account`: nothing goes out until somebody mends the account. */
type Meaning = 'too_fast' | 'too_often' | 'too_fast_for_chat' | 'again' | 'blocked' | 'invalid' | 'account';

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes */
const meanings: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  ...codes('too_fast', [130429]),
  // Limits of the app and of the business account, counted over longer times.
  ...codes('too_often', [4, 80007]),
  ...codes('too_fast_for_chat', [131056]),
  ...codes('again', [1, 2, 131000, 131016, 131048, 131053, 131057, 133004]),
  // Not on WhatsApp or too old a version, not on a test number's list, no such number, our own number.
  ...codes('blocked', [131026, 131030, 1006, 131021]),
  // The window is closed; no more offers for this person for now, or ever; an experiment of Meta's; a country Meta closed.
  ...codes('invalid', [131047, 470, 131049, 131050, 130472, 130497]),
  // A code of ours to a person without a number: such templates go to numbers only.
  ...codes('invalid', [131062, 100, 131008, 131009, 131051, 131052, 135000]),
  ...codes('account', [0, 3, 10, 33, 190, 200, 368, 131005, 131031, 131037, 131042, 131045, 133010]),
]);

function codes(meaning: Meaning, list: readonly number[]): [number, Meaning][] {
  return list.map((code) => [code, meaning]);
}

/** Where the answer does not say how long to wait. The pair limit is about one message in 6 seconds. */
const waitMs = { too_fast: 1000, too_often: 60_000, too_fast_for_chat: 6000 } as const;

/** What a failed call means for the message it was for. */
export function outcomeOf(fault: GraphFault): Fault {
  const { message: detail, retryAfterMs } = fault;
  const meaning = meaningOf(fault);
  switch (meaning) {
    case 'too_fast':
    case 'too_often':
      return { status: 'slow_down', retryAfterMs: retryAfterMs ?? waitMs[meaning] };
    case 'too_fast_for_chat':
      return { status: 'slow_down', retryAfterMs: retryAfterMs ?? waitMs[meaning], chatOnly: true };
    case 'blocked':
    case 'invalid':
      return { status: 'refused', reason: meaning, detail };
    case 'again':
    case 'account':
      return { status: 'failed', detail };
  }
}

/** Whether a code says that the person cannot be reached on WhatsApp at all. */
export function isUnreachable(code: number): boolean {
  return meanings.get(code) === 'blocked';
}

function meaningOf({ status, code }: GraphFault): Meaning {
  const known = code === undefined ? undefined : meanings.get(code);
  if (known) return known;
  // 132000 to 132999 are about templates: missing, paused, other variables than were sent.
  if (code !== undefined && Math.floor(code / 1000) === 132) return 'invalid';
  if (status === 429) return 'too_fast';
  if (status === 401 || status === 403) return 'account';
  return status !== undefined && status >= 400 && status < 500 ? 'invalid' : 'again';
}

/** A fault with what to do about it, in one line. */
export function advised(fault: GraphFault): string {
  const advice = adviceFor(fault);
  return advice ? `${fault.message}; ${advice}` : fault.message;
}

/** What to do about an account that sends nothing any more; undefined where the account is not to blame. */
export function adviceFor(fault: GraphFault): string | undefined {
  if (meaningOf(fault) !== 'account') return undefined;
  switch (fault.code) {
    case 0:
    case 190:
      return 'WHATSAPP_TOKEN is wrong or has expired: make a permanent one for a system user of the business';
    case 3:
    case 10:
    case 200:
    case 131005:
      return 'WHATSAPP_TOKEN needs the permissions whatsapp_business_messaging and whatsapp_business_management';
    case 33:
    case 133010:
      return 'WHATSAPP_PHONE_NUMBER_ID is no number registered for the Cloud API';
    case 131042:
      return 'the WhatsApp account has no valid way to pay';
    default:
      return 'see the WhatsApp account in the Meta Business Suite';
  }
}
