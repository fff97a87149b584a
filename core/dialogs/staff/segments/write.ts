import type { CampaignId, QuestionId } from '../../../ids.ts';
import { messageTo } from '../../../messaging/plan.ts';
import type { Reply, Words } from '../../../messaging/types.ts';
import { mergeChanges } from '../../../ports.ts';
import { askSecond } from '../../../staff/approve.ts';
import {
  type Campaign,
  campaignBegun,
  campaignTextLength,
  newCampaign,
  stopCampaign,
} from '../../../staff/campaigns.ts';
import { type Outcome, press, saying, writing } from '../../turn.ts';
import type { DialogChanges } from '../../types.ts';
import { requestWords } from '../requests.ts';
import { askNext, done, type Field, type StaffScreen, type StaffTurn, type Task } from '../task.ts';
import { tell } from '../tell.ts';
import { ask, questionOf, questionRound } from './ask.ts';

const questionField: Field = {
  name: 'question',
  isOpen: () => false,
  ask: () => ({ words: [] }),
  read: (raw) => ({ ok: true, value: raw }),
};

const textField: Field = {
  name: 'message',
  ask: () => ({
    words: [
      { key: 'campaign.ask_text' },
      { key: 'campaign.rules', variables: { number: campaignTextLength.most } },
    ],
  }),
  read(raw) {
    const text = raw
      .replace(/[^\S\n]+/gu, ' ')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
    if (text.length < campaignTextLength.least) return { ok: false, problem: { key: 'campaign.too_short' } };
    return text.length <= campaignTextLength.most
      ? { ok: true, value: text }
      : { ok: false, problem: { key: 'campaign.too_long', variables: { number: campaignTextLength.most } } };
  },
};

/** The text that customers of a segment are to get; who gets it is counted before anything is sent. */
export const write: Task = {
  act: 'segment',
  name: 'segment_write',
  fields: [questionField, textField],
  split: () => ({}),
  rounds: ({ question }) => [questionRound(question)],
  run(turn, { question: id, message = '' }) {
    const question = questionOf(id, turn.facts);
    const { text = '', name = '' } = question?.argument ?? {};
    if (text === '') return done(turn, [{ key: 'people.too_old' }]);
    return ask(turn, 'audience', { text, name, message });
  },
};

/** Asks for the text of a message to those a question found. */
export function askText(turn: StaffTurn, id: QuestionId): Outcome {
  return askNext(turn, write, { question: id }, 'message');
}

/** A message to customers as they get it: the words of whoever wrote it, and the way to hear no more. */
export function campaignReply(text: string): Reply {
  return {
    paragraphs: [{ key: 'campaign.text', variables: { text } }],
    buttons: [[press({ key: 'campaign.no_more' }, 'stop')]],
  };
}

/** What stands under the preview of a message: send it to oneself, send it, write it anew. */
export const sendScreen: StaffScreen = {
  act: 'segment',
  rounds: (argument) => [
    questionRound(readSend(argument).id),
    () => ({ team: true, auditChains: ['house'] }),
  ],
  show(turn, argument) {
    const { act, id } = readSend(argument);
    const question = questionOf(id, turn.facts);
    const { message = '', campaign = '' } = question?.argument ?? {};
    if (!question || message === '') return done(turn, [{ key: 'people.too_old' }]);
    if (act === 'text') return askText(turn, id);
    if (act === 'self') return sendToSelf(turn, message);
    if (campaign !== '')
      return done(turn, [{ key: 'campaign.sent_already' }], [watchRow(campaign as CampaignId)]);
    return act === 'go' ? send(turn, question.id) : undefined;
  },
};

function readSend(argument: string): { readonly act: string; readonly id: QuestionId } {
  const at = argument.indexOf('-');
  return { act: argument.slice(0, at), id: argument.slice(at + 1) as QuestionId };
}

/** Goes out beside the answer, so that the preview stays with its buttons. */
function sendToSelf(turn: StaffTurn, text: string): Outcome {
  const message = messageTo(turn.address, { category: 'reply', reply: campaignReply(text) }, turn.context);
  const words: Words = { key: 'campaign.sent_to_you' };
  const said = { ...done(turn, [words], onScreen(turn)), beside: true } as const;
  return writing({ messages: [message] }, said);
}

/** The buttons of the preview once more: the newest message is the one that numbers answer. */
function onScreen({ state }: StaffTurn): NonNullable<Outcome['buttons']> {
  const id = (state?.choices ?? []).find((data) => data.startsWith('send:go-'))?.slice('send:go-'.length);
  return id === undefined ? [] : sendButtons(id as QuestionId);
}

/** The buttons under a preview. */
export function sendButtons(id: QuestionId): NonNullable<Outcome['buttons']> {
  return [
    [press({ key: 'campaign.to_me' }, `send:self-${id}`)],
    [
      press({ key: 'campaign.send' }, `send:go-${id}`),
      press({ key: 'campaign.change_text' }, `send:text-${id}`),
    ],
  ];
}

/** Begins to write to a segment, or asks a second person where it goes to many. */
function send(turn: StaffTurn, id: QuestionId): Outcome {
  const question = questionOf(id, turn.facts);
  const { text: rule = '', message: text = '', name = '', people = '0' } = question?.argument ?? {};
  if (!question || people === '0') return done(turn, [{ key: 'campaign.nobody' }]);
  const { program, staff } = turn;
  const needsSecond = staff.role !== 'owner' && Number(people) > program.campaign_limit;
  // A few may come to the segment while the answer is read; more than that and it stops.
  const most =
    staff.role === 'owner' ? null : Math.max(program.campaign_limit, Math.ceil(Number(people) * 1.1));
  const draft = { name: name === '' ? text.slice(0, 40) : name, rule, text, most };
  const campaign = newCampaign(draft, needsSecond ? 'asked' : 'freezing', turn);
  const { channel: _, ...known } = question;
  const marked = {
    ...known,
    argument: { ...known.argument, campaign: campaign.id },
    revision: known.revision + 1,
  };
  const written: DialogChanges = { campaigns: [campaign], questionUpdates: [marked] };
  if (needsSecond) return askSomebody(turn, campaign, Number(people), written);
  const changes = mergeChanges<DialogChanges>(written, campaignBegun(campaign, turn));
  return writing(
    changes,
    done(turn, [{ key: 'campaign.begun', variables: { count: Number(people) } }], [watchRow(campaign.id)]),
  );
}

function askSomebody(turn: StaffTurn, campaign: Campaign, people: number, written: DialogChanges): Outcome {
  const request = { kind: 'campaign', campaignId: campaign.id, name: campaign.name, people } as const;
  const asked = askSecond(request, 'many', turn);
  if (!asked.ok) return done(turn, [{ key: 'campaign.nobody_to_ask' }]);
  const { approval, deciders, changes } = asked.result;
  const words = requestWords({ ...approval, customerName: null, couponName: null }, turn.staff);
  const question: Reply = {
    paragraphs: [words, { key: 'campaign.preview', variables: { text: campaign.text } }],
    buttons: [
      [
        press({ key: 'request.approve' }, `approve:${approval.id}`),
        press({ key: 'request.refuse' }, `refuse:${approval.id}`),
      ],
    ],
  };
  const all = mergeChanges<DialogChanges>(written, changes, tell(deciders, question, turn.context));
  const why: Words = { key: 'campaign.needs_second', variables: { number: turn.program.campaign_limit } };
  return writing(all, done(turn, [[why, { key: 'request.sent' }]], [watchRow(campaign.id)]));
}

/** Buttons that lead on from a campaign. */
function watchRow(id: CampaignId) {
  return [
    press({ key: 'campaign.how' }, `campaign:show-${id}`),
    press({ key: 'campaign.stop' }, `campaign:stop-${id}`),
  ];
}

/** How a campaign goes, and stopping it. */
export const campaignScreen: StaffScreen = {
  act: 'segment',
  rounds: (argument) => [
    () => ({ campaigns: [readSend(argument).id as string as CampaignId], auditChains: ['house'] }),
  ],
  show(turn, argument) {
    const { act, id } = readSend(argument);
    const campaignId = id as string as CampaignId;
    const campaign = turn.facts.campaign(campaignId);
    if (!campaign) return undefined;
    if (act === 'show') return ask(turn, 'campaign', { campaign: campaignId });
    if (act !== 'stop') return undefined;
    const stopped = stopCampaign(campaignId, turn);
    if (!stopped.ok) return done(saying(turn, { key: 'campaign.over' }), []);
    const show = [press({ key: 'campaign.how' }, `campaign:show-${campaignId}`)];
    return writing(stopped.result, done(turn, [{ key: 'campaign.stopped' }], [show]));
  },
};

/** The last campaigns, each a button. */
export const campaignsScreen: StaffScreen = {
  act: 'segment',
  rounds: () => [() => ({ lastCampaigns: true })],
  show(turn) {
    const last = turn.facts.lastCampaigns();
    const words: Words = { key: last.length > 0 ? 'campaign.list' : 'campaign.none' };
    const rows = last.map(({ id, name, createdAt: at }) => [
      press({ key: 'campaign.line', variables: { name, at } }, `campaign:show-${id}`),
    ]);
    return done(turn, [words], rows);
  },
};
