import type { IncomingEvent, Said } from '../../../core/dialogs/types.ts';
import type { Receipt, ReceiptStatus } from '../../../core/messaging/receipts.ts';
import { saidInText } from '../start.ts';
import type { WebMessage } from './client.ts';
import type { Identity } from './identities.ts';

/** What a person typed or chose. */
const typed = new Set(['chat', 'buttons_response', 'list_response', 'template_button_reply']);

/** Contents a person sends that are no words; they get an answer all the same. Of an album each picture comes as itself. */
const unreadable = new Set([
  ...['audio', 'document', 'event_creation', 'image', 'interactive', 'live_location', 'location'],
  ...['order', 'poll_creation', 'product', 'ptt', 'ptv', 'sticker', 'video'],
]);

const shared = new Set(['vcard', 'multi_vcard']);

/** Whether a person said this; all else (security notices, calls, what is not decrypted yet) is WhatsApp's own. */
export function isSaid({ type }: WebMessage): boolean {
  return typed.has(type) || unreadable.has(type) || shared.has(type);
}

/** A message as an event of the conversation with its sender. */
export function eventOf(message: WebMessage, { address, phone }: Identity): IncomingEvent {
  return {
    id: message.id,
    channel: 'whatsapp',
    address,
    said: saidIn(message, phone),
    ...(phone === undefined ? {} : { provenPhone: phone }),
    ...(message.quotedId === undefined ? {} : { replyTo: message.quotedId }),
  };
}

function saidIn(message: WebMessage, sender: string | undefined): Said {
  const { type, text, cards } = message;
  if (shared.has(type)) {
    const phone = phoneOn(cards);
    return phone ? { kind: 'contact', phone, own: phone === sender } : { kind: 'text', text };
  }
  if (typed.has(type)) return saidInText(text);
  const { chat, id, picture } = message;
  const ref = pictureRef({ chat, id });
  return { kind: 'attachment', text, ...(picture ? { picture: { ref, ...picture } } : {}) };
}

/** Where a message stands, as one text: what pictures in it are fetched by. */
function pictureRef({ chat, id }: Pick<WebMessage, 'chat' | 'id'>): string {
  return `${chat}/${id}`;
}

/** What such a text says. */
export function placeOf(ref: string): Pick<WebMessage, 'chat' | 'id'> {
  const [chat = '', id = ''] = ref.split('/');
  return { chat, id };
}

/** The number on a vCard: what WhatsApp itself noted there, else what is written. */
function phoneOn([card = '']: readonly string[]): string | undefined {
  const noted = /^TEL\b[^:\n]*[;.]waid=(\d{5,15})\b/im.exec(card)?.[1];
  if (noted) return `+${noted}`;
  return /^(?:item\d+\.)?TEL\b[^:\n]*:\s*(\+?[\d\s()-]{5,24})/im.exec(card)?.[1]?.trim();
}

/** https://docs.wwebjs.dev/global.html#MessageAck; 0 says only that the message waits in our own browser. */
const statuses: Readonly<Record<number, ReceiptStatus>> = {
  [-1]: 'failed',
  1: 'sent',
  2: 'delivered',
  3: 'read',
  4: 'read',
};

/** An ack as a receipt; undefined where it tells nothing. */
export function receiptOf(providerId: string, ack: number, at: number): Receipt | undefined {
  const status = statuses[ack];
  return status && { channel: 'whatsapp', providerId, status, at };
}
