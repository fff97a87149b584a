import { type RfSegment, rfSegments } from '../../program/rfm.ts';
import type { StepDefinition } from '../definition.ts';
import { comeback } from './comebacks.ts';
import type { JourneyDraft } from './pen.ts';

/** What a scenario gives, and how. */
interface Scenario {
  /** Points given, and for how many days; null: good words alone. */
  readonly gift: readonly [points: number, days: number] | null;
  /** Not again to the same customer within so much time. */
  readonly again: string;
  readonly weight: number;
  /** Whether it calls back who has stopped coming. */
  readonly comeback?: true;
}

/** By the advice that staff read about each segment: thanks to who comes anyway, the strongest reason to who is about to leave. */
const scenarios: Readonly<Record<RfSegment, Scenario>> = {
  new: { gift: [30, 30], again: 'once', weight: 55 },
  promising: { gift: [30, 21], again: '180d', weight: 50 },
  loyal: { gift: null, again: '180d', weight: 35 },
  wandering: { gift: [30, 14], again: '90d', weight: 45 },
  at_risk: { gift: [100, 14], again: '120d', weight: 60, comeback: true },
  dormant: { gift: [50, 14], again: '180d', weight: 50, comeback: true },
  lost: { gift: [150, 21], again: 'once', weight: 50, comeback: true },
};

function scenario(segment: RfSegment, { gift, again, weight, comeback: calls }: Scenario): JourneyDraft {
  return {
    key: `rf_${segment}`,
    write: ({ message, opens }) => ({
      category: 'marketing',
      topic: 'offers',
      weight,
      when: { segment: `rf=${segment}`, at: '11:00' },
      who: 'reachable=marketing',
      again,
      ...(calls ? comeback : {}),
      goal: 'purchase',
      steps: [
        ...given(gift),
        message('text', { buttons: [[opens('points'), opens('human')], [opens('later')]], goodFor: '5d' }),
      ],
    }),
  };
}

function given(gift: Scenario['gift']): StepDefinition[] {
  if (!gift) return [];
  const [points, live_days] = gift;
  return [{ points, live_days }];
}

/** One scenario for each of the seven segments of recency and frequency, on coming to it. */
export const rfScenarios: readonly JourneyDraft[] = rfSegments.map((segment) =>
  scenario(segment, scenarios[segment]),
);
