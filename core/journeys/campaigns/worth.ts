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

/** What giving a customer what goes along with a message may cost at most, in micros. */
export function giftMicros(
  gift: CampaignGift | null,
  coupon: CouponDefinition | undefined,
  { point_value: pointValue }: Pick<Program, 'point_value'>,
): number {
  if (gift === null) return 0;
  const minor = 'points' in gift ? gift.points * pointValue : coupon ? (mostWorthMinor(coupon) ?? 0) : 0;
  return minor * MICROS_OF_MINOR;
}

/**
 * What a message may cost at most, in micros, outside the day that can be answered freely in: over all of these channels,
 * since one that did not get through in time may still be delivered and billed. `smsParts`: how many SMS it goes as.
 */
export function mostMicros(
  channels: readonly ChannelName[],
  country: string | undefined,
  { program }: MessagingRules,
  smsParts: () => number,
): number {
  const prices = channels.map((channel) => {
    const segments = channel === 'sms' ? smsParts() : undefined;
    return priceOf({ channel, category: 'marketing', segments, country }, program.prices);
  });
  return sum(prices.map((price) => price ?? 0));
}

/** The channels of offers whose prices the program does not name: with them nobody can say what a campaign costs. */
export function unpricedChannels({ program, channels }: MessagingRules): readonly ChannelName[] {
  return program.cascades.marketing.steps.flatMap(({ channel }) => {
    const price = priceOf({ channel, category: 'marketing' }, program.prices);
    return channels.has(channel) && price === null ? [channel] : [];
  });
}
