import type { ChannelName } from '../core/customers/types.ts';
import type { ClaimedMessage, Outbox, RecordedResult } from '../core/messaging/outbox.ts';
import type { Clock } from '../core/ports.ts';
import {
  type Attempt,
  type AttemptOptions,
  createAttempts,
  type DispatchOutcome,
  screen,
} from './attempt.ts';
import type { Channel } from './channel.ts';
import { createHeld, type SendableMessage } from './held.ts';
import { createPace } from './pace.ts';
import { createRecorder } from './recorder.ts';
import type { Timers } from './timers.ts';

/** Claimed messages on their way: held until the pace lets them start, sent, and written down. */
export interface Sending {
  /** Takes over what was claimed; `since`: by the timers, the moment the lease began. */
  take(messages: readonly ClaimedMessage[], since: number): void;
  /** Starts all that may start now. */
  start(): void;
  /** Gives back all that has not started, as if it had never been claimed. */
  giveBack(): void;
  /** How many more can be held. */
  room(): number;
  /** For how long nothing can start, whatever there is; more than 0 is the pace or a pause. */
  pausedMs(): number;
  /** For how long nothing can start of what is held; undefined: until something ends. */
  waitMs(): number | undefined;
  /** Whether all that was taken is written down. */
  isEmpty(): boolean;
}

/** What sending works with. */
export interface SendingOptions extends AttemptOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Called for every attempt, for metrics. */
  onSent?(channel: ChannelName, outcome: DispatchOutcome): void;
  /**
   * Called when a result is written down that something may wait for: a notice that goes on, a receipt that came before
   * its message was known as sent.
   */
  onSettled?(): void;
  /** A fault of ours or of the database. The dispatcher goes on; whether the process should is the root's choice. */
  onError?(error: unknown, channel: ChannelName): void;
}

const defaultParallel = 8;
/** What is held lasts so long at the channel's rate: a claim and a commit on a busy disk take a part of that. */
const heldSeconds = 0.5;
/** A message held for longer goes back: its lease must outlast the call that sends it. */
const longestHeldMs = 10_000;

/** How many messages of a channel are held at most, urgent ones aside. */
export function mostHeld({ abilities: { ratePerSecond, batch = 1 } }: Channel): number {
  return Math.max(1, Math.ceil(ratePerSecond * heldSeconds), batch > 1 ? 2 * batch : 0);
}

/** Sends over `channel`; `onChange` is called when a call has ended, and when a result is written down. */
export function createSending(
  channel: Channel,
  options: SendingOptions,
  timers: Timers,
  onChange: () => void,
): Sending {
  const { clock } = options;
  const { ratePerSecond, parallel = defaultParallel, batch = 1 } = channel.abilities;
  const onError = (error: unknown) => options.onError?.(error, channel.name);
  const pace = createPace(timers, ratePerSecond);
  const record = createRecorder(options.outbox, timers, onError);
  const attempts = createAttempts(channel, options, onError);
  const held = createHeld(() => (channel.sendMany ? batch : 1));
  /** What is held, on its way, or gone and not written down yet, with the moment its lease began. */
  const ours = new Map<string, number>();
  let calls = 0;
  /** Results on their way into the outbox. */
  let writing = 0;
  const hasReceipts = channel.abilities.receipts !== 'accepted';

  /** One call is kept for who waits for an answer. */
  const callsLeft = () => (held.isUrgent() || parallel === 1 ? parallel : parallel - 1) - calls;
  const isStale = ({ id }: ClaimedMessage) => timers.now() - (ours.get(id) ?? 0) > longestHeldMs;

  async function settle(message: ClaimedMessage, { outcome, result }: Attempt): Promise<void> {
    options.onSent?.(channel.name, outcome);
    await write({ message, result });
    if (result.state !== 'queued' && (message.noticeId || hasReceipts)) options.onSettled?.();
    onChange();
  }

  /** What goes back may be claimed again, and be here again, before we hear that it is back: it is not ours by then. */
  async function write(recorded: RecordedResult): Promise<void> {
    const { message, result } = recorded;
    const goesBack = result.state === 'queued';
    if (goesBack) ours.delete(message.id);
    writing += 1;
    await record(recorded);
    writing -= 1;
    if (!goesBack) ours.delete(message.id);
  }

  async function giveBack(messages: readonly ClaimedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const result = { state: 'queued', dueAt: clock.now(), counts: false, error: null } as const;
    await Promise.all(messages.map((message) => write({ message, result })));
    onChange();
  }

  async function call(messages: readonly SendableMessage[]): Promise<void> {
    const arrived = pace.take();
    calls += 1;
    const outcomes = await attempts.send(messages);
    calls -= 1;
    arrived();
    const at = clock.now();
    messages.forEach((message, index) => {
      const outcome = outcomes[index] ?? { status: 'failed', detail: 'the channel told no outcome' };
      if (outcome.status === 'slow_down' && !outcome.chatOnly) pace.pause(outcome.retryAfterMs);
      void settle(message, attempts.resultOf(message, outcome, at));
    });
    onChange();
  }

  function take(message: ClaimedMessage, since: number): void {
    // A clock moved forward ends leases early; a message we still have is not taken a second time.
    if (ours.has(message.id)) return;
    ours.set(message.id, since);
    const screened = screen(message, clock.now());
    if ('result' in screened) void settle(message, screened);
    else held.add(screened);
  }

  return {
    take: (messages, since) => {
      for (const message of messages) take(message, since);
    },
    start() {
      while (held.size() > 0 && callsLeft() > 0 && pace.waitMs() === 0) {
        const messages = held.take();
        const stale = messages.filter(isStale);
        if (stale.length > 0) void giveBack(messages);
        else void call(messages);
      }
    },
    giveBack: () => void giveBack(held.takeAll()),
    room: () => mostHeld(channel) - held.size(),
    pausedMs: pace.waitMs,
    waitMs: () => (held.size() > 0 && callsLeft() > 0 ? pace.waitMs() : undefined),
    isEmpty: () => ours.size === 0 && writing === 0,
  };
}
