import type { ChannelName } from '../../customers/types.ts';
import type { Campaign, MemberState } from '../../staff/campaigns.ts';

/** How many people came to what. */
export type MemberCounts = Readonly<Partial<Record<MemberState, number>>>;

/** Whom a campaign would reach, by what is known now, and about what its messages cost in micros. */
export interface Audience {
  /** Who would be told, and of them whom over which channel that takes it. */
  readonly people: number;
  readonly channels: readonly { readonly channel: ChannelName; readonly people: number }[];
  /**
   * So many of them would get nothing: they can be reached on WhatsApp only, wrote nothing there for a day, and what they
   * would be told has no approved template.
   */
  readonly untemplated: number;
  /** Kept apart to compare with, and left out, by why. */
  readonly others: MemberCounts;
  /** Null where one of the channels has no known price. */
  readonly priceMicros: number | null;
}

/** How many are told or kept apart to compare with. */
export function comparedIn({ people, others }: Pick<Audience, 'people' | 'others'>): number {
  return people + (others.control ?? 0);
}

/** The same, with what the coupons or points for all of them are worth at most. */
export interface PricedAudience extends Audience {
  readonly giftMicros: number;
}

/** What became of a campaign so far, counted. */
export interface CampaignFigures {
  readonly members: MemberCounts;
  readonly underway: number;
  readonly reached: number;
  readonly read: number;
  readonly failed: number;
  /** Handed over and dropped since: they had enough offers, or do not want any more. */
  readonly frequency: number;
  readonly refused: number;
  readonly stopped: number;
  /** What its messages cost so far. */
  readonly priceMicros: number;
  /** Of its budget neither spent nor set aside for what is on its way, in micros; null: it has none. */
  readonly budgetLeftMicros: number | null;
}

/** A campaign with what became of it so far. */
export interface CampaignFound {
  readonly campaign: Campaign;
  readonly figures: CampaignFigures;
}
