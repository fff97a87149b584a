import type { ChannelName } from '../core/customers/types.ts';
import type { ClaimedMessage, Outbox } from '../core/messaging/outbox.ts';
import type { Clock } from '../core/ports.ts';
import { urgentPriority } from './held.ts';
import type { Timers } from './timers.ts';

/** Takes messages out of the outbox ahead of their sending, so that a channel never waits for the database. */
export interface Intake {
  /** Something may be due. */
  look(): void;
  /** Something new may be due, perhaps urgent: also looked for where there is no room for anything else. */
  wake(): void;
  /**
   * Begins to claim where that is of use. `room`: how many can be held besides those that are; until half of what may
   * be held is, only what is urgent comes.
   */
  refill(room: number): void;
  /** For how long there is nothing to claim; undefined while a claim is under way, or there is no room for more. */
  waitMs(room: number): number | undefined;
  /** Whether a claim is under way. */
  isBusy(): boolean;
  /** Whether nothing is due, as far as known. */
  isDry(): boolean;
}

/** What an intake works with. */
export interface IntakeOptions {
  readonly channel: ChannelName;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly timers: Timers;
  /** How many messages are held at most, urgent ones aside. */
  readonly ahead: number;
  /** What was claimed; `since`: by the timers, the moment its lease began. */
  onClaimed(messages: readonly ClaimedMessage[], since: number): void;
  /** A claim is over, whatever came of it. */
  onDone(): void;
  onError(error: unknown): void;
}

/** Longer than a message is held and any call may take together, so that no lease runs out under one on its way. */
const leaseMs = 30_000;
/** On a libSQL server other processes write messages too, and cannot wake us. */
const longestWaitMs = 30_000;
const databasePauseMs = 1000;
const urgentAtOnce = 8;
/** What one claim takes: others wait for the disk too, and a purchase should not wait for a broadcast. */
const mostAtOnce = 300;

const atOnce = Number.NEGATIVE_INFINITY;

/** An intake that knows nothing yet. */
export function createIntake(options: IntakeOptions): Intake {
  const { channel, outbox, clock, timers, ahead } = options;
  let busy = false;
  let woken = true;
  /** When to look again, by the timers. */
  let lookAt = atOnce;
  /** Whether the last look could be made. */
  let seen = false;
  let after = '';

  const takesAll = (room: number) => room * 2 >= ahead;

  /** Claims what is due; resolves to when there may be more. */
  async function claim(room: number): Promise<number> {
    const all = takesAll(room);
    const limit = all ? Math.min(room, mostAtOnce) : urgentAtOnce;
    const [now, since] = [clock.now(), timers.now()];
    const narrowed = all ? {} : { leastPriority: urgentPriority };
    const claimed = await outbox.claim({
      channel,
      limit,
      after,
      now,
      leaseUntil: now + leaseMs,
      ...narrowed,
    });
    after = lastTurn(claimed, after);
    options.onClaimed(claimed, since);
    if (!all || claimed.length === limit) return atOnce;
    const next = (await outbox.nextAt(channel, now)) ?? Number.POSITIVE_INFINITY;
    return timers.now() + Math.max(0, Math.min(longestWaitMs, next - clock.now()));
  }

  async function begin(room: number): Promise<void> {
    busy = true;
    woken = false;
    // Whoever calls `look` from here on is heard once this claim is over.
    lookAt = Number.POSITIVE_INFINITY;
    try {
      lookAt = Math.min(await claim(room), lookAt);
      seen = true;
    } catch (error) {
      options.onError(error);
      lookAt = timers.now() + databasePauseMs;
      seen = false;
    }
    busy = false;
    options.onDone();
  }

  return {
    look() {
      lookAt = atOnce;
    },
    wake() {
      woken = true;
      lookAt = atOnce;
    },
    refill(room) {
      if (!busy && (takesAll(room) ? lookAt <= timers.now() : woken)) void begin(room);
    },
    waitMs(room) {
      if (busy) return undefined;
      if (!takesAll(room)) return woken ? 0 : undefined;
      return Math.max(0, lookAt - timers.now());
    },
    isBusy: () => busy,
    isDry: () => !busy && seen && lookAt > timers.now(),
  };
}

/** The campaign after which the next claim goes on: the last one in turn of those that were given the most. */
function lastTurn(claimed: readonly ClaimedMessage[], after: string): string {
  const counts = new Map<string, number>();
  for (const { campaign } of claimed) counts.set(campaign, (counts.get(campaign) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const inTurn = (one: string, other: string) =>
    Number(one <= after) - Number(other <= after) || (one < other ? -1 : 1);
  const last = [...counts].filter(([name, count]) => name !== '' && count === most).map(([name]) => name);
  return last.sort(inTurn).at(-1) ?? after;
}
