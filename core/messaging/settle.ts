import { invariant } from '../errors.ts';
import type { Attempt, Notice, NoticeReason, NoticeState } from './notices.ts';
import { hasReached, isOpenMessage, lesserDepth, noticeMoves } from './states.ts';
import type { AttemptUpdate, MessagingChanges } from './types.ts';

/** Whether an attempt came as far as its step wants. */
export function isReachedBy(attempt: Attempt, notice: Notice): boolean {
  return hasReached(attempt.state, wantsOf(attempt, notice));
}

/** Whether the person got the notice twice: two attempts were delivered, as far as their channels can tell. */
export function isDoubled(notice: Notice, attempts: readonly Attempt[]): boolean {
  const arrived = attempts.filter((one) =>
    hasReached(one.state, lesserDepth(wantsOf(one, notice), 'delivered')),
  );
  return arrived.length > 1;
}

function wantsOf({ channel }: Attempt, { steps }: Notice) {
  return steps.find((step) => step.channel === channel)?.wants ?? 'delivered';
}

/** What is written on an attempt that the next channel took the place of. */
export const tookTooLong = 'took too long: the next channel was used';

/**
 * Whether nobody can have got an attempt: it was never tried, or the channel refused it, or told later that it did not
 * arrive. What was tried and brought no answer may have come.
 */
function surelyNeverCame({ state, tries, error, sentAt }: Attempt): boolean {
  switch (state) {
    case 'queued':
      return tries === 0;
    case 'failed':
      return sentAt !== null || tries <= 1;
    case 'cancelled':
      return tries === 0 || (tries === 1 && error !== tookTooLong);
    default:
      return false;
  }
}

/** A notice looked at again at `dueAt`, and not before. */
export function postponed(notice: Notice, dueAt: number): MessagingChanges {
  return { noticeUpdates: [{ ...notice, dueAt, revision: notice.revision + 1 }] };
}

/**
 * The end of a notice: whatever still waits to be sent of it is taken back. Where something was given along with it and
 * nobody can have heard of that, it stays due until that is taken back too.
 */
export function settled(
  notice: Notice,
  attempts: readonly Attempt[],
  state: Exclude<NoticeState, 'held' | 'underway'>,
  reason: NoticeReason | null,
  now: number,
): MessagingChanges {
  invariant(noticeMoves[notice.state].includes(state), `a notice goes from ${notice.state} to ${state}`);
  const doubled = notice.doubled || isDoubled(notice, attempts);
  const isUntold = notice.gift !== null && state !== 'reached' && attempts.every(surelyNeverCame);
  const dueAt = isUntold ? now : null;
  const ended: Notice = { ...notice, state, reason, doubled, dueAt, settledAt: now };
  return {
    noticeUpdates: [{ ...ended, revision: notice.revision + 1 }],
    attemptUpdates: attempts.filter((one) => isOpenMessage(one.state)).map(takenBack),
  };
}

function takenBack(attempt: Attempt): AttemptUpdate {
  const { state, leaseUntil } = attempt;
  const error = 'not needed any more';
  return {
    was: { state, leaseUntil },
    attempt: { ...attempt, state: 'cancelled', leaseUntil: null, error },
  };
}

/** What an attempt spares, in micros: counted only beside what it cost itself, as when it was sent. */
export function countedSmsPrice({ priceMicros, smsPriceMicros }: Attempt): number {
  return priceMicros === null ? 0 : (smsPriceMicros ?? 0);
}
