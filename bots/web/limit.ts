import type { Clock } from '../../core/ports.ts';

/** How many at once, and how many a second after that. */
export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

/** Says how many seconds a key has to wait; 0 means go ahead, and counts. */
export interface RateLimit {
  wait(key: string): number;
}

const maxKeys = 10_000;

/** A token bucket a key, in the memory of this process. Keys that are full again are forgotten. */
export function createRateLimit(allowance: Allowance, clock: Clock): RateLimit {
  const { burst, perSecond } = allowance;
  const buckets = new Map<string, { left: number; at: number }>();
  const leftOf = (bucket: { left: number; at: number }, now: number) =>
    Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * perSecond);

  function forgetFull(now: number): void {
    for (const [key, bucket] of buckets) if (leftOf(bucket, now) >= burst) buckets.delete(key);
    for (const key of buckets.keys()) {
      if (buckets.size < maxKeys) return;
      buckets.delete(key);
    }
  }

  return {
    wait(key) {
      const now = clock.now();
      const left = leftOf(buckets.get(key) ?? { left: burst, at: now }, now);
      if (left < 1) return Math.max(1, Math.ceil((1 - left) / perSecond));
      if (!buckets.has(key) && buckets.size >= maxKeys) forgetFull(now);
      buckets.set(key, { left: left - 1, at: now });
      return 0;
    },
  };
}
