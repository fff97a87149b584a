import { encodeBase64 } from 'hono/utils/encode';
import type { ChannelName } from '../../core/customers/types.ts';
import type { Clock } from '../../core/ports.ts';
import type { Abilities, Channel, OutgoingMessage, SendOutcome } from '../channel.ts';
import { type Bus, chatTopic } from './bus.ts';
import type { ChatDraft, ChatStore } from './store.ts';

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
        const kept = await store.append(key, draftOf(message, clock.now()));
        bus.publish(chatTopic(key));
        return { status: 'sent', providerId: String(kept.replaces ?? kept.position) };
      } catch (error) {
        return failed(error);
      }
    },
  };
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
  if (message.replaces !== undefined && !/^\d{1,15}$/.test(message.replaces)) {
    return `"${message.replaces}" is no message of this channel`;
  }
  return undefined;
}

function draftOf(message: OutgoingMessage, at: number): ChatDraft {
  const { id, text, picture, buttons, replaces } = message;
  return {
    id,
    direction: 'out',
    at,
    text,
    ...(picture ? { picture: { src: pngUrl(picture.png), alt: picture.alt } } : {}),
    ...(buttons?.length ? { buttons } : {}),
    ...(replaces === undefined ? {} : { replaces: Number(replaces) }),
  };
}

function pngUrl(png: Uint8Array): string {
  return `data:image/png;base64,${encodeBase64(new Uint8Array(png).buffer)}`;
}
