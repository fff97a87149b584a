import { z } from 'zod';
import type { IncomingEvent, Said, SentPicture } from '../../../core/dialogs/types.ts';
import type { MessageId } from '../../../core/ids.ts';
import { imageTypes } from '../../../core/messaging/images.ts';
import type { Receipt, ReceiptStatus } from '../../../core/messaging/receipts.ts';
import { saidInText } from '../start.ts';
import { isUnreachable } from './faults.ts';

/** What is there but unlike what we know counts as absent, and takes nothing else down with it. */
function lenient<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}

function listOf<Schema extends z.ZodType>(schema: Schema) {
  return z
    .array(lenient(schema))
    .catch([])
    .default([])
    .transform((items) => items.filter((item) => item !== undefined));
}

const text = z.string();
/** Epoch seconds, as a string of digits. */
const moment = z.coerce
  .number()
  .int()
  .positive()
  .transform((seconds) => seconds * 1000);

const medium = z.object({ id: lenient(text), mime_type: lenient(text), caption: lenient(text) });

const messageSchema = z.object({
  id: text.min(1),
  type: text,
  /** The sender's number; absent for people who hide it behind a name. */
  from: lenient(text),
  /** The sender's business-scoped id. */
  from_user_id: lenient(text),
  context: lenient(z.object({ id: lenient(text) })),
  text: lenient(z.object({ body: text })),
  interactive: lenient(
    z.object({
      button_reply: lenient(z.object({ id: text })),
      list_reply: lenient(z.object({ id: text })),
    }),
  ),
  button: lenient(z.object({ payload: lenient(text), text })),
  origin: lenient(text),
  contacts: listOf(
    z.object({
      origin: lenient(text),
      phones: listOf(z.object({ phone: lenient(text), wa_id: lenient(text) })),
    }),
  ),
  image: lenient(medium),
  video: lenient(medium),
  document: lenient(medium),
  system: lenient(z.object({ type: lenient(text) })),
});

const statusSchema = z.object({
  id: text.min(1),
  status: text,
  timestamp: lenient(moment),
  biz_opaque_callback_data: lenient(text),
  errors: listOf(
    z.object({
      code: z.int(),
      title: lenient(text),
      error_data: lenient(z.object({ details: lenient(text) })),
    }),
  ),
});

/** What a person chose in WhatsApp's own menu of our chat. */
const preferenceSchema = z.object({
  wa_id: lenient(text),
  user_id: lenient(text),
  category: z.literal('marketing_messages'),
  value: z.enum(['stop', 'resume']),
  timestamp: z.coerce.number().int(),
});

const valueSchema = z.object({
  metadata: z.object({ phone_number_id: text }),
  contacts: listOf(z.object({ wa_id: lenient(text), user_id: lenient(text) })),
  messages: listOf(messageSchema),
  statuses: listOf(statusSchema),
  user_preferences: listOf(preferenceSchema),
});

const notificationSchema = z.object({
  object: z.literal('whatsapp_business_account'),
  entry: listOf(z.object({ changes: listOf(z.object({ field: text, value: lenient(valueSchema) })) })),
});

type Value = z.output<typeof valueSchema>;
type Message = z.output<typeof messageSchema>;
type Status = z.output<typeof statusSchema>;
type Preference = z.output<typeof preferenceSchema>;

const fields: ReadonlySet<string> = new Set(['messages', 'user_preferences']);

/** What one call of the webhook tells of our number, in the order it stood there. */
export interface Notification {
  readonly events: readonly IncomingEvent[];
  readonly receipts: readonly Receipt[];
}

/**
 * Reads a notification; undefined when it is none. News of other numbers of the account, and whatever a customer does
 * not do, is left out. `now`: the time of receipts that do not tell theirs.
 */
export function readNotification(
  json: unknown,
  phoneNumberId: string,
  now: number,
): Notification | undefined {
  const parsed = notificationSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const values = parsed.data.entry
    .flatMap(({ changes }) => changes)
    .flatMap(({ field, value }) => (fields.has(field) && value ? [value] : []))
    .filter(({ metadata }) => metadata.phone_number_id === phoneNumberId);
  return {
    events: values.flatMap((value) => [
      ...value.messages.flatMap((message) => eventOf(message, value) ?? []),
      ...value.user_preferences.flatMap((preference) => wishOf(preference, value) ?? []),
    ]),
    receipts: values.flatMap(({ statuses }) => statuses.flatMap((status) => receiptOf(status, now) ?? [])),
  };
}

/** A number as WhatsApp writes it: the digits of E.164. */
const digits = /^[1-9]\d{6,14}$/;

/**
 * A person is known by the business-scoped id where there is one: it stays when the number is hidden, and changes
 * with the number. wamids never repeat, so they are the ids of events.
 */
function eventOf(message: Message, { contacts }: Value): IncomingEvent | undefined {
  const { id, from, context } = message;
  const named = contacts.find(
    ({ wa_id, user_id }) =>
      (from !== undefined && wa_id === from) ||
      (user_id !== undefined && (user_id === message.from_user_id || user_id === from)),
  );
  const sender = named ?? (contacts.length === 1 ? contacts[0] : undefined);
  const phone = [from, sender?.wa_id].find((one) => one && digits.test(one));
  const address = message.from_user_id ?? sender?.user_id ?? from ?? phone;
  const said = saidIn(message, phone);
  if (!address || !said) return undefined;
  return {
    id,
    channel: 'whatsapp',
    address,
    said,
    ...(phone ? { provenPhone: `+${phone}` } : {}),
    ...(context?.id && said.kind !== 'press' ? { replyTo: context.id } : {}),
  };
}

/** Who stops offers in WhatsApp's own menu has said STOP here, and who resumes them START. */
function wishOf(preference: Preference, { contacts }: Value): IncomingEvent | undefined {
  const { wa_id: phone, value, timestamp } = preference;
  const named = contacts.find(({ wa_id }) => phone !== undefined && wa_id === phone);
  const address = preference.user_id ?? named?.user_id ?? phone;
  if (!address) return undefined;
  const said = { kind: 'text', text: value === 'stop' ? 'stop' : 'start' } as const;
  return { id: `${address}/${value}/${timestamp}`, channel: 'whatsapp', address, said };
}

/** Contents a person sends that are no words; they get an answer all the same. */
const unreadable: ReadonlySet<string> = new Set([
  'audio',
  'document',
  'image',
  'interactive',
  'location',
  'order',
  'sticker',
  'unsupported',
  'video',
]);

function saidIn(message: Message, phone: string | undefined): Said | undefined {
  const { type, interactive, button, context } = message;
  switch (type) {
    case 'text':
      return message.text && saidInText(message.text.body);
    // The chat was opened for the first time, and nothing said yet.
    case 'request_welcome':
      return { kind: 'start' };
    case 'contacts':
      return contactIn(message, phone);
    case 'system':
      // The person moved to another number: nobody reads here any more.
      return message.system?.type === 'user_changed_number' ? { kind: 'blocked' } : undefined;
  }
  const pressed = interactive?.button_reply?.id ?? interactive?.list_reply?.id ?? payloadOf(button);
  if (pressed !== undefined) return { kind: 'press', data: pressed, messageId: context?.id ?? '' };
  if (button) return saidInText(button.text);
  if (!unreadable.has(type)) return undefined;
  const picture = pictureIn(message);
  return { kind: 'attachment', text: captionOf(message), ...(picture ? { picture } : {}) };
}

/** A quick reply of a template that was sent without data of ours carries its own words instead. */
function payloadOf(button: Message['button']): string | undefined {
  return button?.payload === button?.text ? undefined : button?.payload;
}

/** A photo, or a file that is one. How large it is WhatsApp tells when it is asked for. */
function pictureIn({ image, document }: Message): SentPicture | undefined {
  const isImage = imageTypes.some((type) => type === document?.mime_type);
  const ref = image?.id ?? (isImage ? document?.id : undefined);
  return ref === undefined ? undefined : { ref };
}

function captionOf({ image, video, document }: Message): string {
  return image?.caption ?? video?.caption ?? document?.caption ?? '';
}

/** A contact is the sender's own if it answers our request for it, or names the number the message came from. */
function contactIn({ origin, contacts }: Message, sender: string | undefined): Said {
  const [contact] = contacts;
  const [first] = contact?.phones ?? [];
  const phone = first?.phone ?? first?.wa_id;
  if (!phone) return { kind: 'text', text: '' };
  const asked = [origin, contact?.origin].includes('contact_request');
  return { kind: 'contact', phone, own: asked || phone.replace(/\D/g, '') === sender };
}

const receiptOfStatus: Readonly<Record<string, ReceiptStatus>> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
  failed: 'failed',
};

function receiptOf(status: Status, now: number): Receipt | undefined {
  const reached = Object.hasOwn(receiptOfStatus, status.status) ? receiptOfStatus[status.status] : undefined;
  if (!reached) return undefined;
  const messageId = status.biz_opaque_callback_data;
  return {
    channel: 'whatsapp',
    providerId: status.id,
    ...(messageId && isMessageId(messageId) ? { messageId } : {}),
    status: reached,
    at: status.timestamp ?? now,
    ...(reached === 'failed' ? failure(status) : {}),
  };
}

function isMessageId(text: string): text is MessageId {
  return /^msg_\w+$/.test(text);
}

function failure({ errors }: Status): Pick<Receipt, 'blocked' | 'detail'> {
  const [error] = errors;
  if (!error) return { detail: 'no reason given' };
  const detail = `${error.code} ${error.error_data?.details ?? error.title ?? 'no reason given'}`;
  return isUnreachable(error.code) ? { detail, blocked: true } : { detail };
}
