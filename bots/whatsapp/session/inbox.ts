import type { Clock } from '../../../core/ports.ts';
import type { EventHandler, ReceiptHandler } from '../../channel.ts';
import type { Log } from '../../log.ts';
import { pause, type Timers } from '../../timers.ts';
import type { WebMessage, WhatsAppClient } from './client.ts';
import { type Identities, isPerson } from './identities.ts';
import { eventOf, isSaid, receiptOf } from './incoming.ts';
import { describe } from './life.ts';

/** Takes what comes from WhatsApp's page, which never repeats it: so it is tried until it is committed. */
export interface Inbox {
  /** A message that came just now, or while we were away. Those of other than people, and ours, are left alone. */
  take(client: WhatsAppClient, message: WebMessage): void;
  /** How far a message of ours came. */
  tell(ack: { readonly id: string; readonly chat: string; readonly ack: number }): void;
  /** Gives up what is not committed yet; resolves when nothing is under way, and it may go on with what comes then. */
  empty(): Promise<void>;
}

/** What an inbox works with. */
export interface InboxOptions {
  readonly identities: Identities;
  readonly handle: EventHandler;
  readonly receive: ReceiptHandler;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** A minute in all: longer than a database is locked, shorter than a person waits. What is left then is taken up at the next start. */
const retryPausesMs = [1000, 2000, 5000, 10_000, 15_000, 30_000];
/** The page tells of a message once more when it was fetched as unread; the conversation knows older ones by their ids. */
const remembered = 1000;

/** An inbox in which each chat's messages are taken in order, chats side by side. */
export function createInbox(options: InboxOptions): Inbox {
  const { identities, handle, receive, clock, timers, log } = options;
  let giveUp = new AbortController();
  const queues = createQueues();
  const taken = createRecent(remembered);

  async function takeOne(client: WhatsAppClient, message: WebMessage, signal: AbortSignal): Promise<void> {
    if (taken.has(message.id)) return;
    const { id, chat } = message;
    const tries = { timers, log, signal };
    const known = await tried(
      'a number could not be looked up',
      () => identities.identify(client, chat),
      tries,
    );
    const event = eventOf(message, known ?? { address: chat });
    const done = await tried('a message was not committed', () => handle(event).then(() => true), tries);
    if (done) taken.add(id);
    else if (!signal.aborted) log('error', 'whatsapp: a message was given up; the next start takes it');
  }

  return {
    take(client, message) {
      if (message.fromMe || !isPerson(message.chat) || !isSaid(message)) return;
      const { signal } = giveUp;
      queues.add(message.chat, () => takeOne(client, message, signal));
    },
    tell({ id, chat, ack }) {
      const receipt = isPerson(chat) ? receiptOf(id, ack, clock.now()) : undefined;
      if (!receipt) return;
      const { signal } = giveUp;
      queues.add('receipts', async () => {
        await tried('a receipt was not committed', () => receive([receipt]), { timers, log, signal });
      });
    },
    async empty() {
      giveUp.abort();
      await queues.idle();
      giveUp = new AbortController();
    },
  };
}

interface Tries extends Pick<InboxOptions, 'timers' | 'log'> {
  /** Ends them. */
  readonly signal: AbortSignal;
}

/** Tries until it works, with pauses; undefined when it never did. */
async function tried<Result>(
  trouble: string,
  work: () => Promise<Result>,
  { timers, log, signal }: Tries,
): Promise<Result | undefined> {
  for (const pauseMs of [...retryPausesMs, undefined]) {
    if (signal.aborted) return undefined;
    try {
      return await work();
    } catch (error) {
      log('warn', `whatsapp: ${trouble}: ${describe(error)}`);
      if (pauseMs !== undefined) await pause(timers, pauseMs, signal);
    }
  }
  return undefined;
}

/** Work in order within a name, side by side between names. */
function createQueues() {
  const ends = new Map<string, Promise<void>>();
  return {
    add(name: string, work: () => Promise<void>): void {
      const end = (ends.get(name) ?? Promise.resolve()).then(work).finally(() => {
        if (ends.get(name) === end) ends.delete(name);
      });
      ends.set(name, end);
    },
    async idle(): Promise<void> {
      await Promise.all(ends.values());
    },
  };
}

function createRecent(limit: number) {
  const ids = new Set<string>();
  return {
    has: (id: string) => ids.has(id),
    add(id: string): void {
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > limit && oldest !== undefined) ids.delete(oldest);
    },
  };
}
