import type { CampaignId } from '../../ids.ts';
import type { JourneyDefinition } from '../../journeys/definition.ts';
import type { Period } from '../reports/types.ts';
import type { ProofProgram } from './types.ts';

/** What is asked about: a campaign, a journey in a period or on one version, or all offers of a period. */
export type EffectAsked =
  | { readonly kind: 'campaign'; readonly id: CampaignId }
  | ({
      readonly kind: 'journey';
      readonly key: string;
      readonly version?: number;
      /** As it came with Svoi: version 0. */
      readonly shipped?: JourneyDefinition;
    } & Partial<Period>)
  | ({ readonly kind: 'holdout' } & Partial<Period>);

/** What is asked of the analysis `effect`. Plain data, so that it can go to another thread. */
export interface EffectQuestion {
  readonly asked: EffectAsked;
  readonly program: ProofProgram;
  /** When it is asked, epoch milliseconds. */
  readonly now: number;
}
