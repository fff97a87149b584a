import { z } from 'zod';
import { parsePhone } from '../../core/customers/phone.ts';
import type { ReceiptStatus } from '../../core/messaging/receipts.ts';
import type { Clock } from '../../core/ports.ts';
import type { SendOutcome } from '../channel.ts';
import { sameSecret } from '../requests.ts';
import { type Answer, get, orThrow, post, slowDownMs } from './calls.ts';
import {
  type Gateway,
  type Heard,
  type ProviderCall,
  type Reading,
  receiptsPath,
  type Sms,
} from './gateway.ts';

/** An account at Twilio. */
export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** A number of ours in E.164, or a name where the country allows names. */
  readonly sender: string;
  /** By default Twilio's own. */
  readonly apiRoot?: string | undefined;
  /** Without it Twilio cannot tell what arrived, and nothing it says is believed. */
  readonly publicUrl?: string | undefined;
  readonly clock: Clock;
}

const sentSchema = z.object({
  sid: z.string().min(1),
  /** 0 where the number is not known yet. */
  num_segments: z.coerce.number().int().min(1).optional().catch(undefined),
});
const errorSchema = z.object({ code: z.int() });

/** https://www.twilio.com/docs/api/errors: what no later try changes. What concerns the account is not among them. */
const refusals: Readonly<Record<number, 'blocked' | 'invalid'>> = {
  /** Not a number, not a mobile one, a landline, and who sent STOP. */
  21211: 'blocked',
  21614: 'blocked',
  21635: 'blocked',
  21610: 'blocked',
  /** No text, or more than 1600 characters; a country the account may not send to; a pair no route joins. */
  21602: 'invalid',
  21605: 'invalid',
  21617: 'invalid',
  21408: 'invalid',
  21612: 'invalid',
};

/** SMS over Twilio. */
export function createTwilio(options: TwilioOptions): Gateway {
  const { accountSid, authToken, sender, clock } = options;
  const root = (options.apiRoot ?? 'https://api.twilio.com').replace(/\/+$/, '');
  const account = `${root}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`;
  const headers = { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` };
  const publicUrl = options.publicUrl?.replace(/\/+$/, '');
  const callback = publicUrl && `${publicUrl}${receiptsPath('twilio')}`;
  return {
    name: 'twilio',
    // Twilio queues for us; this many calls at once it surely takes.
    pace: { ratePerSecond: 20, parallel: 8 },
    async send({ to, text }: Sms) {
      const body = new URLSearchParams({ To: to, From: sender, Body: text });
      if (callback) body.set('StatusCallback', callback);
      return outcomeOf(await post({ url: `${account}/Messages.json`, headers, body }));
    },
    check: async () => balanceLine(orThrow('twilio', await get(`${account}/Balance.json`, headers)), sender),
    setup: async (url) => [
      'twilio: delivery reports need no setting, each message brings the address along',
      `twilio: for answers put ${url}${receiptsPath('twilio')} as the webhook for incoming messages of ${sender}`,
    ],
    read: (call) => read(call, { authToken, publicUrl, clock }),
  };
}

function outcomeOf(answer: Answer): SendOutcome {
  if (answer.status !== 'answered') return answer;
  const { data: sent } = sentSchema.safeParse(answer.json);
  if (answer.httpStatus < 300 && sent) {
    const { sid: providerId, num_segments: segments } = sent;
    return { status: 'sent', providerId, ...(segments ? { segments } : {}) };
  }
  const code = errorSchema.safeParse(answer.json).data?.code;
  if (code === 20429) return { status: 'slow_down', retryAfterMs: slowDownMs };
  const detail = `HTTP ${answer.httpStatus}${code === undefined ? '' : `, error ${code}`}`;
  const reason = code === undefined ? undefined : refusals[code];
  return reason ? { status: 'refused', reason, detail } : { status: 'failed', detail };
}

function balanceLine({ httpStatus, json }: Extract<Answer, { status: 'answered' }>, sender: string): string {
  const { data } = z.object({ balance: z.coerce.string(), currency: z.string() }).safeParse(json);
  if (data) return `twilio as "${sender}", balance ${data.balance} ${data.currency}`;
  if (httpStatus === 401 || httpStatus === 404) {
    const hint = 'put the Account SID and the auth token of your account';
    throw new Error(`twilio: SMS_LOGIN or SMS_TOKEN is not accepted; ${hint}`);
  }
  throw new Error(`twilio: HTTP ${httpStatus}`);
}

/** Of a status callback (`MessageStatus`) or of a message that came in (`Body`); Twilio sends both as forms. */
const statusSchema = z.object({
  MessageSid: z.string().min(1),
  MessageStatus: z.string(),
  ErrorCode: z.coerce.number().int().optional().catch(undefined),
});
const incomingSchema = z.object({ MessageSid: z.string().min(1), From: z.string().min(1), Body: z.string() });

/** Accepted, scheduled, queued and sending tell nothing we do not know. */
const statuses: Readonly<Record<string, ReceiptStatus>> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  ...{ undelivered: 'failed', failed: 'failed', canceled: 'failed' },
};

/** The person sent STOP; the number is unknown, or a landline. 30003 is a phone that is switched off. */
const goneCodes = new Set([21610, 30005, 30006]);

/** What Twilio does after a message came in: nothing. Without XML it would report an error to the account. */
const doNothing = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>';

interface Trust {
  readonly authToken: string;
  readonly publicUrl: string | undefined;
  readonly clock: Clock;
}

async function read(call: ProviderCall, { authToken, publicUrl, clock }: Trust): Promise<Reading> {
  const form = new URLSearchParams(call.body);
  if (!publicUrl || !(await isSigned(call, form, publicUrl, authToken))) return { status: 'forged' };
  const fields = Object.fromEntries(form);
  const heard = 'MessageStatus' in fields ? receipt(fields, clock) : incoming(fields);
  if (!heard) return { status: 'unreadable' };
  const answer = new Response(doNothing, { headers: { 'content-type': 'text/xml' } });
  return { status: 'heard', heard, answer };
}

/**
 * https://www.twilio.com/docs/usage/security: base64 of HMAC-SHA1 under the auth token, over the address Twilio called
 * and every field in the order of their names, name and value without anything between.
 */
async function isSigned(
  { url, headers }: ProviderCall,
  form: URLSearchParams,
  publicUrl: string,
  authToken: string,
): Promise<boolean> {
  const fields = [...form].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat();
  const signed = [publicUrl, url.pathname, url.search, ...fields].join('');
  return sameSecret(headers.get('x-twilio-signature') ?? '', await twilioSignature(authToken, signed));
}

/** Base64 of HMAC-SHA1. */
export async function twilioSignature(authToken: string, text: string): Promise<string> {
  const bytes = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-1' };
  const key = await crypto.subtle.importKey('raw', bytes.encode(authToken), algorithm, false, ['sign']);
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes.encode(text)));
  return btoa(String.fromCharCode(...signature));
}

function receipt(fields: Readonly<Record<string, string>>, clock: Clock): Heard | undefined {
  const { data } = statusSchema.safeParse(fields);
  if (!data) return undefined;
  const status = statuses[data.MessageStatus];
  if (!status) return {};
  const blocked = data.ErrorCode !== undefined && goneCodes.has(data.ErrorCode);
  const detail = data.ErrorCode === undefined ? data.MessageStatus : `error ${data.ErrorCode}`;
  const fault = status === 'failed' ? { detail, ...(blocked ? { blocked } : {}) } : {};
  return { receipts: [{ providerId: data.MessageSid, status, at: clock.now(), ...fault }] };
}

function incoming(fields: Readonly<Record<string, string>>): Heard | undefined {
  const { data } = incomingSchema.safeParse(fields);
  if (!data) return undefined;
  const from = parsePhone(data.From, 'UA');
  // Short codes and names cannot be answered.
  return from ? { messages: [{ id: data.MessageSid, from, text: data.Body }] } : {};
}
