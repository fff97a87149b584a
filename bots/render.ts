import type { Locale } from '../core/customers/types.ts';
import type { Button, Paragraph, Picture, Reply, Words } from '../core/messaging/types.ts';
import type { Formats, Translator } from '../locales/translator.ts';
import type { Abilities, OutgoingMessage, ShownButton } from './channel.ts';
import { cardPicture, codePicture, couponPicture } from './pictures.ts';
import { cutText } from './text.ts';

/** For whom a reply is rendered: the language, and how days and money are written. */
export interface Reader extends Formats {
  readonly locale: Locale;
}

/** What a person will see: the part of an outgoing message that comes from the reply. */
export type RenderedMessage = Pick<OutgoingMessage, 'text' | 'picture' | 'buttons'>;

/** Turns a reply into a message in the reader's language, in a form that a channel of these abilities can show. */
export type Render = (reply: Reply, abilities: Abilities, reader: Reader) => RenderedMessage;

/** The one way from a reply to what is shown. */
export function createRenderer(translator: Translator): Render {
  return (reply, abilities, reader) => {
    const say = (words: Words) => translator.say(reader.locale, words, reader);
    const { shown, lines } = splitButtons(reply, abilities, say);
    const paragraphs = reply.paragraphs
      .map((one) => linesOf(one).map(say).join('\n'))
      .filter((paragraph) => paragraph !== '');
    return {
      text: fitText(paragraphs.join('\n\n'), lines.join('\n'), abilities.textLimit),
      ...(reply.picture && abilities.pictures ? { picture: draw(reply.picture, say) } : {}),
      ...(shown.length > 0 ? { buttons: shown } : {}),
    };
  };
}

function linesOf(paragraph: Paragraph): readonly Words[] {
  return 'key' in paragraph ? [paragraph] : paragraph;
}

function draw(picture: Picture, say: Say): NonNullable<RenderedMessage['picture']> {
  switch (picture.kind) {
    case 'card': {
      const { number } = picture;
      return { png: cardPicture(number), alt: say({ key: 'card.alt', variables: { number } }) };
    }
    case 'coupon': {
      const { code } = picture;
      return { png: couponPicture(code), alt: say({ key: 'coupons.alt', variables: { code } }) };
    }
    case 'code': {
      const { code } = picture;
      return { png: codePicture(code), alt: say({ key: 'pay.alt', variables: { code } }) };
    }
  }
}

/** The body gives way before the lines under it: without them the person could not answer. */
function fitText(body: string, lines: string, limit: number): string {
  if (lines === '') return cutText(body, limit);
  if (body === '') return cutText(lines, limit);
  const room = limit - lines.length - 2;
  return room > 0 ? `${cutText(body, room)}\n\n${lines}` : cutText(lines, limit);
}

interface Buttons {
  /** What the channel shows as buttons. */
  readonly shown: readonly (readonly ShownButton[])[];
  /** What it cannot, as lines of text. */
  readonly lines: readonly string[];
}

type Say = (words: Words) => string;

function splitButtons({ buttons: rows = [], takesNumbers }: Reply, abilities: Abilities, say: Say): Buttons {
  const canShow = ({ kind }: Button) => abilities.buttons && (kind !== 'share_phone' || abilities.sharePhone);
  const shown = rows.map((row) => row.filter(canShow).map((button) => inWords(button, say)));
  const rest = rows.flatMap((row) => row.filter((button) => !canShow(button)));
  const lines = linesFor(takesNumbers ? rest.filter(({ kind }) => kind !== 'press') : rest, say);
  const hint = { key: takesNumbers ? 'numbered.home' : 'numbered.hint' } as const;
  const home = rows.length > 0 && !abilities.buttons ? [say(hint)] : [];
  return { shown: shown.filter((row) => row.length > 0), lines: [...lines, ...home] };
}

function inWords(button: Button, say: Say): ShownButton {
  return { ...button, label: say(button.label) };
}

/** Presses are numbered from 1 in the order the conversation counts them; the other kinds take no number. */
function linesFor(buttons: readonly Button[], say: Say): string[] {
  let number = 0;
  return buttons.map((button) => {
    if (button.kind === 'share_phone') return say({ key: 'numbered.share_phone' });
    if (button.kind === 'link') return `${say(button.label)}: ${button.url}`;
    number += 1;
    return `${number}. ${say(button.label)}`;
  });
}
