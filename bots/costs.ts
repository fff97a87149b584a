import type { ChannelName } from '../core/customers/types.ts';
import type { MessageCost } from '../core/messaging/outbox.ts';
import { priceOf, ratedCountry } from '../core/messaging/price.ts';
import { smsText } from '../core/messaging/sms.ts';
import type { Reply } from '../core/messaging/types.ts';
import type { Program } from '../core/program/program.ts';
import type { Abilities } from './channel.ts';
import type { SendableMessage } from './held.ts';
import { remembering } from './remembering.ts';
import type { Reader, Render } from './render.ts';

/** What prices are reckoned with. */
export interface CostOptions {
  readonly render: Render;
  /** What messages cost, and how SMS are written, by the program in force; by default no price is known. */
  book?(): Pick<Program, 'prices' | 'sms_transliterate'>;
}

/** A message that left. */
export interface Departure {
  readonly channel: ChannelName;
  readonly message: SendableMessage;
  readonly reader: Reader;
  readonly at: number;
  /** How many SMS it went as, as the channel counted them. */
  readonly segments: number | undefined;
}

/** The same message in another dress. */
interface Writing {
  readonly reply: Reply;
  readonly reader: Reader;
  readonly transliterate: boolean;
}

/** What an SMS can carry: as much as the channel of that name sends. */
const asSms: Abilities = {
  ...{ buttons: false, pictures: false, sharePhone: false, edits: false, terse: true },
  ...{ receipts: 'delivered', textLimit: 402, ratePerSecond: 1 },
};

const emptyBook: ReturnType<NonNullable<CostOptions['book']>> = { prices: {}, sms_transliterate: false };

/** Reckons what a message that left costs, and what the same words would have cost as SMS. */
export function createCosts({ render, book }: CostOptions): (departure: Departure) => MessageCost {
  const segmentsAsSms = remembering(({ reply, reader, transliterate }: Writing) => {
    const { text } = render(reply, asSms, reader);
    return smsText(text, { transliterate, locale: reader.locale }).parts.length;
  });
  return ({ channel, message: { category, chat, reply }, reader, at, segments }) => {
    const { prices, sms_transliterate: transliterate } = book?.() ?? emptyBook;
    const country = ratedCountry(channel === 'sms' ? chat.address : chat.phone, prices);
    const sinceSeenMs = chat.lastSeenAt > 0 ? at - chat.lastSeenAt : undefined;
    const priceMicros = priceOf({ channel, category, sinceSeenMs, segments, country }, prices);
    if (category === 'reply' || !prices.sms) return { priceMicros, smsPriceMicros: null };
    if (channel === 'sms') return { priceMicros, smsPriceMicros: priceMicros };
    const asMany = segmentsAsSms({ reply, reader, transliterate });
    const smsPriceMicros = priceOf({ channel: 'sms', category, segments: asMany, country }, prices);
    return { priceMicros, smsPriceMicros };
  };
}
