import type { CustomerRecord, Locale } from '../customers/types.ts';
import type { PictureId } from '../ids.ts';
import { pageUrl } from '../messaging/links.ts';
import type { ApprovedTemplate, Button, Picture, Reply, Words } from '../messaging/types.ts';
import { type CampaignButton, type CampaignScreen, campaignScreens } from '../staff/campaigns.ts';
import { type Approvals, approvedFor } from './approved/choose.ts';
import type { AnyMessage } from './approved/forms.ts';
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
  /** Which templates made of our texts are approved; absent: only those a message names itself. */
  readonly approvals?: Approvals | undefined;
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
  const buttons = buttonsOf(message.buttons, reader);
  const approved = approvedOf(message, reader);
  return {
    ok: true,
    reply: {
      paragraphs: [written(text, values)],
      ...(picture ? { picture } : {}),
      ...(buttons.length > 0 ? { buttons } : {}),
      ...(approved ? { approved } : {}),
    },
  };
}

/** The approved template that says a message to a reader, in the language of its text. */
export function approvedOf(
  message: AnyMessage,
  reader: ButtonReader & Pick<Reader, 'approvals'>,
): ApprovedTemplate | undefined {
  const { locale } = textFor(message.text, reader.locale, reader.programLocale);
  const buttons = message.buttons.flat().map((button) => buttonOf(button, reader));
  return approvedFor(message, { ...reader, locale, buttons });
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

/** Who sees buttons, and what they are about. */
export type ButtonReader = Pick<Reader, 'locale' | 'programLocale' | 'values' | 'site'> &
  Partial<Pick<Reader, 'cartId' | 'subject'>>;

/** The buttons of a message for one reader. One that would lead nowhere is left out, and so is a row without any. */
export function buttonsOf(
  rows: readonly (readonly (ButtonDefinition | CampaignButton)[])[],
  reader: ButtonReader,
): readonly (readonly Button[])[] {
  return rows
    .map((row) => row.flatMap((button) => buttonOf(button, reader) ?? []))
    .filter((row) => row.length > 0);
}

function buttonOf(button: ButtonDefinition | CampaignButton, reader: ButtonReader): Button | undefined {
  const { values, site } = reader;
  const label = labelOf(button, reader);
  if ('opens' in button) {
    // One tap is all it takes where the shop told where its cart opens; the chat shows it otherwise.
    const shop = button.opens === 'cart' ? addressIn('{{cart.url}}', values) : undefined;
    if (shop !== undefined) return { kind: 'link', label, url: shop };
    const data = pressOf(button.opens, reader);
    return data === undefined ? undefined : { kind: 'press', label, data };
  }
  if ('page' in button) {
    return site === undefined ? undefined : { kind: 'link', label, url: pageUrl(site, button.page) };
  }
  const url = addressIn(button.url, values);
  return url === undefined ? undefined : { kind: 'link', label, url };
}

/** A button of a campaign without words of its own says what the menu says. */
function labelOf(
  button: ButtonDefinition | CampaignButton,
  { locale, programLocale, values }: ButtonReader,
): Words {
  const isNamed = Object.keys(button.label).length > 0;
  if (!isNamed && 'opens' in button && isScreen(button.opens)) return { key: `button.${button.opens}` };
  return written(textFor(button.label, locale, programLocale), values);
}

function isScreen(name: string): name is CampaignScreen {
  return campaignScreens.some((one) => one === name);
}

type Opens = Extract<ButtonDefinition | CampaignButton, { readonly opens: string }>['opens'];

/** What a press carries: the screen of the chat, and what it is about. */
function pressOf(opens: Opens, { cartId, subject }: ButtonReader): string | undefined {
  switch (opens) {
    case 'cart':
    case 'decline':
      return cartId === undefined ? undefined : `${opens}:${cartId}`;
    case 'later':
    case 'never':
      return subject === undefined ? opens : `${opens}:${subject}`;
    default:
      return opens;
  }
}
