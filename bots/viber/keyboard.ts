import type { ShownButton } from '../channel.ts';
import { cutText } from '../text.ts';

/** A keyboard of Viber, as far as we use it: https://creators.viber.com/docs/bots-api/resources/messaging/keyboards */
export interface Keyboard {
  readonly Type: 'keyboard';
  readonly DefaultHeight: false;
  readonly Buttons: readonly Key[];
}

interface Key {
  readonly Columns: number;
  readonly Rows: 1;
  readonly Text: string;
  readonly ActionType: 'reply' | 'open-url' | 'share-phone';
  readonly ActionBody: string;
  /** The tap leaves no message of the person's in the chat. */
  readonly Silent: true;
}

/** A tap comes back as a text of the person's: this stands before its data, and nobody types it. */
const tapMark = 'svoi:';

const columns = 6;
const mostRows = 12;
const mostButtons = 24;
const longestLabel = 250;
/** Three keys beside each other leave room for a word each. */
const widestRow = 3;

/** The keyboard for rows of buttons: six columns, at most twelve rows of 24 buttons. Of more, the last one is kept. */
export function keyboardOf(rows: readonly (readonly ShownButton[])[]): Keyboard {
  const fitting = toFit(rows.flatMap(foldRow));
  const keys = fitting.flatMap((row) => row.map((button) => keyOf(button, columns / row.length)));
  return { Type: 'keyboard', DefaultHeight: false, Buttons: keys };
}

/** The data of a button that was tapped, from the text that came; undefined for what a person typed. */
export function tappedData(text: string): string | undefined {
  return text.startsWith(tapMark) ? text.slice(tapMark.length) : undefined;
}

/** A row as wide as it is readable, or several rows of much the same width. */
function foldRow(row: readonly ShownButton[]): (readonly ShownButton[])[] {
  const count = Math.ceil(row.length / widestRow);
  return inRowsOf(Math.ceil(row.length / count), row);
}

function inRowsOf(width: number, buttons: readonly ShownButton[]): (readonly ShownButton[])[] {
  const starts = Array.from({ length: Math.ceil(buttons.length / width) }, (_, index) => index * width);
  return starts.map((start) => buttons.slice(start, start + width));
}

/** Too much becomes pairs; what does not fit even so is left out before the last button, which leads home. */
function toFit(rows: readonly (readonly ShownButton[])[]): readonly (readonly ShownButton[])[] {
  const buttons = rows.flat();
  if (rows.length <= mostRows && buttons.length <= mostButtons) return rows;
  if (buttons.length <= mostButtons) return inRowsOf(2, buttons);
  return inRowsOf(2, [...buttons.slice(0, mostButtons - 1), ...buttons.slice(-1)]);
}

function keyOf(button: ShownButton, width: number): Key {
  const form = { Columns: width, Rows: 1, Text: plain(button.label), Silent: true } as const;
  switch (button.kind) {
    case 'press':
      return { ...form, ActionType: 'reply', ActionBody: `${tapMark}${button.data}` };
    case 'link':
      return { ...form, ActionType: 'open-url', ActionBody: button.url };
    case 'share_phone':
      // Viber wants some text here, and sends the contact instead of it.
      return { ...form, ActionType: 'share-phone', ActionBody: 'share-phone' };
  }
}

/** Labels may hold HTML there: brackets of ours must not begin any. */
function plain(label: string): string {
  return cutText(label, longestLabel).replaceAll('<', '‹').replaceAll('>', '›');
}
