import type { CustomerRecord } from '../customers/types.ts';
import type { CustomerId, RunId } from '../ids.ts';
import { isMuted } from '../messaging/mutes.ts';
import type { Command, Context } from '../ports.ts';
import type { JourneyDefinition } from './definition.ts';
import { armOf, isKeptApart } from './draw.ts';
import { sharedOccasion, sharedSince } from './occasion.ts';
import { spanMs } from './spans.ts';
import { subjectsOfJourney } from './subjects.ts';
import type {
  EnteredNeed,
  Journey,
  JourneyChanges,
  JourneyFacts,
  JourneyNeeds,
  JourneyRules,
  JourneyRun,
  LookedUp,
  Start,
} from './types.ts';

/**
 * What came of a start. `before`: the customer has entered already, or may not again yet; `outside`: is not in the
 * segment who may enter; `unknown`: the journey has changed, and nobody has looked whether the customer is.
 */
export type StartOutcome =
  | { readonly kind: 'started' | 'kept_apart'; readonly runId: RunId }
  | { readonly kind: 'before' | 'muted' | 'outside' | 'unknown' | 'off' | 'gone' };

/** What a start came to, and what is to be written for it. */
export interface Started {
  readonly changes: JourneyChanges;
  readonly result: StartOutcome;
}

/**
 * What a start needs to know, in two rounds: the second of the account the customer's was merged into, and of other
 * journeys of the same occasion.
 */
export function startNeeds(start: Start): {
  readonly first: JourneyNeeds;
  second(facts: JourneyFacts): JourneyNeeds;
} {
  const of = (customerId: CustomerId): JourneyNeeds => ({
    customers: [{ ref: { id: customerId } }],
    mutes: [customerId],
    entered: [enteredBy(start, customerId)],
  });
  return {
    first: { ...of(start.customerId), journeys: [start.journey] },
    second(facts) {
      const into = facts.customer({ id: start.customerId })?.customer.mergedInto;
      const journey = facts.journey(start.journey);
      const shared = journey && sharedOccasion(journey.definition, into ?? start.customerId);
      return { ...(into ? of(into) : {}), ...(shared ? { sharedOccasions: [shared] } : {}) };
    },
  };
}

/**
 * Lets a customer enter a journey as it is in force, unless something speaks against it: then nothing is written. Whoever
 * is kept apart to compare with gets a run on which nothing happens. Safe to repeat: one run to an occasion.
 */
export function startRun(
  start: Start,
  looked: LookedUp,
  rules: JourneyRules,
): Command<JourneyNeeds, JourneyFacts, JourneyChanges, StartOutcome> {
  const { first, second } = startNeeds(start);
  return {
    name: 'journey.start',
    needs: first,
    moreNeeds: [second],
    decide: (facts, context) => ({ ok: true, ...decideStart(start, looked, rules, facts, context) }),
  };
}

/** The decision of `startRun`, for commands that start runs along with something else. Needs `startNeeds`. */
export function decideStart(
  start: Start,
  looked: LookedUp,
  rules: Pick<JourneyRules, 'program'>,
  facts: JourneyFacts,
  context: Context,
): Started {
  const record = personIn(start, facts);
  if (!record) return not('gone');
  const journey = facts.journey(start.journey);
  if (!journey?.isOn) return not('off');
  const against = whyNot(start, journey, record, facts, context.now);
  if (against) return not(against);
  const { who } = journey.definition;
  const isIn = who === undefined ? true : looked(who);
  if (isIn !== true) return not(isIn === undefined ? 'unknown' : 'outside');
  const arm = armOf(record.customer.id, journey.definition, rules.program);
  const run = begun(start, journey, record.customer.id, arm, context);
  return {
    changes: { runs: [run], ...occasionBegun(journey.definition, record.customer.id, context.now) },
    result: { kind: isKeptApart(arm) ? 'kept_apart' : 'started', runId: run.id },
  };
}

/**
 * The decisions of several starts at once, what matters most first: of journeys of one occasion the others then are not
 * entered.
 */
export function decideStarts(
  starts: readonly Start[],
  looked: LookedUp,
  rules: Pick<JourneyRules, 'program'>,
  facts: JourneyFacts,
  context: Context,
): readonly Started[] {
  const weightOf = ({ journey }: Start) => facts.journey(journey)?.definition.weight ?? 0;
  const told = new Set<string>();
  return starts
    .toSorted((one, other) => weightOf(other) - weightOf(one))
    .map((start) => {
      const { occasion, occasion_again: again } = facts.journey(start.journey)?.definition ?? {};
      const shared = again === undefined ? undefined : occasion;
      if (shared !== undefined && told.has(shared)) return not('before');
      const started = decideStart(start, looked, rules, facts, context);
      if (shared !== undefined && started.changes.runs) told.add(shared);
      return started;
    });
}

function not(kind: Exclude<StartOutcome['kind'], 'started' | 'kept_apart'>): Started {
  return { changes: {}, result: { kind } };
}

/** Whom a start is about now: the account the customer's was merged into. Undefined once erased. */
function personIn({ customerId }: Start, facts: JourneyFacts): CustomerRecord | undefined {
  const record = facts.customer({ id: customerId });
  const into = record?.customer.mergedInto;
  const person = into ? facts.customer({ id: into }) : record;
  return person?.customer.erasedAt === null ? person : undefined;
}

function whyNot(
  start: Start,
  { definition }: Journey,
  { customer: { id } }: CustomerRecord,
  facts: JourneyFacts,
  now: number,
): 'muted' | 'before' | undefined {
  if (isMuted(subjectsOfJourney(definition), facts.mutes(id), now)) return 'muted';
  const { lastStartedAt, runsOfOccasion } = facts.entered(enteredBy(start, id));
  if (runsOfOccasion.length > 0) return 'before';
  const shared = sharedOccasion(definition, id);
  if (shared && (facts.sharedOccasion(shared) ?? 0) > sharedSince(definition, now)) return 'before';
  if (lastStartedAt === null || definition.again === 'always') return undefined;
  return definition.again === 'once' || now - lastStartedAt < spanMs(definition.again) ? 'before' : undefined;
}

/** Another process may let the customer enter another of them in this moment: one of the two is decided again. */
function occasionBegun(definition: JourneyDefinition, customerId: CustomerId, now: number): JourneyChanges {
  const shared = sharedOccasion(definition, customerId);
  return shared ? { occasionsBegun: [{ ...shared, since: sharedSince(definition, now), until: now }] } : {};
}

function enteredBy({ journey, occasion }: Start, customerId: CustomerId): EnteredNeed {
  return { journey, customerId, occasion };
}

function begun(
  { occasion, data, cartId, orderId, purchaseId, day, dueAt }: Start,
  { key, version }: Journey,
  customerId: CustomerId,
  arm: string,
  { ids, now }: Context,
): JourneyRun {
  const about = {
    ...(cartId === undefined ? {} : { cartId }),
    ...(orderId === undefined ? {} : { orderId }),
    ...(purchaseId === undefined ? {} : { purchaseId }),
    ...(day === undefined ? {} : { day }),
  };
  const state = isKeptApart(arm) ? 'control' : 'waiting';
  return {
    ...{ id: ids.next('run', now), journey: key, version, customerId, occasion, arm, state },
    ...({ reason: null, step: 0, waitsFor: null, startedAt: now } as const),
    data: { event: data, ...about, notices: {} },
    ...(state === 'control' ? { dueAt: null, finishedAt: now } : { dueAt, finishedAt: null }),
    revision: 1,
  };
}
