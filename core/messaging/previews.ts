import type { ChannelName, Locale } from '../customers/types.ts';
import { MICROS_OF_MINOR } from './price.ts';
import type { Segmented } from './segments.ts';
import type { MessageCategory, Reply, Words } from './types.ts';

/** What whoever wrote a message should know before it leaves. */
export const previewWarnings = [
  /** The text does not fit: its end is cut off. */
  'cut',
  /** The channel shows no pictures: the text goes without. */
  'no_picture',
  /** Three SMS or more. */
  'many_sms',
  /** The program names no price for it. */
  'no_price',
  /** 24 hours after the person's last word WhatsApp takes approved templates only, and the program names none for it. */
  'needs_template',
] as const;
export type PreviewWarning = (typeof previewWarnings)[number];

/** A message as somebody would see it on a channel. */
export interface ChannelPreview {
  readonly channel: ChannelName;
  /** With the buttons as lines of it where there are none. */
  readonly text: string;
  /** Rows of labels. */
  readonly buttons: readonly (readonly string[])[];
  /** How long the text would be if all of it fitted, and how long it may be, in UTF-16 code units. */
  readonly length: number;
  readonly limit: number;
  /** How many SMS it goes as. */
  readonly sms?: { readonly encoding: Segmented['encoding']; readonly segments: number };
  /** To somebody who has not written within a day; millionths of the currency, null where no price is known. */
  readonly priceMicros: number | null;
  readonly warnings: readonly PreviewWarning[];
  /** The approved template it goes as more than 24 hours after the person's last word, where the channel wants one. */
  readonly template?: string;
}

/** Who would read a message. */
export interface PreviewReader {
  readonly locale: Locale;
  /** What the message is about; absent: it answers what the person wrote. */
  readonly category?: MessageCategory;
  /** Default: the program's. */
  readonly zone?: string | null;
  /** Where the number belongs, ISO 3166 alpha-2; default: the program's. */
  readonly country?: string | undefined;
}

/** A message as one reader would see it on each of the channels that are asked for; by default those that are there. */
export type PreviewMessage = (
  reply: Reply,
  reader: PreviewReader,
  channels?: readonly ChannelName[],
) => readonly ChannelPreview[];

/** What to know of a preview: how long it is, how many SMS, what it costs, what to mind. */
export function previewWords(preview: ChannelPreview): readonly Words[] {
  const { channel, length, limit, sms, priceMicros, warnings, template } = preview;
  const size: Words = sms
    ? { key: 'preview.sms', variables: { channel, length, count: sms.segments } }
    : { key: 'preview.size', variables: { channel, length, limit } };
  return [
    size,
    ...(priceMicros ? [priceWords(priceMicros)] : []),
    ...(template === undefined ? [] : [templateWords(template)]),
    ...warnings.map((warning): Words => ({ key: `preview.${warning}` })),
  ];
}

function templateWords(template: string): Words {
  return { key: 'preview.template', variables: { template } };
}

function priceWords(micros: number): Words {
  return { key: 'preview.price', variables: { price: micros / MICROS_OF_MINOR } };
}
