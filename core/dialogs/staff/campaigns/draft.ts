import type { Locale } from '../../../customers/types.ts';
import type { CampaignId, CouponId, SegmentId } from '../../../ids.ts';
import type { Button, Words } from '../../../messaging/types.ts';
import { mergeChanges } from '../../../ports.ts';
import { parseSegment } from '../../../segments/parse.ts';
import { segmentText, wordText } from '../../../segments/text.ts';
import {
  type Campaign,
  type CampaignContent,
  type CampaignDesk,
  type CampaignMessage,
  campaignStep,
} from '../../../staff/campaigns.ts';
import { actorOfStaff } from '../../../staff/types.ts';
import { type Outcome, press } from '../../turn.ts';
import type { DialogChanges } from '../../types.ts';
import { ask } from '../segments/ask.ts';
import { choose, done, type StaffTurn } from '../task.ts';

/** Stands for everybody where a segment is asked for. */
export const everybody = '*';

/** Saved segments that are offered as buttons. */
const segmentsShown = 6;

/** A turn as what decides about campaigns sees it. */
export function deskOf({ staff, facts, context }: StaffTurn): CampaignDesk {
  return { actor: actorOfStaff(staff), facts, context };
}

/** Looks at a draft: its preview comes by itself, with how many it reaches and what it costs. */
export function showDraft(turn: StaffTurn, id: CampaignId, changes: DialogChanges = {}): Outcome {
  const shown = ask(turn, 'audience', { campaign: id }, done(turn, [{ key: 'people.counting' }]));
  return { ...shown, changes: mergeChanges<DialogChanges>(changes, shown.changes ?? {}) };
}

/** A draft with something of it changed, and its preview. */
export function changeDraft(
  turn: StaffTurn,
  campaign: Campaign,
  change: Partial<Pick<Campaign, 'name' | 'rule' | 'content' | 'plan'>>,
): Outcome {
  return showDraft(turn, campaign.id, { campaignUpdates: [campaignStep(campaign, change)] });
}

/** The content with one variant as it is from now on. */
export function withVariant(
  content: CampaignContent,
  name: string,
  message: CampaignMessage,
): CampaignContent {
  return { ...content, variants: { ...content.variants, [name]: message } };
}

/** A message that says this in one language, and nothing else yet. */
export function plainMessage(locale: Locale, text: string): CampaignMessage {
  return { text: { [locale]: text }, buttons: [] };
}

/** The question whom a campaign goes to. */
export function whomQuestion({ facts }: Pick<StaffTurn, 'facts'>): {
  readonly words: readonly Words[];
  readonly buttons: readonly (readonly Button[])[];
  readonly choice: true;
} {
  const saved = facts.savedSegments().filter(({ removedAt }) => removedAt === null);
  const shown = saved.toSorted((a, b) => b.updatedAt - a.updatedAt).slice(0, segmentsShown);
  return {
    words: [{ key: 'campaign.ask_whom' }, { key: 'campaign.whom_typed' }],
    buttons: [
      [choose({ key: 'campaign.everybody' }, everybody), press({ key: 'campaign.pick' }, 'do:segment')],
      ...shown.map(({ id, name }) => [choose({ key: 'campaign.saved', variables: { name } }, `#${id}`)]),
    ],
    choice: true,
  };
}

/** A segment as typed or tapped, as a conversation keeps it; undefined where it cannot be read. */
export function readWhom(raw: string): string | undefined {
  const typed = raw.trim();
  if (typed === everybody || /^#seg_\w+$/.test(typed)) return typed;
  const parsed = parseSegment(typed);
  return parsed.ok ? segmentText(parsed.rule) : undefined;
}

/** Whom a kept answer means: the rule (empty: everybody) and what it is called; undefined where it is gone. */
export function whomOf(
  kept: string,
  { facts }: Pick<StaffTurn, 'facts'>,
): { readonly rule: string; readonly name: string | undefined } | undefined {
  if (kept === everybody) return { rule: '', name: undefined };
  if (!kept.startsWith('#')) return { rule: kept, name: undefined };
  const id = kept.slice(1) as SegmentId;
  const found = facts.savedSegments().find((one) => one.id === id && one.removedAt === null);
  return found && { rule: `segment=${wordText(found.name)}`, name: found.name };
}

/** When a campaign goes out, in words. */
export function whenWords({ plan: { timing } }: Pick<Campaign, 'plan'>): Words {
  switch (timing.kind) {
    case 'now':
      return { key: 'campaign.when_now' };
    case 'at':
      return { key: 'campaign.when_at', variables: { at: timing.at } };
    case 'local':
      return { key: 'campaign.when_local', variables: { day: timing.day, time: timing.time } };
    case 'usual':
      return timing.at === null
        ? { key: 'campaign.when_usual' }
        : { key: 'campaign.when_usual_from', variables: { at: timing.at } };
  }
}

/** The coupon that goes along with a campaign; undefined where none does. */
export function couponIdOf({ content: { gift } }: Pick<Campaign, 'content'>): CouponId | undefined {
  return gift !== null && 'coupon' in gift ? gift.coupon : undefined;
}
