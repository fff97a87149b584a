import type { ChannelName } from '../core/customers/types.ts';
import type { ClaimedMessage, MessageResult, Outbox, RecordedResult } from '../core/messaging/outbox.ts';
import type { Clock } from '../core/ports.ts';
import type { Formats } from '../locales/translator.ts';
import type { Channel, SendOutcome } from './channel.ts';
import { createPace, type Pace } from './pace.ts';
import type { Render } from './render.ts';
import { createBell, platformTimers, type Timers } from './timers.ts';

/** Sends what stands in the outbox, over every channel, at each channel's pace. */
export interface Dispatcher {
  start(): void;
  /** Says that something may be due: called after a commit that wrote messages, or when the clock was moved. */
  wake(): void;
  /** Stops claiming; resolves when what is in flight has been sent and recorded. */
  stop(): Promise<void>;
  /** Resolves when nothing is due and nothing is in flight; at once when not started. */
  idle(): Promise<void>;
}

/** What an attempt came to: the channel's outcome, or that there was none. */
export type DispatchOutcome = SendOutcome['status'] | 'gave_up' | 'cancelled';

/** What a dispatcher works with. */
export interface DispatcherOptions {
  readonly channels: readonly Channel[];
  readonly outbox: Outbox;
  readonly render: Render;
  /** How the program in force writes days and money; a customer's own zone goes before its zone. */
  formats(): Formats;
  readonly clock: Clock;
  /** A number in [0, 1): keeps retries of many messages from coming all at once. */
  random(): number;
  readonly timers?: Timers;
  /** Called for every attempt, for metrics. */
  onSent?(channel: ChannelName, outcome: DispatchOutcome): void;
  /** A fault of ours or of the database. The dispatcher goes on; whether the process should is the root's choice. */
  onError?(error: unknown, channel: ChannelName): void;
}

/** Longer than any send may take, so that a lease never runs out under a message still on its way. */
const leaseMs = 30_000;
const maxInFlight = 8;
/** 1 s, 4 s, 16 s, … up to a quarter of an hour: eight attempts outlast half an hour without network. */
const maxAttempts = 8;
const firstRetryMs = 1000;
const longestRetryMs = 15 * 60_000;
/** On a libSQL server other processes write messages too, and cannot wake us. */
const longestWaitMs = 30_000;
const databasePauseMs = 1000;
const recordAttempts = 5;

/** A dispatcher over `channels`; each is served by a lane of its own, so that a slow one holds up no other. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const lanes = options.channels.map((channel) => createLane(channel, options));
  const each = async (act: (lane: Dispatcher) => Promise<void>) => {
    await Promise.all(lanes.map(act));
  };
  return {
    start: () => lanes.forEach((lane) => lane.start()),
    wake: () => lanes.forEach((lane) => lane.wake()),
    stop: () => each((lane) => lane.stop()),
    idle: () => each((lane) => lane.idle()),
  };
}

function createLane(channel: Channel, options: DispatcherOptions): Dispatcher {
  const { outbox, clock, timers = platformTimers } = options;
  const bell = createBell(timers);
  const pace = createPace(timers, channel.abilities.ratePerSecond, maxInFlight);
  const record = createRecorder(outbox, timers, (error) => options.onError?.(error, channel.name));
  const inFlight = new Set<string>();
  const idlers: (() => void)[] = [];
  let running: Promise<void> | undefined;
  let stopping = false;

  async function run(): Promise<void> {
    while (!stopping || inFlight.size > 0) {
      const waitMs = stopping ? undefined : await step();
      if (waitMs !== 0) await bell.heard(waitMs);
    }
  }

  /** Starts what there is room for; returns for how long there is nothing more to do (undefined: until the bell). */
  async function step(): Promise<number | undefined> {
    if (inFlight.size >= maxInFlight) return undefined;
    const limit = Math.min(maxInFlight - inFlight.size, pace.room());
    if (limit === 0) return pace.waitMs();
    try {
      return await claim(limit, clock.now());
    } catch (error) {
      options.onError?.(error, channel.name);
      return databasePauseMs;
    }
  }

  async function claim(limit: number, now: number): Promise<number> {
    const claimed = await outbox.claim({ channel: channel.name, now, limit, leaseUntil: now + leaseMs });
    for (const message of claimed) void deliver(message);
    if (claimed.length === limit) return 0;
    const next = await outbox.nextAt(channel.name, now);
    if (claimed.length === 0 && inFlight.size === 0) releaseIdlers();
    return Math.max(0, Math.min(longestWaitMs, (next ?? Number.POSITIVE_INFINITY) - clock.now()));
  }

  async function deliver(message: ClaimedMessage): Promise<void> {
    // A clock moved forward ends leases early; a message still on its way is not sent a second time.
    if (inFlight.has(message.id)) return;
    inFlight.add(message.id);
    const { outcome, result } = await attempt(message, channel, pace, options);
    options.onSent?.(channel.name, outcome);
    await record({ message, result });
    inFlight.delete(message.id);
    bell.ring();
  }

  function releaseIdlers(): void {
    for (const release of idlers.splice(0)) release();
  }

  return {
    start() {
      stopping = false;
      running ??= run();
    },
    wake: () => bell.ring(),
    async stop() {
      stopping = true;
      bell.ring();
      await running;
      running = undefined;
      releaseIdlers();
    },
    async idle() {
      if (!running) return;
      bell.ring();
      await new Promise<void>((resolve) => idlers.push(resolve));
    },
  };
}

interface Attempt {
  readonly outcome: DispatchOutcome;
  readonly result: MessageResult;
}

async function attempt(
  message: ClaimedMessage,
  channel: Channel,
  pace: Pace,
  options: DispatcherOptions,
): Promise<Attempt> {
  const { chat } = message;
  if (!chat?.reachable) {
    const error = chat ? 'the person cannot be reached here' : 'the chat was erased';
    return { outcome: 'cancelled', result: { state: 'cancelled', error } };
  }
  // Only a message that ends the process each time comes here with no result of its earlier attempts.
  if (message.attempt > maxAttempts) return giveUp(`no result after ${maxAttempts} attempts`);
  pace.take();
  const outcome = await send(message, chat, channel, options);
  if (outcome.status === 'slow_down') pace.pause(outcome.retryAfterMs);
  if (outcome.status === 'failed' && message.attempt === maxAttempts) return giveUp(outcome.detail);
  const retryMs = retryDelay(message.attempt, options.random());
  return { outcome: outcome.status, result: resultOf(outcome, options.clock.now(), retryMs) };
}

function giveUp(error: string): Attempt {
  return { outcome: 'gave_up', result: { state: 'failed', error, blocked: false } };
}

async function send(
  message: ClaimedMessage,
  chat: NonNullable<ClaimedMessage['chat']>,
  channel: Channel,
  options: DispatcherOptions,
): Promise<SendOutcome> {
  try {
    const formats = options.formats();
    const reader = { ...formats, zone: chat.zone ?? formats.zone, locale: chat.locale };
    return await channel.send({
      id: message.id,
      address: chat.address,
      ...options.render(message.reply, channel.abilities, reader),
      ...(message.replaces !== null && channel.abilities.edits ? { replaces: message.replaces } : {}),
    });
  } catch (error) {
    options.onError?.(error, channel.name);
    return { status: 'failed', detail: `a fault of ours: ${error instanceof Error ? error.message : error}` };
  }
}

function resultOf(outcome: SendOutcome, now: number, retryMs: number): MessageResult {
  switch (outcome.status) {
    case 'sent':
      return { state: 'sent', at: now, providerId: outcome.providerId };
    case 'slow_down':
      return { state: 'queued', dueAt: now + outcome.retryAfterMs, counts: false, error: 'slow down' };
    case 'failed':
      return { state: 'queued', dueAt: now + retryMs, counts: true, error: outcome.detail };
    case 'refused':
      return { state: 'failed', error: outcome.detail, blocked: outcome.reason === 'blocked' };
  }
}

/** Exponential back-off, the second half of it random. */
function retryDelay(attemptsDone: number, random: number): number {
  const delay = Math.min(longestRetryMs, firstRetryMs * 4 ** (attemptsDone - 1));
  return Math.round(delay * (0.5 + random / 2));
}

/**
 * Writes results down one after the other; those that come while one write is under way go into the next together.
 * A result that cannot be written is let go after some attempts: its message is sent again when the lease runs out.
 */
function createRecorder(outbox: Outbox, timers: Timers, onError: (error: unknown) => void) {
  let waiting: RecordedResult[] = [];
  let next: Promise<void> | undefined;
  let current: Promise<void> = Promise.resolve();

  async function write(results: readonly RecordedResult[]): Promise<void> {
    for (let tries = 1; tries <= recordAttempts; tries += 1) {
      try {
        return await outbox.record(results);
      } catch (error) {
        onError(error);
        await new Promise<void>((resolve) => timers.after(databasePauseMs, resolve));
      }
    }
  }

  return (result: RecordedResult): Promise<void> => {
    waiting.push(result);
    next ??= current.then(() => {
      const results = waiting;
      waiting = [];
      next = undefined;
      current = write(results);
      return current;
    });
    return next;
  };
}
