import type { JourneyDraft } from './pen.ts';

/** Who is silent for longer than is usual for this very customer, and has likely left: a gift, and a question why. */
const winBack: JourneyDraft = {
  key: 'win_back',
  write: ({ message, opens }) => ({
    category: 'marketing',
    topic: 'offers',
    weight: 65,
    when: { segment: 'lifecycle in (late, lost) and alive<30%', at: '11:00' },
    who: 'reachable=marketing',
    again: '180d',
    goal: 'purchase',
    steps: [
      { points: 100, live_days: 21 },
      message('gift', { buttons: [[opens('points'), opens('human')], [opens('later')]], goodFor: '5d' }),
      { wait: '14d' },
      message('last', { buttons: [[opens('points'), opens('human')], [opens('never')]], goodFor: '4d' }),
    ],
  }),
};

/** Those who are called back. */
export const comebacks: readonly JourneyDraft[] = [winBack];
