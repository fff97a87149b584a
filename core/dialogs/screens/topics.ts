import type { CustomerId } from '../../ids.ts';
import { topics as allTopics, type Topic } from '../../journeys/definition.ts';
import { muteForNow, switchesOf, switchTopics } from '../../journeys/topics.ts';
import { type Mute, topicSubject } from '../../messaging/mutes.ts';
import type { Button, Words } from '../../messaging/types.ts';
import { answeredNotice } from '../reactions.ts';
import { type MemberTurn, type Outcome, press, saying, toMenu, writing } from '../turn.ts';
import type { DialogChanges, DialogNeeds } from '../types.ts';
import { menu } from './home.ts';

const offers = topicSubject('offers');
const allOffers: readonly Button[] = [press({ key: 'button.stop_everywhere' }, 'stop:all')];

/** What the screens about topics need to know. */
export function topicNeeds(id: CustomerId): DialogNeeds {
  return { mutes: [id] };
}

/** What a member hears of, topic by topic. `offers-off` switches one, `all-on` all of them. */
export function topics(turn: MemberTurn, argument: string): Outcome | undefined {
  const mutes = turn.facts.mutes(turn.record.customer.id);
  if (argument === '') return list(turn, mutes);
  const [named = '', way] = argument.split('-');
  const chosen = named === 'all' ? allTopics : allTopics.filter((topic) => topic === named);
  if (chosen.length === 0 || (way !== 'on' && way !== 'off')) return undefined;
  const wanted = Object.fromEntries(chosen.map((topic) => [topic, way === 'on']));
  const changes = switchTopics(turn.record.customer.id, wanted, turn.context.now);
  return writing(changes, list(turn, after(mutes, changes)));
}

function after(
  before: readonly Mute[],
  { mutes = [], unmutes = [] }: Pick<DialogChanges, 'mutes' | 'unmutes'>,
): readonly Mute[] {
  const named = new Set([...mutes, ...unmutes].map(({ subject }) => subject));
  return [...before.filter(({ subject }) => !named.has(subject)), ...mutes];
}

function list(turn: MemberTurn, mutes: readonly Mute[]): Outcome {
  const switches = switchesOf(mutes, turn.context.now);
  const isOff = ({ subject }: Mute) => subject.startsWith('journey:');
  const line = (topic: Topic): readonly Button[] => [
    switches[topic]
      ? press({ key: `topics.${topic}_on` }, `topics:${topic}-off`)
      : press({ key: `topics.${topic}_off` }, `topics:${topic}-on`),
  ];
  const all = allTopics.every((topic) => switches[topic]);
  const { marketing = false } = turn.record.consents;
  return {
    step: 'topics',
    paragraphs: [
      ...turn.lead,
      { key: 'topics.title' },
      ...(marketing ? [] : [{ key: 'topics.no_offers' } as const]),
      ...(mutes.some(isOff) ? [{ key: 'topics.single' } as const] : []),
    ],
    buttons: [
      ...allTopics.map(line),
      [
        all
          ? press({ key: 'topics.all_off' }, 'topics:all-off')
          : press({ key: 'topics.all_on' }, 'topics:all-on'),
      ],
      ...(mutes.some(isOff) ? [[press({ key: 'topics.hear_all' }, 'hear:all')]] : []),
      [press({ key: 'button.back' }, 'messages'), ...toMenu],
    ],
  };
}

/** What "this" is under a message: its journey, or offers where a campaign brought it. */
function subjectOf(turn: MemberTurn, argument: string): string {
  if (/^journey:[a-z][a-z0-9_]{0,39}$/.test(argument)) return argument;
  const notice = answeredNotice(turn.event, turn.record.customer.id, turn.facts);
  if (notice?.campaign?.startsWith('journey:')) return notice.campaign;
  return notice?.topic == null ? offers : topicSubject(notice.topic);
}

/** "Not now": says no more of it for a while, and until when. */
export function later(turn: MemberTurn, argument: string): Outcome {
  const mute = muteForNow(turn.record.customer.id, subjectOf(turn, argument), turn.context);
  const words: Words = { key: 'topics.later', variables: { at: mute.until ?? turn.context.now } };
  return muted(turn, mute, words, [press({ key: 'topics.never_this' }, `never:${mute.subject}`)]);
}

/** "Never this": a journey ends for good. Of a campaign it is asked how much of it. */
export function never(turn: MemberTurn, argument: string): Outcome {
  const subject = argument === 'offers' ? offers : subjectOf(turn, argument);
  const isAsked = argument !== 'offers' && !subject.startsWith('journey:');
  if (isAsked) return askHowMuch(turn);
  const mute: Mute = { customerId: turn.record.customer.id, subject, until: null, at: turn.context.now };
  return muted(turn, mute, { key: 'topics.never' });
}

/** Our offer stays where it is: it may be wanted again. */
function muted(turn: MemberTurn, mute: Mute, words: Words, more: readonly Button[] = []): Outcome {
  return {
    step: 'muted',
    paragraphs: [...turn.lead, words],
    buttons: [
      [press({ key: 'button.stop_undo' }, `hear:${mute.subject}`), ...more],
      [press({ key: 'topics.open' }, 'topics'), ...toMenu],
    ],
    beside: true,
    changes: { mutes: [mute] },
  };
}

function askHowMuch(turn: MemberTurn): Outcome {
  return {
    step: 'stop',
    data: { ended: '' },
    paragraphs: [...turn.lead, { key: 'topics.never_ask' }],
    buttons: [
      [press({ key: 'topics.never_topic' }, 'never:offers')],
      ...(turn.record.consents.marketing ? [allOffers] : []),
      toMenu,
    ],
    beside: true,
  };
}

/** Takes back that something is not to be heard of: one subject, or every single journey (`all`). */
export function hear(turn: MemberTurn, argument: string): Outcome | undefined {
  const customerId = turn.record.customer.id;
  const mutes = turn.facts.mutes(customerId);
  const isMeant = ({ subject }: Mute) =>
    argument === 'all' ? subject.startsWith('journey:') : subject === argument;
  const unmutes = mutes.filter(isMeant).map(({ subject }) => ({ customerId, subject }));
  const back = saying(turn, { key: 'stop.undone' });
  if (argument === 'all') return writing({ unmutes }, list(back, after(mutes, { unmutes })));
  return writing({ unmutes }, menu(back, ''));
}
