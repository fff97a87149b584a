import type Message from 'viber-bot/lib/message/message.js';
import PictureMessage from 'viber-bot/lib/message/picture-message.js';
import TextMessage from 'viber-bot/lib/message/text-message.js';
import type { OutgoingMessage, ShownButton } from '../channel.ts';
import { cutText } from '../text.ts';
import { keyboardOf } from './keyboard.ts';
import type { PictureLinks } from './pictures.ts';

/** A message as Viber takes it, but for whom it is for. */
export type ViberContent = Readonly<Record<string, unknown>>;

/** What comes back with the person's next message: text that Viber keeps for us. */
export interface Tracking {
  /** Addresses of link buttons: tapping one also sends it to us as text, which nobody said. */
  readonly links?: readonly string[] | undefined;
  /** Set on a welcome: what the deep link carried. Whatever is said next is the beginning of what it promised. */
  readonly start?: string | undefined;
}

/** What messages are made with. */
export interface MessageMakerOptions {
  readonly senderName: string;
  readonly pictures: PictureLinks;
}

/** Makes messages for Viber of one of ours; none where there is nothing in it that Viber could show. */
export type MessageMaker = (message: OutgoingMessage, start?: string) => Promise<readonly ViberContent[]>;

/** https://creators.viber.com/docs/bots-api/data-models/message */
const captionLimit = 768;
const trackingLimit = 4000;
const senderLimit = 28;

/**
 * Messages are built and checked with viber-bot's classes. One of ours is one there too, but where the text is too
 * long to stand under its picture: then the picture goes first.
 */
export function createMessageMaker({ senderName, pictures }: MessageMakerOptions): MessageMaker {
  const sender = { name: senderName.slice(0, senderLimit) };
  const envelope = (message: Message): ViberContent => {
    const { keyboard, trackingData, minApiVersion } = message;
    const { text, ...content } = message.toJson();
    return {
      // Always: Viber might keep what an earlier message left there.
      ...{ sender, min_api_version: minApiVersion ?? 1, tracking_data: JSON.stringify(trackingData) },
      ...content,
      // viber-bot makes null of no words, and Viber takes no null.
      text: text ?? '',
      ...(keyboard ? { keyboard } : {}),
    };
  };
  return async (message, start) => {
    const { picture } = message;
    const { locale = 'uk' } = message;
    const address = picture?.of && (await pictures.addressOf(picture.of, picture.image.type, locale));
    const made = parts(message, address, trackingOf(message, start));
    return made.every(isWhole) ? made.map(envelope) : [];
  };
}

function parts(message: OutgoingMessage, picture: string | undefined, tracking: Tracking): Message[] {
  const { text, buttons = [] } = message;
  const rows = buttons.filter((row) => row.length > 0);
  const keyboard = rows.length > 0 ? keyboardOf(rows) : null;
  const rest = [keyboard, tracking, null, null, versionFor(rows)] as const;
  if (!picture) return [new TextMessage(text, ...rest)];
  if (text.length <= captionLimit) return [new PictureMessage(picture, text, picture, ...rest)];
  const caption = cutText(message.picture?.alt ?? '', captionLimit);
  return [new PictureMessage(picture, caption, picture), new TextMessage(text, ...rest)];
}

/** viber-bot's own check that nothing required is missing. */
function isWhole(message: Message): boolean {
  try {
    message.verifyMessage();
    return true;
  } catch {
    return false;
  }
}

/** Only sharing the phone asks for more than every Viber can do. */
function versionFor(rows: readonly (readonly ShownButton[])[]): number {
  return rows.flat().some(({ kind }) => kind === 'share_phone') ? 3 : 1;
}

function trackingOf({ buttons = [] }: OutgoingMessage, start: string | undefined): Tracking {
  const links = buttons.flat().flatMap((button) => (button.kind === 'link' ? [button.url] : []));
  const tracking = { ...(links.length > 0 ? { links } : {}), ...(start === undefined ? {} : { start }) };
  return JSON.stringify(tracking).length <= trackingLimit ? tracking : {};
}
