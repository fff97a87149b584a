import type { CouponDefinition } from '../../coupons/definition.ts';
import type { ChannelName } from '../../customers/types.ts';
import { MICROS_OF_MINOR, priceOf } from '../../messaging/price.ts';
import type { MessagingRules } from '../../messaging/rules.ts';
import { sum } from '../../money.ts';
import type { Program } from '../../program/program.ts';
import type { CampaignGift } from '../../staff/campaigns.ts';

/** The most that a coupon takes off, in minor units; undefined where there is no such limit. */
export function mostWorthMinor({ effect }: CouponDefinition): number | undefined {
  switch (effect.kind) {
    case 'amount':
      return effect.amount_minor;
    case 'percent':
      return effect.max_discount_minor;
    case 'gift':
    case 'free_delivery':
      return effect.worth_minor;
    case 'fixed_price':
    case 'free_item':
    case 'multiplier':
      return undefined;
  }
}

/** What giving a customer what goes along with a message may cost at most, in whole micros. */
export function giftMicros(
  gift: CampaignGift | null,
  coupon: CouponDefinition | undefined,
  program: Pick<Program, 'point_value'>,
): number {
  const each = eachMicros(gift, coupon, program);
  return gift !== null && 'points' in gift ? gift.points * each : each;
}

/** What one point, or the coupon, may cost of it at most, in whole micros. */
export function eachMicros(
  gift: CampaignGift | null,
  coupon: CouponDefinition | undefined,
  { point_value: pointValue }: Pick<Program, 'point_value'>,
): number {
  if (gift === null) return 0;
  const minor = 'points' in gift ? pointValue : coupon ? (mostWorthMinor(coupon) ?? 0) : 0;
  return Math.ceil(minor * MICROS_OF_MINOR);
}

/**
 * What a message may cost at most, in micros, at the price of the day or outside of it: over all of these channels, since
 * one that did not get through in time may still be delivered and billed. `smsParts`: how many SMS it goes as.
 */
export function mostMicros(
  channels: readonly ChannelName[],
  country: string | undefined,
  { program }: MessagingRules,
  smsParts: () => number,
): number {
  const prices = channels.map((channel) => {
    const sending = { channel, category: 'marketing', country } as const;
    const segments = channel === 'sms' ? smsParts() : undefined;
    const later = priceOf({ ...sending, segments }, program.prices);
    const today = priceOf({ ...sending, segments, sinceSeenMs: 0 }, program.prices);
    return Math.max(later ?? 0, today ?? 0);
  });
  return sum(prices);
}

/** The channels of offers whose prices the program does not name: with them nobody can say what a campaign costs. */
export function unpricedChannels({ program, channels }: MessagingRules): readonly ChannelName[] {
  return program.cascades.marketing.steps.flatMap(({ channel }) => {
    const price = priceOf({ channel, category: 'marketing' }, program.prices);
    return channels.has(channel) && price === null ? [channel] : [];
  });
}
