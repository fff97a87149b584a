import type { CustomerId, PurchaseId } from '../../ids.ts';
import type { Context } from '../../ports.ts';
import { DAY_MS } from '../../time.ts';
import type { EventData, NewEvent } from '../events.ts';
import type { Journey } from '../types.ts';
import { dataFits } from './data.ts';

/** A purchase as journeys look at it. */
export interface HeardPurchase {
  readonly id: PurchaseId;
  readonly customerId: CustomerId;
  /** When it was made, or its receipt became the customer's. */
  readonly at: number;
  readonly totalMinor: number;
  readonly store: string | null;
  /** Whether the customer bought nothing before. */
  readonly isFirst: boolean;
  readonly isPaid: boolean;
  readonly skus: readonly string[];
  readonly categories: readonly string[];
  /** Whether a run of this customer waits for a purchase. */
  readonly isAwaited: boolean;
}

/** What started longer ago than this, while nothing was running, starts no journey any more. */
export const madeUpForMs = DAY_MS;

/** What a journey knows of a purchase, under the names that its conditions use. Money in minor units. */
export function purchaseData(purchase: HeardPurchase): EventData {
  const { id, totalMinor, store, isFirst, isPaid, skus, categories } = purchase;
  return {
    ...{ purchase_id: id, total: totalMinor, store, first: isFirst, paid: isPaid, items: skus.length },
    ...{ categories: [...new Set(categories)].join(', '), skus: [...new Set(skus)].join(', ') },
  };
}

/** The journeys that are on and start with an event of this type. */
export function listeners(type: string, journeys: readonly Journey[]): readonly Journey[] {
  return journeys.filter(({ isOn, definition: { when } }) => isOn && 'event' in when && when.event === type);
}

/** Whether an event starts a journey: it is not of long ago, the journey was on by then, and asks for such data. */
export function starts(
  { at, data }: { readonly at: number; readonly data: EventData },
  { since, definition: { when } }: Journey,
  now: number,
): boolean {
  return (
    'event' in when &&
    since !== null &&
    at >= since &&
    now - at <= madeUpForMs &&
    dataFits(when.where ?? {}, data)
  );
}

/** The purchases among some that journeys want to hear of, as events. */
export function purchaseEvents(
  purchases: readonly HeardPurchase[],
  journeys: readonly Journey[],
  { ids, now }: Pick<Context, 'ids' | 'now'>,
): readonly NewEvent[] {
  const listening = listeners('purchase', journeys);
  return purchases.flatMap((purchase) => {
    const { id: occasion, customerId, at, isAwaited } = purchase;
    const data = purchaseData(purchase);
    if (!isAwaited && !listening.some((journey) => starts({ at, data }, journey, now))) return [];
    return [{ id: ids.next('evt', now), type: 'purchase', customerId, occasion, data, at, recordedAt: now }];
  });
}
