import type { JourneyDraft } from './pen.ts';

/** What is bought again and again runs out in a few days. */
const refill: JourneyDraft = {
  key: 'refill',
  write: ({ message, opens }) => ({
    category: 'marketing',
    topic: 'reminders',
    weight: 70,
    when: { event: 'refill_due' },
    again: '7d',
    goal: 'purchase',
    steps: [message('text', { buttons: [[opens('later'), opens('human')]], goodFor: '4d' })],
  }),
};

/** A few days after a purchase of 3,000.00 or more: what goes with it. */
const accessories: JourneyDraft = {
  key: 'accessories',
  write: ({ message, opens }) => ({
    category: 'marketing',
    topic: 'offers',
    weight: 45,
    when: { event: 'purchase', where: { total: '>=300000' }, after: '3d' },
    again: '60d',
    goal: 'purchase',
    steps: [message('text', { buttons: [[opens('human'), opens('later')]], goodFor: '4d' })],
  }),
};

/**
 * How likely it is that the customer recommends us, asked three hours after a purchase. What is answered is thanked for in
 * the chat, and managers hear of who is unhappy. While it is on, it asks in the place of the program's `nps`.
 */
const nps: JourneyDraft = {
  key: 'nps',
  write: () => ({
    category: 'service',
    topic: 'surveys',
    weight: 40,
    when: { event: 'purchase', after: '3h' },
    again: '90d',
    control: 0,
    steps: [{ survey: true }],
  }),
};

/** What follows from a purchase. */
export const afterPurchase: readonly JourneyDraft[] = [refill, accessories, nps];
