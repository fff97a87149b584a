import type { Channel } from './channel.ts';
import { createIntake } from './intake.ts';
import { createSending, mostHeld, type SendingOptions } from './sending.ts';
import { createBell, platformTimers, type Timers } from './timers.ts';

/** What sends: over one channel, or over all of them. */
export interface Lane {
  start(): void;
  /** Says that something may be due: called after a commit that wrote messages, or when the clock was moved. */
  wake(): void;
  /** Stops claiming and gives back what has not started; resolves when what is in flight has been sent and recorded. */
  stop(): Promise<void>;
  /** Resolves when nothing is due and nothing is in flight; at once when not started. */
  idle(): Promise<void>;
}

/** What a lane works with. */
export interface LaneOptions extends SendingOptions {
  readonly timers?: Timers;
}

/** Nothing is claimed, or kept, long before it can start: another process may be able to send it. */
const leadMs = 2000;

/** A lane over `channel`: claims ahead, and sends at the channel's pace. */
export function createLane(channel: Channel, options: LaneOptions): Lane {
  const { outbox, clock, timers = platformTimers } = options;
  const bell = createBell(timers);
  const idlers: (() => void)[] = [];
  let running: Promise<void> | undefined;
  let stopping = false;

  const sending = createSending(channel, options, timers, () => {
    // What just ended may have held up another message of its chat.
    intake.look();
    bell.ring();
  });
  const intake = createIntake({
    ...{ channel: channel.name, outbox, clock, timers, ahead: mostHeld(channel) },
    onClaimed: sending.take,
    onDone: bell.ring,
    onError: (error) => options.onError?.(error, channel.name),
  });

  async function run(): Promise<void> {
    while (!stopping || intake.isBusy() || !sending.isEmpty()) {
      const waitMs = stopping ? windUp() : step();
      if (waitMs !== 0) await bell.heard(waitMs);
    }
  }

  /** Does what can be done now; returns for how long there is nothing more to do (undefined: until the bell). */
  function step(): number | undefined {
    const pausedMs = sending.pausedMs();
    if (pausedMs > leadMs) {
      sending.giveBack();
      return pausedMs - leadMs;
    }
    intake.refill(sending.room());
    sending.start();
    if (intake.isDry() && sending.isEmpty()) releaseIdlers();
    return soonest(intake.waitMs(sending.room()), sending.waitMs());
  }

  function windUp(): undefined {
    sending.giveBack();
  }

  function releaseIdlers(): void {
    for (const release of idlers.splice(0)) release();
  }

  const wake = () => {
    intake.wake();
    bell.ring();
  };
  return {
    start() {
      stopping = false;
      running ??= run();
    },
    wake,
    async stop() {
      stopping = true;
      bell.ring();
      await running;
      running = undefined;
      releaseIdlers();
    },
    async idle() {
      if (!running) return;
      wake();
      await new Promise<void>((resolve) => idlers.push(resolve));
    },
  };
}

function soonest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
