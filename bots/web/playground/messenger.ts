import type { ChannelName } from '../../../core/customers/types.ts';
import type { Receipt } from '../../../core/messaging/receipts.ts';
import type { Abilities, Channel } from '../../channel.ts';
import { createStoredChannel, type StoredChannelParts } from '../channel.ts';
import type { ChatKey } from '../store.ts';
import { chatOf, type Phone, type Phones } from './phones.ts';
import type { Photos } from './photos.ts';
import { crowdPrefix } from './year/people.ts';

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
  viber: {
    buttons: true,
    pictures: true,
    sharePhone: true,
    edits: false,
    receipts: 'read',
    textLimit: 7000,
    ratePerSecond: 50,
  },
  whatsapp: {
    buttons: false,
    pictures: true,
    sharePhone: false,
    edits: false,
    receipts: 'read',
    textLimit: 4096,
    ratePerSecond: 20,
  },
  sms: {
    buttons: false,
    pictures: false,
    sharePhone: false,
    edits: false,
    receipts: 'delivered',
    textLimit: 402,
    ratePerSecond: 20,
    terse: true,
  },
} as const satisfies Partial<Record<ChannelName, Abilities>>;

/** A messenger that is simulated. */
export type SimulatedName = keyof typeof simulatedAbilities;

/** A simulated messenger knows the phones, and so who is there. */
export interface SimulatedChannelParts extends Omit<StoredChannelParts, 'isChat' | 'name' | 'abilities'> {
  readonly name: SimulatedName;
  readonly phones: Phones;
  readonly photos: Pick<Photos, 'fetch'>;
  /** How many SMS a text goes as. */
  segments(text: string): number;
  /** Called with what a phone got, when it got it. */
  receipts(receipts: readonly Receipt[]): Promise<void>;
}

/** A messenger that exists only here, and what it tells of its messages. */
export interface SimulatedChannel extends Channel {
  /** Tells of everything that has arrived by now on phones that are there. */
  arrive(): Promise<void>;
  /** The person looked into the chat: what arrived there is read. */
  look(phone: Phone): Promise<void>;
}

/** A message that went out, by the chat it lies in. */
interface Sent {
  readonly chat: string;
  readonly providerId: string;
}

/**
 * Answers as the real one would. Telegram and Viber refuse what goes to somebody who has blocked the bot; WhatsApp
 * takes it, and it never arrives. For a phone that is offline the message is taken, and arrives when it is back.
 */
export function createSimulatedChannel(parts: SimulatedChannelParts): SimulatedChannel {
  const { name, phones, store, clock } = parts;
  const abilities: Abilities = simulatedAbilities[name];
  // A phone that changed its number has left its old chat lying there: it can still be written to.
  const isChat = async (key: ChatKey) =>
    (name === 'sms' && key.chat.startsWith('+')) ||
    phones.ofChat(key) !== undefined ||
    (await store.latest(key, 1)).length > 0;
  const channel = createStoredChannel({ ...parts, abilities, isChat });
  const phoneOf = (chat: string) => phones.ofChat({ channel: name, chat });
  let onTheWay: Sent[] = [];
  let unread: Sent[] = [];
  const tell = (all: readonly Sent[], status: Receipt['status']) =>
    all.length === 0
      ? Promise.resolve()
      : parts.receipts(
          all.map(({ chat, providerId }) => ({
            ...{ channel: name, providerId, address: chat, status, at: clock.now() },
          })),
        );
  return {
    ...channel,
    ...(name === 'sms'
      ? {}
      : { fetchPicture: async (ref: string, mostBytes: number) => parts.photos.fetch(ref, mostBytes) }),
    async send(message) {
      const phone = phoneOf(message.address);
      if (phone?.blocked && name !== 'whatsapp') {
        return { status: 'refused', reason: 'blocked', detail: 'blocked by the person' };
      }
      // The made-up people of the year read on phones of their own.
      if (message.address.startsWith(crowdPrefix)) return { status: 'sent', providerId: message.id };
      if (phone?.blocked) return { status: 'sent', providerId: `lost-${message.id}` };
      const outcome = await channel.send(message);
      if (outcome.status !== 'sent') return outcome;
      onTheWay.push({ chat: message.address, providerId: outcome.providerId });
      return name === 'sms' ? { ...outcome, segments: parts.segments(message.text) } : outcome;
    },
    async arrive() {
      if (abilities.receipts === 'accepted') return;
      const isThere = ({ chat }: Sent) => (phoneOf(chat)?.offlineAt ?? null) === null;
      const arrived = onTheWay.filter(isThere);
      await tell(arrived, 'delivered');
      // Two may have told of the same at once.
      unread.push(...arrived.filter((one) => onTheWay.includes(one)));
      onTheWay = onTheWay.filter((one) => !arrived.includes(one));
    },
    async look(phone) {
      if (abilities.receipts !== 'read') return;
      const { chat } = chatOf(phone);
      const read = unread.filter((one) => one.chat === chat);
      await tell(read, 'read');
      unread = unread.filter((one) => !read.includes(one));
    },
  };
}
