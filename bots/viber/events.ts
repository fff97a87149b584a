import ContactMessage from 'viber-bot/lib/message/contact-message.js';
import type Message from 'viber-bot/lib/message/message.js';
import MessageFactory from 'viber-bot/lib/message/message-factory.js';
import { z } from 'zod';
import type { IncomingEvent, Said, SentPicture } from '../../core/dialogs/types.ts';
import type { Receipt } from '../../core/messaging/receipts.ts';
import { messageToken } from './api.ts';
import { tappedData } from './keyboard.ts';
import type { Tracking } from './messages.ts';

/** What Viber is asked to tell us; messages come always. */
export const eventTypes = [
  'delivered',
  'seen',
  'failed',
  'subscribed',
  'unsubscribed',
  'conversation_started',
] as const;

const lenient = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);
const userId = z.string().min(1).max(100);
const user = z.object({ id: userId, language: lenient(z.string()) });

/** The part of a callback we read. What is there but unlike what we know counts as absent. */
const callbackSchema = z.object({
  event: z.string(),
  message_token: messageToken,
  timestamp: z.number().catch(0),
  sender: lenient(user),
  user: lenient(user),
  user_id: lenient(userId),
  /** Set in groups, which are none of ours. */
  chat_id: lenient(z.string()),
  message: lenient(
    z.looseObject({
      type: z.string(),
      text: lenient(z.string()),
      media: lenient(z.string()),
      file_name: lenient(z.string()),
      /** In bytes. */
      size: lenient(z.int()),
    }),
  ),
  context: lenient(z.string()),
  subscribed: lenient(z.boolean()),
  desc: lenient(z.string()),
});

/** A call of Viber's to our webhook, as far as Svoi reads it. */
export type Callback = z.output<typeof callbackSchema>;

type RawMessage = NonNullable<Callback['message']>;

/** Somebody who looks at our chat and cannot be written to yet. */
export interface Visitor {
  readonly address: string;
  readonly language?: string | undefined;
  /** What the deep link carried. */
  readonly context?: string | undefined;
}

/** Reads a callback; undefined when it is none. */
export function parseCallback(json: unknown): Callback | undefined {
  return callbackSchema.safeParse(json).data;
}

/** Who has opened the chat without being subscribed; undefined where nobody has. */
export function visitorIn({ event, subscribed, user, context }: Callback): Visitor | undefined {
  if (event !== 'conversation_started' || subscribed || !user) return undefined;
  return { address: user.id, language: user.language, context: contextIn(context) };
}

/** What a person did, in Svoi's words; undefined for everything a customer does not do. */
export function eventOf(callback: Callback): IncomingEvent | undefined {
  const person = callback.sender ?? callback.user;
  const address = person?.id ?? callback.user_id;
  const said = callback.chat_id ? undefined : saidIn(callback);
  if (!address || !said) return undefined;
  const language = person?.language;
  return { id: callback.message_token, channel: 'viber', address, said, ...(language ? { language } : {}) };
}

const receiptStatuses = { delivered: 'delivered', seen: 'read', failed: 'failed' } as const;

/** What became of a message; undefined where the callback tells of none. */
export function receiptIn({ event, message_token, user_id, timestamp, desc }: Callback): Receipt | undefined {
  if (event !== 'delivered' && event !== 'seen' && event !== 'failed') return undefined;
  return {
    ...{ channel: 'viber', providerId: message_token, status: receiptStatuses[event], at: timestamp },
    ...(user_id ? { address: user_id } : {}),
    ...(desc ? { detail: desc.slice(0, 200) } : {}),
  };
}

function saidIn(callback: Callback): Said | undefined {
  switch (callback.event) {
    case 'message':
      return callback.message && saidInMessage(callback.message);
    case 'conversation_started':
      return callback.subscribed ? beginning(contextIn(callback.context)) : undefined;
    case 'subscribed':
      return { kind: 'returned' };
    case 'unsubscribed':
      return { kind: 'blocked' };
    default:
      return undefined;
  }
}

const factory = new MessageFactory({ debug() {} });

function saidInMessage(raw: RawMessage): Said | undefined {
  const message = build(raw);
  // The card says nothing about whose it is: a forwarded one looks the same.
  if (message instanceof ContactMessage) return contactIn(message);
  const { start, links = [] } = trackingIn(message);
  if ([raw.text, raw.media].some((text) => text !== undefined && links.includes(text))) return undefined;
  const text = raw.text ?? (raw.type === 'url' ? raw.media : undefined) ?? '';
  const data = tappedData(text);
  if (data !== undefined) return pressed(data);
  if (start !== undefined) return beginning(contextIn(start));
  if (raw.type === 'text' || raw.type === 'url') return { kind: 'text', text };
  const picture = pictureIn(raw);
  return { kind: 'attachment', text, ...(picture ? { picture } : {}) };
}

/** A photo, or a file that is named like one, by the address where Viber has it for an hour. */
function pictureIn({ type, media, file_name, size }: RawMessage): SentPicture | undefined {
  const isPicture = type === 'picture' || (type === 'file' && /\.(jpe?g|png)$/i.test(file_name ?? ''));
  if (!isPicture || media === undefined) return undefined;
  return { ref: media, ...(size === undefined ? {} : { bytes: size }) };
}

function contactIn({ contactPhoneNumber: phone }: ContactMessage): Said {
  if (typeof phone === 'string' || typeof phone === 'number') {
    return { kind: 'contact', phone: String(phone), own: false };
  }
  return { kind: 'text', text: '' };
}

/** viber-bot's own reading of a message; it throws on contents that are not what their type says. */
function build(raw: RawMessage): Message | undefined {
  try {
    return factory.createMessageFromJson({ message: raw });
  } catch {
    return undefined;
  }
}

const trackingSchema = z.object({ start: lenient(z.string()), links: lenient(z.array(z.string())) });

function trackingIn(message: Message | undefined): Tracking {
  return trackingSchema.safeParse(message?.trackingData).data ?? {};
}

/** The button of a welcome is a beginning; every other one is a tap, on a keyboard that stands on no message. */
function pressed(data: string): Said {
  const [name, context] = data.split(':', 2);
  return name === 'start' ? beginning(contextIn(context)) : { kind: 'press', data };
}

function beginning(context: string | undefined): Said {
  return context === undefined ? { kind: 'start' } : { kind: 'start', context };
}

/** Contexts are made for every messenger's links: letters, digits, "-" and "_", as Telegram takes them. */
function contextIn(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w-]{1,64}$/.test(text) ? text : undefined;
}
