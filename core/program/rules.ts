import type { WelcomeRules } from '../customers/register.ts';
import { splitByLargestRemainder, wholeUnitsOfPercent } from '../money.ts';
import { points } from '../points.ts';
import type { Award, PurchaseRules } from '../purchases/types.ts';
import { endOfDayAfter } from '../time.ts';
import type { Program } from './program.ts';

/** When points earned at `at` are gone: the midnight that ends their last day in the program's zone. */
export function expiresAt(program: Program, at: number): number {
  return endOfDayAfter(at, program.points_live_days, program.zone);
}

/** `earn_percent` of the money paid, rounded down to whole points once, split over the lines by their amounts. */
export function award(program: Program, amountsMinor: readonly number[]): Award {
  const basisMinor = amountsMinor.reduce((sum, amount) => sum + amount, 0);
  const { version, earn_percent: percent, point_value: pointValueMinor } = program;
  const total = wholeUnitsOfPercent(basisMinor, percent, pointValueMinor);
  const split = splitByLargestRemainder(total, amountsMinor);
  return {
    points: points(total),
    reason: { rule: 'earn', version, percent, basisMinor, pointValueMinor, rounding: 'down', split },
  };
}

/** What `program` says about purchases. */
export function purchaseRules(program: Program): PurchaseRules {
  return {
    version: program.version,
    award: (amountsMinor) => award(program, amountsMinor),
    expiresAt: (at) => expiresAt(program, at),
  };
}

/** What `program` gives for registering. */
export function welcomeRules(program: Program): WelcomeRules {
  return {
    version: program.version,
    welcomePoints: points(program.welcome_points),
    expiresAt: (at) => expiresAt(program, at),
  };
}
