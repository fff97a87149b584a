import { isOpenMessage } from '../core/messaging/states.ts';
import type { Changes } from './changes.ts';

/** What a commit left to be done at once, by the part that does it. */
export interface WorkLeft {
  /** Messages were written, or some that waited may go. */
  readonly messages: boolean;
  /** Notices are due, or receipts of them came before their messages were known as sent. */
  readonly notices: boolean;
  /** Events were written, or runs of journeys can go on. */
  readonly journeys: boolean;
  /** Something that takes its time: a question of the staff, messages to a segment. */
  readonly errands: boolean;
}

interface Waiting {
  readonly dueAt: number | null;
}

/** What is to be done at `now` because of what was committed; what is due later is found by the clock. */
export function workLeftBy(changes: Changes, now: number): WorkLeft {
  const isDue = ({ dueAt }: Waiting) => dueAt !== null && dueAt <= now;
  // A campaign that goes on lets go of what waited in the outbox; a message that was called off, of the rest of its chat.
  const goesOn = changes.campaignUpdates?.some(({ state }) => state === 'sending');
  const calledOff = changes.attemptUpdates?.some(
    ({ was, attempt }) => isOpenMessage(was.state) && !isOpenMessage(attempt.state),
  );
  // The message of a receipt that came early may have been written down as sent while this was committed.
  const isEarly = changes.earlyReceipts !== undefined;
  const noticesDue = changes.notices?.some(isDue) || changes.noticeUpdates?.some(isDue);
  const runsDue = changes.runs?.some(isDue) || changes.runUpdates?.some(isDue) || changes.wakes?.length;
  return {
    messages: Boolean(changes.messages?.length || goesOn || calledOff),
    notices: Boolean(isEarly || noticesDue),
    journeys: Boolean(changes.newEvents?.length || runsDue),
    errands: Boolean(changes.questions || changes.campaigns || changes.campaignUpdates),
  };
}
