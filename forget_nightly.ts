import type { JourneyDefinition } from './core/journeys/definition.ts';
import { spanMs } from './core/journeys/spans.ts';
import { talkPhotosLiveMs } from './core/talks/photo.ts';
import { DAY_MS } from './core/time.ts';
import { forgetEvents, forgetLinks, forgetRuns, forgetTalkPhotos } from './db/forget.ts';
import type { Worked } from './jobs.ts';
import type { NightlyTask } from './nightly.ts';

/** A short link leads on for so long after its message, or after it was first opened. */
const linksLiveMs = 400 * DAY_MS;
/** Two years can be compared with each other by what is kept of journeys. */
const runsLiveMs = 800 * DAY_MS;

/**
 * How long it is kept that somebody went through a journey, in milliseconds: as long as results look back, and as long as
 * it decides who may enter again. Undefined: for good.
 */
function runsLive({ again, occasion_again = '0m' }: JourneyDefinition): number | undefined {
  if (again === 'once') return undefined;
  return Math.max(runsLiveMs, again === 'always' ? 0 : spanMs(again), spanMs(occasion_again));
}

/** Forgets what nobody asks for any more: short links, runs of journeys, what was told of customers, photos they sent in talks. */
export const forgetTask: NightlyTask = {
  name: 'forget',
  async run({ database, clock, journeys }: Worked) {
    const now = clock.now();
    await forgetLinks(database, now - linksLiveMs);
    const lives = journeys().map(({ key, definition }) => [key, runsLive(definition)] as const);
    await forgetRuns(
      database,
      new Map(lives.flatMap(([key, live]) => (live === undefined ? [] : [[key, now - live]]))),
    );
    await forgetEvents(database, now - runsLiveMs);
    await forgetTalkPhotos(database, now - talkPhotosLiveMs);
  },
};
