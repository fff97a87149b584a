import type { Bus } from '../bus.ts';
import type { ChatMessage, ChatStore } from '../store.ts';
import type { StreamEvent, StreamSource } from '../stream.ts';
import type { PlaygroundClock } from './clock.ts';
import type { ShownLog } from './log.ts';
import { chatOf, type Phone, type Phones } from './phones.ts';

/** What the feed of a page reads from. */
export interface FeedParts {
  readonly store: ChatStore;
  readonly bus: Bus;
  readonly phones: Phones;
  readonly clock: PlaygroundClock;
  log(): Promise<ShownLog>;
}

const shownMessages = 100;
const lookEveryMs = 1000;

/**
 * Everything live on one page. It begins with how all things stand, so a page that reconnects has missed nothing, and
 * goes on with what changes: `phone` (whole), `message`, `log` (whole), `clock`.
 */
export function playgroundFeed(parts: FeedParts): StreamSource {
  const seen = new Map<string, { state: string; position: number }>();
  const clock = clockEvents(parts.clock);
  let lastLog = '';

  async function phoneEvents(phone: Phone): Promise<StreamEvent[]> {
    const before = seen.get(phone.id);
    const state = JSON.stringify(phone);
    const whole = before?.state !== state;
    const messages = whole
      ? await latestOn(parts.store, phone)
      : await newOn(parts.store, phone, before.position);
    seen.set(phone.id, { state, position: messages.at(-1)?.position ?? (whole ? 0 : before.position) });
    if (whole) return [{ event: 'phone', data: { ...phone, ...chatOf(phone), messages } }];
    return messages.map((message) => ({ event: 'message', data: { phone: phone.id, message } }));
  }

  async function logEvents(): Promise<StreamEvent[]> {
    const shown = await parts.log();
    const log = JSON.stringify(shown);
    if (log === lastLog) return [];
    lastLog = log;
    return [{ event: 'log', data: shown }];
  }

  return {
    bus: parts.bus,
    wants: () => true,
    heartbeatMs: lookEveryMs,
    async read() {
      const phones = await Promise.all(parts.phones.all().map(phoneEvents));
      return [...clock(), ...phones.flat(), ...(await logEvents())];
    },
  };
}

/**
 * Tells the time at first, and whenever the clock was put forward, with the way it is on. Between that the page counts by
 * itself.
 */
function clockEvents(clock: PlaygroundClock): () => StreamEvent[] {
  let told: number | undefined;
  let toldUntil: number | undefined;
  return () => {
    const [now, way] = [clock.now(), clock.underWay()];
    const jumped = told === undefined || Math.abs(now - told) > 60_000;
    const news = jumped || toldUntil !== way?.until;
    told = now;
    toldUntil = way?.until;
    return news ? [{ event: 'clock', data: { now, ...(way ? { way } : {}) } }] : [];
  };
}

async function latestOn(store: ChatStore, phone: Phone): Promise<readonly ChatMessage[]> {
  return reached(phone, await store.latest(chatOf(phone), shownMessages));
}

async function newOn(store: ChatStore, phone: Phone, position: number): Promise<readonly ChatMessage[]> {
  return reached(phone, await store.after(chatOf(phone), position, shownMessages));
}

/** A phone without network shows what it had when it lost it. */
function reached(phone: Phone, messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const { offlineAt } = phone;
  return offlineAt === null ? messages : messages.filter((message) => message.position <= offlineAt);
}
