import type { Channel } from './channel.ts';
import { createLane, type Lane, type LaneOptions } from './lane.ts';

export type { DispatchOutcome } from './attempt.ts';

/** Sends what stands in the outbox, over every channel, at each channel's pace. */
export type Dispatcher = Lane;

/** What a dispatcher works with. */
export interface DispatcherOptions extends LaneOptions {
  readonly channels: readonly Channel[];
}

/** A dispatcher over `channels`; each is served by a lane of its own, so that a slow one holds up no other. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const lanes = options.channels.map((channel) => createLane(channel, options));
  const each = async (act: (lane: Lane) => Promise<void>) => {
    await Promise.all(lanes.map(act));
  };
  return {
    start: () => lanes.forEach((lane) => lane.start()),
    wake: () => lanes.forEach((lane) => lane.wake()),
    stop: () => each((lane) => lane.stop()),
    idle: () => each((lane) => lane.idle()),
  };
}
