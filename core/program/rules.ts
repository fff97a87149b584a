import type { CheckoutRules } from '../checkout/types.ts';
import type { CodeLimits } from '../customers/one_time_code.ts';
import type { WelcomeRules } from '../customers/register.ts';
import { splitByLargestRemainder, sum, wholeUnitsOfPercent } from '../money.ts';
import { points } from '../points.ts';
import type { Award } from '../purchases/types.ts';
import type { SpendingRules } from '../redemptions/types.ts';
import { DAY_MS, endOfDayAfter } from '../time.ts';
import type { Program } from './program.ts';

/** When points earned at `at` are gone: the midnight that ends their last day in the program's zone. */
export function expiresAt(program: Program, at: number): number {
  return endOfDayAfter(at, program.points_live_days, program.zone);
}

/**
 * `earn_percent` of the money paid, each line as many times as coupons say (in hundredths), rounded down to whole
 * points once, split over the lines by what they count.
 */
export function award(
  program: Program,
  amountsMinor: readonly number[],
  timesHundredths: readonly number[] = [],
): Award {
  const { version, earn_percent: percent, point_value: pointValueMinor } = program;
  const counted = amountsMinor.map((amount, index) => amount * (timesHundredths[index] ?? 100));
  const [basisMinor, countedHundredths] = [sum(amountsMinor), sum(counted)];
  const total = wholeUnitsOfPercent(countedHundredths, percent, pointValueMinor * 100);
  const split = splitByLargestRemainder(total, counted);
  const reason = {
    rule: 'earn',
    version,
    percent,
    basisMinor,
    pointValueMinor,
    rounding: 'down',
    split,
  } as const;
  const isMultiplied = countedHundredths !== basisMinor * 100;
  return {
    points: points(total),
    reason: isMultiplied ? { ...reason, countedMinor: Math.floor(countedHundredths / 100) } : reason,
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

/** What `program` says about purchases, and the coupons and points they are paid with. */
export function purchaseRules(program: Program): CheckoutRules {
  const { return_window_days: windowDays, claim_days, zone } = program;
  return {
    ...spendingRules(program),
    award: (amountsMinor, timesHundredths) => award(program, amountsMinor, timesHundredths),
    expiresAt: (at) => expiresAt(program, at),
    releaseAt: (paidAt) => (windowDays === 0 ? paidAt : endOfDayAfter(paidAt, windowDays, zone)),
    claimUntil: (boughtAt) => endOfDayAfter(boughtAt, claim_days, zone),
    claimsPerDay: program.claims_per_day,
    mayOwe: program.refund_policy === 'go_negative',
    zone,
    tierOf: (paidMinor) => tierOf(program, paidMinor),
    tierSince: (at) => tierSince(program, at),
  };
}

/** The tier somebody is in who spent `paidMinor` within the program's `tier_days`; null where it has none so low. */
export function tierOf(program: Program, paidMinor: number): string | null {
  return program.tiers.findLast((tier) => paidMinor >= tier.spend_minor)?.name ?? null;
}

/** From when on spending counts for a tier, seen from `now`. */
export function tierSince(program: Pick<Program, 'tier_days'>, now: number): number {
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

/** Micros (millionths of the major unit) of one minor unit. */
const microsOfMinor = 10_000;

/** How many one-time codes `program` lets go out within 24 hours. */
export function codeLimits({ code_limits: limits }: Pick<Program, 'code_limits'>): CodeLimits {
  return {
    perPhone: limits.per_phone_a_day,
    perAsker: limits.per_asker_a_day,
    all: limits.a_day,
    spendMicros: limits.spend_a_day * microsOfMinor,
  };
}
