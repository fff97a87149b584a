import type { Consent, ConsentCategory, CustomerRecord } from '../../customers/types.ts';
import type { Button, Words } from '../../messaging/types.ts';
import { type MemberTurn, type Outcome, press, saying, type Turn, toMenu, writing } from '../turn.ts';
import { menu, start } from './home.ts';
import { joinScreen } from './join.ts';
import { consent } from './profile.ts';
import { messages } from './settings.ts';

/** One thing that STOP has put an end to: offers in this chat, offers everywhere, news about points in this chat. */
const endings = ['here', 'all', 'service'] as const;
type Ending = (typeof endings)[number];

/** Whether messages of a kind come to this channel: nothing said about it here, and nothing about all channels. */
export function comesHere({ event, record }: MemberTurn, category: ConsentCategory): boolean {
  const everywhere = category === 'service' ? record.consents.service !== false : record.consents.marketing;
  return everywhere === true && record.channelConsents[event.channel]?.[category] !== false;
}

/** STOP from somebody who gets nothing from us anyway. */
export function stopStranger(turn: Turn): Outcome {
  return joinScreen(saying(turn, { key: 'stop.stranger' }));
}

/** STOP in a member's chat: no offers here from now on, and what else may end. Undefined when that was not offered. */
export function stop(turn: MemberTurn, argument: string): Outcome | undefined {
  if (argument === '') return stopHere(turn);
  if (turn.state?.step !== 'stop') return undefined;
  const ended = endedSoFar(turn);
  if (argument === 'undo') return undo(turn, ended);
  if (argument === 'all') return end(turn, ended, 'all', [{ key: 'stop.everywhere' }]);
  return argument === 'service' ? end(turn, ended, 'service', [{ key: 'stop.silent' }]) : undefined;
}

function stopHere(turn: MemberTurn): Outcome {
  const stays: Words[] = comesHere(turn, 'service') ? [{ key: 'stop.service_stays' }] : [];
  const came = comesHere(turn, 'marketing');
  const first: Words = { key: came ? 'stop.here' : 'stop.already' };
  const refused = turn.record.channelConsents[turn.event.channel]?.marketing === false;
  return refused ? offer(turn, [], [first, ...stays]) : end(turn, [], 'here', [first, ...stays]);
}

function endedSoFar({ state }: MemberTurn): readonly Ending[] {
  const kept = state?.data.ended?.split(' ') ?? [];
  return endings.filter((one) => kept.includes(one));
}

function end(turn: MemberTurn, before: readonly Ending[], ending: Ending, words: readonly Words[]): Outcome {
  const row = rowOf(turn, ending, false);
  const after = { ...turn, record: recordWith(turn.record, [row]) };
  return writing({ consents: [row] }, offer(after, [...before, ending], words));
}

function rowOf(turn: MemberTurn, ending: Ending, granted: boolean): Consent {
  const category = ending === 'service' ? 'service' : 'marketing';
  return consent(turn, category, granted, ending === 'all' ? undefined : turn.event.channel);
}

/** What is over, and what more can be. */
function offer(turn: MemberTurn, ended: readonly Ending[], words: readonly Words[]): Outcome {
  const one = (label: Words, data: string): readonly Button[] => [press(label, data)];
  return {
    step: 'stop',
    data: { ended: ended.join(' ') },
    paragraphs: [...turn.lead, words],
    buttons: [
      ...(turn.record.consents.marketing ? [one({ key: 'button.stop_everywhere' }, 'stop:all')] : []),
      ...(comesHere(turn, 'service') ? [one({ key: 'button.stop_service' }, 'stop:service')] : []),
      ...(ended.length > 0 ? [one({ key: 'button.stop_undo' }, 'stop:undo')] : []),
      toMenu,
    ],
  };
}

/** Whoever takes a STOP back agrees once more, to just what it ended. */
function undo(turn: MemberTurn, ended: readonly Ending[]): Outcome {
  const rows = ended.map((ending) => rowOf(turn, ending, true));
  const after = { ...turn, record: recordWith(turn.record, rows) };
  return writing({ consents: rows }, messages(saying(after, { key: 'stop.undone' }), ''));
}

/** START: what was refused in this chat alone comes here again. */
export function resume(turn: MemberTurn): Outcome {
  const rows = clearing(turn, ['service', 'marketing']);
  if (rows.length === 0) return start(turn, '');
  const after = { ...turn, record: recordWith(turn.record, rows) };
  return writing({ consents: rows }, menu(saying(after, { key: 'stop.resumed' }), ''));
}

/** A yes to each kind that was refused on this channel alone: only a plain yes there takes such a no away. */
export function clearing(turn: MemberTurn, categories: readonly ConsentCategory[]): Consent[] {
  const refused = turn.record.channelConsents[turn.event.channel] ?? {};
  return categories
    .filter((category) => refused[category] === false)
    .map((category) => consent(turn, category, true, turn.event.channel));
}

/** The record as it is after these answers. */
export function recordWith(record: CustomerRecord, rows: readonly Consent[]): CustomerRecord {
  const consents = { ...record.consents };
  const channelConsents = { ...record.channelConsents };
  for (const { category, channel, granted } of rows) {
    if (channel === null) consents[category] = granted;
    else channelConsents[channel] = { ...channelConsents[channel], [category]: granted };
  }
  return { ...record, consents, channelConsents };
}
