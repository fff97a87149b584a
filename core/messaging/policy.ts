import type { ChannelName, CustomerRecord, Muted } from '../customers/types.ts';
import { DAY_MS, instantOfLocalFrom, localClock, localDay } from '../time.ts';
import { isMuted, subjectsOf } from './mutes.ts';
import type { Notice, NoticeReason, Silence } from './notices.ts';
import type { MessagingRules } from './rules.ts';

/** What the policy says of a notice: to be sent, to be looked at again, or never. */
export type Verdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'hold'; readonly until: number; readonly reason: NoticeReason }
  | { readonly kind: 'drop'; readonly reason: NoticeReason };

type Judged = Pick<Notice, 'category' | 'pointlessAt'> &
  Partial<Pick<Notice, 'weight' | 'topic' | 'campaign'>>;

/** The moment a notice is judged at, and what is known of the customer besides the record. */
export interface Standing {
  readonly now: number;
  /** It answers what the customer did just now: quiet hours do not hold it, offers they always do. */
  readonly prompt: boolean;
  /** When the customer's offers of the last seven days began, the oldest first. */
  readonly offered: readonly number[];
  /** Of who gave no sign for long. */
  readonly silence?: Silence | undefined;
  /** The weight of the heaviest offer that waits for the customer and is due now. */
  readonly heaviest?: number;
  readonly mutes?: readonly Muted[];
}

const go: Verdict = { kind: 'go' };
const minuteMs = 60_000;
const offersWithinMs = 7 * DAY_MS;

/** Whether a notice may be sent now. Quiet hours hold no one-time code. */
export function judge(
  notice: Judged,
  record: CustomerRecord,
  rules: MessagingRules,
  standing: Standing,
): Verdict {
  const { now, prompt } = standing;
  if (record.customer.erasedAt !== null) return { kind: 'drop', reason: 'erased' };
  if (isPointless(notice, now)) return { kind: 'drop', reason: 'too_late' };
  if (!wanted(notice, record)) return { kind: 'drop', reason: 'consent' };
  if (isUnheard(notice, standing)) return { kind: 'drop', reason: 'muted' };
  const atOnce = notice.category === 'code' || (prompt && notice.category === 'service');
  const zone = record.customer.zone ?? rules.program.zone;
  const quiet = atOnce ? undefined : quietUntil(zone, rules, now);
  if (quiet !== undefined) return hold(notice, quiet, 'quiet_hours');
  return notice.category === 'marketing' ? judgeOffer(notice, rules, standing) : go;
}

/** Whether the customer asked not to hear of just this. */
export function isUnheard(
  { topic = null, campaign = null }: Partial<Pick<Notice, 'topic' | 'campaign'>>,
  { mutes = [], now }: Pick<Standing, 'mutes' | 'now'>,
): boolean {
  return isMuted(subjectsOf({ topic, campaign }), mutes, now);
}

/** What matters most of the offers that meet goes; who notices none gets few; nobody gets more than so many a week. */
function judgeOffer(notice: Judged, rules: MessagingRules, standing: Standing): Verdict {
  const { now, offered, silence, heaviest = 0 } = standing;
  const { offers, then_every_days } = rules.program.silence;
  if (heaviest > (notice.weight ?? 0)) return hold(notice, now + DAY_MS, 'outweighed');
  if (silence && silence.lastAt !== null && silence.offers >= offers) {
    const next = silence.lastAt + then_every_days * DAY_MS;
    if (next > now) return hold(notice, next, 'silent');
  }
  return capped(notice, rules, offered);
}

/** Whether it is better not said any more. */
export function isPointless({ pointlessAt }: Pick<Notice, 'pointlessAt'>, now: number): boolean {
  return pointlessAt !== null && pointlessAt <= now;
}

/** Whether the customer wants messages of this kind at all. Offers need a yes; service goes until there is a no. */
export function wanted({ category }: Pick<Notice, 'category'>, { consents }: CustomerRecord): boolean {
  if (category === 'code') return true;
  return category === 'marketing' ? consents.marketing === true : consents.service !== false;
}

/** Whether this channel may carry it: no "no" to this channel alone, and SMS about service only after a plain yes. */
export function wantedOn(
  channel: ChannelName,
  notice: Pick<Notice, 'category'>,
  record: CustomerRecord,
): boolean {
  const { category } = notice;
  if (category === 'code') return true;
  if (!wanted(notice, record) || record.channelConsents[channel]?.[category] === false) return false;
  return channel !== 'sms' || record.consents[category] === true;
}

/** When the quiet hours end that hold at `now` in `zone`; undefined outside of them. */
export function quietUntil(zone: string, rules: MessagingRules, now: number): number | undefined {
  const [from, to] = [minuteOf(rules.program.quiet_hours.from), minuteOf(rules.program.quiet_hours.to)];
  const { minute } = localClock(now, zone);
  const overMidnight = from > to;
  const quiet = overMidnight ? minute >= from || minute < to : minute >= from && minute < to;
  if (!quiet) return undefined;
  const daysOn = overMidnight && minute >= from ? 1 : 0;
  const midnight = Date.parse(`${localDay(now, zone)}T00:00Z`);
  return instantOfLocalFrom(midnight + daysOn * DAY_MS + to * minuteMs, zone, now);
}

function capped(notice: Judged, { program }: MessagingRules, offered: readonly number[]): Verdict {
  const most = program.marketing_messages_in_7_days;
  if (offered.length < most) return go;
  // Once so many of the newest are left that one more fits.
  const oldest = most === 0 ? undefined : offered[offered.length - most];
  return oldest === undefined
    ? { kind: 'drop', reason: 'frequency' }
    : hold(notice, oldest + offersWithinMs, 'frequency');
}

/** Held until then, unless it is pointless by then. */
function hold({ pointlessAt }: Judged, until: number, reason: NoticeReason): Verdict {
  return pointlessAt !== null && pointlessAt <= until
    ? { kind: 'drop', reason }
    : { kind: 'hold', until, reason };
}

/** `HH:MM` as the minute of the day. */
function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
