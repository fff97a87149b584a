import { type InlineButton, type Key, type Markup, Refusal } from './methods.ts';

/** A message of the bot as it stands in a chat now. */
export interface BotMessage {
  readonly id: number;
  readonly text: string;
  readonly picture?: Uint8Array;
  readonly buttons: readonly (readonly InlineButton[])[];
  /** It came with keys under the input field (or took them away): Telegram lets nobody edit it. */
  readonly fixed: boolean;
  readonly edits: number;
}

/** What a message says, new or edited. */
export interface Content {
  readonly text: string;
  readonly picture?: Uint8Array;
  readonly markup?: Markup | undefined;
}

/** One private chat as the person's app shows it. */
export interface Chat {
  readonly id: number;
  /** The bot's messages, oldest first. */
  readonly messages: readonly BotMessage[];
  /** Keys under the input field. */
  readonly keys: readonly (readonly Key[])[];
  blocked: boolean;
  post(content: Content): BotMessage;
  edit(id: number, content: Content, kind: 'text' | 'media' | 'markup'): BotMessage;
  remove(id: number): void;
  hideKeys(): void;
}

/** A chat with nothing in it. `nextId` numbers messages. */
export function createChat(id: number, nextId: () => number): Chat {
  let messages: BotMessage[] = [];
  let keys: readonly (readonly Key[])[] = [];

  function find(messageId: number, what: string): BotMessage {
    const message = messages.find((one) => one.id === messageId);
    if (!message) throw new Refusal(400, `Bad Request: message to ${what} not found`);
    return message;
  }

  return {
    id,
    blocked: false,
    get messages() {
      return messages;
    },
    get keys() {
      return keys;
    },
    post({ text, picture, markup }) {
      if (markup && 'keyboard' in markup) keys = markup.keyboard;
      if (markup && 'remove_keyboard' in markup) keys = [];
      const fixed = markup !== undefined && !('inline_keyboard' in markup);
      const message = { id: nextId(), text, ...(picture ? { picture } : {}), buttons: inlineOf(markup) };
      messages = [...messages, { ...message, fixed, edits: 0 }];
      return messages[messages.length - 1] as BotMessage;
    },
    edit(messageId, content, kind) {
      const old = find(messageId, 'edit');
      if (old.fixed) throw new Refusal(400, "Bad Request: message can't be edited");
      if (kind === 'text' && old.picture)
        throw new Refusal(400, 'Bad Request: there is no text in the message to edit');
      const edited = { ...old, ...contentOf(content, kind, old), edits: old.edits + 1 };
      if (sameContent(old, edited)) throw new Refusal(400, notModified);
      messages = messages.map((one) => (one.id === messageId ? edited : one));
      return edited;
    },
    remove(messageId) {
      find(messageId, 'delete');
      messages = messages.filter((one) => one.id !== messageId);
    },
    hideKeys() {
      keys = [];
    },
  };
}

const notModified =
  'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message';

function contentOf({ text, picture, markup }: Content, kind: string, old: BotMessage) {
  const buttons = inlineOf(markup);
  if (kind === 'markup') return { text: old.text, buttons };
  return { text, buttons, ...(picture ? { picture } : {}) };
}

function inlineOf(markup: Markup | undefined): readonly (readonly InlineButton[])[] {
  return markup && 'inline_keyboard' in markup ? markup.inline_keyboard : [];
}

function sameContent(left: BotMessage, right: BotMessage): boolean {
  const bare = ({ text, buttons, picture }: BotMessage) =>
    JSON.stringify([text, buttons, picture && Buffer.from(picture).toString('base64')]);
  return bare(left) === bare(right);
}
