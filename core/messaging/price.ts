import { countryOfPhone } from '../customers/phone.ts';
import type { ChannelName } from '../customers/types.ts';
import type { Program } from '../program/program.ts';
import { DAY_MS } from '../time.ts';
import type { MessageCategory } from './types.ts';

/** A message as far as its price goes. */
export interface Sending {
  readonly channel: ChannelName;
  readonly category: MessageCategory;
  /** How long ago the person last wrote to us on this channel, milliseconds; absent: never. */
  readonly sinceSeenMs?: number | undefined;
  /** How many SMS it goes as; by default one. */
  readonly segments?: number | undefined;
  /** Where the number belongs, ISO 3166 alpha-2 (`ratedCountry`); absent: where the default price holds. */
  readonly country?: string | undefined;
}

/** Micros (millionths of the major unit) of one minor unit: a kopeck is 10,000 of them. */
export const MICROS_OF_MINOR = 10_000;

/**
 * What a message costs, in micros; null where the program names no price for it. Telegram and the chat of the site
 * cost nothing. Viber and WhatsApp have their own price for the day after the person last wrote.
 */
export function priceOf(sending: Sending, prices: Program['prices']): number | null {
  switch (sending.channel) {
    case 'telegram':
    case 'web':
      return 0;
    case 'viber':
      return inMicros(isInSession(sending.sinceSeenMs) ? prices.viber?.session : prices.viber?.outside);
    case 'whatsapp':
      return inMicros(prices.whatsapp?.[whatsappRate(sending)]);
    case 'sms':
      return smsPrice(sending, prices);
  }
}

/**
 * Where a number (E.164) belongs, if that has a say in the price of an SMS: to find out takes as long as all else about a
 * message.
 */
export function ratedCountry(
  number: string | null | undefined,
  { sms }: Program['prices'],
): string | undefined {
  const isRated = Object.keys(sms?.countries ?? {}).length > 0;
  return isRated && number != null ? countryOfPhone(number) : undefined;
}

/** Whether the day is still running in which Viber and WhatsApp let us answer freely. */
export function isInSession(sinceSeenMs: number | undefined): boolean {
  return sinceSeenMs !== undefined && sinceSeenMs < DAY_MS;
}

/** Whether the channel bills a message when it was delivered, and not already when it took it. */
export function isChargedOnDelivery(channel: ChannelName): boolean {
  return channel === 'viber' || channel === 'whatsapp';
}

/** Outside the session WhatsApp takes templates only, and bills them by their kind. */
const templateRates = {
  code: 'authentication',
  reply: 'utility',
  service: 'utility',
  marketing: 'marketing',
} as const satisfies Record<MessageCategory, string>;

function whatsappRate({ category, sinceSeenMs }: Sending) {
  return isInSession(sinceSeenMs) ? 'session' : templateRates[category];
}

function smsPrice({ country, segments = 1 }: Sending, { sms }: Program['prices']): number | null {
  const own = country === undefined ? undefined : sms?.countries[country];
  const each = inMicros(own ?? sms?.segment);
  return each === null ? null : each * segments;
}

function inMicros(priceMinor: number | undefined): number | null {
  return priceMinor === undefined ? null : Math.round(priceMinor * MICROS_OF_MINOR);
}
