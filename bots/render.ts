import type { Locale } from '../core/customers/types.ts';
import { type Image, png } from '../core/messaging/images.ts';
import {
  type ApprovedTemplate,
  type Button,
  type CartPicture,
  isKept,
  type MessageCategory,
  type Paragraph,
  type PhotoPicture,
  type Picture,
  type Reply,
  type ReportPicture,
  type Words,
} from '../core/messaging/types.ts';
import type { Formats, Translator } from '../locales/translator.ts';
import type { Abilities, OutgoingMessage, ShownButton, ShownTemplate } from './channel.ts';
import { drawCodePicture } from './pictures.ts';
import { buttonLines, fitText } from './text.ts';

/** For whom a reply is rendered: the language, and how days and money are written. */
export interface Reader extends Formats {
  readonly locale: Locale;
  /** What the message is about; absent: it answers what the person wrote. */
  readonly category?: MessageCategory;
}

/** What a person will see: the part of an outgoing message that comes from the reply. */
export type RenderedMessage = Pick<
  OutgoingMessage,
  'text' | 'picture' | 'buttons' | 'takesNumbers' | 'words' | 'approved'
>;

/**
 * Turns a reply into a message in the reader's language, in a form that a channel of these abilities can show. A picture
 * that takes its time is brought along as `drawn`, and left out where it is not.
 */
export type Render = (reply: Reply, abilities: Abilities, reader: Reader, drawn?: Image) => RenderedMessage;

/** What such a picture is drawn from. */
export type DrawnPicture = Omit<ReportPicture, 'takeaway'> | CartPicture | PhotoPicture;

/** Draws a kept report or a cart, or finds a shop's own picture; undefined where it is gone, or where nothing can be drawn. */
export type DrawPicture = (
  picture: DrawnPicture,
  reader: Pick<Reader, 'locale'>,
) => Promise<Image | undefined>;

/** A space that keeps a number beside its unit; in an SMS it would halve what fits. */
const fixedSpace = /[\u00a0\u202f]/g;

/** The one way from a reply to what is shown. */
export function createRenderer(translator: Translator): Render {
  return (reply, abilities, reader, drawn) => {
    const say = (words: Words) => {
      const text = translator.say(reader.locale, words, reader);
      return abilities.terse ? text.replace(fixedSpace, ' ') : text;
    };
    const shownWords = (words: Words) => ({
      key: words.key,
      values: translator.values(reader.locale, words, reader),
    });
    const gap = abilities.terse ? '\n' : '\n\n';
    const { shown, lines } = splitButtons(reply, abilities, reader, say);
    const paragraphs = reply.paragraphs.map(linesOf);
    const texts = paragraphs.map((one) => one.map(say).join('\n')).filter((paragraph) => paragraph !== '');
    const picture = reply.picture && abilities.pictures ? show(reply.picture, say, drawn) : undefined;
    return {
      text: fitText(texts.join(gap), lines.join('\n'), abilities.textLimit, gap),
      ...(picture ? { picture } : {}),
      ...(shown.length > 0 ? { buttons: shown } : {}),
      ...(shown.length > 0 && reply.takesNumbers ? { takesNumbers: true } : {}),
      ...(abilities.templates ? { words: paragraphs.flat().map(shownWords) } : {}),
      ...(abilities.templates && reply.approved ? { approved: shownTemplate(reply.approved, say) } : {}),
    };
  };
}

function shownTemplate({ values, buttons, ...named }: ApprovedTemplate, say: Say): ShownTemplate {
  return { ...named, values: values.map(say), buttons: buttons.map((button) => inWords(button, say)) };
}

function linesOf(paragraph: Paragraph): readonly Words[] {
  return 'key' in paragraph ? [paragraph] : paragraph;
}

function show(picture: Picture, say: Say, drawn: Image | undefined): RenderedMessage['picture'] {
  const image = isKept(picture) ? drawn : png(drawCodePicture(picture));
  return image && { image, alt: say(altOf(picture)), of: picture };
}

function altOf(picture: Picture): Words {
  switch (picture.kind) {
    case 'card':
      return { key: 'card.alt', variables: { number: picture.number } };
    case 'coupon':
      return { key: 'coupons.alt', variables: { code: picture.code } };
    case 'code':
      return { key: 'pay.alt', variables: { code: picture.code } };
    case 'report':
      return picture.takeaway;
    case 'cart':
      return { key: 'cart.alt' };
    case 'photo':
      return { key: 'photo.alt' };
  }
}

interface Buttons {
  /** What the channel shows as buttons. */
  readonly shown: readonly (readonly ShownButton[])[];
  /** What it cannot, as lines of text. */
  readonly lines: readonly string[];
}

type Say = (words: Words) => string;

function splitButtons(reply: Reply, abilities: Abilities, reader: Reader, say: Say): Buttons {
  const { buttons: rows = [] } = reply;
  const canShow = ({ kind }: Button) => abilities.buttons && (kind !== 'share_phone' || abilities.sharePhone);
  const shown = rows.map((row) => row.filter(canShow).map((button) => inWords(button, say)));
  const rest = rows.flatMap((row) => row.filter((button) => !canShow(button)));
  const told = rest.filter(({ kind }) => isTold(kind, reply, abilities, reader));
  const lines = buttonLines(told.map((button) => inLine(button, say)));
  const hint = hintOf(reply);
  const home = rows.length > 0 && !abilities.buttons && !abilities.terse ? [say(hint)] : [];
  return { shown: shown.filter((row) => row.length > 0), lines: [...lines, ...home] };
}

/** How to answer, and the way home, where there are no buttons. */
function hintOf({ takesNumbers, zeroCounts }: Reply): Words {
  if (zeroCounts) return { key: 'numbered.from_zero' };
  return { key: takesNumbers ? 'numbered.home' : 'numbered.hint' };
}

/**
 * Which buttons become lines: links do. Presses do, unless a number is an answer by itself; where every character
 * costs, only those that answer a question, or all of them if the person is talking to us just now.
 */
function isTold(kind: Button['kind'], reply: Reply, { terse = false }: Abilities, reader: Reader): boolean {
  if (kind === 'link') return true;
  if (kind === 'share_phone') return !terse;
  if (reply.takesNumbers) return false;
  return !terse || reply.asks === true || (reader.category ?? 'reply') === 'reply';
}

function inWords(button: Button, say: Say): ShownButton {
  return { ...button, label: say(button.label) };
}

/** A line cannot share the phone: it says what else to do. */
function inLine(button: Button, say: Say): ShownButton {
  return button.kind === 'share_phone'
    ? { ...button, label: say({ key: 'numbered.share_phone' }) }
    : inWords(button, say);
}
