import { encodeBase64 } from 'hono/utils/encode';
import type { ChannelName } from '../../core/customers/types.ts';
import type { Image } from '../../core/messaging/images.ts';
import type { Clock } from '../../core/ports.ts';
import type { Abilities, Channel, OutgoingMessage, SendOutcome } from '../channel.ts';
import { type Bus, chatTopic } from './bus.ts';
import type { ChatDraft, ChatKey, ChatStore } from './store.ts';

/** What the site chat can do. */
export const webAbilities: Abilities = {
  buttons: true,
  pictures: true,
  sharePhone: false,
  edits: true,
  receipts: 'accepted',
  textLimit: 4096,
  ratePerSecond: 500,
};

/** What a channel over our own chat store is made of. */
export interface StoredChannelParts {
  readonly name: ChannelName;
  readonly abilities: Abilities;
  readonly store: ChatStore;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Whether anybody can be written to there. */
  isChat(key: ChatKey): boolean | Promise<boolean>;
}

/**
 * A channel whose chats are ours: sending is appending to the store and waking the streams. The provider's id is the
 * position of the message first shown, which an edit keeps.
 */
export function createStoredChannel(parts: StoredChannelParts): Channel {
  const { name, abilities, store, bus, clock } = parts;
  return {
    name,
    abilities,
    async send(message) {
      const wrong = faultOf(message, abilities);
      if (wrong) return { status: 'refused', reason: 'invalid', detail: wrong };
      const key = { channel: name, chat: message.address };
      try {
        if (!(await parts.isChat(key))) return nobody(message.address);
        const replaces = await placeOf(store, key, message.replaces);
        const kept = await store.append(key, draftOf(message, replaces, clock.now()));
        bus.publish(chatTopic(key));
        return { status: 'sent', providerId: String(kept.replaces ?? kept.position) };
      } catch (error) {
        return failed(error);
      }
    },
  };
}

function nobody(address: string): SendOutcome {
  return { status: 'refused', reason: 'invalid', detail: `there is no chat "${address}"` };
}

function failed(error: unknown): SendOutcome {
  return { status: 'failed', detail: error instanceof Error ? error.message : String(error) };
}

function faultOf(message: OutgoingMessage, abilities: Abilities): string | undefined {
  if (message.text.length > abilities.textLimit) return `text is longer than ${abilities.textLimit}`;
  if (message.text.trim() === '' && !message.picture) return 'the message is empty';
  if (message.buttons?.length && !abilities.buttons) return 'this channel has no buttons';
  if (message.picture && !abilities.pictures) return 'this channel has no pictures';
  if (message.replaces !== undefined && !abilities.edits) return 'this channel cannot edit';
  return undefined;
}

/** The message to take the place of, if it is still there: a chat may have been erased since. */
async function placeOf(
  store: ChatStore,
  key: ChatKey,
  replaces: string | undefined,
): Promise<number | undefined> {
  if (replaces === undefined || !/^\d{1,15}$/.test(replaces)) return undefined;
  const place = Number(replaces);
  const [found] = await store.after(key, place - 1, 1);
  return found?.position === place ? place : undefined;
}

function draftOf(message: OutgoingMessage, replaces: number | undefined, at: number): ChatDraft {
  const { id, text, picture, buttons } = message;
  return {
    id,
    direction: 'out',
    at,
    text,
    ...(picture ? { picture: { src: dataUrl(picture.image), alt: picture.alt } } : {}),
    ...(buttons?.length ? { buttons } : {}),
    ...(replaces === undefined ? {} : { replaces }),
  };
}

function dataUrl({ type, bytes }: Image): string {
  return `data:${type};base64,${encodeBase64(new Uint8Array(bytes).buffer)}`;
}
