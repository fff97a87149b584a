import type { CampaignId } from '../../core/ids.ts';
import { type Campaign, plainPlan } from '../../core/staff/campaigns.ts';

/** A campaign to everybody, whose audience is being written down; what is given takes the place of the default. */
export function aCampaign(now: number, changes: Partial<Campaign> = {}): Campaign {
  return {
    id: 'cmp_00000000000000000000000001' as CampaignId,
    ...{ name: 'Boots', rule: '', createdBy: 'cli', createdAt: now, most: null, state: 'freezing' },
    content: { variants: { a: { text: { en: 'Boots are here.' }, buttons: [] } }, gift: null },
    plan: { ...plainPlan, controlPercent: 0, holdoutPercent: 0 },
    ...{ reason: null, startsAt: now, frozenAt: null, finishedAt: null, spentMicros: 0, revision: 1 },
    ...changes,
  };
}
