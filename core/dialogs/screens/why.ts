import type { Reason } from '../../ledger/types.ts';
import type { Paragraph, Words } from '../../messaging/types.ts';
import { sumPoints } from '../../points.ts';
import type { PurchaseLine } from '../../purchases/types.ts';
import type { HistoryItem } from '../types.ts';
import { lastMoment } from './points.ts';

type Earned = Extract<Reason, { rule: 'earn' }>;
type Returned = Extract<Reason, { rule: 'return_without_receipt' }>;
type Refunded = Extract<Reason, { rule: 'refund' }>;

/** The most lines of a receipt that are spelled out: a message has an end. */
const mostLines = 20;

/** A transaction in words: what, when, where, and the figures its points came from. */
export function explain(item: HistoryItem): Paragraph[] {
  const { points: change, kind, happenedAt: at, purchase } = item;
  const title: Words = { key: 'why.title', variables: { change, kind, at } };
  return [purchase ? [title, receiptOf(purchase)] : title, ...reasonOf(item)];
}

function receiptOf({ externalId: number, store }: NonNullable<HistoryItem['purchase']>): Words {
  return store === null
    ? { key: 'why.receipt', variables: { number } }
    : { key: 'why.receipt_at_store', variables: { number, store } };
}

function reasonOf(item: HistoryItem): Paragraph[] {
  const { reason } = item;
  switch (reason.rule) {
    case 'earn':
      return [
        ...linesOf(item.purchase?.lines ?? [], reason.split),
        [...multiplied(reason), rate(reason, sumPoints(reason.split)), ...afterReturns(reason, item.points)],
        ...(item.purchase?.claimedAt ? [{ key: 'why.claimed' } as const] : []),
        ...whatNext(item),
      ];
    case 'payment':
      return [{ key: 'why.paid' }, ...whatNext(item)];
    case 'welcome':
      return [{ key: 'why.welcome' }, ...whatNext(item)];
    case 'expiry':
      return [item.lots.map(burned)];
    case 'return_without_receipt':
      return returned(reason, -item.points);
    case 'hold':
      return [{ key: 'why.held', variables: { until: reason.until } }];
    case 'hold_over':
      return [{ key: reason.how === 'expired' ? 'why.hold_expired' : 'why.hold_cancelled' }];
    case 'redemption':
      return [
        { key: 'why.redeemed', variables: { points: -item.points, amount: reason.amountMinor } },
        ...(reason.consent === 'none' ? [{ key: 'why.not_asked' } as const] : []),
      ];
    case 'return_window':
      return [{ key: 'why.window_closed' }, ...whatNext(item)];
    case 'refund':
      return [refunded(reason, -item.points), ...owed(item)];
    case 'refund_spent':
      return [{ key: 'why.refund_spent', variables: { amount: reason.amountMinor, points: item.points } }];
    case 'erasure':
      return [{ key: 'why.erased' }];
    case 'manual':
      return [{ key: 'why.note', variables: { note: reason.note } }];
    case 'journey':
    case 'campaign':
      return [{ key: 'why.gift' }, ...whatNext(item)];
    case 'gift_untold':
      return [{ key: 'why.gift_untold' }];
    case 'merged':
      return [{ key: 'why.merged', variables: { points: Math.abs(item.points) } }];
    case 'unmerged':
      return [{ key: 'why.unmerged' }];
    case 'undone':
      return [{ key: 'why.undone' }];
  }
}

function linesOf(lines: readonly PurchaseLine[], split: readonly number[]): Paragraph[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, mostLines).map((line, index) => lineOf(line, split[index] ?? 0));
  const count = lines.length - shown.length;
  return [count > 0 ? [...shown, { key: 'why.more_lines', variables: { count } }] : shown];
}

function lineOf(line: PurchaseLine, points: number): Words {
  const { quantity, amountMinor: amount } = line;
  const name = line.name ?? line.sku;
  return quantity === 1
    ? { key: 'why.line', variables: { name, amount, points } }
    : { key: 'why.lines', variables: { name, quantity, amount, points } };
}

function multiplied({ basisMinor: paid, countedMinor: counted }: Earned): Words[] {
  return counted === undefined ? [] : [{ key: 'why.multiplied', variables: { paid, counted } }];
}

function rate(reason: Earned, points: number): Words {
  const { percent, basisMinor, countedMinor: basis = basisMinor, pointValueMinor: value } = reason;
  const reward = (basis * percent) / 100;
  const variables = { percent, basis, reward, value, points };
  return reward / value > points ? { key: 'why.rate_rounded', variables } : { key: 'why.rate', variables };
}

function whatNext({ kind, lots, purchase }: HistoryItem): Words[] {
  if (kind === 'pending') return purchase ? waitsFor(purchase) : [];
  return lots.slice(0, 1).map(({ expiresAt }) => ({
    key: 'why.good_through',
    variables: { at: lastMoment(expiresAt) },
  }));
}

/** Nothing once it has come: a line of its own tells that. */
function waitsFor({ pending, releaseAt: at }: NonNullable<HistoryItem['purchase']>): Words[] {
  if (pending === 0) return [];
  return [at === null ? { key: 'why.waits_for_payment' } : { key: 'why.waits_until', variables: { at } }];
}

/** Of a receipt claimed after some of its goods came back. */
function afterReturns({ returned = 0 }: Earned, points: number): Words[] {
  return returned > 0 ? [{ key: 'why.returned_before', variables: { returned, points } }] : [];
}

function burned(lot: HistoryItem['lots'][number]): Words {
  const variables = { points: -lot.points, earned: lot.earnedAt, last: lastMoment(lot.expiresAt) };
  return { key: 'why.burned', variables };
}

function returned({ percent, basisMinor: basis, pointValueMinor: value, missing }: Returned, points: number) {
  const reward = (basis * percent) / 100;
  const words: Words[] = [{ key: 'why.returned', variables: { percent, basis, reward, value, points } }];
  if (missing > 0) words.push({ key: 'why.returned_missing', variables: { points: missing } });
  return words;
}

function refunded(reason: Refunded, points: number): Words[] {
  const { amountMinor: amount, missing, burned = 0, waiting } = reason;
  const key = waiting ? 'why.refunded_waiting' : 'why.refunded';
  const words: Words[] = [{ key, variables: { amount, points } }];
  if (burned > 0) words.push({ key: 'why.refund_burned', variables: { points: burned } });
  if (missing > 0) words.push({ key: 'why.returned_missing', variables: { points: missing } });
  return words;
}

/** Where the program lets somebody owe points. */
function owed({ balance }: HistoryItem): Paragraph[] {
  return balance.available < 0 ? [{ key: 'why.owed', variables: { points: -balance.available } }] : [];
}
