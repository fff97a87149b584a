import type { ChannelName } from '../../../core/customers/types.ts';
import type { Abilities, Channel } from '../../channel.ts';
import { createStoredChannel, type StoredChannelParts } from '../channel.ts';
import type { ChatKey } from '../store.ts';
import type { Phones } from './phones.ts';

/** What the playground's messengers can do: the same as the real ones, as far as the chat shows it. */
export const simulatedAbilities = {
  telegram: {
    buttons: true,
    pictures: true,
    sharePhone: true,
    edits: true,
    receipts: 'accepted',
    textLimit: 4096,
    ratePerSecond: 30,
  },
  whatsapp: {
    buttons: false,
    pictures: true,
    sharePhone: false,
    edits: false,
    receipts: 'accepted',
    textLimit: 4096,
    ratePerSecond: 20,
  },
} as const satisfies Partial<Record<ChannelName, Abilities>>;

/** A simulated messenger knows the phones, and so who is there. */
export interface SimulatedChannelParts extends Omit<StoredChannelParts, 'isChat'> {
  readonly phones: Phones;
}

/**
 * A messenger that exists only here: it answers as the real one would. A person who has blocked the bot is refused;
 * for a phone that is offline the message is accepted, and shows when the phone is back.
 */
export function createSimulatedChannel(parts: SimulatedChannelParts): Channel {
  const { phones, store } = parts;
  // A phone that changed its number has left its old chat lying there: it can still be written to.
  const isChat = async (key: ChatKey) =>
    phones.ofChat(key) !== undefined || (await store.latest(key, 1)).length > 0;
  const channel = createStoredChannel({ ...parts, isChat });
  return {
    ...channel,
    async send(message) {
      const phone = phones.ofChat({ channel: parts.name, chat: message.address });
      if (phone?.blocked) return { status: 'refused', reason: 'blocked', detail: 'blocked by the person' };
      return channel.send(message);
    },
  };
}
