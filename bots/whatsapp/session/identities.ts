import type { WhatsAppClient } from './client.ts';

/** A person as our conversations know him: an address that stays, and the number where WhatsApp tells it. */
export interface Identity {
  /** The digits of the number; for a person whose number stays hidden, WhatsApp's own `…@lid`. */
  readonly address: string;
  /** E.164. */
  readonly phone?: string;
}

/**
 * Which person is behind a chat, and which chat leads to a person. WhatsApp names one and the same chat now by phone, now
 * by a hidden id, so neither of its names is an address; what was learned is remembered.
 */
export interface Identities {
  /** Rejects when the page does not answer. */
  identify(client: WhatsAppClient, chat: string): Promise<Identity>;
  /** Undefined when there is no such person on WhatsApp. Rejects when the page does not answer. */
  chatOf(client: WhatsAppClient, address: string): Promise<string | undefined>;
}

/** More people than write to one shop between two restarts; a forgotten one is looked up again. */
const remembered = 10_000;

/** Nothing known yet. */
export function createIdentities(): Identities {
  const phones = createMemory();
  const chats = createMemory();

  async function digitsOf(client: WhatsAppClient, chat: string): Promise<string | undefined> {
    if (!isHidden(chat)) return userOf(chat);
    const known = phones.get(chat);
    if (known) return known;
    const { phone } = await client.namesOf(chat);
    if (!phone || isHidden(phone)) return undefined;
    phones.set(chat, userOf(phone));
    return userOf(phone);
  }

  return {
    async identify(client, chat) {
      const digits = await digitsOf(client, chat);
      if (digits === undefined) return { address: chat };
      chats.set(digits, chat);
      return { address: digits, phone: `+${digits}` };
    },
    async chatOf(client, address) {
      if (isHidden(address)) return address;
      const chat = chats.get(address) ?? (await client.chatOf(address));
      if (chat) chats.set(address, chat);
      return chat;
    },
  };
}

/** Whether a chat is one person's, and not a group, a status or a channel. */
export function isPerson(chat: string): boolean {
  return /^\d+@(c\.us|s\.whatsapp\.net|lid)$/.test(chat);
}

/** Whether the name of a chat tells nothing of the phone. */
export function isHidden(chat: string): boolean {
  return chat.endsWith('@lid');
}

function userOf(chat: string): string {
  return chat.slice(0, chat.indexOf('@'));
}

/** A map that forgets what was put in first. */
function createMemory() {
  const known = new Map<string, string>();
  return {
    get: (key: string) => known.get(key),
    set(key: string, value: string): void {
      known.delete(key);
      known.set(key, value);
      const [oldest] = known.keys();
      if (known.size > remembered && oldest !== undefined) known.delete(oldest);
    },
  };
}
