import { canonicalCode } from '../coupons/codes.ts';
import type { LotId, NoticeId } from '../ids.ts';
import type { NoticeGift } from '../messaging/notices.ts';
import type { JourneyFacts, RunData } from './types.ts';

/** A run that gave points, good until a moment, which the next message tells of. */
export function withPoints(
  data: RunData,
  { lot, points, until }: { readonly lot: LotId; readonly points: number; readonly until: number },
): RunData {
  const { lots = [], codes = [], points: untold = 0 } = data.untold ?? {};
  return {
    ...data,
    gift: { points: points + (data.gift?.points ?? 0), until },
    pointsGiven: points + (data.pointsGiven ?? 0),
    untold: { lots: [...lots, lot], codes, points: untold + points },
  };
}

/** A run that gave a coupon by a code, which the next message tells of. */
export function withCode(data: RunData, code: string): RunData {
  const { lots = [], codes = [], points = 0 } = data.untold ?? {};
  return { ...data, untold: { lots, codes: [...codes, code], points } };
}

/** What the next message of a run tells of, if anything was given since the one before. */
export function giftOf({ untold }: RunData): NoticeGift | undefined {
  return untold && { lots: untold.lots, codes: untold.codes };
}

/** A run whose notice tells of all that was given. */
export function toldBy(data: RunData, notice: NoticeId): RunData {
  const { untold, ...rest } = data;
  return untold ? { ...rest, giftsTold: { ...data.giftsTold, [notice]: untold.points } } : rest;
}

/** A run without what was taken back since, because nobody came to hear of it: no later message tells of that. */
export function stillGiven(data: RunData, facts: Pick<JourneyFacts, 'notice'>): RunData {
  return Object.entries(data.giftsTold ?? {}).reduce((left, [id, points]) => {
    const gift = facts.notice(id as NoticeId)?.gift;
    return gift?.takenBack === undefined ? left : without(left, id, points, gift.codes);
  }, data);
}

function without(data: RunData, notice: string, points: number, codes: readonly string[]): RunData {
  const { gift, coupon, giftsTold = {}, ...rest } = data;
  const { [notice]: _, ...told } = giftsTold;
  const left = (gift?.points ?? 0) - points;
  const isGone = coupon !== undefined && codes.includes(canonicalCode(coupon.code));
  return {
    ...rest,
    giftsTold: told,
    ...(gift && left > 0 ? { gift: { ...gift, points: left } } : {}),
    ...(coupon && !isGone ? { coupon } : {}),
  };
}
