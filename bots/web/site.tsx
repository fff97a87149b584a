import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { locales } from '../../core/customers/types.ts';
import type { IncomingEvent } from '../../core/dialogs/types.ts';
import type { Clock } from '../../core/ports.ts';
import type { Channel, EventHandler } from '../channel.ts';
import { type Bus, chatTopic } from './bus.ts';
import { createStoredChannel, webAbilities } from './channel.ts';
import { chatWords, FramePage } from './frame.tsx';
import { type FileReader, fileAnswer, jsonOf, pageAnswer, problem, sameOriginOnly } from './http.ts';
import { createRateLimit } from './limit.ts';
import { eventId, saidOf, saidSchemas } from './said.ts';
import type { ChatStore } from './store.ts';
import { streamEvents } from './stream.ts';
import {
  type ChatAccess,
  chatOfPhone,
  chatOfVisitor,
  createChatToken,
  isSiteChat,
  readChatToken,
  readSessionToken,
} from './tokens.ts';

/** What the site chat is made of. */
export interface SiteChatParts {
  readonly handle: EventHandler;
  readonly store: ChatStore;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly readFile: FileReader;
  /** Signs chats and sessions: see `chatSecret`. */
  readonly secret: string;
  /** Origins of pages that may embed the chat, like `https://shop.example`; every page when left out. */
  readonly embedders?: readonly string[];
  /** Default 15 seconds: shorter than proxies cut silent connections. */
  readonly heartbeatMs?: number;
}

const { start, text, press } = saidSchemas;

const openBody = z.strictObject({
  session: z.string().max(2000).optional(),
  /** The visitor's chat of last time: it is opened again, if it is one. */
  token: z.string().max(2000).optional(),
});

const eventBody = z.strictObject({
  id: eventId,
  said: z.discriminatedUnion('kind', [start, text, press]),
  language: z.enum(locales).optional(),
  session: z.string().max(2000).optional(),
});

/** A burst of a hasty person, then one a second: nobody types faster for long. */
const allowance = { burst: 20, perSecond: 1 };
const shownAtFirst = 200;
const readAtOnce = 100;

/**
 * The site chat: the channel `web`, and the doors of its widget. `/chat.js` is what a shop embeds; it opens
 * `/chat/frame`, which gets itself a chat by `POST /chat` and talks through `/chat/{token}/…`.
 */
export function createSiteChat(parts: SiteChatParts): { readonly app: Hono; readonly channel: Channel } {
  const { store, bus, clock, readFile } = parts;
  const channel = createStoredChannel({
    ...{ store, bus, clock },
    name: 'web',
    abilities: webAbilities,
    isChat: ({ chat }) => isSiteChat(chat),
  });
  const app = new Hono();
  const tooLarge = (c: Context) => problem(c, 413, 'too_large', 'a message has at most 16 KiB');
  app.use('/chat', sameOriginOnly, bodyLimit({ maxSize: 16_384, onError: tooLarge }));
  app.use('/chat/*', sameOriginOnly, bodyLimit({ maxSize: 16_384, onError: tooLarge }));
  app.get('/chat.js', async (c) => {
    c.header('cross-origin-resource-policy', 'cross-origin');
    return fileAnswer(c, readFile, 'chat.js');
  });
  app.get('/chat/files/:name', (c) => fileAnswer(c, readFile, c.req.param('name')));
  // Browsers ask for it on every page of ours that names no icon.
  app.get('/favicon.ico', (c) => fileAnswer(c, readFile, 'icon.svg'));
  app.get('/chat/frame', (c) => {
    const locale = z.enum(locales).catch('uk').parse(c.req.query('locale'));
    const ancestors = parts.embedders ? ["'self'", ...parts.embedders].join(' ') : '*';
    return pageAnswer(c, <FramePage locale={locale} words={chatWords(locale)} />, ancestors);
  });
  app.post('/chat', (c) => openChat(c, parts));
  app.get('/chat/:token/stream', (c) => streamChat(c, parts));
  const limit = createRateLimit(allowance, clock);
  app.post('/chat/:token/events', (c) => takeEvent(c, parts, limit.wait));
  return { app, channel };
}

async function openChat(c: Context, { secret, clock }: SiteChatParts): Promise<Response> {
  const body = openBody.safeParse(await jsonOf(c));
  if (!body.success) return invalid(c, body.error);
  const { session, token } = body.data;
  if (session === undefined) {
    const before = token === undefined ? undefined : await readChatToken(secret, token, clock.now());
    if (before?.ok) return c.json({ token }, 200);
    return c.json({ token: await createChatToken(secret, { chat: chatOfVisitor() }) }, 201);
  }
  const read = await readSessionToken(secret, session, clock.now());
  if (!read.ok) return problem(c, 401, read.refusal.code, read.refusal.detail);
  const { phone, expiresAt } = read.result;
  const access = { chat: await chatOfPhone(secret, phone), expiresAt };
  return c.json({ token: await createChatToken(secret, access) }, 201);
}

async function streamChat(c: Context, parts: SiteChatParts): Promise<Response> {
  const access = await accessOf(c, parts);
  if (access instanceof Response) return access;
  const { store, bus, heartbeatMs = 15_000 } = parts;
  const key = { channel: 'web', chat: access.chat } as const;
  const topic = chatTopic(key);
  let position = lastEventId(c);
  const read = async () => {
    const fresh = position === undefined;
    const messages = fresh ? await store.latest(key, shownAtFirst) : await readOn(store, key, position ?? 0);
    position = messages.at(-1)?.position ?? position ?? 0;
    const events = messages.map((data) => ({ event: 'message', id: String(data.position), data }));
    // An empty chat has to be told apart from one that is still being read: the page then says "start".
    return fresh ? [...events, { event: 'ready', data: { empty: messages.length === 0 } }] : events;
  };
  return streamEvents(c, { bus, wants: (heard) => heard === topic, read, heartbeatMs });
}

/** Everything behind `position`, however long the client was away. */
async function readOn(store: ChatStore, key: Parameters<ChatStore['after']>[0], position: number) {
  const all = [];
  for (let from = position; ; ) {
    const messages = await store.after(key, from, readAtOnce);
    all.push(...messages);
    const last = messages.at(-1);
    if (!last || messages.length < readAtOnce) return all;
    from = last.position;
  }
}

async function takeEvent(c: Context, parts: SiteChatParts, wait: (key: string) => number): Promise<Response> {
  const access = await accessOf(c, parts);
  if (access instanceof Response) return access;
  const body = eventBody.safeParse(await jsonOf(c));
  if (!body.success) return invalid(c, body.error);
  const phone = await provenPhone(parts, access, body.data.session);
  if (phone === false) return problem(c, 401, 'token_invalid', 'the session is not of this chat, or expired');
  const seconds = wait(access.chat);
  if (seconds > 0) {
    c.header('Retry-After', String(seconds));
    return problem(c, 429, 'too_many_requests', `wait ${seconds} s`);
  }
  const { id, language } = body.data;
  await deliver(parts, {
    id: `${access.chat}:${id}`,
    channel: 'web',
    address: access.chat,
    said: saidOf(body.data.said),
    ...(phone ? { provenPhone: phone } : {}),
    ...(language ? { language } : {}),
  });
  return c.body(null, 204);
}

/** What the person wrote stands in the chat before it is answered, also when answering fails and is repeated. */
async function deliver({ store, bus, clock, handle }: SiteChatParts, event: IncomingEvent): Promise<void> {
  const { id, said: what } = event;
  if (what.kind === 'text') {
    const key = { channel: event.channel, chat: event.address };
    await store.append(key, { id, direction: 'in', at: clock.now(), text: what.text });
    bus.publish(chatTopic(key));
  }
  await handle(event);
}

/** The phone a session vouches for; undefined without a session, false for one that does not fit the chat. */
async function provenPhone(
  { secret, clock }: SiteChatParts,
  access: ChatAccess,
  session: string | undefined,
): Promise<string | undefined | false> {
  if (session === undefined) return undefined;
  const read = await readSessionToken(secret, session, clock.now());
  if (!read.ok) return false;
  const { phone } = read.result;
  return (await chatOfPhone(secret, phone)) === access.chat ? phone : false;
}

async function accessOf(c: Context, { secret, clock }: SiteChatParts): Promise<ChatAccess | Response> {
  const read = await readChatToken(secret, c.req.param('token') ?? '', clock.now());
  if (read.ok) return read.result;
  const status = read.refusal.code === 'token_expired' ? 401 : 404;
  return problem(c, status, read.refusal.code, read.refusal.detail);
}

function lastEventId(c: Context): number | undefined {
  const given = c.req.header('last-event-id');
  return given !== undefined && /^\d{1,15}$/.test(given) ? Number(given) : undefined;
}

function invalid(c: Context, error: z.ZodError): Response {
  const [issue] = error.issues;
  return problem(
    c,
    422,
    'invalid_request',
    `/${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'invalid'}`,
  );
}
