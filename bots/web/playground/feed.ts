import type { Clock } from '../../../core/ports.ts';
import type { Bus } from '../bus.ts';
import type { ChatMessage, ChatStore } from '../store.ts';
import type { StreamEvent, StreamSource } from '../stream.ts';
import type { ShownLog } from './log.ts';
import { chatOf, type Phone, type Phones } from './phones.ts';

/** What the feed of a page reads from. */
export interface FeedParts {
  readonly store: ChatStore;
  readonly bus: Bus;
  readonly phones: Phones;
  readonly clock: Clock;
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

/** Tells the time at first, and whenever the clock was put forward. Between that the page counts by itself. */
function clockEvents(clock: Clock): () => StreamEvent[] {
  let told: number | undefined;
  return () => {
    const now = clock.now();
    const jumped = told === undefined || Math.abs(now - told) > 60_000;
    told = now;
    return jumped ? [{ event: 'clock', data: { now } }] : [];
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
