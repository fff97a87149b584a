import { z } from 'zod';
import type { ReceiptStatus } from '../../core/messaging/receipts.ts';
import type { Clock } from '../../core/ports.ts';
import { instantOfLocal } from '../../core/time.ts';
import type { SendOutcome } from '../channel.ts';
import { type Answer, hasKey, orThrow, parseJson, post, webhookKey } from './calls.ts';
import { type Gateway, type ProviderCall, type Reading, receiptsPath, type Sms } from './gateway.ts';

/** An account at TurboSMS. */
export interface TurboSmsOptions {
  readonly token: string;
  /** A name the account may send under. */
  readonly sender: string;
  /** By default TurboSMS's own. */
  readonly apiRoot?: string | undefined;
  readonly clock: Clock;
}

const codes = z.object({ response_code: z.int(), response_status: z.string().catch('') });

/** https://turbosms.ua/en/api.html: always HTTP 200, a code for the whole and one for each number. */
const answerSchema = codes.extend({
  response_result: z
    .array(codes.extend({ message_id: z.string().min(1).nullable().catch(null) }))
    .nullish()
    .catch(null),
});

/** 0 for a number; for the whole: queued or sent, all or some; and the result of the same call made before. */
const taken = new Set([0, 800, 801, 802, 803, 507]);

/** What TurboSMS says no to for good. What concerns the account (money, token, sender) may be put right meanwhile. */
const refusals: Readonly<Record<number, 'blocked' | 'invalid'>> = {
  /** No such number; on the stop list. */
  305: 'blocked',
  404: 'blocked',
  /** A country the account cannot send to. */
  406: 'invalid',
  /** The text: missing, not text, forbidden words, too long. */
  201: 'invalid',
  304: 'invalid',
  412: 'invalid',
  413: 'invalid',
};

/** SMS over TurboSMS. */
export function createTurboSms(options: TurboSmsOptions): Gateway {
  const { token, sender, clock } = options;
  const root = (options.apiRoot ?? 'https://api.turbosms.ua').replace(/\/+$/, '');
  const call = (method: string, body: Readonly<Record<string, unknown>>) =>
    post({ url: `${root}/${method}.json`, headers: { authorization: `Bearer ${token}` }, body });
  return {
    name: 'turbosms',
    // TurboSMS names no limit; this is far from where anybody met one.
    pace: { ratePerSecond: 20, parallel: 8 },
    async send({ id, to, text }: Sms) {
      const recipients = [to.replace(/^\+/, '')];
      return outcomeOf(await call('message/send', { recipients, sms: { sender, text }, sequence_id: id }));
    },
    check: async () => balanceLine(orThrow('turbosms', await call('user/balance', {})).json, sender),
    async setup(publicUrl) {
      const url = `${publicUrl}${receiptsPath('turbosms')}?key=${await webhookKey(token, 'turbosms')}`;
      return [`turbosms: put ${url} as the address for delivery reports into the account's settings`];
    },
    read: (given) => read(given, token, clock),
  };
}

function outcomeOf(answer: Answer): SendOutcome {
  if (answer.status !== 'answered') return answer;
  const { data } = answerSchema.safeParse(answer.json);
  if (!data) return { status: 'failed', detail: `HTTP ${answer.httpStatus}, not an answer of TurboSMS` };
  const [one] = data.response_result ?? [];
  if (taken.has(data.response_code) && one?.message_id && taken.has(one.response_code)) {
    return { status: 'sent', providerId: one.message_id };
  }
  const said = one && !taken.has(one.response_code) ? one : data;
  const detail = `${said.response_code} ${said.response_status}`;
  const reason = refusals[said.response_code];
  return reason ? { status: 'refused', reason, detail } : { status: 'failed', detail };
}

function balanceLine(json: unknown, sender: string): string {
  const { data } = codes
    .extend({ response_result: z.object({ balance: z.number() }).optional().catch(undefined) })
    .safeParse(json);
  if (data?.response_result) return `turbosms as "${sender}", balance ${data.response_result.balance}`;
  if (data && [103, 105, 106, 301].includes(data.response_code)) {
    throw new Error('turbosms: SMS_TOKEN is not accepted; put the token of the HTTP API from your account');
  }
  throw new Error(
    `turbosms: ${data ? `${data.response_code} ${data.response_status}` : 'no answer of its own'}`,
  );
}

/**
 * https://turbosms.ua/en/callback.html: one event a call, tried again for hours unless answered with 200. It is signed
 * with SHA-1 of a key and the event's id only, not of what it tells, so what we trust is the key in the address.
 */
const eventSchema = z.object({
  data: z.object({
    message_id: z.string().min(1),
    status: z.string(),
    /** Kyiv time. */
    dlr_date: z.string().optional().catch(undefined),
  }),
});

/** Both spellings are in use: SMPP's and words. Queued, Accepted and Unknown tell nothing yet. */
const statuses: Readonly<Record<string, ReceiptStatus>> = {
  sent: 'sent',
  delivrd: 'delivered',
  delivered: 'delivered',
  read: 'read',
  ...{ undeliv: 'failed', undelivered: 'failed', rejectd: 'failed', rejected: 'failed' },
  ...{ expired: 'failed', failed: 'failed', cancelled: 'failed', deleted: 'failed' },
};

async function read(call: ProviderCall, token: string, clock: Clock): Promise<Reading> {
  if (!(await hasKey(call, token, 'turbosms'))) return { status: 'forged' };
  const { data: event } = eventSchema.safeParse(parseJson(call.body));
  if (!event) return { status: 'unreadable' };
  const { message_id: providerId, status: told, dlr_date: date } = event.data;
  const status = statuses[told.toLowerCase()];
  if (!status) return { status: 'heard', heard: {} };
  const detail = status === 'failed' ? { detail: told.toLowerCase() } : {};
  const at = momentOf(date) ?? clock.now();
  return { status: 'heard', heard: { receipts: [{ providerId, status, at, ...detail }] } };
}

function momentOf(date: string | undefined): number | undefined {
  if (!date || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(date)) return undefined;
  const local = Date.parse(`${date.replace(' ', 'T')}Z`);
  return Number.isNaN(local) ? undefined : instantOfLocal(local, 'Europe/Kyiv');
}
