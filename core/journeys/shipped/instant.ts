import type { JourneyDraft } from './pen.ts';

/**
 * What is told in the very commit of what it tells of (see `core/messaging/notify.ts`): as long as nobody has changed the
 * text, in the words that Svoi brings along, which say the same.
 */
function told(key: string, topic: 'points' | 'offers', buttons: 'coupons'[] = []): JourneyDraft {
  return {
    key,
    isOn: true,
    write: ({ message, opens }) => ({
      category: 'service',
      topic,
      when: { event: key },
      control: 0,
      steps: [message('text', buttons.length > 0 ? { buttons: [buttons.map(opens)] } : {})],
    }),
  };
}

/** What is told at once. */
export const instant: readonly JourneyDraft[] = [
  told('points_earned', 'points'),
  told('points_spent', 'points'),
  told('goods_returned', 'points'),
  told('points_adjusted', 'points'),
  told('coupon_issued', 'offers', ['coupons']),
];
