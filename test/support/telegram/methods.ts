import { z } from 'zod';
import { beginsAs } from '../images.ts';

/** Refuses a call as the Bot API does. */
export class Refusal extends Error {
  readonly code: number;
  readonly parameters: { readonly retry_after?: number };
  constructor(code: number, description: string, parameters: { readonly retry_after?: number } = {}) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

const inlineButton = z
  .strictObject({
    text: z.string().min(1),
    callback_data: z
      .string()
      .refine((data) => bytes(data) >= 1 && bytes(data) <= 64, 'BUTTON_DATA_INVALID')
      .optional(),
    url: z.url('BUTTON_URL_INVALID').optional(),
  })
  .refine(
    (button) => (button.callback_data === undefined) !== (button.url === undefined),
    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
  );

const key = z.strictObject({ text: z.string().min(1), request_contact: z.boolean().optional() });

const inline = z.strictObject({ inline_keyboard: z.array(z.array(inlineButton).min(1)) });
const keys = z.strictObject({
  keyboard: z.array(z.array(key).min(1)).min(1),
  resize_keyboard: z.boolean().optional(),
  one_time_keyboard: z.boolean().optional(),
});
const removeKeys = z.strictObject({ remove_keyboard: z.literal(true) });
const markup = z.union([inline, keys, removeKeys]);

const chatId = z.coerce.number().int();
const text = z.string().trim().min(1, 'message text is empty').max(4096, 'message is too long');
const caption = z.string().max(1024, 'message caption is too long').optional();
const image = z.instanceof(Uint8Array).refine(isImage, 'IMAGE_PROCESS_FAILED');
const language = z
  .string()
  .regex(/^[a-z]{2}$/)
  .optional();
const preview = z.strictObject({ is_disabled: z.boolean() }).optional();

/** What each method takes; anything else is refused with 400, as the real one refuses what it cannot use. */
export const methods = {
  getMe: z.strictObject({}),
  getWebhookInfo: z.strictObject({}),
  getUpdates: z.strictObject({
    offset: z.int().optional(),
    limit: z.int().min(1).max(100).optional(),
    timeout: z.int().min(0).max(50).optional(),
    allowed_updates: z.array(z.string()).optional(),
  }),
  setWebhook: z.strictObject({
    url: z.url(),
    secret_token: z.string().regex(/^[\w-]{1,256}$/),
    allowed_updates: z.array(z.string()),
    max_connections: z.int().min(1).max(100).optional(),
  }),
  deleteWebhook: z.strictObject({}),
  getFile: z.strictObject({ file_id: z.string().min(1) }),
  sendMessage: z.strictObject({
    chat_id: chatId,
    text,
    reply_markup: markup.optional(),
    link_preview_options: preview,
    disable_notification: z.boolean().optional(),
  }),
  sendPhoto: z.strictObject({ chat_id: chatId, photo: image, caption, reply_markup: markup.optional() }),
  editMessageText: z.strictObject({
    chat_id: chatId,
    message_id: z.int(),
    text,
    reply_markup: inline.optional(),
    link_preview_options: preview,
  }),
  editMessageMedia: z.strictObject({
    chat_id: chatId,
    message_id: z.coerce.number().int(),
    media: z.strictObject({ type: z.literal('photo'), media: image, caption }),
    reply_markup: inline.optional(),
  }),
  editMessageReplyMarkup: z.strictObject({
    chat_id: chatId,
    message_id: z.int(),
    reply_markup: inline.optional(),
  }),
  deleteMessage: z.strictObject({ chat_id: chatId, message_id: z.int() }),
  answerCallbackQuery: z.strictObject({ callback_query_id: z.string() }),
  setMyCommands: z.strictObject({
    commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^[a-z0-9_]{1,32}$/, 'BOT_COMMAND_INVALID'),
          description: z.string().min(1).max(256),
        }),
      )
      .max(100),
    scope: z.strictObject({ type: z.literal('all_private_chats') }).optional(),
    language_code: language,
  }),
  setMyDescription: z.strictObject({ description: z.string().max(512), language_code: language }),
  setMyShortDescription: z.strictObject({ short_description: z.string().max(120), language_code: language }),
  setChatMenuButton: z.strictObject({ menu_button: z.strictObject({ type: z.literal('commands') }) }),
} as const;

export type Method = keyof typeof methods;
export type Payload<Name extends Method> = z.output<(typeof methods)[Name]>;
export type InlineButton = z.output<typeof inlineButton>;
export type Key = z.output<typeof key>;
export type Markup = z.output<typeof markup>;

/** A payload as the method wants it, or a 400 that says what is wrong. */
export function parsePayload<Name extends Method>(method: Name, json: unknown): Payload<Name> {
  const parsed = methods[method].safeParse(json);
  if (parsed.success) return parsed.data as Payload<Name>;
  const [issue] = parsed.error.issues;
  throw new Refusal(400, `Bad Request: ${issue?.message} (${issue?.path.join('.')})`);
}

function isImage(data: Uint8Array): boolean {
  return beginsAs(data) !== undefined;
}

/** A request body as one object: JSON, or multipart with its files in the place of their `attach://` names. */
export function parseBody(contentType: string, body: Buffer): unknown {
  const boundary = /boundary=(.+)$/.exec(contentType)?.[1];
  if (!boundary) return body.length > 0 ? JSON.parse(body.toString()) : {};
  const fields: Record<string, string> = {};
  const files: Record<string, Uint8Array> = {};
  for (const part of body.toString('latin1').split(`--${boundary}`).slice(1, -1)) {
    const end = part.indexOf('\r\n\r\n');
    const [header, content] = [part.slice(0, end), Buffer.from(part.slice(end + 4, -2), 'latin1')];
    const name = /name="([^"]+)"/.exec(header)?.[1] ?? '';
    if (/filename=/.test(header)) files[name] = new Uint8Array(content);
    else fields[name] = content.toString();
  }
  return attach(
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, parseField(value)])),
    files,
  );
}

function parseField(value: string): unknown {
  return /^[[{]/.test(value) ? JSON.parse(value) : value;
}

function attach(value: unknown, files: Readonly<Record<string, Uint8Array>>): unknown {
  if (typeof value === 'string' && value.startsWith('attach://'))
    return files[value.slice('attach://'.length)];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, attach(inner, files)]));
}
