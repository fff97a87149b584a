import type { Words } from '../../../messaging/types.ts';
import type { Campaign, CampaignPlan } from '../../../staff/campaigns.ts';
import type { Question, StaffTurn } from '../task.ts';

type Change = Partial<Pick<Campaign, 'name' | 'rule' | 'content' | 'plan'>>;

/** What becomes of an answer: a change of the draft, or what was wrong with it. */
export type Applied =
  | { readonly ok: true; readonly change: Change }
  | { readonly ok: false; readonly problem: Words };

/** One thing of a campaign that can be changed: how it is asked for, and what an answer does. */
export interface Part {
  question(turn: StaffTurn, argument: string): Question;
  apply(raw: string, campaign: Campaign, turn: StaffTurn, argument: string): Applied;
}

/** Stands for nothing of the kind: no picture, no gift, no limit. */
export const none = 'none';

/** An answer that will not do. */
export function wrong(problem: Words): Applied {
  return { ok: false, problem };
}

/** An answer that changes the draft. */
export function changed(change: Change): Applied {
  return { ok: true, change };
}

/** An answer that changes the plan. */
export function planned({ plan }: Pick<Campaign, 'plan'>, change: Partial<CampaignPlan>): Applied {
  return changed({ plan: { ...plan, ...change } });
}
