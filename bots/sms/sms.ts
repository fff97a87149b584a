import type { IncomingEvent, Said } from '../../core/dialogs/types.ts';
import { smsText } from '../../core/messaging/sms.ts';
import type { Abilities, Channel, EventHandler, Messenger, ReceiptHandler } from '../channel.ts';
import type { Log } from '../log.ts';
import { readBody } from '../requests.ts';
import { cutText } from '../text.ts';
import { describe } from './calls.ts';
import { type Gateway, type Heard, type IncomingSms, receiptsPath } from './gateway.ts';

/** Who is told what comes in, and how texts are written. */
export interface SmsOptions {
  readonly handle: EventHandler;
  readonly handleReceipts: ReceiptHandler;
  /** Whether the program in force wants Latin letters where they save an SMS. */
  transliterate(): boolean;
  readonly log: Log;
}

/** Six SMS of Cyrillic letters: more costs too much to leave by accident. */
const textLimit = 6 * 67;

/** A receipt is a few hundred bytes, a long SMS a few thousand. */
const bodyLimitBytes = 64 * 1024;

function abilitiesOf({ pace }: Gateway): Abilities {
  return {
    buttons: false,
    pictures: false,
    sharePhone: false,
    edits: false,
    receipts: 'delivered',
    textLimit,
    terse: true,
    ...pace,
  };
}

/** SMS over one gateway, as a messenger. An address is a phone number in E.164. */
export function createSms(gateway: Gateway, options: SmsOptions): Messenger {
  const { log } = options;
  const hear = createEar(gateway, options);
  gateway.listen?.(hear);
  return {
    channel: createSmsChannel(gateway, options),
    paths: gateway.read ? [receiptsPath(gateway.name)] : [],
    webhook: (request) => webhook(request, gateway, hear, log),
    async setup(publicUrl) {
      if (!gateway.setup) return [`sms: ${gateway.name} tells us over its own connection`];
      if (!publicUrl) return [`sms: without PUBLIC_URL ${gateway.name} cannot tell what arrived`];
      return gateway.setup(publicUrl.replace(/\/+$/, ''));
    },
    check: () => gateway.check(),
    ...(gateway.start ? { start: () => gateway.start?.() } : {}),
    ...(gateway.stop ? { stop: async () => gateway.stop?.() } : {}),
  };
}

function createSmsChannel(gateway: Gateway, { transliterate }: SmsOptions): Channel {
  return {
    name: 'sms',
    abilities: abilitiesOf(gateway),
    async send({ id, address: to, text, locale }) {
      const written = smsText(cutText(text, textLimit), { transliterate: transliterate(), locale });
      const outcome = await gateway.send({ id, to, ...written });
      return outcome.status === 'sent' ? { segments: written.parts.length, ...outcome } : outcome;
    },
  };
}

function createEar({ name }: Gateway, { handle, handleReceipts }: SmsOptions) {
  return async ({ receipts = [], messages = [] }: Heard): Promise<void> => {
    if (receipts.length > 0) await handleReceipts(receipts.map((one) => ({ channel: 'sms', ...one })));
    for (const message of messages) await handle(eventOf(message, name));
  };
}

function eventOf({ id, from, text }: IncomingSms, name: Gateway['name']): IncomingEvent {
  return { id: `${name}/${id}`, channel: 'sms', address: from, said: saidIn(text.trim()) };
}

/** What a link carries, where one told it to be sent. "START" alone is the word for coming back after STOP, a text. */
const startWord = /^\/start$|^\/?start\s+([\w-]{1,64})$/i;

function saidIn(text: string): Said {
  const start = startWord.exec(text);
  if (!start) return { kind: 'text', text };
  const [, context] = start;
  return context === undefined ? { kind: 'start' } : { kind: 'start', context };
}

async function webhook(
  request: Request,
  gateway: Gateway,
  hear: (heard: Heard) => Promise<void>,
  log: Log,
): Promise<Response> {
  if (!gateway.read) return answer(404, 'nobody calls here');
  if (request.method !== 'POST') return answer(405, 'POST only');
  const body = await readBody(request, bodyLimitBytes);
  if (body === undefined) return answer(413, 'too long');
  const reading = await gateway.read({ url: new URL(request.url), headers: request.headers, body });
  if (reading.status !== 'heard') {
    const isForged = reading.status === 'forged';
    return isForged ? answer(401, 'wrong key or signature') : answer(400, 'not what this provider sends');
  }
  try {
    await hear(reading.heard);
    return reading.answer ?? answer(200, 'ok');
  } catch (error) {
    log('error', `sms: what ${gateway.name} told was not committed: ${describe(error)}`);
    return answer(500, 'not committed, send it again');
  }
}

function answer(status: number, text: string): Response {
  return new Response(text, { status });
}
