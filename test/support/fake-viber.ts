import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { type Content, type Key, Refusal, readContent, webhookSchema } from './viber/methods.ts';

/** How a call goes wrong: a status in the answer, a proxy that answers in Viber's place, a connection that is cut. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'http'; readonly status: number; readonly headers?: Record<string, string> }
  | { readonly kind: 'cut' };

/** A call of the REST API as it arrived. */
export interface Call {
  readonly method: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A message of the bot in a person's chat; the welcome has no token. */
export interface BotMessage {
  readonly token: string;
  readonly text: string;
  readonly picture?: string;
  readonly tracking: string;
}

/** A customer with Viber. Doing something resolves with how the webhook answered. */
export interface Person {
  readonly id: string;
  readonly messages: readonly BotMessage[];
  /** The keyboard under the input field: the last one that came. */
  readonly keys: readonly Key[];
  readonly subscribed: boolean;
  /** Opens the chat through a link. Who is not subscribed gets what the webhook answers, and nothing else. */
  open(context?: string): Promise<Response>;
  say(text: string): Promise<Response>;
  /** Taps the key with this label. */
  tap(label: string): Promise<Response>;
  /** Sends a card of the address book: nothing tells whose it is. */
  shareContact(phone: string): Promise<Response>;
  /** Sends a photo, which Viber keeps under an address. */
  sendPhoto(bytes: Uint8Array, caption?: string): Promise<Response>;
  send(message: Readonly<Record<string, unknown>>): Promise<Response>;
  unsubscribe(): Promise<Response>;
  subscribe(): Promise<Response>;
}

/** Where callbacks go. */
type Deliver = (request: Request) => Promise<Response>;

/** Viber's REST API on loopback: it keeps chats, and refuses what the real one refuses. */
export interface FakeViber {
  readonly token: string;
  readonly apiRoot: string;
  readonly calls: readonly Call[];
  readonly account: { webhook: string; eventTypes: readonly string[]; mayBroadcast: boolean };
  /** Callbacks go here, wherever the webhook's address leads; by default they are fetched from it. */
  deliver: Deliver;
  person(id: string, about?: { readonly language?: string; readonly apiVersion?: number }): Person;
  /** Calls of `method` go wrong, `times` times. */
  fault(method: string, fault: Fault, times?: number): void;
  /** Tells what became of a message: as often, as late and in what order a test likes. */
  tell(event: 'delivered' | 'seen' | 'failed', token: string, userId: string): Promise<Response>;
  /** Delivers the last callback once more. */
  again(): Promise<Response>;
  callsOf(method: string): Call['payload'][];
  close(): Promise<void>;
}

const hourMs = 60 * 60_000;
const mostUnanswered = 100;

/** Starts a fake on a free port. `now` counts the hours in which a silent person may be written to. */
export async function startFakeViber(now: () => number = () => Date.now()): Promise<FakeViber> {
  const world = createWorld(now);
  const server = createServer((request, response) => {
    serve(world, request, response).catch((error) =>
      reply(response, { status: -1, status_message: `${error}` }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    token: world.token,
    apiRoot: world.root,
    calls: world.calls,
    account: world.account,
    get deliver() {
      return world.deliver;
    },
    set deliver(deliver) {
      world.deliver = deliver;
    },
    person: (id, about) => createPerson(world, id, about),
    fault: (method, fault, times = 1) =>
      world.faults.set(method, [...(world.faults.get(method) ?? []), ...Array<Fault>(times).fill(fault)]),
    tell(event, token, userId) {
      const about = event === 'failed' ? { desc: 'the app could not show it' } : {};
      return world.push({ event, message_token: `@${token}`, user_id: userId, ...about });
    },
    again: () => world.push(world.last),
    callsOf: (method) => world.calls.filter((call) => call.method === method).map(({ payload }) => payload),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the server knows of a person. */
interface Chat {
  readonly id: string;
  readonly apiVersion: number;
  messages: BotMessage[];
  keys: readonly Key[];
  subscribed: boolean;
  /** When messages came that the person has not answered. */
  unanswered: number[];
}

/** A callback before it is signed; "@123" is a number too long for JavaScript. */
type Callback = Readonly<Record<string, unknown>>;

interface World {
  readonly token: string;
  readonly calls: Call[];
  readonly faults: Map<string, Fault[]>;
  readonly chats: Map<string, Chat>;
  readonly media: Uint8Array[];
  root: string;
  readonly account: { webhook: string; eventTypes: readonly string[]; mayBroadcast: boolean };
  readonly now: () => number;
  deliver: Deliver;
  last: Callback;
  nextToken(): string;
  push(callback: Callback): Promise<Response>;
}

function createWorld(now: () => number): World {
  // Tokens that are the same number to JavaScript, as real ones are.
  let count = 5_741_311_803_571_721_000n;
  const world: World = {
    token: '4453b6ac1s345678-e02c5f12174805f9-daec9cbb5448c51f',
    ...{ calls: [], faults: new Map(), chats: new Map(), now, media: [], root: '' },
    account: { webhook: 'https://shop.example.com/viber', eventTypes: [], mayBroadcast: true },
    deliver: fetch,
    last: {},
    nextToken() {
      count += 1n;
      return String(count);
    },
    push(callback) {
      const { nextToken, token, account } = world;
      world.last = { message_token: `@${nextToken()}`, timestamp: now(), chat_hostname: 'SN-1', ...callback };
      return world.deliver(signed(account.webhook, token, exactly(world.last)));
    },
  };
  return world;
}

/** JSON in which "@123" is the number 123, however long. */
function exactly(value: unknown): string {
  return JSON.stringify(value).replace(/"@(\d+)"/g, '$1');
}

/** A callback as Viber posts it. */
export function signed(url: string, token: string, body: string): Request {
  const signature = createHmac('sha256', token).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-viber-content-signature': signature };
  return new Request(url, { method: 'POST', body, headers });
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, medium] = /^\/media\/(\d+)\.jpg$/.exec(request.url ?? '') ?? [];
  if (request.method === 'GET') {
    const bytes = world.media[Number(medium ?? -1)];
    return void response.writeHead(bytes ? 200 : 404).end(bytes);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const method = (request.url ?? '').replace(/^\/pa\//, '');
  const payload = JSON.parse(Buffer.concat(chunks).toString()) as Call['payload'];
  world.calls.push({ method, payload });
  const fault = world.faults.get(method)?.shift();
  if (fault?.kind === 'cut') return void response.socket?.destroy();
  if (fault?.kind === 'http') return void response.writeHead(fault.status, fault.headers).end('<html>');
  try {
    if (fault) throw new Refusal(fault.status, 'by order of the test');
    if (request.headers['x-viber-auth-token'] !== world.token) throw new Refusal(2, 'invalidAuthToken');
    reply(response, { status: 0, status_message: 'ok', ...(await answerTo(world, method, payload)) });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    reply(response, { status: error.status, status_message: error.message });
  }
}

function reply(response: ServerResponse, answer: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(exactly(answer));
}

async function answerTo(world: World, method: string, payload: Call['payload']): Promise<object> {
  switch (method) {
    case 'send_message': {
      const token = world.nextToken();
      post(world, z.string().parse(payload.receiver), readContent(payload), token);
      return { message_token: `@${token}` };
    }
    case 'broadcast_message':
      return broadcast(world, payload);
    case 'set_webhook':
      return setWebhook(world, payload);
    case 'get_account_info':
      return {
        ...{ id: 'pa:75346594275468546724', name: 'Svoi', uri: 'svoishop', webhook: world.account.webhook },
        subscribers_count: [...world.chats.values()].filter(({ subscribed }) => subscribed).length,
      };
    default:
      throw new Refusal(3, `no method ${method}`);
  }
}

function post(world: World, id: string, content: Content, token: string): void {
  if (world.account.webhook === '') throw new Refusal(10, 'webhookNotSet');
  const chat = world.chats.get(id);
  if (!chat) throw new Refusal(5, 'receiverNotRegistered');
  if (!chat.subscribed) throw new Refusal(6, 'receiverNotSubscribed');
  if (content.min_api_version > chat.apiVersion) throw new Refusal(13, 'apiVersionNotSupported');
  chat.unanswered = [...chat.unanswered.filter((at) => at > world.now() - hourMs), world.now()];
  if (chat.unanswered.length > mostUnanswered) throw new Refusal(12, 'tooManyRequests');
  show(chat, content, token);
}

function show(chat: Chat, content: Content, token: string): void {
  const picture = content.type === 'picture' ? { picture: content.media } : {};
  chat.messages.push({ token, text: content.text, tracking: content.tracking_data ?? '', ...picture });
  if (content.keyboard) chat.keys = content.keyboard.Buttons;
}

function broadcast(world: World, payload: Call['payload']): object {
  if (!world.account.mayBroadcast) throw new Refusal(20, 'broadcastNotAllowed');
  const parsed = z.array(z.string()).min(1).max(300).safeParse(payload.broadcast_list);
  if (!parsed.success) throw new Refusal(3, 'badData');
  const content = readContent(payload);
  const token = world.nextToken();
  const failed = parsed.data.flatMap((receiver) => {
    try {
      post(world, receiver, content, token);
      return [];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return [{ receiver, status: error.status, status_message: error.message }];
    }
  });
  return { message_token: `@${token}`, failed_list: failed };
}

/** The webhook is called at once: it has to answer before anything counts. */
async function setWebhook(world: World, payload: Call['payload']): Promise<object> {
  const parsed = webhookSchema.safeParse(payload);
  if (!parsed.success) throw new Refusal(3, 'badData');
  const { url, event_types: eventTypes } = parsed.data;
  const before = { ...world.account };
  Object.assign(world.account, { webhook: url, eventTypes });
  const given = await world.push({ event: 'webhook' }).catch(() => undefined);
  if (given?.status === 200) return { event_types: eventTypes };
  Object.assign(world.account, before);
  throw new Refusal(1, 'invalidUrl');
}

function createPerson(
  world: World,
  id: string,
  { language = 'uk-UA', apiVersion = 10 }: { readonly language?: string; readonly apiVersion?: number } = {},
): Person {
  const chat: Chat = world.chats.get(id) ?? {
    ...{ id, apiVersion, messages: [], keys: [], subscribed: false, unanswered: [] },
  };
  world.chats.set(id, chat);
  const about = { id, name: 'Олена', avatar: 'https://viber.example/a.jpg', country: 'UA', language };
  const user = { ...about, api_version: apiVersion };

  function send(message: Readonly<Record<string, unknown>>): Promise<Response> {
    // The first message subscribes, and no event tells of it.
    chat.subscribed = true;
    chat.unanswered = [];
    const tracking = chat.messages.at(-1)?.tracking;
    const tracked = tracking ? { tracking_data: tracking } : {};
    return world.push({ event: 'message', sender: user, message: { ...tracked, ...message }, silent: false });
  }

  async function open(context?: string): Promise<Response> {
    const event = 'conversation_started';
    const carried = context === undefined ? {} : { context };
    const answer = await world.push({ event, type: 'open', user, subscribed: chat.subscribed, ...carried });
    const body = await answer.clone().text();
    if (answer.ok && body.startsWith('{') && !chat.subscribed) show(chat, readContent(JSON.parse(body)), '');
    return answer;
  }

  async function tap(label: string): Promise<Response> {
    const key = chat.keys.find(({ Text }) => Text === label);
    if (!key) throw new Error(`no key ${label}, but: ${chat.keys.map(({ Text }) => Text).join(', ')}`);
    if (key.ActionType === 'share-phone') return shareContact('380501234567');
    // An address is opened, and sent to the bot as well.
    return send({ type: 'text', text: key.ActionBody });
  }

  const shareContact = (phone: string) =>
    send({ type: 'contact', contact: { name: 'Олена', phone_number: phone } });

  return {
    id,
    get messages() {
      return chat.messages;
    },
    get keys() {
      return chat.keys;
    },
    get subscribed() {
      return chat.subscribed;
    },
    ...{ open, tap, send, shareContact },
    say: (text) => send({ type: 'text', text }),
    sendPhoto(bytes, caption) {
      const media = `${world.root}/media/${world.media.push(bytes) - 1}.jpg`;
      const about = { file_name: 'photo.jpg', thumbnail: media };
      return send({ type: 'picture', media, ...about, ...(caption === undefined ? {} : { text: caption }) });
    },
    unsubscribe() {
      chat.subscribed = false;
      return world.push({ event: 'unsubscribed', user_id: id });
    },
    subscribe() {
      chat.subscribed = true;
      return world.push({ event: 'subscribed', user });
    },
  };
}
