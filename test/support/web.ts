import type { Hono } from 'hono';
import { z } from 'zod';
import type { ChatDraft, ChatKey, ChatStore } from '../../bots/web/store.ts';
import type { SeenMessage } from '../contract/channel.ts';

/** What a person sees in a chat of ours: our messages, each edit in the place of what it replaced. */
export async function seenIn(store: ChatStore, key: ChatKey): Promise<SeenMessage[]> {
  const places = new Map<number, ChatDraft>();
  for (const message of await store.latest(key, 1000)) {
    if (message.direction === 'out') places.set(message.replaces ?? message.position, message);
  }
  return [...places]
    .sort(([left], [right]) => left - right)
    .map(([place, { text, picture, buttons = [] }]) => ({
      id: String(place),
      text,
      picture: picture !== undefined,
      buttons: buttons.flat().map((button) => button.label),
    }));
}

/** Sends JSON to an app as one of its own pages does. */
export function sendJson(app: Hono, path: string, body: unknown, method = 'POST'): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', host: 'localhost' };
  return Promise.resolve(app.request(path, { method, headers, body: JSON.stringify(body) }));
}

const opened = z.object({ token: z.string() });

/** Opens a site chat, as a visitor or as whom the session vouches for, and returns its token. */
export async function openChat(app: Hono, session?: string): Promise<string> {
  const response = await sendJson(app, '/chat', session === undefined ? {} : { session });
  return opened.parse(await response.json()).token;
}

/** One server-sent event as a browser reads it. */
export interface ReceivedEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** A page that listens: `next` resolves with the next event, `comments` counts signs of life. */
export interface EventReader {
  next(): Promise<ReceivedEvent>;
  /** Resolves when the server sent a comment. */
  comment(): Promise<string>;
  close(): Promise<void>;
}

/** Reads the stream of a response. */
export function readEvents(response: Response): EventReader {
  if (!response.body) throw new Error('the response has no body');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  const blocks: string[] = [];

  async function block(wanted: (text: string) => boolean): Promise<string> {
    for (;;) {
      const index = blocks.findIndex(wanted);
      if (index >= 0) return blocks.splice(index, 1)[0] ?? '';
      const { value, done } = await reader.read();
      if (done) throw new Error('the stream has ended');
      const parts = (buffer + value).split('\n\n');
      buffer = parts.pop() ?? '';
      blocks.push(...parts);
    }
  }

  const field = (text: string, name: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return {
    async next() {
      const text = await block((candidate) => candidate.includes('data: '));
      const data: unknown = JSON.parse(field(text, 'data') ?? 'null');
      return { event: field(text, 'event') ?? 'message', id: field(text, 'id'), data };
    },
    comment: () => block((candidate) => candidate.startsWith(':')),
    close: () => reader.cancel(),
  };
}
