import { giveCoupon } from '../coupons/issue.ts';
import type { CustomerRecord, Locale } from '../customers/types.ts';
import { invariant } from '../errors.ts';
import { openPosting } from '../ledger/posting.ts';
import { planNotice } from '../messaging/plan.ts';
import { points } from '../points.ts';
import { expiresAt } from '../program/rules.ts';
import { after } from '../staff/after.ts';
import { endOfDayAfter } from '../time.ts';
import { hasBought, isHeard, isSo } from './conditions.ts';
import type { StepDefinition } from './definition.ts';
import { variantOf } from './draw.ts';
import type { FlowStep } from './flow.ts';
import { giftOf, toldBy, withCode, withPoints } from './gifts.ts';
import { say } from './reply.ts';
import { spanMs } from './spans.ts';
import { journeySubject } from './subjects.ts';
import { textFor, written } from './templates/written.ts';
import { dayBefore, momentOn } from './triggers/calendar.ts';
import type { JourneyFacts } from './types.ts';
import { isSignal, nextAt } from './wake.ts';
import { type JourneyWrites, personOf, valuesOf, type Walk } from './walk.ts';
import { withWayOut } from './way_out.ts';

/** What a step came to: the number of the step to go on with, now or later, or that the run is over. */
export type Stepped =
  | { readonly kind: 'goes_on'; readonly step: number }
  /** To be gone on with in a commit of its own. */
  | { readonly kind: 'pauses'; readonly step: number }
  | {
      readonly kind: 'waits';
      readonly step: number;
      readonly until: number;
      readonly waitsFor: string | null;
    }
  | { readonly kind: 'stops' };

type StepOf<Key extends string> = Extract<StepDefinition, Readonly<Record<Key, unknown>>>;
type DayWait = Extract<StepOf<'wait'>['wait'], { readonly until_day: number }>;

/** Does one step: what it writes is added to what the walk has decided. */
export function doStep<Needs, Facts extends JourneyFacts, Changes>(
  { number, step, next, otherwise }: FlowStep,
  walk: Walk<Needs, Facts, Changes>,
): Stepped {
  if ('wait' in step) return wait(step, { number, next }, walk);
  if ('stop' in step) return { kind: 'stops' };
  if ('if' in step) {
    const holds = isSo(step.if, walk);
    if (holds === undefined) return { kind: 'pauses', step: number };
    return { kind: 'goes_on', step: holds ? next : otherwise };
  }
  if ('coupon' in step && walk.hasCoupon) return { kind: 'pauses', step: number };
  act(step, number, walk);
  return { kind: 'goes_on', step: next };
}

function act<Needs, Facts extends JourneyFacts, Changes>(
  step: Exclude<StepDefinition, StepOf<'wait'> | StepOf<'if'> | StepOf<'stop'>>,
  number: number,
  walk: Walk<Needs, Facts, Changes>,
): void {
  if ('message' in step) tell(step, number, walk);
  else if ('coupon' in step) handCoupon(step, number, walk);
  else if ('points' in step) givePoints(step, number, walk);
  else if ('staff' in step) tellStaff(step, walk);
  else if ('survey' in step) askAbout(number, walk);
  else mark(step, walk);
}

function write<Needs, Facts extends JourneyFacts, Changes>(
  walk: Walk<Needs, Facts, Changes>,
  changes: JourneyWrites,
): void {
  walk.decided.push(walk.hands.changes(changes));
}

/** Keeps why a step was left out, for whoever asks what became of the run. */
function skip<Needs, Facts extends JourneyFacts, Changes>(
  walk: Walk<Needs, Facts, Changes>,
  step: number,
  why: string,
): void {
  walk.data = { ...walk.data, skipped: { ...walk.data.skipped, [step]: why } };
}

function recordOf<Needs, Facts extends JourneyFacts, Changes>(
  walk: Walk<Needs, Facts, Changes>,
): CustomerRecord {
  const record = personOf(walk.run, walk.facts);
  invariant(record, `${walk.run.id} is about somebody`);
  return record;
}

/**
 * A run that waits for something stands at its wait until that has happened or its time is over; one that waits for time
 * stands at the step after it.
 */
function wait<Needs, Facts extends JourneyFacts, Changes>(
  { wait: what }: StepOf<'wait'>,
  { number, next }: Pick<FlowStep, 'number' | 'next'>,
  walk: Walk<Needs, Facts, Changes>,
): Stepped {
  const { now } = walk.context;
  if (typeof what === 'string') {
    return { kind: 'waits', step: next, until: now + spanMs(what), waitsFor: null };
  }
  if ('until' in what) {
    const until = nextAt(what.until, zoneOf(walk), now);
    return until <= now
      ? { kind: 'goes_on', step: next }
      : { kind: 'waits', step: next, until, waitsFor: null };
  }
  if ('until_day' in what) return waitForDay(what, next, walk);
  const until = walk.data.waitsUntil ?? now + spanMs(what.at_most);
  const { waitsUntil, ...data } = walk.data;
  if (hasHappened(what.for, waitsUntil !== undefined, walk) || until <= now) {
    walk.data = data;
    return { kind: 'goes_on', step: next };
  }
  walk.data = { ...data, waitsUntil: until };
  return { kind: 'waits', step: number, until, waitsFor: what.for };
}

/** Whoever comes when that moment is over goes on at once, as of that moment: what is good for hours may be too late. */
function waitForDay<Needs, Facts extends JourneyFacts, Changes>(
  { until_day: days, at }: DayWait,
  step: number,
  walk: Walk<Needs, Facts, Changes>,
): Stepped {
  const { day } = walk.data;
  if (day === undefined) return { kind: 'goes_on', step };
  const until = momentOn(dayBefore(day, -days), at, zoneOf(walk));
  if (until > walk.context.now) return { kind: 'waits', step, until, waitsFor: null };
  walk.dueAt = Math.max(walk.dueAt, until);
  return { kind: 'goes_on', step };
}

/** By which clocks the customer lives. */
function zoneOf<Needs, Facts extends JourneyFacts, Changes>(walk: Walk<Needs, Facts, Changes>): string {
  return recordOf(walk).customer.zone ?? walk.rules.program.zone;
}

/** What the run's own messages tell is looked up; of anything else, whoever takes the event up lets the run go. */
function hasHappened<Needs, Facts extends JourneyFacts, Changes>(
  event: string,
  hasWaited: boolean,
  walk: Walk<Needs, Facts, Changes>,
): boolean {
  if (isSignal(event)) return isHeard(event, walk);
  if (event === 'purchase' && hasBought(walk)) return true;
  return hasWaited && walk.run.waitsFor === null;
}

function tell<Needs, Facts extends JourneyFacts, Changes>(
  step: StepOf<'message'>,
  number: number,
  walk: Walk<Needs, Facts, Changes>,
): void {
  const { run, definition, rules, context } = walk;
  const { key, category, topic, weight, goal } = definition;
  const record = recordOf(walk);
  const { program, site } = rules;
  const said = say(variantOf(step.message, run.arm), {
    ...{ locale: walk.locale, programLocale: program.locale, values: valuesOf(walk, record) },
    ...{ customer: record.customer, site, subject: journeySubject(key) },
    ...{ couponCode: walk.data.coupon?.code, cartId: walk.data.cartId },
    approvals: { key, category, approved: program.whatsapp_approved },
  });
  if (!said.ok) {
    skip(walk, number, `no ${said.missing.join(', ')}`);
    return;
  }
  const reply = category === 'marketing' ? withWayOut(said.reply, journeySubject(key)) : said.reply;
  const planned = planNotice(
    {
      ...{ category, kind: key, reply, topic, arm: run.arm, weight },
      ...{ campaign: journeySubject(key), occasion: occasionOf(number, walk) },
      // From when it was due: a server that was off for days does not say then what was good for hours.
      ...(step.good_for === undefined ? {} : { pointlessAt: walk.dueAt + spanMs(step.good_for) }),
      stopsOnPurchase: goal === 'purchase',
      gift: giftOf(walk.data),
    },
    record,
    rules,
    context,
  );
  const notice = planned.notices?.[0];
  if (notice) {
    const data = toldBy(walk.data, notice.id);
    walk.data = { ...data, notices: { ...data.notices, [number]: notice.id } };
  }
  write(walk, planned);
}

/**
 * The first message of a run shares the occasion its journey names with whatever else tells of it; every other is told once
 * to a run, and so is all of an occasion that is told of again: who may enter was decided by that.
 */
function occasionOf<Needs, Facts extends JourneyFacts, Changes>(
  number: number,
  { run, definition, data }: Walk<Needs, Facts, Changes>,
): string {
  const { occasion, occasion_again: again } = definition;
  const isFirst = Object.keys(data.notices).length === 0;
  return occasion === undefined || again !== undefined || !isFirst ? `run:${run.id}:${number}` : occasion;
}

/** One coupon of the shop with a code of the customer's own. The journey's own messages tell of it: nothing else does. */
function handCoupon<Needs, Facts extends JourneyFacts, Changes>(
  { coupon: called }: StepOf<'coupon'>,
  number: number,
  walk: Walk<Needs, Facts, Changes>,
): void {
  const { run, rules, context } = walk;
  const { coupon: _, ...without } = walk.data;
  walk.data = without;
  const id = walk.facts.couponCalled(called);
  const coupon = id && walk.facts.coupon(id);
  if (!coupon) {
    skip(walk, number, 'coupon_not_found');
    return;
  }
  const giving = {
    ...{ actor: journeySubject(run.journey), zone: rules.program.zone },
    ...{ facts: walk.facts, context },
  };
  const issued = giveCoupon(coupon, recordOf(walk).customer.id, giving);
  if (!issued.ok) {
    skip(walk, number, issued.refusal.code);
    return;
  }
  const { events: __, ...changes } = issued.changes;
  const { code, validUntil } = issued.result;
  walk.hasCoupon = true;
  walk.data = { ...walk.data, coupon: { id: coupon.id, code, validUntil } };
  for (const { code: kept } of changes.couponCodes ?? []) walk.data = withCode(walk.data, kept);
  write(walk, changes);
}

/** Points in a lot of their own. The journey's own messages tell of them: nothing else does. */
function givePoints<Needs, Facts extends JourneyFacts, Changes>(
  { points: amount, live_days: days }: StepOf<'points'>,
  number: number,
  walk: Walk<Needs, Facts, Changes>,
): void {
  const { run, rules, context } = walk;
  const { now } = context;
  const { head, lots } = recordOf(walk);
  const until =
    days === undefined ? expiresAt(rules.program, now) : endOfDayAfter(now, days, rules.program.zone);
  const posting = openPosting(head, lots, context);
  posting.expireDue(now);
  const { lots: made } = posting.earn('gift', points(amount), until, {
    ...{ happenedAt: now, actor: journeySubject(run.journey), reference: run.id },
    reason: { rule: 'journey', journey: run.journey, run: run.id, step: number },
  });
  const { transactions } = posting;
  walk.facts = after(walk.facts, { transactions });
  for (const { id: lot } of made) walk.data = withPoints(walk.data, { lot, points: amount, until });
  write(walk, { transactions });
}

function mark<Needs, Facts extends JourneyFacts, Changes>(
  step: StepOf<'tag'> | StepOf<'untag'>,
  walk: Walk<Needs, Facts, Changes>,
): void {
  const customerId = recordOf(walk).customer.id;
  if ('tag' in step) write(walk, { tags: [{ customerId, tag: step.tag, at: walk.context.now }] });
  else write(walk, { untags: [{ customerId, tag: step.untag }] });
}

/** Each of the staff reads it in the language of the own chat. */
function tellStaff<Needs, Facts extends JourneyFacts, Changes>(
  { staff: { text, to } }: StepOf<'staff'>,
  walk: Walk<Needs, Facts, Changes>,
): void {
  const record = recordOf(walk);
  const programLocale = walk.rules.program.locale;
  const words = (locale: Locale) =>
    written(textFor(text, locale, programLocale), valuesOf({ ...walk, locale }, record));
  const { orderId } = walk.data;
  const order = orderId === undefined ? undefined : walk.facts.order(orderId);
  const manager = to === 'manager' ? (order?.manager ?? null) : null;
  const news = { words, customer: record.customer, manager };
  walk.decided.push(walk.hands.tellStaff(news, walk.facts, walk.context));
}

function askAbout<Needs, Facts extends JourneyFacts, Changes>(
  number: number,
  walk: Walk<Needs, Facts, Changes>,
): void {
  const { purchaseId } = walk.data;
  if (purchaseId === undefined) {
    skip(walk, number, 'no purchase');
    return;
  }
  const asked = walk.hands.askAbout(purchaseId).decide(walk.facts, walk.context);
  if (!asked.ok || !asked.result) {
    skip(walk, number, 'not asked');
    return;
  }
  walk.decided.push(asked.changes);
}
