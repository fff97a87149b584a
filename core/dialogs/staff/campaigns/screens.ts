import type { CampaignId, QuestionId } from '../../../ids.ts';
import type { QuestionInView } from '../../../insights/questions.ts';
import { sampleReplies } from '../../../journeys/campaigns/sample.ts';
import { draftToAsk, leastCompared, sendDraft } from '../../../journeys/campaigns/send.ts';
import { messageTo } from '../../../messaging/plan.ts';
import type { Reply, Words } from '../../../messaging/types.ts';
import { mergeChanges } from '../../../ports.ts';
import { askSecond } from '../../../staff/approve.ts';
import {
  type Campaign,
  type CampaignMessage,
  isOver,
  pauseCampaign,
  resumeCampaign,
  stopCampaign,
} from '../../../staff/campaigns.ts';
import { type Outcome, press, saying, writing } from '../../turn.ts';
import type { DialogChanges } from '../../types.ts';
import { requestWords } from '../requests.ts';
import { ask, questionOf, questionRound } from '../segments/ask.ts';
import { done, type StaffScreen, type StaffTurn } from '../task.ts';
import { tell } from '../tell.ts';
import { changeDraft, deskOf, showDraft, whenWords } from './draft.ts';
import { askPart, backRow, languageScreen } from './parts.ts';
import { fineWords } from './plan_parts.ts';

/** `ACT:ID`, as the buttons about a campaign carry it. */
function readAct(argument: string): { readonly act: string; readonly id: string } {
  const at = argument.indexOf(':');
  return { act: argument.slice(0, at), id: argument.slice(at + 1) };
}

/** What can be done about a campaign that is being written: looked at, changed, sent to oneself. */
export const draftScreen: StaffScreen = {
  act: 'campaign',
  rounds: (argument) => [
    () => ({
      campaigns: [readAct(argument).id as CampaignId],
      savedSegments: true,
      couponShelf: true,
    }),
  ],
  show(turn, argument) {
    const { act, id } = readAct(argument);
    const campaign = turn.facts.campaign(id as CampaignId);
    if (!campaign) return done(turn, [{ key: 'people.too_old' }]);
    if (act === 'self') return sendToSelf(turn, campaign);
    if (campaign.state !== 'draft') {
      return done(turn, [{ key: 'campaign.sent_already' }], [watchRow(campaign.id)]);
    }
    if (act === 'look') return showDraft(turn, campaign.id);
    if (act === 'more') return moreScreen(turn, campaign);
    if (act === 'languages') return languageScreen(turn, campaign);
    if (act === 'one') return dropSecond(turn, campaign);
    if (act === 'engaged' || act === 'anybody') {
      return changeDraft(turn, campaign, { plan: { ...campaign.plan, engagedOnly: act === 'engaged' } });
    }
    return act.startsWith('part_') ? askPart(turn, campaign.id, act.slice('part_'.length)) : undefined;
  },
};

/** All that can be changed besides whom, what and when, and how it is now. */
function moreScreen(turn: StaffTurn, campaign: Campaign): Outcome {
  const { id, content, plan } = campaign;
  const part = (name: string) => `draft:part_${name}:${id}`;
  const second = Object.hasOwn(content.variants, 'b')
    ? press({ key: 'campaign.one_text' }, `draft:one:${id}`)
    : press({ key: 'campaign.second_text' }, part(`text-b-${turn.address.locale}`));
  return done(
    turn,
    [{ key: 'campaign.more_title' }, settingsWords(turn, campaign)],
    [
      [press({ key: 'campaign.languages' }, `draft:languages:${id}`), second],
      [
        press({ key: 'campaign.picture' }, part('picture')),
        press({ key: 'campaign.button' }, part('button')),
      ],
      [press({ key: 'campaign.gift' }, part('gift')), press({ key: 'campaign.control' }, part('control'))],
      [
        press({ key: 'campaign.budget' }, part('budget')),
        press({ key: 'campaign.good_for' }, part('good_for')),
      ],
      [
        plan.engagedOnly
          ? press({ key: 'campaign.anybody' }, `draft:anybody:${id}`)
          : press({ key: 'campaign.engaged' }, `draft:engaged:${id}`),
        press({ key: 'campaign.weight' }, part('weight')),
      ],
      backRow(id),
    ],
  );
}

function settingsWords({ program }: StaffTurn, campaign: Campaign): Words[] {
  const { plan, content } = campaign;
  const percent = plan.controlPercent ?? program.proof.control_percent;
  const { gift } = content;
  const along: Words =
    gift === null
      ? { key: 'campaign.gift_is_none' }
      : 'coupon' in gift
        ? { key: 'campaign.gift_is_coupon', variables: { name: gift.name } }
        : { key: 'campaign.gift_is_points', variables: { points: gift.points } };
  const limit: Words =
    plan.budgetMinor === null
      ? { key: 'campaign.budget_is_none' }
      : { key: 'campaign.budget_is', variables: { amount: plan.budgetMinor } };
  const control: Words =
    plan.controlPercent === null
      ? { key: 'campaign.control_usual', variables: { percent, number: leastCompared } }
      : { key: 'campaign.control_is', variables: { percent } };
  return [whenWords(campaign), along, control, limit, ...fineWords(plan, program.silence.after_days)];
}

function dropSecond(turn: StaffTurn, campaign: Campaign): Outcome {
  const { a } = campaign.content.variants;
  const variants: Readonly<Record<string, CampaignMessage>> = a ? { a } : {};
  const change = { content: { ...campaign.content, variants }, revision: campaign.revision + 1 };
  return showDraft(turn, campaign.id, { campaignUpdates: [{ ...campaign, ...change }] });
}

/** Every variant goes out beside the answer, so that the preview stays with its buttons. */
function sendToSelf(turn: StaffTurn, campaign: Campaign): Outcome {
  const messages = ownReplies(campaign, turn).map((reply) =>
    messageTo(turn.address, { category: 'reply', reply }, turn.context),
  );
  const said = { ...done(turn, [{ key: 'campaign.sent_to_you' }], onScreen(turn)), beside: true } as const;
  return writing({ messages }, said);
}

/** Each variant as whoever stands at the desk would get it. */
function ownReplies(campaign: Campaign, { record, program, context, address, site }: StaffTurn) {
  const reader = { record, program, locale: address.locale, now: context.now, site: site?.()?.url };
  return sampleReplies(campaign, reader);
}

/** The buttons of the preview once more: the newest message is the one that numbers answer. */
function onScreen({ state }: StaffTurn): NonNullable<Outcome['buttons']> {
  const choices = state?.choices ?? [];
  const question = choices.find((data) => data.startsWith('send:'))?.slice('send:'.length);
  const draft = choices.find((data) => data.startsWith('draft:self:'))?.slice('draft:self:'.length);
  return draft === undefined ? [] : draftButtons(draft as CampaignId, question as QuestionId | undefined);
}

/** The buttons under a preview; without a question it cannot be sent as it is. */
export function draftButtons(
  id: CampaignId,
  question: QuestionId | undefined,
): NonNullable<Outcome['buttons']> {
  return [
    question === undefined ? [] : [press({ key: 'campaign.send' }, `send:${question}`)],
    [
      press({ key: 'campaign.to_me' }, `draft:self:${id}`),
      press({ key: 'campaign.more' }, `draft:more:${id}`),
    ],
    [
      press({ key: 'campaign.change_text' }, `draft:languages:${id}`),
      press({ key: 'campaign.change_whom' }, `draft:part_whom:${id}`),
      press({ key: 'campaign.change_when' }, `draft:part_when:${id}`),
    ],
  ].filter((row) => row.length > 0);
}

/** Sends what stands in a preview, to as many as it counted. */
export const sendScreen: StaffScreen = {
  act: 'campaign',
  rounds: (id) => [
    questionRound(id),
    (facts) => {
      const campaign = questionOf(id, facts)?.argument.campaign;
      return {
        team: true,
        auditChains: ['house'],
        ...(campaign === undefined ? {} : { campaigns: [campaign as CampaignId] }),
      };
    },
  ],
  show(turn, id) {
    const question = questionOf(id, turn.facts);
    const campaign = turn.facts.campaign((question?.argument.campaign ?? '') as CampaignId);
    if (!question || !campaign) return done(turn, [{ key: 'people.too_old' }]);
    if (campaign.state !== 'draft') {
      return done(turn, [{ key: 'campaign.sent_already' }], [watchRow(campaign.id)]);
    }
    // It was changed since it was counted: whoever sends it must see it first.
    if (question.argument.revision !== String(campaign.revision)) return showDraft(turn, campaign.id);
    return send(turn, campaign, question);
  },
};

/** Begins a campaign, or asks a second person where it goes to many. */
function send(turn: StaffTurn, campaign: Campaign, { argument }: QuestionInView): Outcome {
  const people = Number(argument.people ?? 0);
  const compared = Number(argument.compared ?? people);
  if (people === 0) return done(turn, [{ key: 'campaign.nobody' }], [backRow(campaign.id)]);
  const { program, staff } = turn;
  const isOwner = staff.role === 'owner';
  // A few may come to the segment while the answer is read; more than that and it stops.
  const most = isOwner ? null : Math.max(program.campaign_limit, Math.ceil(people * 1.1));
  if (!isOwner && people > program.campaign_limit)
    return askSomebody(turn, campaign, { people, compared, most });
  const sent = sendDraft(campaign.id, { program, most, people: compared }, deskOf(turn));
  if (!sent.ok) return notSent(turn, campaign.id, sent.refusal.code);
  const begun: Words =
    sent.result.campaign.state === 'planned'
      ? { key: 'campaign.planned', variables: { count: people } }
      : { key: 'campaign.begun', variables: { count: people } };
  const words = sent.result.campaign.state === 'planned' ? [begun, whenWords(campaign)] : [begun];
  return writing(sent.result.changes, done(turn, [words], [watchRow(campaign.id)]));
}

function notSent(turn: StaffTurn, id: CampaignId, code: string): Outcome {
  return code === 'campaign_too_late'
    ? done(
        turn,
        [{ key: 'campaign.too_late' }],
        [[press({ key: 'campaign.change_when' }, `draft:part_when:${id}`)], backRow(id)],
      )
    : done(turn, [{ key: 'campaign.sent_already' }], [watchRow(id)]);
}

/** How many were counted when it is sent, and to how many it may go at most. */
interface Counted {
  readonly people: number;
  readonly compared: number;
  readonly most: number | null;
}

function askSomebody(turn: StaffTurn, campaign: Campaign, { people, compared, most }: Counted): Outcome {
  const { program, staff, context } = turn;
  const waiting = draftToAsk(campaign.id, { program, most, people: compared }, deskOf(turn));
  if (!waiting.ok) return notSent(turn, campaign.id, waiting.refusal.code);
  const request = { kind: 'campaign', campaignId: campaign.id, name: campaign.name, people } as const;
  const asked = askSecond(request, 'many', turn);
  if (!asked.ok) return done(turn, [{ key: 'campaign.nobody_to_ask' }], [backRow(campaign.id)]);
  const { approval, deciders, changes } = asked.result;
  const words = requestWords({ ...approval, customerName: null, couponName: null }, staff);
  const shown = ownReplies(campaign, turn);
  const question: Reply = {
    paragraphs: [[words, whenWords(campaign)], ...shown.flatMap(({ paragraphs }) => paragraphs)],
    buttons: [
      [
        press({ key: 'request.approve' }, `approve:${approval.id}`),
        press({ key: 'request.refuse' }, `refuse:${approval.id}`),
      ],
    ],
  };
  const all = mergeChanges<DialogChanges>(
    { campaignUpdates: [waiting.result] },
    changes,
    tell(deciders, question, context),
  );
  const why: Words = { key: 'campaign.needs_second', variables: { number: program.campaign_limit } };
  return writing(all, done(turn, [[why, { key: 'request.sent' }]], [watchRow(campaign.id)]));
}

/** Buttons that lead on from a campaign. */
function watchRow(id: CampaignId) {
  return [
    press({ key: 'campaign.how' }, `campaign:show:${id}`),
    press({ key: 'campaign.pause' }, `campaign:pause:${id}`),
    press({ key: 'campaign.stop' }, `campaign:stop:${id}`),
  ];
}

/** How a campaign goes; pausing, resuming and stopping it. */
export const campaignScreen: StaffScreen = {
  act: 'campaign',
  rounds: (argument) => {
    const ids = [readAct(argument).id as CampaignId];
    return [() => ({ campaigns: ids, campaignsWaiting: ids, auditChains: ['house'] })];
  },
  show(turn, argument) {
    const { act, id: named } = readAct(argument);
    const id = named as CampaignId;
    const campaign = turn.facts.campaign(id);
    if (!campaign) return undefined;
    if (act === 'show') {
      return campaign.state === 'draft' ? showDraft(turn, id) : ask(turn, 'campaign', { campaign: id });
    }
    const change = changes.get(act);
    if (!change) return undefined;
    const moved = change.move(id, deskOf(turn));
    const show = press({ key: 'campaign.how' }, `campaign:show:${id}`);
    if (!moved.ok) {
      const why: Words = { key: isOver(campaign) ? 'campaign.over' : 'campaign.not_now' };
      return done(saying(turn, why), [], [[show]]);
    }
    const resume = press({ key: 'campaign.resume' }, `campaign:resume:${id}`);
    const rows = act === 'pause' ? [[resume, show]] : [[show]];
    return writing(moved.result.changes, done(turn, [change.said], rows));
  },
};

const changes: ReadonlyMap<string, { readonly move: typeof stopCampaign; readonly said: Words }> = new Map([
  ['stop', { move: stopCampaign, said: { key: 'campaign.stopped' } }],
  ['pause', { move: pauseCampaign, said: { key: 'campaign.paused' } }],
  ['resume', { move: resumeCampaign, said: { key: 'campaign.resumed' } }],
]);

/** The last campaigns, each a button. */
export const campaignsScreen: StaffScreen = {
  act: 'campaign',
  rounds: () => [() => ({ lastCampaigns: true })],
  show(turn) {
    const last = turn.facts.lastCampaigns();
    const words: Words = { key: last.length > 0 ? 'campaign.list' : 'campaign.none' };
    const rows = last.map(({ id, name, createdAt: at }) => [
      press({ key: 'campaign.line', variables: { name, at } }, `campaign:show:${id}`),
    ]);
    const begin = [press({ key: 'campaign.new' }, 'do:campaign')];
    return done(turn, [words], [...rows, begin]);
  },
};
