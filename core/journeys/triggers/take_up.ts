import type { CustomerId } from '../../ids.ts';
import { type Command, type Context, mergeChanges } from '../../ports.ts';
import type { EventData, StoredEvent } from '../events.ts';
import { spanMs } from '../spans.ts';
import { decideStarts, startNeeds } from '../start.ts';
import type {
  Journey,
  JourneyChanges,
  JourneyFacts,
  JourneyNeeds,
  JourneyRules,
  LookedUp,
  Start,
} from '../types.ts';
import { woken } from '../wake.ts';
import { listeners, starts } from './purchases.ts';

/** How many runs an event started and woke. */
export interface TakenUp {
  readonly started: number;
  readonly woken: number;
}

/** The starts of an event, one for each journey that wants it. */
export function startsOf(event: StoredEvent, journeys: readonly Journey[], now: number): readonly Start[] {
  return listeners(event.type, journeys)
    .filter((journey) => starts(event, journey, now))
    .map(({ key, definition: { when } }) => ({
      ...{ journey: key, customerId: event.customerId, occasion: event.id, data: event.data },
      ...subjectOf(event),
      dueAt: event.at + ('event' in when && when.after !== undefined ? spanMs(when.after) : 0),
    }));
}

/** What an event of ours is about. What a shop posts names nothing of ours: it could be another customer's. */
function subjectOf({
  type,
  data,
}: Pick<StoredEvent, 'type' | 'data'>): Pick<Start, 'cartId' | 'orderId' | 'purchaseId'> {
  if (type === 'cart_left') return named('cartId', data, 'cart_id');
  if (type === 'order_status') return named('orderId', data, 'order_id');
  return type === 'purchase' ? named('purchaseId', data, 'purchase_id') : {};
}

function named<Name extends 'cartId' | 'orderId' | 'purchaseId'>(name: Name, data: EventData, key: string) {
  const id = data[key];
  return typeof id === 'string' ? ({ [name]: id } as { readonly [Key in Name]: string }) : {};
}

/**
 * Takes an event up, once, whoever tries: starts the journeys that listen to it, and lets runs go on that wait for it.
 * `begun`: its starts, as `startsOf` finds them.
 */
export function takeUp(
  event: StoredEvent,
  begun: readonly Start[],
  looked: LookedUp,
  rules: JourneyRules,
): Command<JourneyNeeds, JourneyFacts, JourneyChanges, TakenUp> {
  const needed = begun.map(startNeeds);
  const { id, type, customerId } = event;
  return {
    name: 'event.take_up',
    needs: mergeChanges<JourneyNeeds>(
      { events: [id], customers: [{ ref: { id: customerId } }], runsWaiting: [{ customerId, event: type }] },
      ...needed.map(({ first }) => first),
    ),
    moreNeeds: [
      (facts) => {
        const into = facts.customer({ id: customerId })?.customer.mergedInto;
        return mergeChanges<JourneyNeeds>(
          into ? { runsWaiting: [{ customerId: into, event: type }] } : {},
          ...needed.map(({ second }) => second(facts)),
        );
      },
    ],
    decide(facts, context) {
      const open = facts.event(id);
      if (!open || open.handledAt !== null)
        return { ok: true, changes: {}, result: { started: 0, woken: 0 } };
      const started = decideStarts(begun, looked, rules, facts, context);
      const awake = wake(open, facts, context);
      const changes = mergeChanges<JourneyChanges>(
        { eventsHandled: [{ id, at: context.now }] },
        ...(awake.length > 0 ? [{ runUpdates: awake }] : []),
        ...started.map((one) => one.changes),
      );
      const runs = started.filter(({ changes }) => changes.runs !== undefined).length;
      return { ok: true, changes, result: { started: runs, woken: awake.length } };
    },
  };
}

/** Runs that wait for the event, of the customer and of who the customer became. */
function wake(event: StoredEvent, facts: JourneyFacts, { now }: Context) {
  const { customerId, type, at } = event;
  const into: CustomerId | null | undefined = facts.customer({ id: customerId })?.customer.mergedInto;
  return facts
    .runsWaiting(into ?? customerId, type)
    .filter(({ state, startedAt }) => state === 'waiting' && at >= startedAt)
    .map((run) => woken(run, event, now));
}
