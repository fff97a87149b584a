import type { RfmProfile, RfmResult } from './core/insights/rfm/types.ts';
import { readRfm, rfmStatement, rfmToday } from './db/insights/rfm.ts';
import type { Worked } from './jobs.ts';
import type { NightlyTask } from './nightly.ts';

/** All of RFM that runs needs of a running Svoi. */
type Scoring = Pick<Worked, 'database' | 'analyst' | 'clock' | 'program'>;

/** How old a result may be where somebody looks at it. */
const freshMs = 600_000;

/** Every customer read anew and scored by every profile. */
export const rfmTask: NightlyTask = {
  name: 'rfm',
  async run(svoi) {
    for (const profile of svoi.program().rfm.profiles) await refresh(svoi, profile, true);
  },
};

/** Scores by profiles that are new or were changed: segments that name them have nobody until then. */
export async function scoreNewProfiles(svoi: Scoring): Promise<void> {
  for (const profile of svoi.program().rfm.profiles) {
    if (!(await readRfm(svoi.database, profile))) await refresh(svoi, profile, false);
  }
}

const underway = new WeakMap<Scoring['database'], Map<string, Promise<RfmResult>>>();

/** A profile as of now: as it was computed within ten minutes, else computed. Many who ask at once wait for one look. */
export async function currentRfm(svoi: Scoring, profile: RfmProfile): Promise<RfmResult> {
  const known = await readRfm(svoi.database, profile);
  const now = svoi.clock.now();
  const { day } = rfmToday(now, svoi.program().zone);
  if (known && known.day === day && now - known.computedAt < freshMs) return known;
  const running = underway.get(svoi.database) ?? new Map<string, Promise<RfmResult>>();
  underway.set(svoi.database, running);
  const { name } = profile;
  const refreshed = running.get(name) ?? refresh(svoi, profile, false).finally(() => running.delete(name));
  running.set(name, refreshed);
  return refreshed;
}

async function refresh(
  { database, analyst, clock, program }: Scoring,
  profile: RfmProfile,
  full: boolean,
): Promise<RfmResult> {
  const question = { profile, full, now: clock.now(), zone: program().zone };
  const result = await analyst.ask('rfm', question);
  await database.write([rfmStatement(profile, result)]);
  return result;
}
