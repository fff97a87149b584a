import type { Button, Words } from '../../../messaging/types.ts';
import { parseSegment, segmentLimits } from '../../../segments/parse.ts';
import { segmentText } from '../../../segments/text.ts';
import { mayExport } from '../../../staff/rights.ts';
import { type Outcome, press } from '../../turn.ts';
import { writeTo } from '../campaigns/begin.ts';
import {
  askNext,
  choose,
  done,
  type Field,
  listening,
  type Question,
  type StaffScreen,
  type StaffTurn,
  type Task,
  type Values,
} from '../task.ts';
import { ask, questionOf, questionRound, readOnward } from './ask.ts';
import { exportLink } from './export.ts';
import { askName } from './save.ts';
import { bothOf, readTyped, type TopicName, topicCalled, topicNames } from './topics.ts';
import { briefly, described } from './words.ts';

/** What a conversation keeps beside the text: the conditions so far, and the topic that is open. */
const kept = (name: 'rule' | 'topic'): Field => ({
  name,
  isOpen: () => false,
  ask: () => ({ words: [] }),
  read: (raw) => ({ ok: true, value: raw }),
});

const textField: Field = {
  name: 'text',
  ask: (turn, values) => topicQuestion(turn, values) ?? startQuestion(values),
  read(raw) {
    const text = raw.replace(/\s+/gu, ' ').trim();
    return text.length <= segmentLimits.characters
      ? { ok: true, value: text }
      : { ok: false, problem: { key: 'wrong.too_long' } };
  },
};

/** Looks for customers: by a text, or by conditions that are picked one after the other. */
export const segment: Task = {
  act: 'segment',
  fields: [kept('rule'), kept('topic'), textField],
  split: (text) => ({ text }),
  rounds: () => [],
  run(turn, { rule = '', topic, text = '' }) {
    const picked = topicCalled(topic);
    if (!picked) return look(turn, parseSegment(text).ok ? bothOf(rule, text) : text);
    const condition = readTyped(picked.topic, text, turn);
    if (condition !== undefined) return build(turn, bothOf(rule, condition));
    return askNext(turn, segment, { rule, topic: picked.name }, 'text', { key: 'people.unreadable' });
  },
};

/** Has a text counted. What is typed while the answer is on its way is another one. */
function look(turn: StaffTurn, text: string): Outcome {
  const waiting = listening(turn, segment, {}, 'text', { words: [{ key: 'people.counting' }] });
  return ask(turn, 'segment', { text: canonical(text) }, waiting);
}

/** A text that can be read as it is always written; any other as it is, so that its problem can be pointed at. */
function canonical(text: string): string {
  const parsed = parseSegment(text);
  return parsed.ok ? segmentText(parsed.rule) : text;
}

/** The conditions so far, and what can be added. */
function build(turn: StaffTurn, rule: string): Outcome {
  return askNext(turn, segment, { rule }, 'text');
}

function startQuestion({ rule = '' }: Values): Question {
  const topics = pairs(topicNames.map((name) => press({ key: `topic.${name}` }, `seg:topic-${name}`)));
  if (rule === '')
    return { words: [{ key: 'people.ask' }, { key: 'people.ask_text' }], buttons: topics, choice: true };
  const finish = [
    press({ key: 'people.count' }, 'seg:count'),
    press({ key: 'people.start_over' }, 'seg:clear'),
  ];
  const words = [
    { key: 'people.so_far' } as const,
    ...described(rule).flat(),
    { key: 'people.and_more' } as const,
  ];
  return { words, buttons: [finish, ...topics], choice: true };
}

function topicQuestion(turn: StaffTurn, { topic: name }: Values): Question | undefined {
  const found = topicCalled(name);
  if (!found) return undefined;
  const { topic } = found;
  const buttons = topic.picks(turn).flatMap((condition) => {
    const button = pick(condition);
    return button ? [[button]] : [];
  });
  const typed: Words[] = topic.types ? [{ key: `people.type_${topic.types.as}` }] : [];
  const words: readonly Words[] = [{ key: `topic.${found.name}` }, { key: 'people.pick' }, ...typed];
  const back = [press({ key: 'button.back' }, 'seg:')];
  const takesNumbers =
    topic.types?.as === 'days' || topic.types?.as === 'number' || topic.types?.as === 'age';
  return {
    words,
    buttons: [...buttons, back],
    ...(takesNumbers && buttons.length === 0 ? {} : { choice: true }),
  };
}

/** The most bytes a messenger lets a button carry (Telegram: 64). */
const mostBytes = 64;

/** A button that adds a condition; undefined where it is too long for one, and has to be typed. */
export function pick(condition: string): Button | undefined {
  const button = choose(briefly(condition), condition);
  const tooLong = button.kind === 'press' && new TextEncoder().encode(button.data).length > mostBytes;
  return tooLong ? undefined : button;
}

function pairs(buttons: readonly Button[]): Button[][] {
  const rows: Button[][] = [];
  for (let index = 0; index < buttons.length; index += 2) rows.push(buttons.slice(index, index + 2));
  return rows;
}

/** The steps of picking conditions. */
export const buildScreen: StaffScreen = {
  act: 'segment',
  rounds: () => [],
  show(turn, argument) {
    const { data } = turn.state ?? { data: {} as Values };
    const rule = data.task === 'segment' ? (data.rule ?? '') : '';
    if (argument === 'count' && rule !== '') return look(turn, rule);
    if (argument === 'clear') return build(turn, '');
    const found = topicCalled(/^topic-(\w+)$/.exec(argument)?.[1]);
    return found ? openTopic(turn, rule, found.name) : build(turn, rule);
  },
};

function openTopic(turn: StaffTurn, rule: string, name: TopicName): Outcome {
  const values = { rule, topic: name };
  const opened = askNext(turn, segment, values, 'text');
  const names = topicCalled(name)?.topic.names;
  return names === undefined ? opened : ask(turn, 'names', { names }, opened);
}

/** What a button under an answer leads to. */
export const onwardScreen: StaffScreen = {
  act: 'segment',
  rounds: (argument) => [questionRound(readOnward(argument).id), () => ({ auditChains: ['house'] })],
  show(turn, argument) {
    const { act, id } = readOnward(argument);
    const question = questionOf(id, turn.facts);
    if (!question) return segmentAnew(turn);
    const { text = '', fixed = '', after = '' } = question.argument;
    switch (act) {
      case 'change':
        return build(turn, parseSegment(text).ok ? text : '');
      case 'fix':
        return look(turn, fixed);
      case 'again':
        return ask(turn, question.kind, question.argument);
      case 'count':
        return look(turn, text);
      case 'people':
        return ask(turn, 'people', { text, after });
      case 'save':
        return askName(turn, id);
      case 'write':
        return parseSegment(text).ok ? writeTo(turn, text) : build(turn, '');
      case 'export':
        return mayExport(turn.staff.role) ? exportLink(turn, text) : forOwner(turn);
      default:
        return undefined;
    }
  },
};

/** Answers are kept for a month; what is older is asked anew. */
export function segmentAnew(turn: StaffTurn): Outcome {
  const { words, buttons = [] } = startQuestion({});
  return listening(turn, segment, {}, 'text', { words: [{ key: 'people.too_old' }, ...words], buttons });
}

function forOwner(turn: StaffTurn): Outcome {
  return done(turn, [{ key: 'staff.ask_another', variables: { role: 'owner' } }]);
}
