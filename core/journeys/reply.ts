import type { CustomerRecord, Locale } from '../customers/types.ts';
import type { PictureId } from '../ids.ts';
import { pageUrl } from '../messaging/links.ts';
import type { Button, Picture, Reply } from '../messaging/types.ts';
import type { ButtonDefinition, MessageDefinition } from './definition.ts';
import type { TemplateValues } from './templates/types.ts';
import { addressIn, missingIn, textFor, written } from './templates/written.ts';

/** Who reads a message of a journey, what its variables stand for, and what it is about. */
export interface Reader {
  readonly locale: Locale;
  readonly programLocale: Locale;
  readonly values: TemplateValues;
  readonly customer: Pick<CustomerRecord['customer'], 'card'>;
  /** Where our pages are, as the reader reaches them. */
  readonly site: string | undefined;
  /** The coupon given along, as people see its code. */
  readonly couponCode?: string | undefined;
  readonly cartId?: string | undefined;
  /** What is switched off where the reader asks for that: `journey:cart`. */
  readonly subject: string;
}

/** A message as one customer reads it, or the names of variables it cannot be written without. */
export type Said =
  | { readonly ok: true; readonly reply: Reply }
  | { readonly ok: false; readonly missing: readonly string[] };

/** Writes a message for a reader. A button that would lead nowhere is left out. */
export function say(message: MessageDefinition, reader: Reader): Said {
  const { locale, programLocale, values } = reader;
  const text = textFor(message.text, locale, programLocale);
  const missing = missingIn(text, values);
  if (missing.length > 0) return { ok: false, missing };
  const picture = pictureOf(message.picture, { ...reader, card: reader.customer.card });
  const rows = message.buttons.map((row) => row.flatMap((button) => buttonOf(button, reader) ?? []));
  const buttons = rows.filter((row) => row.length > 0);
  return {
    ok: true,
    reply: {
      paragraphs: [written(text, values)],
      ...(picture ? { picture } : {}),
      ...(buttons.length > 0 ? { buttons } : {}),
    },
  };
}

/** What a picture of a message can show: of the reader, and of what is given along. */
export interface Shown {
  readonly card: string | null;
  readonly couponCode?: string | null | undefined;
  readonly cartId?: string | undefined;
}

/** The picture of a message for one reader; undefined where it has none, or the reader has nothing to be shown. */
export function pictureOf(
  picture: MessageDefinition['picture'],
  { card, couponCode, cartId }: Shown,
): Picture | undefined {
  switch (picture) {
    case undefined:
      return undefined;
    case 'coupon':
      return couponCode == null ? undefined : { kind: 'coupon', code: couponCode };
    case 'card':
      return card === null ? undefined : { kind: 'card', number: card };
    case 'cart':
      return cartId === undefined ? undefined : { kind: 'cart', cart: cartId };
    default:
      return { kind: 'photo', id: picture as PictureId };
  }
}

function buttonOf(button: ButtonDefinition, reader: Reader): Button | undefined {
  const { locale, programLocale, values, site } = reader;
  const label = written(textFor(button.label, locale, programLocale), values);
  if ('opens' in button) {
    const data = pressOf(button.opens, reader);
    return data === undefined ? undefined : { kind: 'press', label, data };
  }
  if ('page' in button) {
    return site === undefined ? undefined : { kind: 'link', label, url: pageUrl(site, button.page) };
  }
  const url = addressIn(button.url, values);
  return url === undefined ? undefined : { kind: 'link', label, url };
}

/** What a press carries: the screen of the chat, and what it is about. */
function pressOf(
  opens: Extract<ButtonDefinition, { readonly opens: string }>['opens'],
  { cartId, subject }: Reader,
): string | undefined {
  switch (opens) {
    case 'cart':
    case 'decline':
      return cartId === undefined ? undefined : `${opens}:${cartId}`;
    case 'later':
    case 'never':
      return `${opens}:${subject}`;
    default:
      return opens;
  }
}
