import { DAY_MS, instantOfLocal, instantOfLocalFrom, localDay } from '../time.ts';
import type { StoredEvent } from './events.ts';
import type { JourneyRun } from './types.ts';

const minuteMs = 60_000;

/** What a run can wait for that its own messages tell. */
export type Signal = 'read' | 'click' | 'answer';

/** Whether what is waited for is told by the run's own messages, and looked at again when it goes on. */
export function isSignal(name: string): name is Signal {
  return name === 'read' || name === 'click' || name === 'answer';
}

/** A run that waited for something, now that it has happened: it goes on at once, and knows what the event carried. */
export function woken(run: JourneyRun, { data }: Pick<StoredEvent, 'data'>, now: number): JourneyRun {
  return {
    ...run,
    data: { ...run.data, event: { ...run.data.event, ...data } },
    dueAt: now,
    waitsFor: null,
    revision: run.revision + 1,
  };
}

/** When clocks in `zone` next show a time of day (`HH:MM`); `now` where they show it this very minute. */
export function nextAt(time: string, zone: string, now: number): number {
  const today = Date.parse(`${localDay(now, zone)}T${time}Z`);
  const at = instantOfLocalFrom(today, zone, now);
  if (at > now) return at;
  return now - at < minuteMs ? now : instantOfLocal(today + DAY_MS, zone);
}
