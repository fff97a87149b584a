import type { JourneyDraft } from './pen.ts';

/** Those who may not come back by themselves; whoever buys anyway needs no offer. */
const inNeed = 'lifecycle in (none, new, late, lost) or rf in (wandering, at_risk, dormant, lost)';

/**
 * A cart that was left: what lies in it, the next day help from a person, and on the third day an offer for those who need
 * one. Each step looks first whether the cart still stands open; a purchase ends it.
 */
export const cart: JourneyDraft = {
  key: 'cart',
  write: ({ message, opens }) => ({
    category: 'marketing',
    topic: 'reminders',
    weight: 90,
    when: { event: 'cart_left' },
    while: { state: 'open' },
    goal: 'purchase',
    steps: [
      message('list', { picture: 'cart', buttons: [[opens('cart')], [opens('decline')]], goodFor: '1d' }),
      { wait: '1d' },
      message('help', {
        buttons: [[opens('human'), opens('cart')], [opens('decline')]],
        goodFor: '1d',
      }),
      { wait: '2d' },
      {
        if: { segment: `(${inNeed}) and reachable=marketing` },
        do: [
          { points: 50, live_days: 7 },
          message('offer', { buttons: [[opens('cart')], [opens('decline')]], goodFor: '2d' }),
        ],
      },
    ],
  }),
};
