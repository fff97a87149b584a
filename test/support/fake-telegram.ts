import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BotMessage, type Chat, createChat } from './telegram/chat.ts';
import { createFiles, type Files } from './telegram/files.ts';
import { type Method, methods, type Payload, parseBody, parsePayload, Refusal } from './telegram/methods.ts';
import { createUpdates, type Updates } from './telegram/updates.ts';

export type { BotMessage } from './telegram/chat.ts';

/** How a call goes wrong. `cut` drops the connection before anything happened, `cut_after` when it had happened. */
export type Fault =
  | { readonly kind: 'slow_down'; readonly seconds: number }
  | { readonly kind: 'status'; readonly status: number; readonly description?: string }
  | { readonly kind: 'cut' }
  | { readonly kind: 'cut_after' };

/** A call of the Bot API as it arrived. */
export interface Call {
  readonly method: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Calls that arrived and wait for their answer. */
export interface Hold {
  /** Resolves when the next held call has arrived. */
  arrived(): Promise<Call>;
  /** Answers all held calls and holds no more. */
  release(): void;
}

/** A customer with Telegram. Doing something resolves once a webhook (if set) has answered. */
export interface Person {
  readonly chat: Chat;
  start(context?: string): Promise<number | undefined>;
  say(text: string): Promise<number | undefined>;
  /** Taps a button under a message of the bot, or a key under the input field, by its label. */
  tap(label: string | RegExp): Promise<number | undefined>;
  /** Shares a contact from the address book; one's own by default. */
  shareContact(phone: string, userId?: number | null): Promise<number | undefined>;
  /** Sends a photo, which comes in two sizes, the smaller one first. */
  sendPhoto(bytes: Uint8Array, caption?: string): Promise<number | undefined>;
  /** Sends a file as it is. */
  sendFile(bytes: Uint8Array, type: string): Promise<number | undefined>;
  send(content: Readonly<Record<string, unknown>>): Promise<number | undefined>;
  block(): Promise<number | undefined>;
  unblock(): Promise<number | undefined>;
  /** Resolves with the bot's newest message that matches, now or when it comes. */
  sees(text: string | RegExp): Promise<BotMessage>;
}

/** A Bot API server on loopback that keeps chats, and refuses what the real one refuses. */
export interface FakeTelegram {
  readonly token: string;
  readonly apiRoot: string;
  readonly calls: readonly Call[];
  readonly updates: Updates;
  /** The person with this id, who has a chat with the bot from now on. */
  person(id: number, options?: { readonly language?: string; readonly phone?: string }): Person;
  /** Calls of `method` go wrong, `times` times. */
  fault(method: Method, fault: Fault, times?: number): void;
  /** Calls of `method` wait before anything happens, until released. */
  hold(method: Method): Hold;
  /** Resolves when `look` finds something, looking whenever a call arrives or is done; fails after a while, with `missing` as the reason. */
  until<Value>(look: () => Value | undefined | false, missing?: () => string): Promise<Value>;
  callsOf<Name extends Method>(method: Name): Payload<Name>[];
  close(): Promise<void>;
}

const patienceMs = 20_000;

/** Starts a fake Bot API server on a free port. */
export async function startFakeTelegram(
  options: { readonly firstUpdateId?: number } = {},
): Promise<FakeTelegram> {
  const token = '123456789:AAfake-token-of-thirty-five-letters';
  const calls: Call[] = [];
  const faults = new Map<string, Fault[]>();
  const holds = new Map<string, HeldCalls>();
  const happened = new EventEmitter().setMaxListeners(0);
  const world = createWorld(createUpdates(options.firstUpdateId ?? 7001));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, path] = /^\/file\/bot[^/]+\/(.+)$/.exec(request.url ?? '') ?? [];
    if (path !== undefined) {
      const bytes = request.url?.startsWith(`/file/bot${token}/`) ? world.files.read(path) : undefined;
      return void response.writeHead(bytes ? 200 : 404).end(bytes);
    }
    const [, given, name = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
    const body = await bodyOf(request);
    if (given !== token) return reply(response, new Refusal(401, 'Unauthorized'));
    if (!isMethod(name)) return reply(response, new Refusal(404, 'Not Found: method not found'));
    const payload = parseBody(request.headers['content-type'] ?? '', body) as Call['payload'];
    const call = { method: name, payload };
    calls.push(call);
    happened.emit('call');
    await holds.get(name)?.add(call);
    const fault = faults.get(name)?.shift();
    if (fault?.kind === 'cut') return cut(response);
    const result =
      fault && fault.kind !== 'cut_after' ? refusalOf(fault) : await attempt(world, name, payload);
    happened.emit('call');
    if (fault?.kind === 'cut_after') return cut(response);
    reply(response, result);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => reply(response, new Refusal(500, String(error))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const until: FakeTelegram['until'] = async (look, missing = () => 'what was waited for did not happen') => {
    const signal = AbortSignal.timeout(patienceMs);
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      await once(happened, 'call', { signal }).catch(() => {
        throw new Error(missing());
      });
    }
  };
  return {
    token,
    apiRoot: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    updates: world.updates,
    person: (id, about = {}) => createPerson(id, world, until, about),
    fault: (method, fault, times = 1) =>
      faults.set(method, [...(faults.get(method) ?? []), ...Array<Fault>(times).fill(fault)]),
    hold(method) {
      const held = createHeldCalls(() => holds.delete(method));
      holds.set(method, held);
      return held;
    },
    until,
    callsOf: <Name extends Method>(method: Name) =>
      calls.filter((call) => call.method === method).map(({ payload }) => parsePayload(method, payload)),
    async close() {
      for (const held of [...holds.values()]) held.release();
      world.updates.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isMethod(name: string): name is Method {
  return name in methods;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function cut(response: ServerResponse): void {
  response.socket?.destroy();
}

function refusalOf(fault: Exclude<Fault, { kind: 'cut' | 'cut_after' }>): Refusal {
  if (fault.kind === 'status') return new Refusal(fault.status, fault.description ?? 'Internal Server Error');
  const description = `Too Many Requests: retry after ${fault.seconds}`;
  return new Refusal(429, description, { retry_after: fault.seconds });
}

function reply(response: ServerResponse, result: unknown): void {
  if (response.destroyed) return;
  const refused = result instanceof Refusal;
  response.writeHead(refused ? result.code : 200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(
      refused
        ? { ok: false, error_code: result.code, description: result.message, parameters: result.parameters }
        : { ok: true, result },
    ),
  );
}

interface HeldCalls extends Hold {
  add(call: Call): Promise<void>;
}

function createHeldCalls(onRelease: () => void): HeldCalls {
  const waiting: (() => void)[] = [];
  const arrivals: Call[] = [];
  const watchers: ((call: Call) => void)[] = [];
  return {
    add(call) {
      const watcher = watchers.shift();
      if (watcher) watcher(call);
      else arrivals.push(call);
      return new Promise((resolve) => waiting.push(resolve));
    },
    arrived() {
      const call = arrivals.shift();
      return call ? Promise.resolve(call) : new Promise((resolve) => watchers.push(resolve));
    },
    release() {
      onRelease();
      for (const go of waiting.splice(0)) go();
    },
  };
}

/** Everything the server knows. */
interface World {
  readonly updates: Updates;
  readonly chats: Map<number, Chat>;
  readonly queries: Set<string>;
  readonly files: Files;
  nextId(): number;
}

function createWorld(updates: Updates): World {
  let last = 100;
  return {
    updates,
    chats: new Map(),
    queries: new Set(),
    files: createFiles(),
    nextId: () => {
      last += 1;
      return last;
    },
  };
}

/** Answers a call; a refusal is an answer too. */
async function attempt(world: World, method: Method, payload: unknown): Promise<unknown> {
  try {
    return await handlers[method](world, parsePayload(method, payload) as never);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

const handlers: { readonly [Name in Method]: (world: World, payload: Payload<Name>) => unknown } = {
  getMe: () => ({ id: 123456789, is_bot: true, first_name: 'Svoi', username: 'svoi_bot' }),
  getWebhookInfo: ({ updates }) => ({
    url: updates.webhook?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: updates.pending.length,
  }),
  async getUpdates({ updates }, { offset = 0, timeout = 0 }) {
    if (updates.webhook) {
      const hint = "can't use getUpdates method while webhook is active; use deleteWebhook first";
      throw new Refusal(409, `Conflict: ${hint}`);
    }
    const result = await updates.poll(offset, timeout);
    if (result !== 'conflict') return result;
    throw new Refusal(409, 'Conflict: terminated by other getUpdates request');
  },
  setWebhook({ updates }, webhook) {
    updates.webhook = webhook;
    return true;
  },
  deleteWebhook({ updates }) {
    updates.webhook = undefined;
    return true;
  },
  getFile: ({ files }, { file_id: id }) => files.find(id),
  sendMessage: (world, { chat_id, text, reply_markup: markup }) =>
    shown(openChat(world, chat_id).post({ text, markup }), chat_id),
  sendPhoto: (world, { chat_id, photo: picture, caption: text = '', reply_markup: markup }) =>
    shown(openChat(world, chat_id).post({ text, picture, markup }), chat_id),
  editMessageText: (world, { chat_id, message_id: id, text, reply_markup: markup }) =>
    shown(openChat(world, chat_id).edit(id, { text, markup }, 'text'), chat_id),
  editMessageMedia(world, { chat_id, message_id: id, media, reply_markup: markup }) {
    const content = { text: media.caption ?? '', picture: media.media, markup };
    return shown(openChat(world, chat_id).edit(id, content, 'media'), chat_id);
  },
  editMessageReplyMarkup: (world, { chat_id, message_id: id, reply_markup: markup }) =>
    shown(openChat(world, chat_id).edit(id, { text: '', markup }, 'markup'), chat_id),
  deleteMessage(world, { chat_id, message_id }) {
    openChat(world, chat_id).remove(message_id);
    return true;
  },
  answerCallbackQuery({ queries }, { callback_query_id: id }) {
    const hint = 'query is too old and response timeout expired or query ID is invalid';
    if (!queries.delete(id)) throw new Refusal(400, `Bad Request: ${hint}`);
    return true;
  },
  setMyCommands: () => true,
  setMyDescription: () => true,
  setMyShortDescription: () => true,
  setChatMenuButton: () => true,
};

function openChat({ chats }: World, id: number): Chat {
  const chat = chats.get(id);
  if (!chat) throw new Refusal(400, 'Bad Request: chat not found');
  if (chat.blocked) throw new Refusal(403, 'Forbidden: bot was blocked by the user');
  return chat;
}

function shown({ id, text, picture }: BotMessage, chatId: number) {
  const content = picture ? { caption: text, photo: [] } : { text };
  return { message_id: id, date: 0, chat: { id: chatId, type: 'private' }, ...content };
}

function createPerson(
  id: number,
  world: World,
  until: FakeTelegram['until'],
  { language = 'uk', phone = '+380501234567' }: { readonly language?: string; readonly phone?: string },
): Person {
  const chat = world.chats.get(id) ?? createChat(id, world.nextId);
  world.chats.set(id, chat);
  const from = { id, is_bot: false, first_name: 'Olena', language_code: language };
  const home = { id, type: 'private', first_name: 'Olena' };
  const send = (content: Readonly<Record<string, unknown>>) => {
    const message = { message_id: world.nextId(), date: 0, from, chat: home, ...content };
    return world.updates.push({ message });
  };
  const become = (status: 'kicked' | 'member') => {
    chat.blocked = status === 'kicked';
    return world.updates.push({ my_chat_member: { chat: home, from, date: 0, new_chat_member: { status } } });
  };
  const shareContact = (number: string, userId: number | null = id) => {
    const owner = userId === null ? {} : { user_id: userId };
    return send({ contact: { phone_number: number, first_name: 'Olena', ...owner } });
  };

  function tap(label: string | RegExp): Promise<number | undefined> {
    const button = findButton(chat, label);
    if (button) return press(button.message, button.data);
    const key = chat.keys.flat().find(({ text }) => matches(text, label));
    if (!key) throw new Error(`no button ${label} in the chat: ${labelsOf(chat).join(', ')}`);
    chat.hideKeys();
    return key.request_contact ? shareContact(phone) : send({ text: key.text });
  }

  function press(message: BotMessage, data: string): Promise<number | undefined> {
    const query = String(world.nextId());
    world.queries.add(query);
    const on = { message_id: message.id, date: 0, chat: home };
    return world.updates.push({ callback_query: { id: query, from, message: on, chat_instance: '1', data } });
  }

  return {
    chat,
    start: (context) => send({ text: context ? `/start ${context}` : '/start' }),
    say: (text) => send({ text }),
    tap: async (label) => tap(label),
    shareContact,
    sendPhoto(bytes, caption) {
      const small = { ...world.files.keep(bytes.subarray(0, 20), 'thumbnails'), width: 90, height: 60 };
      const large = { ...world.files.keep(bytes, 'photos'), width: 1280, height: 853 };
      return send({ photo: [small, large], ...(caption === undefined ? {} : { caption }) });
    },
    sendFile: (bytes, type) =>
      send({ document: { ...world.files.keep(bytes, 'documents'), file_name: 'file', mime_type: type } }),
    send,
    block: () => become('kicked'),
    unblock: () => become('member'),
    sees: (text) =>
      until(
        () => chat.messages.findLast((message) => matches(message.text, text)),
        () => `${text} was not seen, but: ${JSON.stringify(chat.messages.map((message) => message.text))}`,
      ),
  };
}

function findButton(chat: Chat, label: string | RegExp) {
  for (const message of [...chat.messages].reverse()) {
    const found = message.buttons.flat().find(({ text }) => matches(text, label));
    if (found?.callback_data) return { message, data: found.callback_data };
  }
  return undefined;
}

function labelsOf(chat: Chat): string[] {
  const buttons = chat.messages.flatMap(({ buttons }) => buttons.flat().map(({ text }) => text));
  return [...buttons, ...chat.keys.flat().map(({ text }) => text)];
}

function matches(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}
