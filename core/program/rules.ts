import type { WelcomeRules } from '../customers/register.ts';
import { splitByLargestRemainder, wholeUnitsOfPercent } from '../money.ts';
import { points } from '../points.ts';
import type { Award, PurchaseRules } from '../purchases/types.ts';
import type { SpendingRules } from '../redemptions/types.ts';
import { DAY_MS, endOfDayAfter } from '../time.ts';
import type { Program } from './program.ts';

/** When points earned at `at` are gone: the midnight that ends their last day in the program's zone. */
export function expiresAt(program: Program, at: number): number {
  return endOfDayAfter(at, program.points_live_days, program.zone);
}

/**
 * `earn_percent` of the money paid, times `multiplier`, rounded down to whole points once, split over the lines by
 * their amounts.
 */
export function award(program: Program, amountsMinor: readonly number[], multiplier = 1): Award {
  const basisMinor = amountsMinor.reduce((sum, amount) => sum + amount, 0);
  const { version, earn_percent, point_value: pointValueMinor } = program;
  const percent = multiplier === 1 ? earn_percent : Math.round(earn_percent * multiplier * 100) / 100;
  const total = wholeUnitsOfPercent(basisMinor, percent, pointValueMinor);
  const split = splitByLargestRemainder(total, amountsMinor);
  return {
    points: points(total),
    reason: { rule: 'earn', version, percent, basisMinor, pointValueMinor, rounding: 'down', split },
  };
}

/** What `program` says about spending points. */
export function spendingRules(program: Program): SpendingRules {
  const { version, point_value: pointValueMinor, max_spend_percent, grace_days, zone } = program;
  return {
    version,
    pointValueMinor,
    maxSpend: (payableMinor) => points(wholeUnitsOfPercent(payableMinor, max_spend_percent, pointValueMinor)),
    graceUntil: (now) => endOfDayAfter(now, grace_days, zone),
  };
}

/** What `program` says about purchases. */
export function purchaseRules(program: Program): PurchaseRules {
  const { return_window_days: windowDays, claim_days, zone } = program;
  return {
    ...spendingRules(program),
    award: (amountsMinor, multiplier) => award(program, amountsMinor, multiplier),
    expiresAt: (at) => expiresAt(program, at),
    releaseAt: (paidAt) => (windowDays === 0 ? paidAt : endOfDayAfter(paidAt, windowDays, zone)),
    claimUntil: (now) => endOfDayAfter(now, claim_days, zone),
    claimsPerDay: program.claims_per_day,
    mayOwe: program.refund_policy === 'go_negative',
  };
}

/** The tier somebody is in who spent `paidMinor` within the program's `tier_days`; null where it has none so low. */
export function tierOf(program: Program, paidMinor: number): string | null {
  return program.tiers.findLast((tier) => paidMinor >= tier.spend_minor)?.name ?? null;
}

/** From when on spending counts for a tier, seen from `now`. */
export function tierSince(program: Program, now: number): number {
  return now - program.tier_days * DAY_MS;
}

/** What `program` gives for registering. */
export function welcomeRules(program: Program): WelcomeRules {
  return {
    version: program.version,
    welcomePoints: points(program.welcome_points),
    expiresAt: (at) => expiresAt(program, at),
  };
}
