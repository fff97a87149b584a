import { translations } from '../../../locales/translations.ts';
import type { OutgoingMessage, ShownButton } from '../../channel.ts';
import { buttonLines, cutText, fitText } from '../../text.ts';

/** The longest plain text, and the longest beside buttons or under a picture. */
export const textLimit = 4096;
const shortLimit = 1024;
const replies = { most: 3, title: 20 } as const;
const list = { most: 10, title: 24, description: 72 } as const;
const linkTitle = 20;

type Press = Extract<ShownButton, { kind: 'press' }>;
type Link = Extract<ShownButton, { kind: 'link' }>;

/** What can be tapped under a message, and what stands as lines of its text. */
interface Form {
  /** `type`, `action` and the like of an interactive message; absent for a plain one. */
  readonly interactive?: object;
  readonly inText: readonly ShownButton[];
}

/**
 * A message as it may be written within 24 hours of the person's last word: with reply buttons, a list, a link or a
 * request for the number as far as WhatsApp can show them, else with numbered lines. `medium`: the uploaded picture.
 */
export function freeForm(message: OutgoingMessage, medium: string | undefined): object {
  const form = formOf(message, medium);
  const lines = linesOf(form.inText, message);
  const text = message.text || (form.interactive ? (message.picture?.alt ?? '') : '');
  const whole = fitText(text, lines, Number.POSITIVE_INFINITY);
  if (form.interactive && whole !== '' && whole.length <= shortLimit) {
    const header = medium ? { header: { type: 'image', image: { id: medium } } } : {};
    return { type: 'interactive', interactive: { ...form.interactive, ...header, body: { text: whole } } };
  }
  return plain(message, medium);
}

function plain(message: OutgoingMessage, medium: string | undefined): object {
  const lines = linesOf((message.buttons ?? []).flat(), message);
  if (medium === undefined) {
    return { type: 'text', text: { body: fitText(message.text, lines, textLimit), preview_url: false } };
  }
  const caption = fitText(message.text, lines, shortLimit);
  return { type: 'image', image: { id: medium, ...(caption ? { caption } : {}) } };
}

/** The richest form that shows the buttons. Only a single link can be a button, and it stands alone. */
function formOf(message: OutgoingMessage, medium: string | undefined): Form {
  const buttons = (message.buttons ?? []).flat();
  const presses = buttons.filter((button) => button.kind === 'press');
  const links = buttons.filter((button) => button.kind === 'link');
  if (buttons.some(({ kind }) => kind === 'share_phone') && medium === undefined) {
    return { interactive: phoneRequest, inText: [...presses, ...links] };
  }
  if (fitReplies(presses)) return { interactive: replyButtons(presses), inText: links };
  if (medium === undefined && fitList(presses)) {
    return { interactive: listOf(presses, message), inText: links };
  }
  const [link] = links;
  if (link && buttons.length === 1 && link.label.length <= linkTitle) {
    return { interactive: linkButton(link), inText: [] };
  }
  return { inText: buttons };
}

/** WhatsApp words the button itself, in the person's language, and allows none beside it. */
const phoneRequest = { type: 'request_contact_info', action: { name: 'request_contact_info' } };

function fitReplies(presses: readonly Press[]): boolean {
  const fit = presses.every(({ label }) => label.length <= replies.title);
  return presses.length > 0 && presses.length <= replies.most && fit && distinct(presses, replies.title);
}

function replyButtons(presses: readonly Press[]): object {
  const buttons = presses.map(({ label, data }) => ({ type: 'reply', reply: { id: data, title: label } }));
  return { type: 'button', action: { buttons } };
}

function fitList(presses: readonly Press[]): boolean {
  const fit = presses.every(({ label }) => label.length <= list.description);
  return presses.length > 0 && presses.length <= list.most && fit && distinct(presses, list.title);
}

/** A label too long for a title stands whole under its beginning. */
function listOf(presses: readonly Press[], { locale = 'en' }: OutgoingMessage): object {
  const rows = presses.map(({ label, data }) => ({
    id: data,
    title: cutText(label, list.title),
    ...(label.length > list.title ? { description: label } : {}),
  }));
  return { type: 'list', action: { button: translations[locale].button.choose, sections: [{ rows }] } };
}

/** Two buttons that read or mean the same are refused, and neither would the person know them apart. */
function distinct(presses: readonly Press[], limit: number): boolean {
  const titles = new Set(presses.map(({ label }) => cutText(label, limit)));
  const data = new Set(presses.map((press) => press.data));
  return titles.size === presses.length && data.size === presses.length;
}

function linkButton({ label, url }: Link): object {
  return { type: 'cta_url', action: { name: 'cta_url', parameters: { display_text: label, url } } };
}

/** Buttons as lines: numbered, with a word on how to answer; where a number is an answer, no press is shown. */
function linesOf(buttons: readonly ShownButton[], message: OutgoingMessage): string {
  const { takesNumbers, locale = 'en' } = message;
  const { numbered } = translations[locale];
  const lines = buttonLines(
    buttons
      .filter(({ kind }) => kind !== 'press' || !takesNumbers)
      .map((button) => (button.kind === 'share_phone' ? { ...button, label: numbered.share_phone } : button)),
  );
  const presses = buttons.some(({ kind }) => kind === 'press');
  const hint = presses ? [takesNumbers ? numbered.home : numbered.hint] : [];
  return [...lines, ...hint].join('\n');
}
