const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A span of time as journeys write it (`30m`, `2h`, `3d`, `2w`), in milliseconds. */
export function spanMs(span: string): number {
  const unit = span.at(-1) as keyof typeof unitMs;
  return Number(span.slice(0, -1)) * unitMs[unit];
}
