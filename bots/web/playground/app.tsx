import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { renderSVG } from 'uqr';
import { z } from 'zod';
import { parsePhone } from '../../../core/customers/phone.ts';
import { type Locale, locales } from '../../../core/customers/types.ts';
import type { Said } from '../../../core/dialogs/types.ts';
import type { Program } from '../../../core/program/program.ts';
import type { Channel, EventHandler, ReceiptHandler } from '../../channel.ts';
import type { Render } from '../../render.ts';
import { platformTimers, type Timers } from '../../timers.ts';
import { type Bus, chatTopic } from '../bus.ts';
import { type FileReader, fileAnswer, jsonOf, pageAnswer, problem, sameOriginOnly } from '../http.ts';
import { eventId, saidOf, saidSchemas } from '../said.ts';
import type { ChatStore, ValueStore } from '../store.ts';
import { streamEvents } from '../stream.ts';
import { createSessionToken } from '../tokens.ts';
import { jumps, type PlaygroundClock } from './clock.ts';
import { playgroundFeed } from './feed.ts';
import { createLog, type MessageLog } from './log.ts';
import { createSimulatedChannel, type SimulatedChannel, type SimulatedName } from './messenger.ts';
import { PlaygroundPage } from './page.tsx';
import {
  chatOf,
  isStaff,
  openPhones,
  type Phone,
  type PhoneChange,
  type Phones,
  type StaffPhone,
} from './phones.ts';
import { createPhotos, mostPhotoRequest, type Photos, photoBody, shownPhoto } from './photos.ts';
import { SitePage } from './site_page.tsx';
import { type Api, actionSchema, createTill, type Till } from './till.ts';

/** What the playground is made of: all of it real, but the messengers. */
export interface PlaygroundParts {
  readonly handle: EventHandler;
  readonly receipts: ReceiptHandler;
  /** How many SMS a text goes as. */
  segments(text: string): number;
  readonly timers?: Timers;
  readonly store: ChatStore;
  readonly values: ValueStore;
  readonly bus: Bus;
  readonly clock: PlaygroundClock;
  readonly messageLog: MessageLog;
  /** How replies become words, for the log. */
  readonly render: Render;
  readonly readFile: FileReader;
  /** The HTTP API, and a key of the made-up shop. */
  readonly api: Api;
  readonly shopKey: string;
  /** Signs the site chat's sessions: see `chatSecret`. */
  readonly chatSecret: string;
  /** A one-time token that gives the person at a phone the phone's role; undefined when it was given before. */
  invite(phone: StaffPhone): Promise<string | undefined>;
  program(): Program;
  /** How long it is until noon of the next birthday of who has this number, milliseconds; undefined where it is not known. */
  nextBirthday(number: string): Promise<number | undefined>;
}

/** The playground's page and doors, and the messengers it simulates. */
export interface Playground {
  readonly app: Hono;
  readonly channels: readonly Channel[];
  /** Tells of everything that has arrived on phones by now; it happens by itself a moment after a message was sent. */
  arrive(): Promise<void>;
  /** Nothing arrives by itself any more. */
  close(): void;
  /** A link that a phone's chat shows: the page opens the chat of another phone with it. */
  link(channel: SimulatedName, context: string): string;
}

/** The phone on which a link to a messenger opens. */
const phoneOfLink = { telegram: 'telegram', viber: 'viber', whatsapp: 'text' } as const;

/** How long a message takes to arrive: long enough to be seen on its way. */
const arrivesAfterMs = 600;
/** What fails is tried again ever later, up to this. */
const longestPauseMs = 60_000;

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Without this, a foreign name that resolves to 127.0.0.1 would make its page same-origin with ours. */
const loopbackOnly = createMiddleware(async (c, next) => {
  const host = c.req.header('host') ?? new URL(c.req.url).host;
  if (loopback.test(host)) return next();
  return problem(c, 421, 'not_loopback', 'the playground answers only at localhost or 127.0.0.1');
});

const tooLarge = (c: Context) => problem(c, 413, 'too_large', 'at most 64 KiB, and 1 MiB of a photo');
const usualLimit = bodyLimit({ maxSize: 65_536, onError: tooLarge });
const photoLimit = bodyLimit({ maxSize: mostPhotoRequest, onError: tooLarge });

const sizeLimit = createMiddleware((c, next) =>
  (c.req.path.endsWith('/photos') ? photoLimit : usualLimit)(c, next),
);

const { start, text, press } = saidSchemas;

const eventBody = z.strictObject({
  id: eventId,
  language: z.enum(locales),
  said: z.discriminatedUnion('kind', [
    start,
    text,
    press,
    /** Shares a contact: the phone's own number, or somebody else's. */
    z.strictObject({ kind: z.literal('share'), phone: z.string().max(30).optional() }),
    /** Opens the one-time link that lets the person behind the counter. */
    z.strictObject({ kind: z.literal('join_staff') }),
  ]),
});

const changeBody = z.strictObject({
  id: eventId,
  number: z.string().trim().min(3).max(30).optional(),
  blocked: z.boolean().optional(),
  offline: z.boolean().optional(),
});

/** Opens the playground over what is in the database. */
export async function createPlayground(parts: PlaygroundParts): Promise<Playground> {
  const phones = await openPhones(parts.values);
  const { timers = platformTimers } = parts;
  const photos = createPhotos();
  const channels = simulatedNames.map((name) => createSimulatedChannel({ ...parts, name, phones, photos }));
  const messengers: Messengers = {
    arrive: async () => {
      for (const channel of channels) await channel.arrive();
    },
    look: async (phone) => channels.find(({ name }) => name === phone.channel)?.look(phone),
  };
  const till = createTill(
    parts,
    () => parts.program().country,
    () => phones.find('manager')?.number,
  );
  const app = new Hono();
  for (const path of ['/', '/playground/*']) app.use(path, loopbackOnly, sameOriginOnly, sizeLimit);
  addPages(app, parts, phones);
  addPhones(app, parts, phones, messengers);
  addPhotos(app, parts, phones, messengers, photos);
  addTill(app, till);
  app.post('/playground/clock', (c) => jump(c, parts, phones));
  const soon = createSoon(timers);
  const sent = channels.map((channel) => arriving(channel, soon.run));
  return {
    app,
    channels: sent,
    arrive: messengers.arrive,
    close: soon.stop,
    link: (channel, context) => `/playground/open/${linkTo(channel)}/${context}`,
  };
}

const simulatedNames = ['telegram', 'viber', 'whatsapp', 'sms'] as const satisfies readonly SimulatedName[];

function linkTo(channel: SimulatedName): string {
  return channel === 'sms' ? 'sms' : phoneOfLink[channel];
}

/** What happens on phones by itself. */
interface Messengers {
  arrive(): Promise<void>;
  look(phone: Phone): Promise<void>;
}

/** Does things a moment from now, and again where they fail, until it is stopped. */
interface Soon {
  run(act: () => Promise<void>): void;
  stop(): void;
}

function createSoon(timers: Timers): Soon {
  const waiting = new Set<() => void>();
  let stopped = false;

  function runAfter(milliseconds: number, act: () => Promise<void>): void {
    if (stopped) return;
    const cancel = timers.after(milliseconds, () => {
      waiting.delete(cancel);
      // What could not be told now is told later: the database may be away for a while.
      act().catch(() => runAfter(Math.min(2 * milliseconds, longestPauseMs), act));
    });
    waiting.add(cancel);
  }

  return {
    run: (act) => runAfter(arrivesAfterMs, act),
    stop() {
      stopped = true;
      for (const cancel of waiting) cancel();
      waiting.clear();
    },
  };
}

/** A channel that tells, a moment after it took a message, that the message has arrived. */
function arriving(channel: SimulatedChannel, soon: Soon['run']): Channel {
  return {
    ...channel,
    async send(message) {
      const outcome = await channel.send(message);
      if (outcome.status === 'sent') soon(channel.arrive);
      return outcome;
    },
  };
}

function addPages(app: Hono, parts: PlaygroundParts, phones: Phones): void {
  const { render, messageLog, program, readFile } = parts;
  const log = createLog(messageLog, render, program);
  app.get('/', async (c) => {
    const locale = localeOf(c, program().locale);
    const owner = phones.find('telegram');
    const until = parts.clock.now() + sessionMs;
    const session = await createSessionToken(parts.chatSecret, owner?.number ?? '', until);
    const props = { locale, program: program(), phones: phones.all(), session };
    return pageAnswer(c, <PlaygroundPage {...props} />, "'none'");
  });
  app.get('/playground/site', async (c) => {
    const phone = phones.all().find(({ id }) => id === c.req.query('as'));
    const until = parts.clock.now() + sessionMs;
    const session = phone && (await createSessionToken(parts.chatSecret, phone.number, until));
    const props = { locale: localeOf(c, program().locale), phones: phones.all(), phone, session };
    return pageAnswer(c, <SitePage {...props} />, "'none'");
  });
  app.get('/playground/files/:name', (c) => fileAnswer(c, readFile, c.req.param('name')));
  app.get('/playground/feed', (c) => streamEvents(c, playgroundFeed({ ...parts, phones, log })));
}

/** The clock is put forward by years, and whoever is signed in at the made-up shop stays so. */
const sessionMs = 100 * jumps.year;

function addPhones(app: Hono, parts: PlaygroundParts, phones: Phones, messengers: Messengers): void {
  app.post('/playground/phones/:id/events', async (c) => {
    const phone = phones.find(c.req.param('id'));
    const body = eventBody.safeParse(await jsonOf(c));
    if (!phone) return problem(c, 404, 'not_found', 'there is no such phone');
    if (!body.success) return problem(c, 422, 'invalid_request', z.prettifyError(body.error));
    if (phone.blocked || phone.offlineAt !== null) {
      return problem(c, 409, 'not_reachable', 'this phone cannot send now');
    }
    const { id, language } = body.data;
    await messengers.look(phone);
    const said = await heard(parts, body.data.said, phone);
    await showOwn(parts, phone, id, said);
    await tell(parts, phone, id, said, language);
    return c.body(null, 204);
  });
  app.put('/playground/phones/:id', async (c) => {
    const phone = phones.find(c.req.param('id'));
    const body = changeBody.safeParse(await jsonOf(c));
    if (!phone) return problem(c, 404, 'not_found', 'there is no such phone');
    if (!body.success) return problem(c, 422, 'invalid_request', z.prettifyError(body.error));
    const change = await changeOf(parts, phone, body.data);
    if (!change) return problem(c, 422, 'invalid_phone', 'this is no phone number');
    const changed = await phones.change(phone, change);
    parts.bus.publish('phones');
    await tellBlocking(parts, phone, changed, body.data.id);
    await messengers.arrive();
    return c.body(null, 204);
  });
}

function addPhotos(
  app: Hono,
  parts: PlaygroundParts,
  phones: Phones,
  messengers: Messengers,
  photos: Photos,
): void {
  const { store, bus, clock } = parts;
  app.post('/playground/phones/:id/photos', async (c) => {
    const phone = phones.find(c.req.param('id'));
    const body = photoBody.safeParse(await jsonOf(c));
    if (!phone || phone.channel === 'sms') return problem(c, 404, 'not_found', 'no phone sends photos there');
    if (!body.success) return problem(c, 422, 'invalid_request', z.prettifyError(body.error));
    if (phone.blocked || phone.offlineAt !== null) {
      return problem(c, 409, 'not_reachable', 'this phone cannot send now');
    }
    const { id, language, file, text } = body.data;
    const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
    await messengers.look(phone);
    const said = photos.keep(`${phone.id}/${id}`, bytes, text);
    const shown = shownPhoto({ file, text }, bytes, language);
    await store.append(chatOf(phone), { id, direction: 'in', at: clock.now(), ...shown });
    bus.publish(chatTopic(chatOf(phone)));
    await tell(parts, phone, id, said, language);
    return c.body(null, 204);
  });
}

/** The person sees what he wrote or shared. A press leaves no trace but what it changes. */
async function showOwn({ store, bus, clock }: PlaygroundParts, phone: Phone, id: string, said: Said) {
  const text = said.kind === 'text' ? said.text : said.kind === 'contact' ? said.phone : undefined;
  if (text === undefined) return;
  const contact = said.kind === 'contact' ? { contact: true } : {};
  await store.append(chatOf(phone), { id, direction: 'in', at: clock.now(), text, ...contact });
  bus.publish(chatTopic(chatOf(phone)));
}

async function heard(
  parts: PlaygroundParts,
  said: z.output<typeof eventBody>['said'],
  phone: Phone,
): Promise<Said> {
  if (said.kind === 'join_staff') return staffLink(parts, phone);
  if (said.kind !== 'share') return saidOf(said);
  const shared = said.phone ?? phone.number;
  // Viber does not say whose the number is.
  return { kind: 'contact', phone: shared, own: phone.channel !== 'viber' && shared === phone.number };
}

/** The one-time link as it arrives: Telegram opens the chat with it, elsewhere its text is sent. */
async function staffLink({ invite }: PlaygroundParts, phone: Phone): Promise<Said> {
  const token = isStaff(phone) ? await invite(phone) : undefined;
  if (phone.channel === 'telegram')
    return token ? { kind: 'start', context: `s_${token}` } : { kind: 'start' };
  return { kind: 'text', text: token ? `/staff ${token}` : '/menu' };
}

/** As the real channel reports it: WhatsApp vouches for the sender's number, Telegram knows the app's language. */
async function tell(parts: PlaygroundParts, phone: Phone, id: string, said: Said, language?: Locale) {
  const { channel, chat } = chatOf(phone);
  await parts.handle({
    id: `${chat}:${id}`,
    channel,
    address: chat,
    said,
    ...(channel === 'whatsapp' ? { provenPhone: phone.number } : {}),
    ...(language ? { language } : {}),
  });
}

/** Telegram and Viber tell a bot that it was blocked; WhatsApp keeps it to itself, and nobody blocks an SMS. */
async function tellBlocking(parts: PlaygroundParts, before: Phone, after: Phone, id: string): Promise<void> {
  const tells = after.channel === 'telegram' || after.channel === 'viber';
  if (!tells || before.blocked === after.blocked) return;
  await tell(parts, after, id, { kind: after.blocked ? 'blocked' : 'returned' });
}

async function changeOf(
  { store, program }: PlaygroundParts,
  phone: Phone,
  wanted: z.output<typeof changeBody>,
): Promise<PhoneChange | undefined> {
  const { number, blocked, offline } = wanted;
  const parsed = number === undefined ? phone.number : parsePhone(number, program().country);
  if (parsed === undefined) return undefined;
  if (parsed !== phone.number) return { number: parsed, blocked: false, offlineAt: null };
  const newest = offline ? (await store.latest(chatOf(phone), 1)).at(-1)?.position : undefined;
  return {
    ...(blocked === undefined ? {} : { blocked }),
    ...(offline === undefined ? {} : { offlineAt: offline ? (newest ?? 0) : null }),
  };
}

function addTill(app: Hono, till: Till): void {
  app.post('/playground/till', async (c) => {
    const action = actionSchema.safeParse(await jsonOf(c));
    if (!action.success) return problem(c, 422, 'invalid_request', z.prettifyError(action.error));
    return c.json(await till.call(action.data, new URL(c.req.url).origin));
  });
  app.get('/playground/qr', (c) => {
    const text = z.string().min(1).max(300).safeParse(c.req.query('text'));
    if (!text.success) return problem(c, 422, 'invalid_request', 'give a text of up to 300 characters');
    return c.body(renderSVG(text.data, { ecc: 'M', border: 2 }), 200, {
      'content-type': 'image/svg+xml',
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
    });
  });
}

async function jump(
  c: Context,
  { clock, bus, nextBirthday }: PlaygroundParts,
  phones: Phones,
): Promise<Response> {
  const body = z
    .strictObject({ by: z.enum(['hour', 'day', 'week', 'year', 'birthday']) })
    .safeParse(await jsonOf(c));
  if (!body.success) return problem(c, 422, 'invalid_request', z.prettifyError(body.error));
  const { by } = body.data;
  const number = phones.find('telegram')?.number ?? '';
  const ahead = by === 'birthday' ? await nextBirthday(number) : jumps[by];
  if (ahead !== undefined) {
    const jumped = clock.jump(ahead);
    bus.publish('clock');
    // Whatever became of it, every page learns where the clock stands.
    await jumped.finally(() => bus.publish('clock'));
  }
  return c.json({ now: clock.now(), moved: ahead !== undefined });
}

/** The language asked for in the address, else the browser's first that we speak, else the program's. */
function localeOf(c: Context, fallback: Locale): Locale {
  const asked = z.enum(locales).safeParse(c.req.query('lang'));
  if (asked.success) return asked.data;
  const spoken = (c.req.header('accept-language') ?? '').split(',').map((tag) => tag.trim().slice(0, 2));
  return spoken.map((tag) => locales.find((locale) => locale === tag)).find(Boolean) ?? fallback;
}
