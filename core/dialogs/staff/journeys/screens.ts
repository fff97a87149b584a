import { switchJourney } from '../../../journeys/switch.ts';
import type { Words } from '../../../messaging/types.ts';
import { actorOfStaff } from '../../../staff/types.ts';
import { type Outcome, press, writing } from '../../turn.ts';
import { ask, questionOf, questionRound, readOnward } from '../segments/ask.ts';
import { type DialogRound, done, type StaffScreen, type StaffTurn, type Task } from '../task.ts';
import { journeyName } from './answers.ts';
import { askText, keepWords, showWords, undoText } from './edit.ts';
import { changeRound, journeyCalled } from './known.ts';

/** The journeys there are: what we write to customers by ourselves. */
export const journeys: Task = {
  act: 'journeys',
  fields: [],
  split: () => ({}),
  rounds: () => [],
  run: (turn) => list(turn, '0'),
};

/** Another page of them. */
export const journeysScreen: StaffScreen = {
  act: 'journeys',
  rounds: () => [],
  show: (turn, from) => list(turn, /^\d{1,4}$/.test(from) ? from : '0'),
};

function list(turn: StaffTurn, from: string): Outcome {
  return look(turn, 'journeys', { from });
}

/** Asks for what takes a look: it comes by itself. */
function look(
  turn: StaffTurn,
  kind: 'journeys' | 'journey' | 'journey_trial' | 'journey_texts' | 'journey_sample',
  asked: Readonly<Record<string, string>>,
): Outcome {
  const argument = { ...asked, locale: turn.address.locale };
  return ask(turn, kind, argument, done(turn, [{ key: 'scenarios.looking' }]));
}

/** What a button of a journey says: an act, its key, and what follows. */
function readButton(argument: string) {
  const [, act = '', key = '', first = '', second = ''] =
    /^(\w+)-([a-z][a-z0-9_]*)(?:\.(\d+))?(?:\.(\w+))?$/.exec(argument) ?? [];
  return { act, key, first, second };
}

const changing: ReadonlySet<string> = new Set(['yes', 'off', 'undo']);

/** One journey: looking at it, trying it, switching it on or off, its texts. */
export const journeyScreen: StaffScreen = {
  act: 'journeys',
  rounds(argument) {
    const { act, key } = readButton(argument);
    return changing.has(act) ? [changeRound(key)] : [];
  },
  show(turn, argument) {
    const { act, key, first, second } = readButton(argument);
    switch (act) {
      case 'show':
        return look(turn, 'journey', { key });
      case 'try':
      case 'on':
        return look(turn, 'journey_trial', { key });
      case 'yes':
      case 'off':
        return turnTo(turn, key, act === 'yes');
      case 'texts':
        return look(turn, 'journey_texts', { key, from: first });
      case 'text':
        return look(turn, 'journey_texts', { key, text: first });
      case 'me':
        return look(turn, 'journey_sample', { key, text: first });
      case 'edit':
        return askText(turn, { key, place: first, language: second });
      case 'undo':
        return undoText(turn, { key, place: first, language: second });
      default:
        return undefined;
    }
  },
};

/** New words of a text, before they are kept: looking at them again, having them sent, keeping them. */
export const journeyWordsScreen: StaffScreen = {
  act: 'journeys',
  rounds(argument) {
    const { id } = readOnward(argument);
    const journeyOf: DialogRound = (facts) => changeRound(questionOf(id, facts)?.argument.key ?? '')(facts);
    return [questionRound(id), journeyOf];
  },
  show(turn, argument) {
    const { act, id } = readOnward(argument);
    const question = questionOf(id, turn.facts);
    if (question?.kind !== 'journey_words') return done(turn, [{ key: 'people.too_old' }]);
    switch (act) {
      case 'keep':
        return keepWords(turn, question.argument);
      case 'look':
        return showWords(turn, question.argument);
      case 'me':
        return look(turn, 'journey_sample', { ...question.argument, words: id });
      default:
        return undefined;
    }
  },
};

function turnTo(turn: StaffTurn, key: string, isOn: boolean): Outcome {
  const actor = actorOfStaff(turn.staff);
  const known = journeyCalled(turn, key);
  const switched = switchJourney(key, isOn, actor, known).decide(turn.facts, turn.context);
  if (!switched.ok) return done(turn, [{ key: 'scenarios.gone' }]);
  const reader = { locale: turn.address.locale, programLocale: turn.program.locale };
  const name = journeyName(switched.result, reader);
  const words: Words = { key: isOn ? 'scenario.switched_on' : 'scenario.switched_off', variables: { name } };
  const back = press(
    { key: isOn ? 'scenario.switch_off' : 'scenario.switch_on' },
    `journey:${isOn ? 'off' : 'yes'}-${key}`,
  );
  const toIt = press({ key: 'scenario.back' }, `journey:show-${key}`);
  return writing(switched.changes, done(turn, [words], [[back, toIt]]));
}
