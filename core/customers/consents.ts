import type { CustomerId } from '../ids.ts';
import type { Context } from '../ports.ts';
import type { ChannelName, Consent, ConsentCategory, Locale } from './types.ts';

/** The words a person is shown before agreeing, and their version, in each language. Given by `locales`. */
export type ConsentTexts = (
  category: ConsentCategory,
  locale: Locale,
) => { readonly text: string; readonly version: number };

/** One answer about one kind of message, and where it was given: `telegram`, `shop:shp_…`, `import`. */
export interface ConsentAnswer {
  readonly customerId: CustomerId;
  readonly category: ConsentCategory;
  /** About this channel alone; absent: about all. */
  readonly channel?: ChannelName;
  readonly granted: boolean;
  readonly locale: Locale;
  readonly source: string;
}

/** An answer as it is kept for ever: with the very words, their version, and the time. */
export function recordConsent(answer: ConsentAnswer, texts: ConsentTexts, context: Context): Consent {
  const { text, version } = texts(answer.category, answer.locale);
  return {
    ...answer,
    channel: answer.channel ?? null,
    id: context.ids.next('con', context.now),
    text,
    textVersion: version,
    at: context.now,
  };
}
