import type { CouponChanges, CouponFacts, CouponNeeds } from '../coupons/types.ts';
import type { Address, CustomerChanges, CustomerRecord, Muted } from '../customers/types.ts';
import { invariant } from '../errors.ts';
import type { CustomerId, NoticeId } from '../ids.ts';
import { type Command, type Context, mergeChanges } from '../ports.ts';
import { addressOn, isOpenTo, localeOf, planSteps, smsNumber } from './cascade.ts';
import { giftNeeds, owesGiftBack, takeGiftBack } from './gifts.ts';
import type { Attempt, Notice, NoticeFacts, NoticeNeeds, NoticeReason, Silence } from './notices.ts';
import { beginStep } from './plan.ts';
import { isPointless, isUnheard, judge, wanted } from './policy.ts';
import type { MessagingRules } from './rules.ts';
import { countedSmsPrice, isReachedBy, postponed, settled, tookTooLong } from './settle.ts';
import { isOpenMessage, isSettled } from './states.ts';
import type { AttemptUpdate, MessageCount, MessagingChanges } from './types.ts';

/** What going on with a notice may write: also whose a number is that SMS go to. */
export type NoticeChanges = MessagingChanges & Pick<CustomerChanges, 'addressLinks'>;

/** The same, and what was given along with it, where that is taken back. */
type AdvanceChanges = NoticeChanges & CouponChanges;

/** All that decides how a notice goes on. */
export interface Situation {
  readonly notice: Notice;
  /** In the order they were begun. */
  readonly attempts: readonly Attempt[];
  readonly record: CustomerRecord;
  /** When the customer's offers of the last seven days began, the oldest first. */
  readonly offered: readonly number[];
  /** Of a customer who gave no sign for long. */
  readonly silence?: Silence | undefined;
  /** The weight of the heaviest offer that waits for the customer and is due now. */
  readonly heaviest?: number;
  /** What the customer does not want to hear of. */
  readonly mutes?: readonly Muted[];
  /** Whether the customer bought something since the notice was made. */
  readonly bought: boolean;
  /** What is kept of the number SMS go to, whosever it was. */
  readonly sms: Address | undefined;
}

/** Looks at a notice that is due and does what comes next. One that is not due stays as it is. Safe to repeat. */
export function advanceNotice(
  id: NoticeId,
  rules: MessagingRules,
): Command<NoticeNeeds & CouponNeeds, NoticeFacts & CouponFacts, AdvanceChanges, Record<string, never>> {
  return {
    name: 'notice.advance',
    needs: { notices: [id] },
    moreNeeds: [
      (facts) => needsOf(facts.notice(id), rules),
      (facts) => {
        const into = ownerOf(facts.notice(id), facts)?.customer.mergedInto;
        const notice = facts.notice(id);
        return into && notice ? { ...personNeeds(notice, into), mutes: [into] } : {};
      },
      (facts) => smsNeeds(recordOf(facts.notice(id), facts)),
    ],
    decide(facts, context) {
      const notice = facts.notice(id);
      const record = recordOf(notice, facts);
      if (!notice || !record) return { ok: true, changes: {}, result: {} };
      const { customerId } = notice;
      const number = smsNumber(record);
      const situation: Situation = {
        ...{ notice, record, attempts: facts.attempts(id), offered: facts.offered(customerId) },
        ...{ silence: facts.silence(customerId), heaviest: facts.heaviest(customerId) },
        mutes: [...facts.mutes(record.customer.id), ...(record.mutes ?? [])],
        bought: notice.stopsOnPurchase && facts.bought({ customerId, since: notice.createdAt }),
        sms: number === undefined ? undefined : facts.conversation('sms', number)?.address,
      };
      const changes = advance(situation, rules, context);
      return { ok: true, changes: withGiftBack(changes, notice, record, facts, context), result: {} };
    },
  };
}

/** A notice that ends, or has ended, and owes what was given along with it, has that taken back in the same commit. */
function withGiftBack(
  changes: NoticeChanges,
  notice: Notice,
  record: CustomerRecord,
  facts: CouponFacts,
  context: Context,
): AdvanceChanges {
  const { noticeUpdates: [moved] = [], ...others } = changes;
  const ended = moved ?? { ...notice, revision: notice.revision + 1 };
  if (!owesGiftBack(ended, context.now)) return changes;
  const back = takeGiftBack(ended, record, facts, context);
  return mergeChanges<AdvanceChanges>(others, back.changes, { noticeUpdates: [back.notice] });
}

/** A gift may have to be taken back: that takes the lots it is in. */
function personNeeds(notice: Notice, id: CustomerId): NoticeNeeds & CouponNeeds {
  if (notice.gift === null) return { customers: [{ ref: { id } }] };
  return { customers: [{ ref: { id }, lots: 'open' }], ...giftNeeds(notice, id) };
}

function needsOf(notice: Notice | undefined, { program }: MessagingRules): NoticeNeeds & CouponNeeds {
  if (!notice) return {};
  if (isSettled(notice.state)) return notice.dueAt === null ? {} : personNeeds(notice, notice.customerId);
  const { customerId, category, stopsOnPurchase, campaign, createdAt: since } = notice;
  const days = program.silence.after_days;
  return {
    ...personNeeds(notice, customerId),
    ...(category === 'marketing'
      ? { offered: [customerId], rivals: [customerId], silences: [{ customerId, days }] }
      : {}),
    ...(campaign === null ? {} : { mutes: [customerId] }),
    ...(stopsOnPurchase ? { bought: [{ customerId, since }] } : {}),
  };
}

function ownerOf(notice: Notice | undefined, facts: NoticeFacts): CustomerRecord | undefined {
  return notice && facts.customer({ id: notice.customerId });
}

/** The customer as of now: the one the record was merged into, where it was. */
function recordOf(notice: Notice | undefined, facts: NoticeFacts): CustomerRecord | undefined {
  const owner = ownerOf(notice, facts);
  const into = owner?.customer.mergedInto;
  return into ? facts.customer({ id: into }) : owner;
}

function smsNeeds(record: CustomerRecord | undefined): NoticeNeeds {
  const number = record && smsNumber(record);
  return number === undefined ? {} : { conversations: [{ channel: 'sms', address: number }] };
}

/**
 * What comes next for a notice: reached, over, the first or the next channel, or nothing left. A message on its way is
 * waited for, so that two channels are never used at once.
 */
export function advance(situation: Situation, rules: MessagingRules, context: Context): NoticeChanges {
  const { notice, attempts } = situation;
  const { now } = context;
  if (isSettled(notice.state) || notice.dueAt === null || notice.dueAt > now) return {};
  const onItsWay = attempts.find((one) => isOnItsWay(one, now));
  if (onItsWay) return postponed(notice, onItsWay.leaseUntil ?? now);
  if (attempts.some((attempt) => isReachedBy(attempt, notice))) {
    return settled(notice, attempts, 'reached', null, now);
  }
  const over = reasonToStop(situation, now);
  if (over) {
    const never = notice.state === 'held' && over !== 'bought' && over !== 'erased';
    return settled(notice, attempts, never ? 'dropped' : 'stopped', over, now);
  }
  return notice.state === 'held' ? release(situation, rules, context) : goOn(situation, rules, context);
}

/** Whether somebody holds a lease on a message right now. */
function isOnItsWay({ state, leaseUntil }: Attempt, now: number): boolean {
  return state === 'sending' && (leaseUntil ?? 0) > now;
}

function reasonToStop(
  { notice, record, bought, mutes = [] }: Situation,
  now: number,
): NoticeReason | undefined {
  if (record.customer.erasedAt !== null) return 'erased';
  if (bought) return 'bought';
  if (isPointless(notice, now)) return 'too_late';
  if (!wanted(notice, record)) return 'consent';
  return isUnheard(notice, { mutes, now }) ? 'muted' : undefined;
}

/** What was held is judged again, and its channels are chosen as things stand now. */
function release(situation: Situation, rules: MessagingRules, context: Context): NoticeChanges {
  const { notice, record, offered } = situation;
  const { now } = context;
  const verdict = judge(notice, record, rules, { ...situation, now, prompt: false });
  if (verdict.kind === 'drop') return settled(notice, [], 'dropped', verdict.reason, now);
  if (verdict.kind === 'hold') return postponed({ ...notice, reason: verdict.reason }, verdict.until);
  const steps = planSteps(notice, record, rules, now);
  const changes = goOn({ ...situation, notice: { ...notice, steps, state: 'underway' } }, rules, context);
  if (notice.category !== 'marketing' || !changes.messages) return changes;
  const { id, customerId } = notice;
  return { ...changes, offersBegun: [{ id, customerId, before: offered.length, at: now }] };
}

/** Waits on for the channel being tried, takes the next one, or ends where there is none. */
function goOn(situation: Situation, rules: MessagingRules, context: Context): NoticeChanges {
  const { notice, attempts } = situation;
  const { now } = context;
  const current = attempts.at(-1);
  const until = current && waitsUntil(current, notice, rules, now);
  if (until !== undefined) return postponed(notice, until);
  const next = nextStep(situation, rules, context);
  if (next) return takeStep(next, notice, current, context);
  if (current && isOpenMessage(current.state) && rules.channels.has(current.channel)) {
    return postponed(notice, queueLookAt(current, notice, now));
  }
  return gaveUp(notice, attempts, now);
}

/**
 * Until when a channel that was used is waited for; undefined: no longer. An offer that was never tried only waits for
 * its turn among the others of its campaign, and is left there.
 */
function waitsUntil(
  current: Attempt,
  notice: Notice,
  rules: MessagingRules,
  now: number,
): number | undefined {
  const { state, channel, createdAt, sentAt, error } = current;
  const waitMs = waitOf(current, notice);
  if (isOpenMessage(state)) {
    if (!rules.channels.has(channel)) return undefined;
    const isInLine = notice.category === 'marketing' && state === 'queued' && error === null;
    if (isInLine) return queueLookAt(current, notice, now);
  } else if (state !== 'sent' && state !== 'delivered') return undefined;
  // What was sent by a clock that has gone back since is waited for from when it was written down.
  const end = (sentAt !== null && sentAt <= now ? sentAt : createdAt) + waitMs;
  return end > now ? end : undefined;
}

/** When a message that waits in a queue is looked at again: twice as late each time. It being sent comes first. */
function queueLookAt(current: Attempt, notice: Notice, now: number): number {
  return now + Math.max(waitOf(current, notice), now - current.createdAt);
}

function waitOf({ channel }: Attempt, { steps }: Notice): number {
  return steps.find((step) => step.channel === channel)?.waitMs ?? 0;
}

/** A step that can be taken, and what must be written so that its address is there. */
interface NextStep {
  readonly index: number;
  readonly address: Address;
  readonly changes: NoticeChanges;
}

/** The next channel that is there and leads to the person; one that refused may have a second chat there. */
function nextStep(situation: Situation, rules: MessagingRules, context: Context): NextStep | undefined {
  const { notice, attempts, record } = situation;
  const current = attempts.at(-1)?.state;
  const refused = current === 'failed' || current === 'cancelled';
  const tried = new Set(attempts.map(({ addressId }) => addressId));
  for (let index = refused ? notice.step : notice.step + 1; index < notice.steps.length; index += 1) {
    const channel = notice.steps[index]?.channel;
    if (!channel || !rules.channels.has(channel) || !isOpenTo(channel, notice, record)) continue;
    const known = addressOn(channel, record, tried);
    if (known) return { index, address: known, changes: {} };
    // There is one number: what it refused is not sent to it a second time.
    const isNew = channel === 'sms' && attempts.every((one) => one.channel !== 'sms');
    const made = isNew ? numberOf(situation, rules, context) : undefined;
    if (made) return { index, ...made };
  }
  return undefined;
}

/** The number SMS go to as an address of this customer: moved from whoever had it before, or new. */
function numberOf(
  { record, sms }: Situation,
  rules: MessagingRules,
  context: Context,
): Omit<NextStep, 'index'> | undefined {
  const customerId = record.customer.id;
  const externalId = smsNumber(record);
  if (externalId === undefined || sms?.reachable === false) return undefined;
  if (sms) {
    const addressLinks = sms.customerId === customerId ? [] : [{ id: sms.id, customerId }];
    return { address: { ...sms, customerId }, changes: { addressLinks } };
  }
  const address: Address = {
    id: context.ids.next('adr', context.now),
    ...{ channel: 'sms', externalId, customerId, locale: localeOf(record, rules) },
    ...{ reachable: true, lastSeenAt: 0 },
  };
  return { address, changes: { newAddresses: [address] } };
}

function takeStep(
  { index, address, changes }: NextStep,
  notice: Notice,
  current: Attempt | undefined,
  context: Context,
): NoticeChanges {
  const { notice: begun, ...message } = beginStep(notice, index, address, context);
  return {
    ...changes,
    ...message,
    ...(current ? passedOver(current, context.now) : {}),
    noticeUpdates: [{ ...begun, revision: notice.revision + 1 }],
  };
}

/** What becomes of an attempt when the next channel is used: taken back where it can be, else marked. */
function passedOver(current: Attempt, now: number): Pick<NoticeChanges, 'attemptUpdates' | 'messageCounts'> {
  const { state, leaseUntil, channel, category, sentAt } = current;
  const was: AttemptUpdate['was'] = { state, leaseUntil };
  if (isOpenMessage(state)) {
    return {
      attemptUpdates: [
        { was, attempt: { ...current, state: 'cancelled', leaseUntil: null, error: tookTooLong } },
      ],
    };
  }
  if (state !== 'sent' && state !== 'delivered') return {};
  // It saved no SMS: what comes next is compared with one.
  const smsPriceMicros = -countedSmsPrice(current);
  const saved: MessageCount[] =
    smsPriceMicros < 0 && sentAt !== null ? [{ channel, category, sentAt, smsPriceMicros }] : [];
  const attempt = { ...current, overtakenAt: now, smsPriceMicros: current.smsPriceMicros && 0 };
  return { attemptUpdates: [{ was, attempt }], messageCounts: saved };
}

/** No channel is left: what was delivered but not read has arrived all the same. */
function gaveUp(notice: Notice, attempts: readonly Attempt[], now: number): NoticeChanges {
  const states = new Set(attempts.map(({ state }) => state));
  if (states.has('delivered')) return settled(notice, attempts, 'reached', null, now);
  const taken = states.has('sent') ? 'no_receipt' : 'refused';
  invariant(!states.has('read'), 'what was read has reached the person');
  return settled(notice, attempts, 'failed', attempts.length === 0 ? 'no_channel' : taken, now);
}
