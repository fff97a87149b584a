import type {
  Address,
  CustomerChanges,
  CustomerEvent,
  CustomerFacts,
  CustomerRecord,
} from '../customers/types.ts';
import type { Command, Context } from '../ports.ts';
import type { MessagingChanges, OutboxMessage, Reply } from './types.ts';

/** The chat a customer is written to: the one used last among those that still reach the person. */
export function preferredAddress(record: CustomerRecord): Address | undefined {
  return record.addresses
    .filter((address) => address.reachable)
    .sort((a, b) => b.lastSeenAt - a.lastSeenAt || (a.id < b.id ? -1 : 1))[0];
}

/** A command that also tells the customer what happened, by messages of the same commit. */
export function withNotifications<
  Needs,
  Facts extends CustomerFacts,
  Changes extends CustomerChanges & MessagingChanges,
  Result,
>(
  command: Command<Needs, Facts, Changes, Result>,
): Command<Needs, Facts, Changes & MessagingChanges, Result> {
  return {
    ...command,
    decide(facts, context) {
      const decision = command.decide(facts, context);
      if (!decision.ok) return decision;
      const messages = messagesFor(decision.changes.events ?? [], facts, context);
      if (messages.length === 0) return decision;
      const all = [...(decision.changes.messages ?? []), ...messages];
      return { ...decision, changes: { ...decision.changes, messages: all } };
    },
  };
}

/** A message for each event worth one, unless the customer asked us not to write about points and purchases. */
function messagesFor(
  events: readonly CustomerEvent[],
  facts: CustomerFacts,
  context: Context,
): OutboxMessage[] {
  return events.flatMap((event) => {
    const record = facts.customer({ id: event.customerId });
    const reply = replyTo(event);
    if (!record || !reply || record.consents.service === false) return [];
    const address = preferredAddress(record);
    return address ? [serviceMessage(reply, address, context)] : [];
  });
}

function serviceMessage(reply: Reply, address: Address, context: Context): OutboxMessage {
  return {
    id: context.ids.next('msg', context.now),
    addressId: address.id,
    customerId: address.customerId,
    channel: address.channel,
    category: 'service',
    reply,
    replaces: null,
    createdAt: context.now,
    dueAt: context.now,
  };
}

/** Nothing where there is nothing to tell: a registration is answered in its own chat, zero points are no news. */
function replyTo(event: CustomerEvent): Reply | undefined {
  if (event.type !== 'points_earned') return undefined;
  const { points, pending, balance } = event;
  if (points > 0) return { paragraphs: [{ key: 'notify.points_earned', variables: { points, balance } }] };
  if (pending > 0) return { paragraphs: [{ key: 'notify.points_pending', variables: { points: pending } }] };
  return undefined;
}
