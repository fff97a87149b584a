import type { Image } from '../core/messaging/images.ts';
import {
  type ClaimedMessage,
  type MessageCost,
  type MessageResult,
  slowDown,
} from '../core/messaging/outbox.ts';
import { isKept, type Reply } from '../core/messaging/types.ts';
import type { Formats } from '../locales/translator.ts';
import type { Channel, OutgoingMessage, SendOutcome } from './channel.ts';
import { type CostOptions, createCosts } from './costs.ts';
import type { SendableMessage } from './held.ts';
import { remembering } from './remembering.ts';
import type { DrawPicture, Reader, RenderedMessage } from './render.ts';

/** What an attempt came to: the channel's outcome, or that there was none. */
export type DispatchOutcome = SendOutcome['status'] | 'gave_up' | 'cancelled';

/** What an attempt needs besides a channel. */
export interface AttemptOptions extends CostOptions {
  /** How the program in force writes days and money; a customer's own zone goes before its zone. */
  formats(): Formats;
  /** A number in [0, 1): keeps retries of many messages from coming all at once. */
  random(): number;
  /** Without it reports and carts go without their pictures. */
  readonly drawPicture?: DrawPicture | undefined;
}

/** What became of a message, for the metrics and for the outbox. */
export interface Attempt {
  readonly outcome: DispatchOutcome;
  readonly result: MessageResult;
}

/** Attempts over one channel. */
export interface Attempts {
  /**
   * Hands messages that read the same to the channel, in one call; outcomes in their order. What the channel throws is
   * a fault of ours: told to `onError`, and a failure of each.
   */
  send(messages: readonly SendableMessage[]): Promise<readonly SendOutcome[]>;
  /** What the outcome of a message means for the outbox. */
  resultOf(message: SendableMessage, outcome: SendOutcome, at: number): Attempt;
}

/** 1 s, 4 s, 16 s, … up to a quarter of an hour: eight attempts outlast half an hour without network. */
const maxAttempts = 8;
const firstRetryMs = 1000;
const longestRetryMs = 15 * 60_000;

/** A claimed message as one that can be sent; of one that cannot, what becomes of it. */
export function screen(message: ClaimedMessage, at: number): SendableMessage | Attempt {
  const { chat } = message;
  if (!chat) return cancelled('the chat was erased', at);
  if (!chat.reachable) return cancelled('the person cannot be reached here', at);
  // Only a message that ends the process each time comes here with no result of its earlier attempts.
  if (message.attempt > maxAttempts) return gaveUp(`no result after ${maxAttempts} attempts`, at);
  return { ...message, chat };
}

function cancelled(error: string, at: number): Attempt {
  return { outcome: 'cancelled', result: { state: 'cancelled', at, error } };
}

function gaveUp(error: string, at: number): Attempt {
  return { outcome: 'gave_up', result: { state: 'failed', at, error, blocked: false } };
}

/** Attempts over `channel`. */
export function createAttempts(
  channel: Channel,
  options: AttemptOptions,
  onError: (error: unknown) => void,
): Attempts {
  const costOf = createCosts(options);
  const render = ({ reply, reader }: { readonly reply: Reply; readonly reader: Reader }) =>
    options.render(reply, channel.abilities, reader);
  const remembered = remembering(render);

  /** A message waits for a picture that takes its time, and goes without it where it cannot be drawn. */
  async function drawn(reply: Reply, reader: Reader): Promise<Image | undefined> {
    if (!reply.picture || !isKept(reply.picture) || !channel.abilities.pictures) return undefined;
    try {
      return await options.drawPicture?.(reply.picture, reader);
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  /** Pictures are large, and most of them are one person's own: only messages without one are remembered. */
  async function rendered(reply: Reply, reader: Reader): Promise<RenderedMessage> {
    if (!reply.picture) return remembered({ reply, reader });
    return options.render(reply, channel.abilities, reader, await drawn(reply, reader));
  }

  const readerOf = ({ chat, category }: SendableMessage): Reader => {
    // Those two only: the root may hand over a whole program.
    const { zone, currency } = options.formats();
    return { zone: chat.zone ?? zone, currency, locale: chat.locale, category };
  };

  async function send(messages: readonly SendableMessage[]): Promise<readonly SendOutcome[]> {
    const [first] = messages;
    if (!first) return [];
    // Rendered once: they differ only in where they go.
    const shown = await rendered(first.reply, readerOf(first));
    const outgoing = messages.map((message) => ({ ...shown, ...envelopeOf(message, channel) }));
    const [only] = outgoing;
    if (channel.sendMany && outgoing.length > 1) return channel.sendMany(outgoing);
    return only ? [await channel.send(only)] : [];
  }

  /** A message that left stays sent, whatever becomes of reckoning what it cost. */
  function costOfSent(message: SendableMessage, segments: number | undefined, at: number): MessageCost {
    const departure = { channel: channel.name, message, reader: readerOf(message), at, segments };
    try {
      return costOf(departure);
    } catch (error) {
      onError(error);
      return { priceMicros: null, smsPriceMicros: null };
    }
  }

  return {
    send: (messages) =>
      send(messages).catch((error) => {
        onError(error);
        const detail = `a fault of ours: ${error instanceof Error ? error.message : error}`;
        return messages.map(() => ({ status: 'failed', detail }));
      }),
    resultOf(message, outcome, at) {
      if (outcome.status !== 'sent') return attemptOf(message, outcome, at, options.random);
      const cost = costOfSent(message, outcome.segments, at);
      return { outcome: 'sent', result: { state: 'sent', at, providerId: outcome.providerId, ...cost } };
    },
  };
}

function envelopeOf({ id, chat, category, replaces }: SendableMessage, { abilities }: Channel) {
  return {
    ...{ id, address: chat.address, category, locale: chat.locale },
    ...(chat.lastSeenAt > 0 ? { lastSeenAt: chat.lastSeenAt } : {}),
    ...(replaces !== null && abilities.edits ? { replaces } : {}),
  } satisfies Partial<OutgoingMessage>;
}

function attemptOf(
  { attempt }: SendableMessage,
  outcome: Exclude<SendOutcome, { status: 'sent' }>,
  at: number,
  random: () => number,
): Attempt {
  switch (outcome.status) {
    case 'slow_down': {
      const dueAt = at + outcome.retryAfterMs;
      return { outcome: 'slow_down', result: { state: 'queued', dueAt, counts: false, error: slowDown } };
    }
    case 'failed': {
      if (attempt >= maxAttempts) return gaveUp(outcome.detail, at);
      const dueAt = at + retryDelay(attempt, random());
      return { outcome: 'failed', result: { state: 'queued', dueAt, counts: true, error: outcome.detail } };
    }
    case 'refused': {
      const blocked = outcome.reason === 'blocked';
      return { outcome: 'refused', result: { state: 'failed', at, error: outcome.detail, blocked } };
    }
  }
}

/** Exponential back-off, the second half of it random. */
function retryDelay(attemptsDone: number, random: number): number {
  const delay = Math.min(longestRetryMs, firstRetryMs * 4 ** (attemptsDone - 1));
  return Math.round(delay * (0.5 + random / 2));
}
