import type { CustomerEvent, CustomerRecord, Locale } from '../customers/types.ts';
import { localeOf } from '../messaging/cascade.ts';
import { couponTitle } from '../messaging/notify.ts';
import type { MessagingRules, ToldAtOnce } from '../messaging/rules.ts';
import type { Reply } from '../messaging/types.ts';
import type { JourneyDefinition, MessageDefinition } from './definition.ts';
import { armOf } from './draw.ts';
import type { EventData } from './events.ts';
import { isInstant } from './in_force.ts';
import { say } from './reply.ts';
import { journeySubject } from './subjects.ts';
import { valuesFor } from './templates/values.ts';
import type { Journey, JourneyRules } from './types.ts';

/**
 * Whether what happens to customers is told in its own commit, and in whose words: in ours, as long as the journey of that
 * name is as it came with Svoi, else in those of its message.
 */
export function toldAtOnce(
  journeys: readonly Journey[],
  rules: () => JourneyRules,
): NonNullable<MessagingRules['atOnce']> {
  const instant = journeys.filter(({ definition }) => isInstant(definition));
  const told = new Map(instant.map((journey) => [journey.key, ruleOf(journey, rules)]));
  return (type) => told.get(type);
}

function ruleOf({ isOn, definition, writtenBy }: Journey, rules: () => JourneyRules): ToldAtOnce {
  const { topic } = definition;
  const written: ToldAtOnce['write'] = (event, record, now) =>
    replyTo(event, record, now, definition, rules());
  // The words Svoi brings along say the same, so that what was approved of the one says the other.
  if (writtenBy === 'shipped') return { isOn, topic, approved: (...of) => written(...of)?.approved };
  return { isOn, topic, write: written };
}

/** Undefined where the text has no words for something that is missing: ours are said then. */
function replyTo(
  event: CustomerEvent,
  record: CustomerRecord,
  now: number,
  definition: JourneyDefinition,
  rules: JourneyRules,
): Reply | undefined {
  const { program, site } = rules;
  const locale = localeOf(record, rules);
  const message = messageFor(record, definition, rules);
  const data = dataOf(event, locale);
  if (!message || !data) return undefined;
  // What the record says of points is how it was before this commit.
  const { balance } = data;
  const before = valuesFor({ record, program, now, event: data });
  const values =
    typeof balance === 'number'
      ? { ...before, 'points.balance': balance, 'points.value': balance * program.point_value }
      : before;
  const said = say(message, {
    ...{ locale, programLocale: program.locale, values, customer: record.customer, site },
    subject: journeySubject(definition.key),
    approvals: { ...definition, approved: program.whatsapp_approved },
  });
  return said.ok ? said.reply : undefined;
}

function messageFor(
  { customer }: CustomerRecord,
  definition: JourneyDefinition,
  { program }: JourneyRules,
): MessageDefinition | undefined {
  const message = definition.steps.find((one) => 'message' in one)?.message;
  if (!message || !('variants' in message)) return message;
  const arm = armOf(customer.id, { ...definition, category: 'service', control: 0 }, program);
  return message.variants[arm];
}

/** What the texts can name of an event; undefined of one that has no journey. */
function dataOf(event: CustomerEvent, locale: Locale): EventData | undefined {
  switch (event.type) {
    case 'points_earned': {
      const { points, pending, spent, balance, releaseAt } = event;
      return { points, pending, spent, balance, release_at: pending > 0 ? releaseAt : null };
    }
    case 'points_spent': {
      const { points, balance, store } = event;
      return { points, balance, store };
    }
    case 'goods_returned': {
      const { amountMinor: amount, takenBack: taken_back, returned, balance } = event;
      return { amount, taken_back, returned, balance };
    }
    case 'points_adjusted': {
      const { points, balance, note } = event;
      return { points, balance, note };
    }
    case 'coupon_issued': {
      const { validUntil } = event;
      // Its last moment: the day of that is what a person understands.
      const valid_until = validUntil === null ? null : validUntil - 1;
      return { title: couponTitle(event, locale), valid_until };
    }
    default:
      return undefined;
  }
}
