import { countryOfPhone } from '../core/customers/phone.ts';
import type { ChannelName } from '../core/customers/types.ts';
import type { MessageCost } from '../core/messaging/outbox.ts';
import { priceOf } from '../core/messaging/price.ts';
import type { Reply } from '../core/messaging/types.ts';
import type { Program } from '../core/program/program.ts';
import type { Abilities } from './channel.ts';
import type { SendableMessage } from './held.ts';
import { remembering } from './remembering.ts';
import type { Reader, Render } from './render.ts';

/** What prices are reckoned with. */
export interface CostOptions {
  readonly render: Render;
  /** What messages cost, by the program in force; by default nothing is known. */
  prices?(): Program['prices'];
  /** How many SMS a text goes as; by default one. */
  segmentsOf?(text: string): number;
}

/** A message that left. */
export interface Departure {
  readonly channel: ChannelName;
  readonly message: SendableMessage;
  readonly reader: Reader;
  readonly at: number;
  /** As the channel counted them. */
  readonly segments: number | undefined;
}

/** The message as an SMS would carry it. */
const asSms: Abilities = {
  ...{ buttons: false, pictures: false, sharePhone: false, edits: false, terse: true },
  ...{ receipts: 'delivered', textLimit: 4096, ratePerSecond: 1 },
};

/** Reckons what a message that left costs, and what the same words would have cost as SMS. */
export function createCosts(options: CostOptions): (departure: Departure) => MessageCost {
  const textAsSms = remembering(
    ({ reply, reader }: { readonly reply: Reply; readonly reader: Reader }) =>
      options.render(reply, asSms, reader).text,
  );
  return ({ channel, message: { category, chat, reply }, reader, at, segments }) => {
    const prices = options.prices?.() ?? {};
    const country = countryOf(channel === 'sms' ? chat.address : chat.phone);
    const sinceSeenMs = chat.lastSeenAt > 0 ? at - chat.lastSeenAt : undefined;
    const priceMicros = priceOf({ channel, category, sinceSeenMs, segments, country }, prices);
    if (category === 'reply' || !prices.sms) return { priceMicros, smsPriceMicros: null };
    if (channel === 'sms') return { priceMicros, smsPriceMicros: priceMicros };
    const asMany = options.segmentsOf?.(textAsSms({ reply, reader }));
    const smsPriceMicros = priceOf({ channel: 'sms', category, segments: asMany, country }, prices);
    return { priceMicros, smsPriceMicros };
  };
}

function countryOf(phone: string | null): string | undefined {
  return phone === null ? undefined : countryOfPhone(phone);
}
