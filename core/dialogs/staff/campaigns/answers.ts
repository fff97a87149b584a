import type { QuestionId } from '../../../ids.ts';
import type { Answer } from '../../../insights/questions.ts';
import type { CampaignProblem } from '../../../journeys/campaigns/check.ts';
import {
  type CampaignFound,
  comparedIn,
  type MemberCounts,
  type PricedAudience,
} from '../../../journeys/campaigns/figures.ts';
import { MICROS_OF_MINOR } from '../../../messaging/price.ts';
import type { Button, Paragraph, Reply, Words } from '../../../messaging/types.ts';
import type { SegmentProblem } from '../../../segments/types.ts';
import { type Campaign, isOver, type MemberState } from '../../../staff/campaigns.ts';
import { press, toMenu } from '../../turn.ts';
import { described, problemWords } from '../segments/words.ts';
import { buttonWords } from '../words.ts';
import { whenWords } from './draft.ts';
import { draftButtons } from './screens.ts';

const leaving: readonly Button[] = [press({ key: 'button.staff' }, 'staff'), ...toMenu];

function answerOf(paragraphs: readonly Paragraph[], buttons: readonly (readonly Button[])[]): Answer {
  return { reply: { paragraphs, buttons: [...buttons.filter((row) => row.length > 0), leaving] } };
}

/** What a look at a campaign that is being written came to. */
export type DraftFound =
  /** Its segment cannot be followed. */
  | { readonly problems: readonly SegmentProblem[] }
  | {
      /** How each variant looks to a customer, by its name. */
      readonly looks: readonly { readonly variant: string; readonly reply: Reply }[];
      readonly audience: PricedAudience;
      /** What keeps it from being sent. */
      readonly wrong: readonly CampaignProblem[];
      /** Lines about how the text fits on each channel. */
      readonly fits: readonly Words[];
    };

/** A campaign as it will look, whom it reaches and what that costs; sent only by a button. */
export function draftAnswer(id: QuestionId, campaign: Campaign, found: DraftFound): Answer {
  if ('problems' in found) {
    const wrong = found.problems.slice(0, 2).flatMap((problem) => problemWords(campaign.rule, problem));
    return answerOf([...wrong], draftButtons(campaign.id, undefined));
  }
  const { looks, audience, wrong, fits } = found;
  const whom: Paragraph[] = campaign.rule === '' ? [{ key: 'campaign.to_all' }] : described(campaign.rule);
  const shown: Paragraph[] = looks.flatMap(({ variant, reply }): Paragraph[] => [
    looks.length > 1
      ? { key: 'campaign.looks_variant', variables: { variant: variant.toUpperCase() } }
      : { key: 'campaign.looks' },
    ...reply.paragraphs,
    ...buttonWords(reply),
  ]);
  const problems: Paragraph[] =
    wrong.length > 0 ? [[{ key: 'campaign.wrong' }, ...wrong.slice(0, 3).map(({ words }) => words)]] : [];
  const sends = wrong.length === 0 && audience.people > 0;
  const keep = {
    people: String(audience.people),
    compared: String(comparedIn(audience)),
    revision: String(campaign.revision),
  };
  const answer = answerOf(
    [
      ...whom,
      whenWords(campaign),
      ...shown,
      ...(fits.length > 0 ? [fits] : []),
      audienceWords(audience, campaign),
      ...problems,
    ],
    draftButtons(campaign.id, sends ? id : undefined),
  );
  const picture = looks.map(({ reply }) => reply.picture).find((one) => one !== undefined);
  return { ...answer, reply: { ...answer.reply, ...(picture ? { picture } : {}) }, keep };
}

function audienceWords(
  { people, channels, untemplated, others, priceMicros, giftMicros }: PricedAudience,
  { plan: { budgetMinor } }: Campaign,
): Words[] {
  const over = channels.map(
    ({ channel, people: number }): Words => ({
      key: 'campaign.over_channel',
      variables: { channel, number },
    }),
  );
  const reached: Words[] =
    people > 0 ? [{ key: 'campaign.reaches', variables: { count: people } }] : [{ key: 'campaign.nobody' }];
  const cost: Words =
    priceMicros === null
      ? { key: 'campaign.cost_unknown' }
      : { key: 'campaign.cost', variables: { amount: Math.round(priceMicros / MICROS_OF_MINOR) } };
  const worth: Words[] =
    giftMicros > 0
      ? [{ key: 'campaign.gift_cost', variables: { amount: Math.round(giftMicros / MICROS_OF_MINOR) } }]
      : [];
  const enough = reachWords(people, (priceMicros ?? 0) + giftMicros, budgetMinor);
  const lost: Words[] =
    untemplated > 0 ? [{ key: 'campaign.untemplated', variables: { number: untemplated } }] : [];
  return [
    ...reached,
    ...over,
    ...lost,
    ...memberLines(others),
    ...(people > 0 ? [cost, ...worth, ...enough] : []),
  ];
}

/** For about how many a budget will do, where it will not do for all. */
function reachWords(people: number, micros: number, budgetMinor: number | null): Words[] {
  const budget = (budgetMinor ?? 0) * MICROS_OF_MINOR;
  if (budgetMinor === null || micros <= budget) return [];
  return [{ key: 'campaign.budget_reaches', variables: { count: Math.floor((people * budget) / micros) } }];
}

/** Lines about those who are not told, by why. */
function memberLines(members: MemberCounts): Words[] {
  return lines.flatMap(([state, key]) => {
    const number = members[state] ?? 0;
    return number > 0 ? [{ key, variables: { number } } as const] : [];
  });
}

const lines = [
  ['control', 'campaign.control_people'],
  ['holdout', 'campaign.holdout_people'],
  ['consent', 'campaign.without_consent'],
  ['no_channel', 'campaign.without_channel'],
  ['muted', 'campaign.muted_people'],
  ['silent', 'campaign.silent_people'],
  ['occasion', 'campaign.occasion_people'],
  ['budget', 'campaign.budget_people'],
  ['merged', 'campaign.merged_people'],
] as const satisfies readonly (readonly [MemberState, Words['key']])[];

/** How a campaign goes; pausing it, going on and stopping it while it does. */
export function campaignAnswer(found: CampaignFound): Answer {
  const { campaign, figures } = found;
  const { id, name, state, createdAt: at } = campaign;
  const { members, frequency, refused, stopped, priceMicros } = figures;
  const waits = members.waiting ?? 0;
  const never = state === 'stopped' ? waits : 0;
  const count = (key: Counted, value: number): Words[] =>
    value > 0 ? [{ key: `campaign.${key}`, variables: { number: value } }] : [];
  const counted = [
    ...count('waiting', waits - never),
    ...count('told', members.told ?? 0),
    ...count('underway', figures.underway),
    ...count('reached', figures.reached),
    ...count('read', figures.read),
    ...count('failed', figures.failed),
    ...memberLines({ ...members, consent: (members.consent ?? 0) + refused }),
    ...count('too_often', frequency),
    ...count('taken_back', stopped + never),
  ];
  const amount = Math.round(priceMicros / MICROS_OF_MINOR);
  const spent: Words[] = amount > 0 ? [{ key: 'campaign.spent', variables: { amount } }] : [];
  const left = budgetWords(found);
  const why = whyWords(campaign);
  const starts: Words[] = state === 'planned' || state === 'asked' ? [whenWords(campaign)] : [];
  return answerOf(
    [
      { key: 'campaign.title', variables: { name, at } },
      [{ key: `campaign.is_${state}` }, ...why, ...starts, ...counted, ...spent, ...left],
    ],
    [
      [press({ key: 'campaign.again' }, `campaign:show:${id}`), ...controls(campaign, figures.underway)],
      [press({ key: 'campaign.all' }, 'campaigns')],
    ],
  );
}

/** Why it goes no further; a budget that is all set aside may still be given back to. */
function whyWords(campaign: Campaign): Words[] {
  const { reason } = campaign;
  if (reason === null) return [];
  if (reason === 'budget' && !isOver(campaign)) return [{ key: 'campaign.waits_for_budget' }];
  return [{ key: `campaign.because_${reason}` }];
}

/** What is left of the budget, rounded down. */
function budgetWords({ campaign, figures: { budgetLeftMicros } }: CampaignFound): Words[] {
  const { budgetMinor } = campaign.plan;
  if (budgetMinor === null || budgetLeftMicros === null) return [];
  const amount = Math.max(0, Math.floor(budgetLeftMicros / MICROS_OF_MINOR));
  return [{ key: 'campaign.budget_left', variables: { amount, budget: budgetMinor } }];
}

function controls({ id, state }: Campaign, underway: number): Button[] {
  if (state === 'stopped' || (state === 'done' && underway === 0)) return [];
  const stop = press({ key: 'campaign.stop' }, `campaign:stop:${id}`);
  if (state === 'paused') return [press({ key: 'campaign.resume' }, `campaign:resume:${id}`), stop];
  const isDraft = state === 'draft' || state === 'asked';
  return isDraft ? [stop] : [press({ key: 'campaign.pause' }, `campaign:pause:${id}`), stop];
}

type Counted = 'waiting' | 'told' | 'underway' | 'reached' | 'read' | 'failed' | 'too_often' | 'taken_back';
