import { quietUntil } from '../../messaging/policy.ts';
import type { MessagingRules } from '../../messaging/rules.ts';
import type { CampaignTiming } from '../../staff/campaigns.ts';
import { DAY_MS, instantOfLocal, localTime } from '../../time.ts';

/** The hour of those of whom none is known. */
export const usualHour = 11;

const hourMs = 3_600_000;
/** Where a day begins first, and last. */
const firstZone = 'Pacific/Kiritimati';
const lastZone = 'Pacific/Pago_Pago';

type LocalTiming = Extract<CampaignTiming, { kind: 'local' }>;

/** When clocks in a zone show the time of a plan. */
export function localMoment({ day, time }: LocalTiming, zone: string): number {
  return instantOfLocal(Date.parse(`${day}T${time}:00Z`), zone);
}

/** The first moment at which anybody may have to be told: of a time where each lives, that of the first zone there is. */
export function startOf(timing: CampaignTiming, now: number): number {
  switch (timing.kind) {
    case 'now':
      return now;
    case 'at':
      return Math.max(now, timing.at);
    case 'usual':
      return Math.max(now, timing.at ?? now);
    case 'local':
      return Math.max(now, localMoment(timing, firstZone));
  }
}

/** The first moment of a time where each lives, in the zones that somebody does live in. */
export function firstMoment(timing: LocalTiming, zones: readonly string[]): number {
  return Math.min(...zones.map((zone) => localMoment(timing, zone)));
}

/** Whether the moment of a plan has passed for everybody; `minute`: a clock may be a little off. */
export function isTooLate(timing: CampaignTiming, now: number): boolean {
  const grace = 5 * 60_000;
  if (timing.kind === 'at') return timing.at < now - grace;
  return timing.kind === 'local' && localMoment(timing, lastZone) < now - grace;
}

/**
 * When those in a zone are told of what began at `startsAt`: not before it, and not in quiet hours. `hour`: at which one
 * is usually there, where that counts.
 */
export function dueIn(
  zone: string,
  hour: number,
  { timing, startsAt }: { readonly timing: CampaignTiming; readonly startsAt: number },
  rules: MessagingRules,
): number {
  const wanted = wantedIn(zone, hour, timing, startsAt);
  const at = Math.max(wanted, startsAt);
  return quietUntil(zone, rules, at) ?? at;
}

function wantedIn(zone: string, hour: number, timing: CampaignTiming, startsAt: number): number {
  if (timing.kind === 'local') return localMoment(timing, zone);
  return timing.kind === 'usual' ? nextHour(hour, zone, startsAt) : startsAt;
}

/** The first moment from `from` on that lies within an hour of the day in a zone. */
function nextHour(hour: number, zone: string, from: number): number {
  const local = localTime(from, zone);
  const midnight = local - (local % DAY_MS);
  const today = instantOfLocal(midnight + hour * hourMs, zone);
  return today + hourMs > from ? today : instantOfLocal(midnight + DAY_MS + hour * hourMs, zone);
}
