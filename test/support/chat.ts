import type { ChannelName, Locale } from '../../core/customers/types.ts';
import type { IncomingEvent, Said } from '../../core/dialogs/types.ts';
import type { Button, Reply, Words } from '../../core/messaging/types.ts';
import { readRow, readRows } from '../../db/database.ts';
import { createTranslator } from '../../locales/translator.ts';
import type { Svoi } from '../../svoi.ts';

const translator = createTranslator();

/** A message as the person reads it: paragraphs, then the labels of the buttons, one row a line. */
export interface Heard {
  readonly text: string;
  readonly buttons: readonly string[];
  readonly reply: Reply;
  readonly replaces: string | null;
  readonly category: string;
}

/** A person at a phone: says things in one chat, and hears what the outbox holds for it. */
export interface TestChat {
  /** Types a text. */
  say(text: string): Promise<Heard[]>;
  /** Types a text as the answer to our message that the channel calls `replyTo`. */
  answer(text: string, replyTo: string): Promise<Heard[]>;
  /** Taps the button with this label on the newest message that has it. */
  tap(label: string): Promise<Heard[]>;
  /** Sends a tap as the messenger would, whatever is on the screen. */
  press(data: string, messageId?: string): Promise<Heard[]>;
  start(context?: string): Promise<Heard[]>;
  contact(phone: string, own?: boolean): Promise<Heard[]>;
  /** Anything that can happen in a chat. */
  send(said: Said): Promise<Heard[]>;
  /** The very same delivery as last time. */
  sendAgain(): Promise<Heard[]>;
  /** Messages that came since the last look. */
  hear(): Promise<Heard[]>;
  locale(): Promise<Locale>;
}

export interface TestChatOptions {
  readonly channel?: ChannelName;
  readonly address?: string;
  readonly language?: string;
  readonly provenPhone?: string;
}

/** Opens a chat with `svoi`. Spaces that do not break become plain ones, so that tests can be written by hand. */
export function testChat(svoi: Svoi, options: TestChatOptions = {}): TestChat {
  const { channel = 'telegram', address = '100', language = 'uk', provenPhone } = options;
  let events = 0;
  let last: IncomingEvent | undefined;
  let seen = '';
  let onScreen: Heard[] = [];

  async function hear(): Promise<Heard[]> {
    const rows = await readRows(
      svoi.database,
      `select m.*, a.locale from messages m join addresses a on a.id = m.address_id
       where a.channel = ? and a.external_id = ? and m.id > ? order by m.id`,
      channel,
      address,
      seen,
    );
    seen = String(rows.at(-1)?.id ?? seen);
    const heard = rows.map((row) => heardFrom(row, svoi));
    onScreen = [...heard.toReversed(), ...onScreen];
    return heard;
  }

  async function send(said: Said, replyTo?: string): Promise<Heard[]> {
    events += 1;
    const id = `${address}-${events}`;
    last = {
      ...{ id, channel, address, said, language },
      ...(provenPhone ? { provenPhone } : {}),
      ...(replyTo === undefined ? {} : { replyTo }),
    };
    await svoi.handleEvent(last);
    return hear();
  }

  return {
    send: (said) => send(said),
    hear,
    say: (text) => send({ kind: 'text', text }),
    answer: (text, replyTo) => send({ kind: 'text', text }, replyTo),
    press: (data, messageId = 'm1') => send({ kind: 'press', data, messageId }),
    tap(label) {
      const data = onScreen.map((heard) => dataOf(heard, label)).find((found) => found !== undefined);
      if (data === undefined) throw new Error(`no button "${label}" on the screen`);
      return send({ kind: 'press', data, messageId: 'm1' });
    },
    start: (context) => send({ kind: 'start', ...(context === undefined ? {} : { context }) }),
    contact: (phone, own = true) => send({ kind: 'contact', phone, own }),
    async sendAgain() {
      if (last) await svoi.handleEvent(last);
      return hear();
    },
    async locale() {
      const sql = 'select locale from addresses where channel = ? and external_id = ?';
      return String((await readRow(svoi.database, sql, channel, address))?.locale) as Locale;
    },
  };
}

/** A message as its reader sees it, from a row of the outbox with the `locale` of its chat. */
export function heardFrom(row: Readonly<Record<string, string | number | null>>, svoi: Svoi): Heard {
  const reply = JSON.parse(String(row.reply)) as Reply;
  const say = (words: Words) => plain(translator.say(row.locale as Locale, words, svoi.program()));
  const paragraphs = reply.paragraphs.map((one) => ('key' in one ? say(one) : one.map(say).join('\n')));
  return {
    text: paragraphs.join('\n\n'),
    buttons: (reply.buttons ?? []).map((buttons) =>
      buttons.map((button) => labelOf(button, say)).join(' | '),
    ),
    reply,
    replaces: row.replaces === null ? null : String(row.replaces),
    category: String(row.category),
  };
}

function labelOf(button: Button, say: (words: Words) => string): string {
  return say(button.label);
}

function dataOf(heard: Heard, label: string): string | undefined {
  const labels = heard.buttons.flatMap((row) => row.split(' | '));
  const buttons = (heard.reply.buttons ?? []).flat();
  const button = buttons[labels.indexOf(label)];
  return button?.kind === 'press' ? button.data : undefined;
}

/** A text with every kind of space made a plain one: Intl separates thousands by spaces that do not break. */
export function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, ' ');
}

/**
 * Plays a conversation and checks it, one line a step: `> text` is typed, `>> label` is tapped, `>> contact +380…`
 * shares the own number, `>> start` presses start. Any other line must stand in the answer, as text or as a row of
 * buttons, in this order. Throws with the whole answer where a line is missing.
 */
export async function converse(chat: TestChat, script: string): Promise<void> {
  let heard = '';
  for (const line of script.split('\n').map((raw) => raw.trim())) {
    if (line === '') continue;
    if (line.startsWith('>')) {
      heard = (await act(chat, line)).map(shown).join('\n\n');
      continue;
    }
    const at = heard.indexOf(line);
    if (at < 0) throw new Error(`expected "${line}" next in:\n${heard}`);
    heard = heard.slice(at + line.length);
  }
}

function act(chat: TestChat, line: string): Promise<Heard[]> {
  if (line.startsWith('> ')) return chat.say(line.slice(2));
  const what = line.slice(3);
  if (what === 'start') return chat.start();
  if (what.startsWith('contact ')) return chat.contact(what.slice('contact '.length));
  return chat.tap(what);
}

function shown(heard: Heard): string {
  return [heard.text, ...heard.buttons.map((row) => `[${row.replaceAll(' | ', '] [')}]`)].join('\n');
}
