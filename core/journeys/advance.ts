import type { CustomerRecord } from '../customers/types.ts';
import type { CustomerId, RunId } from '../ids.ts';
import { localeOf } from '../messaging/cascade.ts';
import { isMuted } from '../messaging/mutes.ts';
import { settled } from '../messaging/settle.ts';
import type { MessagingChanges } from '../messaging/types.ts';
import { type Command, mergeChanges } from '../ports.ts';
import { localDay } from '../time.ts';
import { burningStill } from './burning.ts';
import { boughtSince, hasBought, isEverHeard } from './conditions.ts';
import type { JourneyDefinition } from './definition.ts';
import { armOf, isKeptApart } from './draw.ts';
import { type FlowStep, flowOf } from './flow.ts';
import { stillGiven } from './gifts.ts';
import { spanMs } from './spans.ts';
import { doStep, type Stepped } from './steps.ts';
import { subjectsOfJourney } from './subjects.ts';
import { dataFits } from './triggers/data.ts';
import type {
  JourneyFacts,
  JourneyNeeds,
  JourneyRules,
  JourneyRun,
  LookedUp,
  RunData,
  RunReason,
  RunState,
} from './types.ts';
import { dataOf, type Hands, personOf, type Walk } from './walk.ts';

/** Where a run stands after it went on; `rests`: there was nothing to do yet. */
export type Advanced = RunState | 'rests';

/**
 * Goes on with a run whose moment has come: does its steps up to the next wait, all of them in one commit together with
 * where it stands then. Before that it is looked at whether there still is a reason to: the journey is on, the customer is
 * there and wants to hear of it, what it is about holds, and its goal is not reached. Safe to repeat: nothing is done
 * before its time, and a step is done once.
 */
export function advanceRun<Needs, Facts extends JourneyFacts, Changes extends object>(
  id: RunId,
  looked: LookedUp,
  hands: Hands<Needs, Facts, Changes>,
  rules: JourneyRules,
): Command<Needs, Facts, Changes, Advanced> {
  const survey = (facts: Facts) => surveyOf(id, facts, hands);
  return {
    name: 'journey.advance',
    needs: hands.needs({ runs: [id] }),
    moreNeeds: [
      (facts) => hands.needs(needsOfRun(id, facts, hands.tierSince)),
      (facts) => hands.needs(needsOfPerson(id, facts, hands.tierSince)),
      (facts) => (tellsStaff(id, facts) ? hands.staffNeeds : hands.needs({})),
      (facts) => survey(facts)?.needs ?? hands.needs({}),
      (facts) => survey(facts)?.moreNeeds?.[0]?.(facts) ?? hands.needs({}),
      (facts) => survey(facts)?.moreNeeds?.[1]?.(facts) ?? hands.needs({}),
    ],
    decide(facts, context) {
      const known = facts.run(id);
      const { dueAt = null } = known?.run ?? {};
      if (!known || dueAt === null || dueAt > context.now) {
        return { ok: true, changes: hands.changes({}), result: 'rests' };
      }
      const { changes, run } = goOn(known, { looked, hands, rules, facts, context });
      return { ok: true, changes, result: run.state };
    },
  };
}

type Parts<Needs, Facts extends JourneyFacts, Changes> = Pick<
  Walk<Needs, Facts, Changes>,
  'looked' | 'hands' | 'rules' | 'facts' | 'context'
>;

/** What a run is judged by before it goes on. */
type Judging = Pick<Walk<unknown, JourneyFacts, unknown>, 'facts' | 'rules' | 'context'>;

interface Known {
  readonly run: JourneyRun;
  readonly definition: JourneyDefinition;
}

function goOn<Needs, Facts extends JourneyFacts, Changes extends object>(
  { run, definition }: Known,
  parts: Parts<Needs, Facts, Changes>,
): { readonly changes: Changes; readonly run: JourneyRun } {
  const { hands, facts, rules, context } = parts;
  const record = personOf(run, facts);
  const reason = whyOver({ run, definition }, parts);
  if (reason || !record) {
    const over = ended(run, reason ?? 'erased', context.now);
    const planned = takenBack(run, facts, context.now);
    return {
      changes: mergeChanges(hands.changes({ runUpdates: [over] }), hands.changes(planned)),
      run: over,
    };
  }
  const locale = localeOf(record, rules);
  const walk: Walk<Needs, Facts, Changes> = {
    ...{ ...parts, run, definition, locale, decided: [], hasCoupon: false },
    data: asOfNow({ run, definition }, record, parts),
    dueAt: run.dueAt ?? context.now,
  };
  const next = walkOn(walk);
  const changes = mergeChanges<Changes>(...walk.decided, hands.changes({ runUpdates: [next] }));
  return { changes, run: next };
}

/** What a run knows, without what was taken back since, and with as many points as still burn. */
function asOfNow(
  { run, definition }: Known,
  record: CustomerRecord,
  { facts, rules }: Pick<Judging, 'facts' | 'rules'>,
): RunData {
  const data = stillGiven(run.data, facts);
  const points = burningStill({ run, definition }, record, rules);
  return points === undefined ? data : { ...data, event: { ...data.event, points } };
}

/** Messages of a run that is over and has not sent them: what waits for the morning is not told any more. */
function takenBack({ data }: JourneyRun, facts: JourneyFacts, now: number): MessagingChanges {
  const open = Object.values(data.notices).flatMap((id) => {
    const notice = facts.notice(id);
    return notice?.state === 'held'
      ? [settled(notice, facts.attempts(id), 'stopped', 'called_off', now)]
      : [];
  });
  return mergeChanges<MessagingChanges>(...open);
}

/** Does step after step until one waits, and says where the run stands then. */
function walkOn<Needs, Facts extends JourneyFacts, Changes>(walk: Walk<Needs, Facts, Changes>): JourneyRun {
  const flow = flowOf(walk.definition);
  const { now } = walk.context;
  let stepped: Stepped = { kind: 'goes_on', step: walk.run.step };
  while (stepped.kind === 'goes_on') {
    const step: FlowStep | undefined = flow[stepped.step];
    if (!step) break;
    stepped = doStep(step, walk);
  }
  const run = { ...walk.run, data: walk.data, waitsFor: null, revision: walk.run.revision + 1 };
  switch (stepped.kind) {
    case 'goes_on':
      return { ...run, state: 'done', step: stepped.step, dueAt: null, finishedAt: now };
    case 'stops':
      return { ...run, state: 'stopped', reason: 'step', dueAt: null, finishedAt: now };
    case 'pauses':
      return { ...run, step: stepped.step, dueAt: walk.dueAt };
    case 'waits':
      return { ...run, step: stepped.step, dueAt: stepped.until, waitsFor: stepped.waitsFor };
  }
}

/** A run that has stopped before its last step. */
export function ended(run: JourneyRun, reason: RunReason, now: number): JourneyRun {
  return {
    ...run,
    ...({ state: 'stopped', reason, dueAt: null, waitsFor: null, finishedAt: now } as const),
    revision: run.revision + 1,
  };
}

/** Why a run does not go on any more; undefined: it does. */
function whyOver(
  { run, definition }: Known,
  { facts, rules, context: { now } }: Judging,
): RunReason | undefined {
  const record = personOf(run, facts);
  const person = record?.customer;
  if (!person || person.erasedAt !== null) return 'erased';
  const journey = facts.journey(run.journey);
  if (!journey?.isOn || run.startedAt < (journey.since ?? 0)) return 'off';
  if (isMuted(subjectsOfJourney(definition), facts.mutes(person.id), now)) return 'muted';
  if (isOfAnother({ run, definition }, person.id, { facts, rules })) return 'merged';
  if (isOverBySelf({ run, definition }, record, { facts, rules })) return 'over';
  return isReached({ run, definition }, facts) ? 'goal' : undefined;
}

/** Whether what a run is about is no more: the cart was bought, the invoice is due on another day, the points were spent. */
function isOverBySelf(
  { run, definition }: Known,
  record: CustomerRecord,
  { facts, rules }: Pick<Judging, 'facts' | 'rules'>,
): boolean {
  const { when } = definition;
  if (definition.while && !dataFits(definition.while, dataOf(run, facts))) return true;
  const zone = record.customer.zone ?? rules.program.zone;
  if ('date' in when && when.date === 'order.due_at' && isMoved(run, facts, zone)) return true;
  const burning = burningStill({ run, definition }, record, rules);
  return burning !== undefined && 'points_burn_in' in when && burning < when.at_least;
}

/** Whether an order is due on another day than the one it was found by: for that it starts anew. */
function isMoved({ data: { orderId, event, day } }: JourneyRun, facts: JourneyFacts, zone: string): boolean {
  const order = orderId === undefined ? undefined : facts.order(orderId);
  if (!order || order.dueAt === event.due_at) return false;
  return order.dueAt === null || localDay(order.dueAt, zone) !== day;
}

/**
 * Whether a run would not be there had the accounts of the person been one all along: another of them entered before it
 * for the same, or too shortly before it; or whom it is about now is kept apart from the journey, or from all offers.
 */
function isOfAnother(
  { run, definition }: Known,
  customerId: CustomerId,
  { facts, rules }: Pick<Judging, 'facts' | 'rules'>,
): boolean {
  const { again } = definition;
  const { runs, runsOfOccasion } = facts.entered({ ...run, customerId });
  if ((runsOfOccasion[0] ?? run.id) !== run.id) return true;
  if (run.customerId !== customerId && isKeptApart(armOf(customerId, definition, rules.program))) return true;
  if (again === 'always') return false;
  const soon = again === 'once' ? Number.POSITIVE_INFINITY : spanMs(again);
  return runs.some(({ id, startedAt }) => id < run.id && run.startedAt - startedAt < soon);
}

function isReached({ run, definition: { goal } }: Known, facts: JourneyFacts): boolean {
  const asked = { run, data: run.data, facts };
  if (goal === 'none') return false;
  return goal === 'purchase' ? hasBought(asked) : isEverHeard(goal, asked);
}

/** What is needed once it is known which run it is. */
function needsOfRun(id: RunId, facts: JourneyFacts, since: number): JourneyNeeds {
  const known = facts.run(id);
  if (known?.run.state !== 'waiting') return {};
  const { run, definition } = known;
  const { cartId, orderId, purchaseId, notices, coupon } = run.data;
  const coupons = flowOf(definition).flatMap(({ step }) => ('coupon' in step ? [step.coupon] : []));
  return {
    journeys: [run.journey],
    ...aboutPerson(run, run.customerId, since),
    notices: Object.values(notices),
    ...(cartId === undefined ? {} : { carts: [cartId] }),
    ...(orderId === undefined ? {} : { orders: [orderId] }),
    ...(purchaseId === undefined ? {} : { purchases: [purchaseId] }),
    ...(coupon ? { coupons: [coupon.id] } : {}),
    couponsCalled: coupons,
  };
}

/** What is needed once it is known who the customer is now, and which coupons are meant. */
function needsOfPerson(id: RunId, facts: JourneyFacts, since: number): JourneyNeeds {
  const known = facts.run(id);
  if (known?.run.state !== 'waiting') return {};
  const { run, definition } = known;
  const into = facts.customer({ id: run.customerId })?.customer.mergedInto;
  const called = flowOf(definition).flatMap(({ step }) => {
    const couponId = 'coupon' in step ? facts.couponCalled(step.coupon) : undefined;
    return couponId === undefined ? [] : [couponId];
  });
  return {
    ...(into ? aboutPerson(run, into, since) : {}),
    ...(called.length > 0 ? { coupons: called, auditChains: [into ?? run.customerId] } : {}),
  };
}

function aboutPerson(run: JourneyRun, customerId: JourneyRun['customerId'], since: number): JourneyNeeds {
  return {
    customers: [{ ref: { id: customerId }, lots: 'open' }],
    mutes: [customerId],
    entered: [{ ...run, customerId }],
    bought: [{ customerId, since: boughtSince(run) }],
    habits: [{ customerId, since }],
    npsOf: [customerId],
  };
}

function tellsStaff(id: RunId, facts: JourneyFacts): boolean {
  const known = facts.run(id);
  return known ? flowOf(known.definition).some(({ step }) => 'staff' in step) : false;
}

function surveyOf<Needs, Facts extends JourneyFacts, Changes>(
  id: RunId,
  facts: Facts,
  hands: Hands<Needs, Facts, Changes>,
): Command<Needs, Facts, Changes, boolean> | undefined {
  const known = facts.run(id);
  const { purchaseId } = known?.run.data ?? {};
  const asks = known && flowOf(known.definition).some(({ step }) => 'survey' in step);
  return asks && purchaseId !== undefined ? hands.askAbout(purchaseId) : undefined;
}
