import { z } from 'zod';
import { parsePhone } from '../../core/customers/phone.ts';
import type { ReceiptStatus } from '../../core/messaging/receipts.ts';
import type { Clock } from '../../core/ports.ts';
import type { SendOutcome } from '../channel.ts';
import { type Answer, hasKey, orThrow, post, slowDownMs, webhookKey } from './calls.ts';
import {
  type Gateway,
  type Heard,
  type ProviderCall,
  type Reading,
  receiptsPath,
  type Sms,
} from './gateway.ts';

/** An account at SMSC (smsc.ua, smsc.kz and the others of that house). */
export interface SmscOptions {
  readonly login: string;
  readonly password: string;
  /** A name the account may send under. */
  readonly sender: string;
  /** By default the Ukrainian one. */
  readonly apiRoot?: string | undefined;
  readonly clock: Clock;
}

const id = z.union([z.string().min(1), z.int()]).transform(String);

/** https://smsc.ua/api/http/send/sms/sms_answer/ with fmt=3. */
const sentSchema = z.object({ id, cnt: z.coerce.number().int().min(1).optional().catch(undefined) });
const errorSchema = z.object({ error_code: z.coerce.number().int(), error: z.string().catch('') });

/** Errors may go away when the shop puts its account right (2: password, 3: money), but for these. */
const refusals: Readonly<Record<number, 'blocked' | 'invalid'>> = {
  /** Wrong parameters, a wrong date, words or a sender that are forbidden. */
  1: 'invalid',
  5: 'invalid',
  6: 'invalid',
  /** Not a phone number; a number nothing can be delivered to. */
  7: 'blocked',
  8: 'blocked',
};

/** SMSC shuts an address out for a while that makes many errors. */
const shutOutMs = 60_000;

/** SMS over SMSC. */
export function createSmsc(options: SmscOptions): Gateway {
  const { login, password, sender, clock } = options;
  const root = (options.apiRoot ?? 'https://smsc.ua').replace(/\/+$/, '');
  const call = (script: string, parameters: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams({ login, psw: password, fmt: '3', charset: 'utf-8', ...parameters });
    return post({ url: `${root}/sys/${script}.php`, body });
  };
  return {
    name: 'smsc',
    // More calls at once than a few are refused with error 9.
    pace: { ratePerSecond: 10, parallel: 4 },
    // With the plus SMSC leaves a number as it is.
    send: async ({ to, text }: Sms) => outcomeOf(await call('send', { phones: to, mes: text, sender })),
    check: async () => balanceLine(orThrow('smsc', await call('balance', {})).json, login, sender),
    async setup(publicUrl) {
      const url = `${publicUrl}${receiptsPath('smsc')}?key=${await webhookKey(password, 'smsc')}`;
      return [
        `smsc: put ${url} as the handler of statuses and of incoming messages into the account's settings, encoding UTF-8`,
      ];
    },
    read: (given) => read(given, password, clock),
  };
}

function outcomeOf(answer: Answer): SendOutcome {
  if (answer.status !== 'answered') return answer;
  const { data: refused } = errorSchema.safeParse(answer.json);
  if (refused) return refusalOf(refused.error_code, refused.error);
  const { data: sent } = sentSchema.safeParse(answer.json);
  if (!sent) return { status: 'failed', detail: `HTTP ${answer.httpStatus}, not an answer of SMSC` };
  return { status: 'sent', providerId: sent.id, ...(sent.cnt ? { segments: sent.cnt } : {}) };
}

function refusalOf(code: number, error: string): SendOutcome {
  const detail = `error ${code}`;
  const reason = refusals[code];
  if (reason) return { status: 'refused', reason, detail };
  if (code === 4) return { status: 'slow_down', retryAfterMs: shutOutMs };
  // Error 9 is two things: too many calls at once, and the same text to the same number within a minute.
  const isDuplicate = /duplicate|wait a minute/i.test(error);
  if (code === 9 && !isDuplicate) return { status: 'slow_down', retryAfterMs: slowDownMs };
  return { status: 'failed', detail };
}

function balanceLine(json: unknown, login: string, sender: string): string {
  const { data } = z.object({ balance: z.coerce.string() }).safeParse(json);
  if (data) return `smsc as "${sender}", account ${login}, balance ${data.balance}`;
  const code = errorSchema.safeParse(json).data?.error_code;
  if (code === 2)
    throw new Error('smsc: SMS_LOGIN or SMS_PASSWORD is not accepted; put those of your account');
  throw new Error(`smsc: ${code === undefined ? 'no answer of its own' : `error ${code}`}`);
}

/** The end of the year 2099: what says to be later is no time. */
const LAST_SECOND = 4_102_444_799;

/** https://smsc.ua/api/http/miscellaneous/callback/: a form for each status and each message that came in. */
const statusSchema = z.object({
  id: z.string().min(1),
  status: z.coerce.number().int(),
  /** Seconds. */
  ts: z.coerce.number().int().min(1).max(LAST_SECOND).optional().catch(undefined),
  err: z.coerce.number().int().optional().catch(undefined),
});
const incomingSchema = z.object({
  phone: z.string().min(1),
  mes: z.string(),
  id: z.string().min(1).optional().catch(undefined),
  ts: z.string().min(1).optional().catch(undefined),
  time: z.string().optional().catch(undefined),
});

/** -1: waits; -3: not found: these tell nothing. 22: no such number; 1 as `err`: nobody has that number. */
const statuses: Readonly<Record<number, ReceiptStatus>> = {
  0: 'sent',
  1: 'delivered',
  2: 'read',
  4: 'read',
  ...{ [-2]: 'failed', 3: 'failed', 20: 'failed', 22: 'failed', 23: 'failed', 24: 'failed', 25: 'failed' },
};

async function read(call: ProviderCall, password: string, clock: Clock): Promise<Reading> {
  if (!(await hasKey(call, password, 'smsc'))) return { status: 'forged' };
  const form = Object.fromEntries(new URLSearchParams(call.body));
  const heard = 'mes' in form ? await incoming(form) : receipt(form, clock);
  return heard ? { status: 'heard', heard } : { status: 'unreadable' };
}

function receipt(form: Readonly<Record<string, string>>, clock: Clock): Heard | undefined {
  const { data } = statusSchema.safeParse(form);
  if (!data) return undefined;
  const status = statuses[data.status];
  if (!status) return {};
  const at = data.ts === undefined ? clock.now() : 1000 * data.ts;
  const blocked = data.status === 22 || data.err === 1;
  const fault =
    status === 'failed' ? { detail: `status ${data.status}`, ...(blocked ? { blocked } : {}) } : {};
  return { receipts: [{ providerId: data.id, status, at, ...fault }] };
}

async function incoming(form: Readonly<Record<string, string>>): Promise<Heard | undefined> {
  const { data } = incomingSchema.safeParse(form);
  const from = data && parsePhone(`+${data.phone.replace(/\D/g, '')}`, 'UA');
  if (!data || !from) return undefined;
  const key = data.id ?? (await fingerprint(`${from} ${data.ts ?? data.time} ${data.mes}`));
  return { messages: [{ id: key, from, text: data.mes }] };
}

/** Names a message that has no id of its own: the same for a second delivery, another a second later. */
async function fingerprint(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes.slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
