import { DAY_MS } from '../../../core/time.ts';
import { type Step, settle } from '../world.ts';

const minuteMs = 60_000;

/** Time goes by; the job that settles what is due runs soon, or much later after a downtime. */
export const timeSteps: readonly Step[] = [
  {
    name: 'minutes pass',
    weight: 6,
    plan(world) {
      world.clock.advance(world.int(1, 20) * minuteMs);
      return world.chance(0.5) ? [settle] : [];
    },
  },
  {
    name: 'hours pass',
    weight: 2,
    plan(world) {
      world.clock.advance(world.int(1, 12) * 60 * minuteMs);
      return world.chance(0.8) ? [settle] : [];
    },
  },
  {
    name: 'days pass',
    weight: 2,
    plan(world) {
      world.clock.advance(world.int(1, 9) * DAY_MS);
      return world.chance(0.8) ? [settle] : [];
    },
  },
];
