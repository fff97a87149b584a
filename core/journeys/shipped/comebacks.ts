import type { JourneyDraft } from './pen.ts';

/**
 * Regulars who are silent for longer than is usual for them and have likely left. What is foretold of who buys on takes a
 * hundred repeat buyers; who is long past every gap there was counts as gone without that.
 */
const gone = 'orders>=2 and (lifecycle=lost or (lifecycle=late and alive<30%))';

/**
 * What journeys that call somebody back share: a customer is called back by one of them in two months, by the one that
 * matters most where several begin in one night, and gets one gift for one silence.
 */
export const comeback = { occasion: 'comeback', occasion_again: '60d' } as const;

/** A gift and a question why, then one last word to who has not used it. */
const winBack: JourneyDraft = {
  key: 'win_back',
  write: ({ message, opens }) => ({
    category: 'marketing',
    topic: 'offers',
    weight: 65,
    when: { segment: gone, at: '11:00' },
    who: 'reachable=marketing',
    again: '180d',
    ...comeback,
    goal: 'purchase',
    steps: [
      { points: 100, live_days: 21 },
      message('gift', { buttons: [[opens('points'), opens('human')], [opens('later')]], goodFor: '5d' }),
      { wait: '14d' },
      {
        if: { segment: 'points_expiring(8d)>=1' },
        do: [
          message('last', { buttons: [[opens('points'), opens('human')], [opens('never')]], goodFor: '4d' }),
        ],
      },
    ],
  }),
};

/** Those who are called back. */
export const comebacks: readonly JourneyDraft[] = [winBack];
