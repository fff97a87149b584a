import type { JourneyDraft } from './pen.ts';

/** Greetings are good to read in the morning; what a day gives lives long enough to come by at a weekend. */
const morning = '10:00';
const giftDays = 14;

/** The first days: how it all works, and for who has not bought yet, what the points are good for. */
const welcome: JourneyDraft = {
  key: 'welcome',
  write: ({ message, opens }) => ({
    category: 'service',
    topic: 'greetings',
    weight: 60,
    when: { event: 'registered', after: '30m' },
    again: 'once',
    steps: [
      message('how', { buttons: [[opens('points'), opens('card')], [opens('human')]], goodFor: '2d' }),
      { wait: '3d' },
      {
        if: { segment: 'orders=0 and points>0' },
        do: [message('first', { buttons: [[opens('card'), opens('points')]], goodFor: '3d' })],
      },
    ],
  }),
};

/**
 * A week ahead a hint, on the day the gift. One run tells of both, so that nobody who is kept to compare with is promised
 * what does not come. Who becomes known, or says yes to offers, less than a week ahead is greeted all the same; the hint
 * is left out where the day is too close for one.
 */
const birthday: JourneyDraft = {
  key: 'birthday',
  write: ({ message, opens }) => ({
    category: 'marketing',
    topic: 'greetings',
    weight: 80,
    when: { date: 'birthday', days: -7, at: morning, late_days: 7 },
    who: 'reachable=marketing',
    again: '300d',
    steps: [
      { if: { days_left: '>=2' }, do: [message('soon', { goodFor: '36h' })] },
      { wait: { until_day: 0, at: morning } },
      { points: 50, live_days: giftDays },
      message('day', { buttons: [[opens('points'), opens('card')]], goodFor: '2d' }),
    ],
  }),
};

/** A day a year that a customer or the shop told of, with a small gift. */
function dayOfTheYear(key: string, gift: number): JourneyDraft {
  return {
    key,
    write: ({ message, opens }) => ({
      category: 'marketing',
      topic: 'greetings',
      weight: 75,
      when: { date: `fact.${key}`, at: morning },
      who: 'reachable=marketing',
      again: '300d',
      steps: [
        { points: gift, live_days: giftDays },
        message('day', { buttons: [[opens('points'), opens('card')]], goodFor: '2d' }),
      ],
    }),
  };
}

/** How a customer is welcomed, and the days that are celebrated. */
export const greetings: readonly JourneyDraft[] = [
  welcome,
  birthday,
  dayOfTheYear('name_day', 20),
  dayOfTheYear('wedding_day', 30),
];
