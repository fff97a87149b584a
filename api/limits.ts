import type { Clock } from '../core/ports.ts';
import type { Rate } from './parts.ts';

/** Counts what each key does. */
export interface Limiter {
  /** Takes one from `key`: 0 when it may pass, else how many seconds to wait. */
  take(key: string): number;
  /** What was taken from `key` does not count after all. */
  giveBack(key: string): void;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Buckets kept before the full ones are thrown away: a flood of addresses must not fill the memory. */
const manyBuckets = 10_000;

/**
 * A token bucket for each key: `burst` requests at once, refilled at `perSecond`. Per process, as the counts are
 * kept in memory. (hono-rate-limiter has fixed windows, its own clock and a timer; a window lets twice the limit
 * through at its edge, and a timer at start is refused by Workers.)
 */
export function tokenBuckets({ perSecond, burst }: Rate, clock: Clock): Limiter {
  const buckets = new Map<string, Bucket>();
  return {
    take(key) {
      const now = clock.now();
      const bucket = buckets.get(key) ?? { tokens: burst, at: now };
      const elapsed = Math.max(0, now - bucket.at);
      const tokens = Math.min(burst, bucket.tokens + (elapsed / 1000) * perSecond);
      const passes = tokens >= 1;
      if (buckets.size >= manyBuckets) dropFull(now);
      buckets.set(key, { tokens: passes ? tokens - 1 : tokens, at: now });
      return passes ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
    },
    giveBack(key) {
      const bucket = buckets.get(key);
      if (bucket) bucket.tokens = Math.min(burst, bucket.tokens + 1);
    },
  };

  function dropFull(now: number): void {
    const refillMs = (burst / perSecond) * 1000;
    for (const [key, { at }] of buckets) if (now - at >= refillMs) buckets.delete(key);
    if (buckets.size >= manyBuckets) buckets.clear();
  }
}
