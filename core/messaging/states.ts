import type { ChannelName } from '../customers/types.ts';
import type { NoticeState } from './notices.ts';
import type { ReceiptStatus } from './receipts.ts';
import type { ReceiptDepth } from './rules.ts';

/** How far a message came; `failed` and `cancelled` end it. */
export const messageStates = [
  ...(['queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'cancelled'] as const),
] as const;
export type MessageState = (typeof messageStates)[number];

/** Where a receipt takes a message. What is not here changes nothing: a receipt never moves one backwards. */
const byReceipt: { readonly [From in MessageState]?: { readonly [Status in ReceiptStatus]?: MessageState } } =
  {
    sent: { delivered: 'delivered', read: 'read', failed: 'failed' },
    delivered: { read: 'read' },
  };

/** The state a receipt moves a message to; undefined: it tells nothing new. */
export function movedByReceipt(from: MessageState, status: ReceiptStatus): MessageState | undefined {
  return byReceipt[from]?.[status];
}

/** Where a notice can go. What has ended stays, but for a late receipt of a channel that had been given up. */
export const noticeMoves: { readonly [From in NoticeState]: readonly NoticeState[] } = {
  held: ['underway', 'failed', 'dropped', 'stopped'],
  underway: ['reached', 'failed', 'stopped'],
  failed: ['reached'],
  reached: [],
  dropped: [],
  stopped: [],
};

/** Whether nothing more is done about a notice by itself. */
export function isSettled(state: NoticeState): boolean {
  return state !== 'held' && state !== 'underway';
}

/** Whether a message still is in our hands, or may be. */
export function isOpenMessage(state: MessageState): boolean {
  return state === 'queued' || state === 'sending';
}

const reach: { readonly [State in MessageState]?: number } = { sent: 1, delivered: 2, read: 3 };
const depth: Readonly<Record<ReceiptDepth, number>> = { accepted: 1, delivered: 2, read: 3 };

/** How far each messenger tells what became of a message: Telegram and the chat of the site tell nothing. */
export const usualDepth: Readonly<Record<ChannelName, ReceiptDepth>> = {
  telegram: 'accepted',
  viber: 'read',
  whatsapp: 'read',
  web: 'accepted',
  sms: 'delivered',
};

/** Whether a message in `state` has come as far as wanted. */
export function hasReached(state: MessageState, wants: ReceiptDepth): boolean {
  return (reach[state] ?? 0) >= depth[wants];
}

/** The lesser of what is wanted and what a channel can tell. */
export function lesserDepth(one: ReceiptDepth, other: ReceiptDepth): ReceiptDepth {
  return depth[one] <= depth[other] ? one : other;
}
