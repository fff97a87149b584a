import type { CustomerChanges, CustomerFacts, CustomerNeeds, CustomerRef } from '../../customers/types.ts';
import { refuse } from '../../errors.ts';
import type { CustomerId, EventId, ShopId } from '../../ids.ts';
import type { Command } from '../../ports.ts';
import { ownerOf } from '../../purchases/owner.ts';
import { futureRefusal } from '../../purchases/sale.ts';
import { type EventData, instantEventTypes, ownEventTypes } from '../events.ts';
import type { JourneyChanges } from '../types.ts';

/** Something that happened to a customer, as a shop tells of it, checked and in our words. */
export interface EventInput {
  readonly shopId: ShopId;
  /** The shop's own id of it: the natural key. */
  readonly externalId: string;
  /** Lower case and underscores: `table_booked`. */
  readonly type: string;
  readonly customer: CustomerRef;
  readonly at: number;
  readonly data: EventData;
}

/** An event as it was taken. */
export interface ToldEvent {
  readonly id: EventId;
  readonly customerId: CustomerId;
}

const ours: readonly string[] = [...ownEventTypes, ...instantEventTypes];

/**
 * Tells of something that happened, for journeys to start from and to wait for. Safe to repeat by the shop's id: the same
 * again is the first answer. A phone that nobody has makes a customer, as with purchases. Refuses `event_type_reserved`
 * (what we tell of ourselves), `in_the_future`, `customer_not_found`.
 */
export function tellEvent(
  input: EventInput,
): Command<CustomerNeeds, CustomerFacts, CustomerChanges & Pick<JourneyChanges, 'newEvents'>, ToldEvent> {
  const { shopId, externalId, type, customer, at, data } = input;
  return {
    name: 'event.tell',
    once: { scope: `${shopId} told event`, key: externalId, input, conflictCode: 'event_conflict' },
    needs: { customers: [{ ref: customer }] },
    decide(facts, context) {
      if (ours.includes(type)) {
        return refuse('event_type_reserved', `we tell of "${type}" ourselves: choose another name`, '/type');
      }
      const early = futureRefusal(at, context.now, 'event');
      if (early) return { ok: false, refusal: early };
      const owner = ownerOf(customer, facts, context);
      if (!owner.ok) return owner;
      const { id: customerId, changes } = owner.result;
      const id = context.ids.next('evt', context.now);
      const occasion = `${shopId} ${externalId}`;
      const event = { id, type, customerId, occasion, data, at, recordedAt: context.now };
      return { ok: true, changes: { ...changes, newEvents: [event] }, result: { id, customerId } };
    },
  };
}
