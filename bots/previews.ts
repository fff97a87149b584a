import type { ChannelName } from '../core/customers/types.ts';
import type { ChannelPreview, PreviewWarning } from '../core/messaging/previews.ts';
import { priceOf } from '../core/messaging/price.ts';
import { smsText } from '../core/messaging/sms.ts';
import type { Paragraph, Reply } from '../core/messaging/types.ts';
import type { Program } from '../core/program/program.ts';
import type { Abilities } from './channel.ts';
import type { Reader, Render } from './render.ts';
import { cutText } from './text.ts';

/** What of a channel shows in a preview. */
export interface Shape extends Pick<Abilities, 'buttons' | 'pictures' | 'sharePhone' | 'textLimit'> {
  readonly terse?: true;
  readonly templates?: true;
  /** The longest text under a picture, where it is shorter and is cut there. */
  readonly captionLimit?: number;
}

const chat = { buttons: true, pictures: true, sharePhone: true } as const;

/** Each channel as it usually is; WhatsApp as the Cloud API. Held by a test to what the channels say of themselves. */
export const usualShapes: Readonly<Record<ChannelName, Shape>> = {
  telegram: { ...chat, textLimit: 4096, captionLimit: 1024 },
  // A longer text comes in a message of its own under the picture.
  viber: { ...chat, textLimit: 7000 },
  whatsapp: { ...chat, textLimit: 4096, captionLimit: 1024, templates: true },
  web: { ...chat, sharePhone: false, textLimit: 4096 },
  sms: { buttons: false, pictures: false, sharePhone: false, textLimit: 402, terse: true },
};

/** Who would read it, and by what it is reckoned. */
export interface PreviewOptions {
  /** With the category of the message. */
  readonly reader: Reader;
  readonly program: Pick<Program, 'prices' | 'sms_transliterate' | 'whatsapp_templates'>;
  /** Where the reader's number belongs, ISO 3166 alpha-2. */
  readonly country: string | undefined;
  readonly shapes: Partial<Readonly<Record<ChannelName, Shape>>>;
}

/** From so many SMS on somebody should look at the text again. */
const manySms = 3;

/** A message as one reader would see it on each of the channels. Sends and writes nothing. */
export function previewsOf(reply: Reply, render: Render, options: PreviewOptions): readonly ChannelPreview[] {
  return Object.entries(options.shapes).map(([name, shape]) =>
    previewOn(name as ChannelName, shape, reply, render, options),
  );
}

function previewOn(
  channel: ChannelName,
  shape: Shape,
  reply: Reply,
  render: Render,
  { reader, program, country }: PreviewOptions,
): ChannelPreview {
  const abilities: Abilities = { ...shape, edits: false, receipts: 'accepted', ratePerSecond: 1 };
  const whole = render(reply, { ...abilities, textLimit: Number.POSITIVE_INFINITY }, reader).text;
  const limit = (reply.picture && shape.captionLimit) || shape.textLimit;
  const { text, buttons = [] } = render(reply, abilities, reader);
  const sms =
    channel === 'sms'
      ? smsText(text, { transliterate: program.sms_transliterate, locale: reader.locale })
      : undefined;
  const segments = sms?.parts.length;
  const { category = 'service' } = reader;
  const priceMicros = priceOf({ channel, category, segments, country }, program.prices);
  const template = shape.templates ? templateOf(reply, program) : undefined;
  const warnings: Readonly<Record<PreviewWarning, boolean>> = {
    cut: whole.length > limit,
    no_picture: reply.picture !== undefined && !shape.pictures,
    many_sms: segments !== undefined && segments >= manySms,
    no_price: priceMicros === null,
    needs_template: shape.templates === true && template === undefined,
  };
  return {
    ...{ channel, limit, priceMicros, length: whole.length },
    text: sms?.text ?? cutText(text, limit),
    buttons: buttons.map((row) => row.map(({ label }) => label)),
    ...(sms ? { sms: { encoding: sms.encoding, segments: sms.parts.length } } : {}),
    ...(template === undefined ? {} : { template }),
    warnings: (Object.keys(warnings) as PreviewWarning[]).filter((one) => warnings[one]),
  };
}

/** The approved template a message brings along, or the program names for one of its texts. */
function templateOf(
  reply: Reply,
  { whatsapp_templates: table }: PreviewOptions['program'],
): string | undefined {
  const key = keysOf(reply).find((one) => table[one]);
  return reply.approved?.name ?? (key === undefined ? undefined : table[key]?.name);
}

function keysOf({ paragraphs }: Reply): string[] {
  const wordsOf = (one: Paragraph) => ('key' in one ? [one] : one);
  return paragraphs.flatMap(wordsOf).map(({ key }) => key);
}
