import { type Command, mergeChanges } from '../ports.ts';
import type { Attempt, Notice, NoticeFacts, NoticeNeeds } from './notices.ts';
import { isChargedOnDelivery } from './price.ts';
import { wakeOf } from './reactions.ts';
import type { Receipt } from './receipts.ts';
import { countedSmsPrice, isDoubled, isReachedBy, settled } from './settle.ts';
import { isOpenMessage, isSettled, movedByReceipt } from './states.ts';
import type { MessageCount, MessagingChanges } from './types.ts';

type ReceiptCommand = Command<NoticeNeeds, NoticeFacts, MessagingChanges, Record<string, never>>;

/**
 * Writes a receipt down: its message moves on, never backwards, and with it the notice it is an attempt of. One of a
 * message that is not known, or not written down as sent yet, is kept. Safe to repeat, in any order.
 */
export function takeReceipt(receipt: Receipt): ReceiptCommand {
  return onReceipt('receipt.take', receipt, (message, facts, now) => {
    if (!message || isOpenMessage(message.state)) return { earlyReceipts: [{ ...receipt, receivedAt: now }] };
    return received(receipt, message, facts, now);
  });
}

/** Writes a receipt down that came early, now that its message is written down as sent. */
export function settleReceipt(receipt: Receipt): ReceiptCommand {
  return onReceipt('receipt.settle', receipt, (message, facts, now) => {
    if (!message || isOpenMessage(message.state)) return {};
    return mergeChanges<MessagingChanges>(received(receipt, message, facts, now), {
      settledReceipts: [receipt],
    });
  });
}

function onReceipt(
  name: string,
  receipt: Receipt,
  changesOf: (message: Attempt | undefined, facts: NoticeFacts, now: number) => MessagingChanges,
): ReceiptCommand {
  return {
    name,
    needs: { receipted: [receipt] },
    moreNeeds: [
      (facts) => {
        const notice = facts.messageOf(receipt)?.noticeId;
        return notice ? { notices: [notice] } : {};
      },
    ],
    decide(facts, { now }) {
      return { ok: true, changes: changesOf(facts.messageOf(receipt), facts, now), result: {} };
    },
  };
}

function received(receipt: Receipt, message: Attempt, facts: NoticeFacts, now: number): MessagingChanges {
  const state = movedByReceipt(message.state, receipt.status);
  if (!state) return {};
  const { at } = receipt;
  const moved: Attempt = {
    ...message,
    state,
    deliveredAt: message.deliveredAt ?? (state === 'failed' ? null : at),
    readAt: state === 'read' ? at : message.readAt,
    ...(state === 'failed' ? failedPart(receipt, message) : {}),
  };
  const notice = message.noticeId ? facts.notice(message.noticeId) : undefined;
  const attempts = notice ? facts.attempts(notice.id).map((one) => (one.id === moved.id ? moved : one)) : [];
  const told = notice ? onNotice(notice, moved, attempts, now) : {};
  const isNewDouble = told.noticeUpdates?.some(({ doubled }) => doubled) && !notice?.doubled;
  const { state: was, leaseUntil } = message;
  const written: MessagingChanges = {
    attemptUpdates: [{ was: { state: was, leaseUntil }, attempt: moved }],
    messageCounts: countsOf(message, moved, isNewDouble === true),
    unreachable: receipt.blocked
      ? [{ addressId: message.addressId, since: message.sentAt ?? message.createdAt }]
      : [],
    undelivered:
      state === 'failed' && message.sentAt !== null
        ? [{ messageId: message.id, sentAt: message.sentAt }]
        : [],
  };
  const news = state === 'read' && notice ? wakeOf(notice, 'read', now) : {};
  return mergeChanges<MessagingChanges>(written, told, news);
}

/** What did not arrive saved no SMS, and costs nothing where the channel bills what it delivers. */
function failedPart({ detail }: Receipt, { channel, priceMicros, smsPriceMicros }: Attempt) {
  return {
    error: detail ?? 'not delivered',
    priceMicros: isChargedOnDelivery(channel) ? priceMicros && 0 : priceMicros,
    smsPriceMicros: smsPriceMicros && 0,
  };
}

/** What a receipt means for the notice: reached, reached twice, or to go on at once. */
function onNotice(
  notice: Notice,
  moved: Attempt,
  attempts: readonly Attempt[],
  now: number,
): MessagingChanges {
  const revision = notice.revision + 1;
  const underway = !isSettled(notice.state);
  if (moved.state === 'failed') {
    const current = underway && attempts.at(-1)?.id === moved.id;
    return current ? { noticeUpdates: [{ ...notice, dueAt: now, revision }] } : {};
  }
  const onItsWay = attempts.find(({ state, leaseUntil }) => state === 'sending' && (leaseUntil ?? 0) > now);
  const ends = isReachedBy(moved, notice) && (underway || notice.state === 'failed');
  if (ends && !onItsWay) return settled(notice, attempts, 'reached', null, now);
  const dueAt = ends ? (onItsWay?.leaseUntil ?? now) : notice.dueAt;
  const doubled = notice.doubled || isDoubled(notice, attempts);
  if (doubled === notice.doubled && dueAt === notice.dueAt) return {};
  return { noticeUpdates: [{ ...notice, doubled, dueAt, revision }] };
}

/** The figures a receipt adds to; a message read is one delivered too, told or not. */
function countsOf(before: Attempt, after: Attempt, doubled: boolean): MessageCount[] {
  const { channel, category, sentAt } = after;
  if (sentAt === null) return [];
  const count = (yes: boolean) => (yes ? 1 : 0);
  return [
    {
      ...{ sentAt, channel, category },
      delivered: count(before.deliveredAt === null && after.deliveredAt !== null),
      read: count(after.state === 'read'),
      failed: count(after.state === 'failed'),
      doubled: count(doubled),
      priceMicros: (after.priceMicros ?? 0) - (before.priceMicros ?? 0),
      smsPriceMicros: countedSmsPrice(after) - countedSmsPrice(before),
    },
  ];
}
