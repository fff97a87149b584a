import type { JourneyDraft } from './pen.ts';

/** A warning so many days before points burn. Few points are worth no message, and none comes after they burned. */
function burning(days: number, atLeast: number, goodFor: string): JourneyDraft {
  return {
    key: `points_burn_${days}`,
    write: ({ message, opens }) => ({
      category: 'service',
      topic: 'points',
      weight: days === 1 ? 85 : 65,
      when: { points_burn_in: days, at_least: atLeast, at: '11:00' },
      steps: [message('text', { buttons: [[opens('points'), opens('card')]], goodFor })],
    }),
  };
}

/** Almost there: told once in a month, and no more of it after the next purchase. */
function near(what: 'reward' | 'tier', within: number): JourneyDraft {
  return {
    key: `near_${what}`,
    write: ({ message, opens }) => ({
      category: 'marketing',
      topic: 'points',
      weight: 55,
      when: { near: what, within, at: '12:00' },
      again: '30d',
      goal: 'purchase',
      steps: [message('text', { buttons: [[opens('points')]], goodFor: '5d' })],
    }),
  };
}

/** What points are about to do: burn, or be enough. Within 50 points of a reward, or 500.00 of a tier. */
export const points: readonly JourneyDraft[] = [
  burning(30, 30, '7d'),
  burning(7, 10, '1d'),
  burning(1, 10, '12h'),
  near('reward', 50),
  near('tier', 50_000),
];
