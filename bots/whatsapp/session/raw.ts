import { z } from 'zod';
import { imageTypes } from '../../../core/messaging/images.ts';
import type { ClientEvent, WebMessage } from './client.ts';

/** A name of a chat or a person: as text, or as the page's own object for it. */
const name = z.union([z.string(), z.object({ _serialized: z.string() }).transform((wid) => wid._serialized)]);

/** The part of a message of WhatsApp's page that we read; the page has no documented shape. */
const rawSchema = z.object({
  id: z.object({ id: z.string(), fromMe: z.boolean(), remote: name }),
  type: z.string(),
  body: z.string().nullish().catch(undefined),
  caption: z.string().nullish().catch(undefined),
  /** Epoch seconds. */
  t: z.number(),
  mimetype: z.string().nullish().catch(undefined),
  /** Of a file, in bytes. */
  size: z.number().nullish().catch(undefined),
  quotedStanzaID: z.string().nullish().catch(undefined),
  vcardList: z
    .array(z.object({ vcard: z.string() }))
    .nullish()
    .catch(undefined),
});

/** Contents whose `body` is not what somebody typed: a preview of the picture, a card. */
const bodiless = /^(?!chat$|.*(response|reply)$)/;

function isPicture({ type, mimetype }: z.output<typeof rawSchema>): boolean {
  return type === 'image' || (type === 'document' && imageTypes.some((one) => one === mimetype));
}

/** A message as the page has it; undefined when it is none we know. */
export function messageOf(json: unknown): WebMessage | undefined {
  const raw = rawSchema.safeParse(json).data;
  if (!raw) return undefined;
  const { id, type, t } = raw;
  const cards = raw.vcardList?.map(({ vcard }) => vcard) ?? (type === 'vcard' && raw.body ? [raw.body] : []);
  return {
    ...{ id: id.id, chat: id.remote, fromMe: id.fromMe, type, cards },
    text: (bodiless.test(type) ? raw.caption : raw.body) ?? '',
    at: 1000 * t,
    ...(raw.quotedStanzaID ? { quotedId: raw.quotedStanzaID } : {}),
    ...(isPicture(raw) ? { picture: raw.size ? { bytes: raw.size } : {} } : {}),
  };
}

/** States of the page after which it is not let in any more, and those after which the phone has to link it anew. */
const endings: Readonly<Record<string, 'logged_out' | 'blocked'>> = {
  LOGOUT: 'logged_out',
  UNPAIRED: 'logged_out',
  UNPAIRED_IDLE: 'logged_out',
  TOS_BLOCK: 'blocked',
  SMB_TOS_BLOCK: 'blocked',
};

/** Why the page says it is no longer connected. */
export function endingOf(state: string): Extract<ClientEvent, { kind: 'ended' }> {
  return { kind: 'ended', how: endings[state] ?? 'broken', detail: `WhatsApp says ${state}` };
}

/**
 * Runs in the page: what people wrote and nobody read, at most 20 messages a chat. The library's own way loads every chat
 * with all members of every group first. As text, since a bundler would put helpers into a function that the page lacks.
 */
export const unreadScript = `(async () => {
  const { Chat } = window.require('WAWebCollections');
  const unread = Chat.getModelsArray().filter(
    (chat) => chat.unreadCount > 0 && /@(c\\.us|lid)$/.test(chat.id._serialized),
  );
  const found = [];
  for (const chat of unread) {
    const wanted = Math.min(chat.unreadCount, 20);
    const theirs = () => chat.msgs.getModelsArray().filter((msg) => !msg.id.fromMe && !msg.isNotification);
    while (theirs().length < wanted) {
      const earlier = await window.require('WAWebChatLoadMessages').loadEarlierMsgs({ chat });
      if (!earlier?.length) break;
    }
    found.push(...theirs().sort((one, other) => one.t - other.t).slice(-wanted));
  }
  return found.sort((one, other) => one.t - other.t).map((msg) => window.WWebJS.getMessageModel(msg));
})()`;
