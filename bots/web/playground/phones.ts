import { z } from 'zod';
import type { ChannelName } from '../../../core/customers/types.ts';
import type { ChatKey, ValueStore } from '../store.ts';

/** A made-up person's phone, with one messenger on it: a customer's, or of somebody behind the counter. */
export interface Phone {
  readonly id: PhoneId;
  readonly channel: ChannelName;
  /** E.164. Another number is another person, so it is another chat too. */
  readonly number: string;
  /** The person has blocked the bot. */
  readonly blocked: boolean;
  /** The last position that reached the phone before it went offline; null while it is online. */
  readonly offlineAt: number | null;
}

const phoneIds = ['telegram', 'viber', 'text', 'sms', 'owner', 'manager'] as const;
export type PhoneId = (typeof phoneIds)[number];

/** A phone of somebody behind the counter: its id is the role. */
export type StaffPhone = Phone & { readonly id: 'owner' | 'manager' };

/** Whether a phone is of somebody behind the counter. */
export function isStaff(phone: Phone): phone is StaffPhone {
  return phone.id === 'owner' || phone.id === 'manager';
}

/** What the person at the phone can turn. */
export type PhoneChange = Partial<Pick<Phone, 'number' | 'blocked' | 'offlineAt'>>;

/** The phones on the table. */
export interface Phones {
  all(): readonly Phone[];
  find(id: string): Phone | undefined;
  /** The phone a chat is on at present, if any. */
  ofChat(key: ChatKey): Phone | undefined;
  change(phone: Phone, change: PhoneChange): Promise<Phone>;
}

const kept = z.array(
  z.object({
    id: z.enum(phoneIds),
    channel: z.enum(['telegram', 'viber', 'whatsapp', 'sms']),
    number: z.string(),
    blocked: z.boolean(),
    offlineAt: z.number().nullable(),
  }),
);

/** Numbers of a Ukrainian operator, with the middle that films use. Viber and SMS are of one person. */
const firstPhones: readonly Phone[] = [
  { id: 'telegram', channel: 'telegram', number: '+380675550101', blocked: false, offlineAt: null },
  { id: 'viber', channel: 'viber', number: '+380675550103', blocked: false, offlineAt: null },
  { id: 'text', channel: 'whatsapp', number: '+380675550102', blocked: false, offlineAt: null },
  { id: 'sms', channel: 'sms', number: '+380675550103', blocked: false, offlineAt: null },
  { id: 'owner', channel: 'telegram', number: '+380675550191', blocked: false, offlineAt: null },
  { id: 'manager', channel: 'whatsapp', number: '+380675550192', blocked: false, offlineAt: null },
];

const valueName = 'playground_phones';

/** The chat on a phone: messengers name it by digits, an SMS goes to the number itself. */
export function chatOf({ channel, number }: Pick<Phone, 'channel' | 'number'>): ChatKey {
  return { channel, chat: channel === 'sms' ? number : number.replace('+', '') };
}

/** The phones as they were left when the playground last ran, or new ones. */
export async function openPhones(values: ValueStore): Promise<Phones> {
  const saved = await values.get(valueName);
  const left = saved === undefined ? [] : kept.parse(JSON.parse(saved));
  let phones: readonly Phone[] = firstPhones.map((phone) => left.find(({ id }) => id === phone.id) ?? phone);
  return {
    all: () => phones,
    find: (id) => phones.find((phone) => phone.id === id),
    ofChat: (key) => phones.find((phone) => phone.channel === key.channel && chatOf(phone).chat === key.chat),
    async change(phone, change) {
      const changed = { ...phone, ...change };
      phones = phones.map((other) => (other.id === phone.id ? changed : other));
      await values.set(valueName, JSON.stringify(phones));
      return changed;
    },
  };
}
