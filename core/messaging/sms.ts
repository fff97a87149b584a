import type { Locale } from '../customers/types.ts';
import type { Program } from '../program/program.ts';
import { inLatin, plainTypography } from './latin.ts';
import { priceOf } from './price.ts';
import { type Segmented, segmentsOf } from './segments.ts';

/** A text as it leaves by SMS. */
export interface SmsText extends Segmented {
  readonly text: string;
}

/** How texts are written before they leave. */
export interface SmsWriting {
  /** In Latin letters, where that takes fewer SMS. */
  readonly transliterate: boolean;
  /** The language of the text; absent: its own letters tell. */
  readonly locale?: Locale | undefined;
}

/** The form of a text that takes the fewest SMS; the text itself wherever no other takes fewer. */
export function smsText(text: string, { transliterate, locale }: SmsWriting): SmsText {
  const forms = [
    text,
    plainTypography(text),
    ...(transliterate ? [plainTypography(inLatin(text, locale))] : []),
  ];
  return forms
    .map((form) => ({ text: form, ...segmentsOf(form) }))
    .reduce((best, form) => (form.parts.length < best.parts.length ? form : best));
}

/** What a person is shown before an SMS leaves. */
export interface SmsPreview {
  readonly text: string;
  readonly encoding: Segmented['encoding'];
  readonly segments: number;
  /** Micros; null where no price is known. */
  readonly priceMicros: number | null;
}

/** A text as it would leave to a number of `country`, how many SMS that is and what they cost. */
export function previewSms(
  text: string,
  writing: SmsWriting,
  country: string | undefined,
  prices: Program['prices'],
): SmsPreview {
  const { parts, encoding, text: written } = smsText(text, writing);
  const segments = parts.length;
  const priceMicros = priceOf({ channel: 'sms', category: 'service', segments, country }, prices);
  return { text: written, encoding, segments, priceMicros };
}
