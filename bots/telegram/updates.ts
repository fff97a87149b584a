import { z } from 'zod';
import type { IncomingEvent, Said, SentPicture } from '../../core/dialogs/types.ts';
import { imageTypes, mostImageBytes } from '../../core/messaging/images.ts';

/** What Telegram is asked to deliver. */
export const allowedUpdates = ['message', 'callback_query', 'my_chat_member'] as const;

const chat = z.object({ id: z.int(), type: z.string() });
const person = z.object({
  id: z.int(),
  is_bot: z.boolean().optional(),
  language_code: z.string().optional(),
});

const photoSize = z.object({
  file_id: z.string().min(1),
  width: z.int(),
  height: z.int(),
  file_size: z.int().optional(),
});
const document = z.object({
  file_id: z.string().min(1),
  mime_type: z.string().optional(),
  file_size: z.int().optional(),
});

const message = z.looseObject({
  message_id: z.int(),
  from: person.optional(),
  chat,
  text: z.string().optional(),
  caption: z.string().optional(),
  reply_to_message: z.object({ message_id: z.int() }).optional().catch(undefined),
  contact: z.object({ phone_number: z.string(), user_id: z.int().optional() }).optional(),
  photo: z.array(photoSize).optional().catch(undefined),
  document: document.optional().catch(undefined),
});

const callbackQuery = z.object({
  id: z.string(),
  from: person,
  message: z.object({ message_id: z.int(), chat }).optional(),
  data: z.string().optional(),
});

const chatMember = z.object({
  chat,
  from: person,
  new_chat_member: z.object({ status: z.string() }),
});

/** The part of an update we read. What is there but unlike what we know counts as absent: the update is ignored. */
const updateSchema = z.object({
  update_id: z.int(),
  message: message.optional().catch(undefined),
  callback_query: callbackQuery.optional().catch(undefined),
  my_chat_member: chatMember.optional().catch(undefined),
});

/** An update of the Bot API, as far as Svoi reads it. */
export type Update = z.output<typeof updateSchema>;

/** Reads an update; undefined when it is not one. */
export function parseUpdate(json: unknown): Update | undefined {
  return updateSchema.safeParse(json).data;
}

/** The chat an update belongs to: updates of one chat are taken in order. */
export function chatOf(update: Update): number | undefined {
  return (update.message ?? update.callback_query?.message ?? update.my_chat_member)?.chat.id;
}

/**
 * What happened, in Svoi's words; undefined for groups, channels and everything a customer does not do. Update ids
 * are counted for each bot, so the event's id names the bot too: a shop that changes its bot misses nothing.
 */
export function eventOf(update: Update, botId: string): IncomingEvent | undefined {
  const found = saidIn(update);
  if (found?.chat.type !== 'private' || found.from.is_bot) return undefined;
  const language = found.from.language_code;
  const answered = update.message?.reply_to_message?.message_id;
  return {
    id: `${botId}/${update.update_id}`,
    channel: 'telegram',
    address: String(found.chat.id),
    said: found.said,
    ...(language ? { language } : {}),
    ...(answered === undefined ? {} : { replyTo: String(answered) }),
  };
}

interface Found {
  readonly chat: z.output<typeof chat>;
  readonly from: z.output<typeof person>;
  readonly said: Said;
}

function saidIn({ message, callback_query: query, my_chat_member: member }: Update): Found | undefined {
  if (message?.from) {
    const said = saidInMessage(message, message.from.id);
    return said && { chat: message.chat, from: message.from, said };
  }
  if (query?.message && query.data !== undefined) {
    const said = { kind: 'press', data: query.data, messageId: String(query.message.message_id) } as const;
    return { chat: query.message.chat, from: query.from, said };
  }
  const said = member && saidByMember(member.new_chat_member.status);
  return member && said && { chat: member.chat, from: member.from, said };
}

const startCommand = /^\/start(?:@\w+)?(?:\s+([\w-]{1,64}))?\s*$/;

/** Contents a person sends that are no words; they get an answer all the same. */
const unreadable = [
  'animation',
  'audio',
  'dice',
  'document',
  'location',
  'paid_media',
  'photo',
  'poll',
  'sticker',
  'story',
  'venue',
  'video',
  'video_note',
  'voice',
];

function saidInMessage(message: NonNullable<Update['message']>, sender: number): Said | undefined {
  const { contact, text, caption } = message;
  if (contact) {
    // The server fills user_id itself, so it can be trusted; a card from the address book may lack it.
    return { kind: 'contact', phone: contact.phone_number, own: contact.user_id === sender };
  }
  if (text === undefined) {
    return unreadable.some((kind) => kind in message) ? attached(message, caption) : undefined;
  }
  const start = startCommand.exec(text);
  if (start) return start[1] ? { kind: 'start', context: start[1] } : { kind: 'start' };
  return { kind: 'text', text: keyPressed(text) ?? text.replace(/^(\/\w+)@\w+/, '$1') };
}

function attached(message: NonNullable<Update['message']>, caption = ''): Said {
  const picture = pictureIn(message);
  return { kind: 'attachment', text: caption, ...(picture ? { picture } : {}) };
}

/** A photo comes in several sizes: the largest that we keep. One sent as a file comes as it is. */
function pictureIn({ photo = [], document }: NonNullable<Update['message']>): SentPicture | undefined {
  const bySize = photo.toSorted((one, other) => other.width * other.height - one.width * one.height);
  const fits = bySize.find(({ file_size: bytes = 0 }) => bytes <= mostImageBytes);
  const isImage = imageTypes.some((type) => type === document?.mime_type);
  const file = fits ?? bySize.at(-1) ?? (isImage ? document : undefined);
  return file && { ref: file.file_id, ...(file.file_size === undefined ? {} : { bytes: file.file_size }) };
}

function saidByMember(status: string): Said | undefined {
  if (status === 'kicked') return { kind: 'blocked' };
  return status === 'member' ? { kind: 'returned' } : undefined;
}

/**
 * The label of a key under the input field. Such a key sends its label as text and carries no data, so its label
 * begins with the number of the choice it stands for.
 */
export function keyLabel(number: number, label: string): string {
  return `${number} · ${label}`;
}

function keyPressed(text: string): string | undefined {
  return /^(\d{1,2}) · /.exec(text)?.[1];
}
