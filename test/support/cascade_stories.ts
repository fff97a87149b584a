import fc from 'fast-check';
import { channelNames } from '../../core/customers/types.ts';
import type { NoticeRequest } from '../../core/messaging/plan.ts';
import type { Fate, Story } from './cascade.ts';

const minuteMs = 60_000;
const depth = fc.constantFrom('accepted', 'delivered', 'read');

/** Few enough that waits, queues and receipts often meet within the same minute. */
const minutes = fc.integer({ min: 1, max: 6 });

/** Around a step's wait, so that receipts come in time, too late, and while the next message is on its way. */
const delayMs = fc.oneof(
  fc.integer({ min: 0, max: 30_000 }),
  fc.tuple(minutes, fc.integer({ min: 0, max: 40_000 })).map(([count, more]) => count * minuteMs + more),
  fc.integer({ min: 0, max: 3 * 60 }).map((count) => count * minuteMs + 1),
);

const sendMs = fc.integer({ min: 0, max: 20_000 });

/** Mostly none; else just before a wait would be over. */
const queuedMs = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: minutes.map((count) => count * minuteMs - 5000) },
);

/** A message that arrived is told of by receipts that may be lost, late, doubled, out of order, or before the answer. */
const arrival = fc.array(
  fc.record({ status: fc.constantFrom('sent', 'delivered', 'delivered', 'read'), afterMs: delayMs }),
  { maxLength: 4 },
);
const refusal = fc.array(fc.record({ status: fc.constantFrom('sent', 'failed'), afterMs: delayMs }), {
  maxLength: 3,
});

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ outcome: fc.constant('sent'), queuedMs, sendMs, receipts: arrival }) },
  { weight: 2, arbitrary: fc.record({ outcome: fc.constant('sent'), queuedMs, sendMs, receipts: refusal }) },
  {
    weight: 3,
    arbitrary: fc.record({
      outcome: fc.constantFrom('blocked', 'invalid', 'stuck'),
      queuedMs,
      sendMs,
      receipts: fc.constant([]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ outcome: fc.constant('dies'), queuedMs, sendMs, receipts: arrival }) },
);

const ofEachChannel = <Value>(value: fc.Arbitrary<Value>) =>
  fc.record({ telegram: value, viber: value, whatsapp: value, sms: value, web: value });

const steps = fc.shuffledSubarray([...channelNames], { minLength: 1 }).chain((channels) =>
  fc.tuple(
    ...channels.map((channel) =>
      fc.record({
        channel: fc.constant(channel),
        wants: depth,
        wait_minutes: minutes,
      }),
    ),
  ),
);

const request: fc.Arbitrary<NoticeRequest> = fc.record(
  {
    category: fc.constantFrom('service', 'marketing', 'code'),
    kind: fc.constant('story'),
    reply: fc.constant({ paragraphs: [] }),
    occasion: fc.constantFrom('birthday'),
    campaign: fc.constantFrom('spring'),
    stopsOnPurchase: fc.boolean(),
  },
  { requiredKeys: ['category', 'kind', 'reply'] },
);

/** Stories of every order of channels, whatever becomes of the messages. */
export const stories: fc.Arbitrary<Story> = fc.record({
  request,
  steps,
  order: fc.constantFrom('listed', 'preferred', 'cheapest'),
  depths: ofEachChannel(depth),
  chats: fc.shuffledSubarray(['telegram', 'viber', 'whatsapp', 'web']),
  agreed: fc.boolean(),
  fates: ofEachChannel(fate),
  happenings: fc.array(
    fc.record({ afterMs: delayMs, what: fc.constantFrom('buys', 'wants_no_more', 'is_erased') }),
    { maxLength: 1 },
  ),
});
