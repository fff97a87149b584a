import { z } from 'zod';

/** Refuses a call as Viber does: HTTP 200, and a status that is not 0. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const key = z
  .strictObject({
    Columns: z.int().min(1).max(6),
    Rows: z.int().min(1).max(2),
    Text: z.string().min(1).max(250),
    ActionType: z.enum(['reply', 'open-url', 'share-phone']),
    ActionBody: z.string().min(1),
    Silent: z.boolean().optional(),
  })
  .refine(({ ActionType, ActionBody }) => ActionType !== 'open-url' || URL.canParse(ActionBody), 'not a URL');

const keyboard = z.strictObject({
  Type: z.literal('keyboard'),
  DefaultHeight: z.boolean().optional(),
  Buttons: z
    .array(key)
    .min(1)
    .max(24)
    .refine((keys) => rowsOf(keys).length <= 12, 'more than 12 rows'),
});

const picture = z.url().refine((url) => /\.(png|jpe?g|gif)$/.test(new URL(url).pathname), 'not a picture');

const common = {
  sender: z.strictObject({ name: z.string().min(1).max(28), avatar: z.url().optional() }),
  min_api_version: z.int().min(1).default(1),
  tracking_data: z.string().max(4000).optional(),
  keyboard: keyboard.optional(),
};

const content = z.discriminatedUnion('type', [
  z.strictObject({ ...common, type: z.literal('text'), text: z.string().min(1).max(7000) }),
  z.strictObject({
    ...common,
    type: z.literal('picture'),
    text: z.string().max(768),
    media: picture,
    thumbnail: picture.optional(),
  }),
]);

/** What a message says, whomever it goes to. */
export type Content = z.output<typeof content>;
/** A key of a keyboard. */
export type Key = z.output<typeof key>;

const bodyLimit = 30 * 1024;

/** The content of a message, or the refusal the real one gives; many faults it leaves to the app, this one does not. */
export function readContent(given: Readonly<Record<string, unknown>>): Content {
  const { receiver: _receiver, broadcast_list: _list, ...rest } = given;
  if (Buffer.byteLength(JSON.stringify(given)) > bodyLimit) throw new Refusal(3, 'the message is too long');
  const parsed = content.safeParse(rest);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Refusal(issue?.code === 'invalid_type' ? 4 : 3, `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const asksPhone = parsed.data.keyboard?.Buttons.some(({ ActionType }) => ActionType === 'share-phone');
  if (asksPhone && parsed.data.min_api_version < 3) throw new Refusal(14, 'incompatibleWithVersion');
  return parsed.data;
}

/** How the app lays keys out: as many into each row of six columns as fit. */
export function rowsOf(keys: readonly Pick<Key, 'Columns' | 'Rows'>[]): (typeof keys)[number][][] {
  const rows: (typeof keys)[number][][] = [];
  let left = 0;
  for (const one of keys) {
    if (one.Columns > left) {
      rows.push([]);
      left = 6;
    }
    rows.at(-1)?.push(one);
    left -= one.Columns;
  }
  return rows;
}

/** What set_webhook takes. */
export const webhookSchema = z.strictObject({
  url: z.url(),
  event_types: z.array(
    z.enum(['delivered', 'seen', 'failed', 'subscribed', 'unsubscribed', 'conversation_started']),
  ),
  send_name: z.boolean().optional(),
  send_photo: z.boolean().optional(),
});
