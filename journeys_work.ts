import { journeyHands } from './core/dialogs/journey_hands.ts';
import { SvoiError } from './core/errors.ts';
import { advanceRun } from './core/journeys/advance.ts';
import { callOff } from './core/journeys/campaigns/steps.ts';
import type { JourneyDefinition } from './core/journeys/definition.ts';
import { flowOf } from './core/journeys/flow.ts';
import { isInstant, untouched } from './core/journeys/in_force.ts';
import { setAside } from './core/journeys/set_aside.ts';
import { journeySubject } from './core/journeys/subjects.ts';
import { isOutdated, keepShipped } from './core/journeys/switch.ts';
import type { LookedUp } from './core/journeys/types.ts';
import { DAY_MS } from './core/time.ts';
import type { Database } from './db/database.ts';
import { faultOf } from './db/faults.ts';
import { type LookUp, lookUp } from './db/journeys/lookups.ts';
import { type DueRun, dueRuns, openNoticesOf, versionsOf } from './db/journeys.ts';
import type { Worked } from './jobs.ts';
import { takeUpEvents } from './journey_events.ts';
import { findStarts } from './journey_starts.ts';
import { eachInTurn } from './runner.ts';

/** Runs of one round: one group of the writer, so that a purchase waits for no more than that. */
const runsAtOnce = 128;

/**
 * Goes on with all journeys: takes up what happened, finds who enters, does the steps that are due. Goes on where a dead
 * process ended; safe from two at once. Throws the first failure, once all others had their turn.
 */
export async function goOnWithJourneys(svoi: Worked): Promise<void> {
  await svoi.reloadJourneys();
  await keepShippedOnes(svoi);
  await eachInTurn(svoi, [takeUpEvents, findStarts, advanceRuns, takeBackOff]);
}

/**
 * Writes down what comes with Svoi and is on, so that runs can be pinned to a version of it; and the new words of what
 * nobody has rewritten, after an update.
 */
async function keepShippedOnes(svoi: Worked): Promise<void> {
  const { database, shipped } = svoi;
  if (kept.has(database)) return;
  const inForce = new Map(svoi.journeys().map((journey) => [journey.key, journey]));
  const toKeep = shipped.filter(({ definition, isOn }) => {
    const journey = inForce.get(definition.key);
    if (!journey || isInstant(definition)) return false;
    return journey.version === 0 ? isOn : isOutdated(journey, definition);
  });
  await Promise.all(toKeep.map((one) => svoi.submit(keepShipped(untouched(one)))));
  if (toKeep.length > 0) await svoi.reloadJourneys();
  kept.add(database);
}

/** Databases that hold what this Svoi comes with: it comes with nothing else before the next start. */
const kept = new WeakSet<Database>();

/** What was planned so long before a journey was switched off has long gone out or ended. */
const takenBackMs = 14 * DAY_MS;
/** For so long after a journey was switched off it is looked for messages of it that have not gone out. */
const lookedForMs = DAY_MS;

/** Takes back what journeys that were switched off have planned and not sent: what waits for the morning is not told. */
async function takeBackOff(svoi: Worked): Promise<void> {
  const now = svoi.clock.now();
  const off = svoi.journeys().filter(({ isOn, changedAt }) => !isOn && changedAt > now - lookedForMs);
  for (const { key } of off) {
    const open = await openNoticesOf(svoi.database, journeySubject(key), now - takenBackMs, runsAtOnce);
    await Promise.all(open.map((id) => svoi.submit(callOff(id))));
  }
}

/**
 * Does the steps that are due: with one look at the segments they ask for, and one commit for many runs. A run that cannot
 * go on is set aside, and told of by a failure once the others are done.
 */
export async function advanceRuns(svoi: Worked): Promise<void> {
  const failures: unknown[] = [];
  for (let before = ''; ; ) {
    const now = svoi.clock.now();
    const due = await dueRuns(svoi.database, now, runsAtOnce);
    // The same runs due again could not go on: the next call tries them, this one must end.
    const seen = JSON.stringify(due);
    if (due.length === 0 || seen === before) break;
    before = seen;
    failures.push(...(await advanceAll(due, now, svoi)));
  }
  if (failures.length > 0) throw failures[0];
}

async function advanceAll(due: readonly DueRun[], now: number, svoi: Worked): Promise<unknown[]> {
  const looked = await lookedUp(due, now, svoi);
  const rules = svoi.journeyRules();
  const hands = journeyHands(rules, now);
  const done = await Promise.allSettled(
    due.map(({ id, customerId }) => svoi.submit(advanceRun(id, looked(customerId), hands, rules))),
  );
  const failures: unknown[] = [];
  for (const [index, one] of done.entries()) {
    const run = due[index];
    if (run && one.status === 'rejected') failures.push(await giveUp(run, one.reason, svoi));
  }
  return failures;
}

/** What is wrong with one run keeps no other from going on; what is wrong with the database is nobody's fault. */
async function giveUp({ id, journey }: DueRun, error: unknown, svoi: Worked): Promise<SvoiError> {
  const isOfRun =
    faultOf(error) === 'bug' && !(error instanceof SvoiError && error.code === 'writer_stopped');
  if (!isOfRun) throw error;
  await svoi.submit(setAside(id, error));
  return new SvoiError('run_set_aside', `${id} of journey ${journey} cannot go on`, { cause: error });
}

/** Who of those that are due is in the segments their journeys ask for. */
async function lookedUp(
  due: readonly DueRun[],
  now: number,
  { database, program }: Worked,
): Promise<(customerId: DueRun['customerId']) => LookedUp> {
  const definitions = await versionsOf(database, due);
  const asked = due.flatMap((run): LookUp[] => {
    const definition = definitions(run);
    return definition ? rulesIn(definition).map((rule) => ({ rule, customerId: run.customerId })) : [];
  });
  return lookUp(database, asked, { program: program(), now });
}

/** The segments that steps ask for. */
function rulesIn(definition: JourneyDefinition): readonly string[] {
  return flowOf(definition).flatMap(({ step }) =>
    'if' in step && 'segment' in step.if ? [step.if.segment] : [],
  );
}
