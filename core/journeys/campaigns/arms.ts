import type { CampaignId, CustomerId } from '../../ids.ts';
import { sharePrime, shareSum } from '../../segments/share.ts';
import type { Campaign } from '../../staff/campaigns.ts';

/** The salt by which those are drawn who never get offers. */
export const holdoutSalt = 'holdout';

/** How an audience is divided. */
export interface Draw {
  /** Percent that gets nothing, and percent of all customers that never get offers. */
  readonly controlPercent: number;
  readonly holdoutPercent: number;
  /** The ways of saying it, in equal shares of the rest. */
  readonly variants: readonly string[];
}

/** Those below this share, and not below the one before, get this. */
export interface ArmBound {
  readonly arm: string;
  /** Of whole numbers below `sharePrime`. */
  readonly below: number;
}

/** How a campaign divides its audience, once it has been sent. */
export function drawOf({ plan, content }: Pick<Campaign, 'plan' | 'content'>): Draw {
  const { controlPercent, holdoutPercent } = plan;
  return {
    controlPercent: controlPercent ?? 0,
    holdoutPercent: holdoutPercent ?? 0,
    variants: Object.keys(content.variants).sort(),
  };
}

/** Below which share somebody never gets offers, of whole numbers below `sharePrime`. */
export function holdoutBelow({ holdoutPercent }: Draw): number {
  return Math.ceil((holdoutPercent / 100) * sharePrime);
}

/** Where the control group ends, and each variant after it: together they are everybody. */
export function armBounds({ controlPercent, variants }: Draw): readonly ArmBound[] {
  const control = Math.ceil((controlPercent / 100) * sharePrime);
  const rest = sharePrime - control;
  return [
    { arm: 'control', below: control },
    ...variants.map((arm, index) => ({
      arm,
      below: control + Math.ceil((rest * (index + 1)) / variants.length),
    })),
  ];
}

/** What a customer gets of a campaign: the same each time it is asked, and as the database draws it. */
export function armOf(customerId: CustomerId, campaignId: CampaignId, draw: Draw): string {
  if (shareSum(customerId, holdoutSalt) < holdoutBelow(draw)) return 'holdout';
  const share = shareSum(customerId, campaignId);
  return armBounds(draw).find(({ below }) => share < below)?.arm ?? 'control';
}
