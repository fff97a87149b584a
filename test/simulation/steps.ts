import { cartSteps } from './steps/carts.ts';
import { chatSteps } from './steps/chats.ts';
import { couponSteps } from './steps/coupons.ts';
import { factSteps } from './steps/facts.ts';
import { salesSteps } from './steps/sales.ts';
import { spendingSteps } from './steps/spending.ts';
import { staffSteps } from './steps/staff.ts';
import { timeSteps } from './steps/time.ts';
import { type Deed, type Step, settle, type World } from './world.ts';

/** Everything that happens in the shop. */
export const steps: readonly Step[] = [
  ...[
    ...salesSteps,
    ...spendingSteps,
    ...couponSteps,
    ...staffSteps,
    ...chatSteps,
    ...factSteps,
    ...cartSteps,
    ...timeSteps,
  ],
];

/** What happens to a deed on its way: nothing; a crash before or after the commit; somebody else is faster. */
export const mishaps = ['none', 'crash', 'no answer', 'race'] as const;

/** One thing that happens, in the order of the run. */
export type Turn = { readonly number: number; readonly step: string } & (
  | { readonly kind: 'settle' }
  | {
      readonly kind: 'deed';
      readonly deed: Deed;
      readonly mishap: (typeof mishaps)[number];
      /** In a race: who is faster. */
      readonly rival?: Deed;
    }
);

const totalWeight = steps.reduce((sum, step) => sum + step.weight, 0);

/**
 * The first `count` steps of a world's history; each turn must have been done before the next is asked for. Without
 * `races` everything happens one after the other, which is the same on every kind of store.
 */
export function* history(world: World, count: number, races = true): Generator<Turn, void, void> {
  for (let number = 1; number <= count; number += 1) {
    world.clock.advance(world.int(1, 999));
    const step = drawStep(world);
    for (const what of step.plan(world)) {
      yield what === settle
        ? { number, step: step.name, kind: 'settle' }
        : { number, step: step.name, kind: 'deed', deed: what, ...drawMishap(world, what, races) };
    }
  }
}

function drawStep(world: World): Step {
  let left = world.random() * totalWeight;
  for (const step of steps) {
    left -= step.weight;
    if (left < 0) return step;
  }
  return world.pick(steps);
}

function drawMishap(
  world: World,
  deed: Deed,
  races: boolean,
): Pick<Extract<Turn, { kind: 'deed' }>, 'mishap' | 'rival'> {
  if (world.chance(0.8)) return { mishap: 'none' };
  const mishap = world.pick(mishaps);
  if (mishap !== 'race') return { mishap };
  if (!races) return { mishap: 'none' };
  const [other] = world.chance(0.4) ? [deed] : drawStep(world).plan(world);
  return other && other !== settle ? { mishap, rival: other } : { mishap: 'none' };
}
