import { type Api, GrammyError } from 'grammy';
import type { Log } from '../log.ts';
import { pause, type Timers } from '../timers.ts';
import { describe } from './faults.ts';
import { allowedUpdates, chatOf, parseUpdate, type Update } from './updates.ts';

/** Asks Telegram for updates, for as long as it runs. */
export interface Polling {
  start(): void;
  /** Resolves when the updates in hand are committed and no request is open. */
  stop(): Promise<void>;
}

/** What long polling works with. */
export interface PollingOptions {
  readonly api: Api;
  /** Resolves once the update is committed. */
  take(update: Update): Promise<void>;
  readonly timers: Timers;
  readonly log: Log;
}

const pollSeconds = 30;
const longestPauseMs = 30_000;
/** An update we cannot commit holds the offset; others behind it are still taken, so do not make them wait long. */
const retryUpdatePauseMs = 2000;

/**
 * Long polling that confirms an update (moves the offset past it) only once it is committed. grammY's own loop
 * confirms what its handler threw on, so the loop is ours; what comes twice is recognised by its id.
 */
export function createPolling({ api, take, timers, log }: PollingOptions): Polling {
  const batch = createBatch(take, log);
  let abort: AbortController | undefined;
  let running: Promise<void> | undefined;

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let ready = false;
    while (!signal.aborted) {
      try {
        if (!ready) await api.deleteWebhook(undefined, forGrammy(signal));
        ready = true;
        const updates = await getUpdates(api, batch.offset(), signal);
        failures = 0;
        if (!(await batch.take(updates))) await pause(timers, retryUpdatePauseMs, signal);
      } catch (error) {
        if (signal.aborted) break;
        failures += 1;
        await pause(timers, complain(error, failures, log), signal);
      }
    }
  }

  return {
    start() {
      abort ??= new AbortController();
      running ??= run(abort.signal);
    },
    async stop() {
      abort?.abort();
      await running;
      abort = undefined;
      running = undefined;
    },
  };
}

async function getUpdates(api: Api, offset: number, signal: AbortSignal): Promise<Update[]> {
  const options = { offset, timeout: pollSeconds, limit: 100, allowed_updates: [...allowedUpdates] };
  const updates: unknown[] = await api.getUpdates(options, forGrammy(signal));
  return updates.flatMap((update) => parseUpdate(update) ?? []);
}

/** grammY's types name the AbortSignal of a polyfill; at run time it takes any that has the standard's methods. */
function forGrammy(signal: AbortSignal): NonNullable<Parameters<Api['getUpdates']>[1]> {
  return signal as unknown as NonNullable<Parameters<Api['getUpdates']>[1]>;
}

/** The offset, and which updates beyond it are committed already. */
function createBatch(take: PollingOptions['take'], log: Log) {
  let offset = 0;
  const committed = new Set<number>();

  async function takeChat(updates: readonly Update[]): Promise<void> {
    for (const update of updates) {
      if (committed.has(update.update_id)) continue;
      try {
        await take(update);
        committed.add(update.update_id);
      } catch (error) {
        log(
          'error',
          `telegram: update ${update.update_id} was not committed, it will come again: ${describe(error)}`,
        );
        return;
      }
    }
  }

  return {
    offset: () => offset,
    /** Takes updates, chats side by side, each chat in order; true when all of them are committed. */
    async take(updates: readonly Update[]): Promise<boolean> {
      await Promise.all([...byChat(updates).values()].map(takeChat));
      for (const { update_id: id } of updates) {
        if (!committed.delete(id)) return false;
        offset = id + 1;
      }
      return true;
    },
  };
}

function byChat(updates: readonly Update[]): Map<number | undefined, Update[]> {
  const chats = new Map<number | undefined, Update[]>();
  for (const update of updates) {
    const chat = chatOf(update);
    chats.set(chat, [...(chats.get(chat) ?? []), update]);
  }
  return chats;
}

/** Logs what is wrong and what to do about it; returns for how long to leave Telegram alone. */
function complain(error: unknown, failures: number, log: Log): number {
  const backOffMs = Math.min(longestPauseMs, 250 * 2 ** Math.min(failures, 10));
  const code = error instanceof GrammyError ? error.error_code : undefined;
  if (code === 409) {
    log(
      'error',
      'telegram: another process polls with the same token; stop it, or give this one its own bot',
    );
    return Math.max(backOffMs, 3000);
  }
  if (code === 401 || code === 404) {
    log('error', 'telegram: TELEGRAM_BOT_TOKEN is not accepted; put the token that @BotFather gave');
    return longestPauseMs;
  }
  log('warn', `telegram: no updates for now (${describe(error)}), trying again in ${backOffMs} ms`);
  const asked = error instanceof GrammyError ? error.parameters.retry_after : undefined;
  return asked === undefined ? backOffMs : 1000 * asked;
}
