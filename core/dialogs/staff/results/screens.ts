import { type Theme, themes } from '../../../insights/reports/types.ts';
import type { Outcome } from '../../turn.ts';
import { ask } from '../segments/ask.ts';
import { themeOf } from '../segments/pictures.ts';
import { done, type Field, type StaffScreen, type StaffTurn, type Task } from '../task.ts';
import { type ResultOf, readResult, resultArgument } from './asked.ts';

const nameField: Field = {
  name: 'name',
  isOpen: () => false,
  ask: () => ({ words: [] }),
  read: (raw) => ({ ok: true, value: raw.slice(0, 100) }),
};

/** What campaigns and journeys changed: `/results`, or with the name of one at once. */
export const results: Task = {
  act: 'results',
  fields: [nameField],
  split: (text) => ({ name: text }),
  rounds: () => [],
  run: (turn, { name = '' }) => list(turn, '0', name),
};

/** Another page of the list. */
export const resultsScreen: StaffScreen = {
  act: 'results',
  rounds: () => [],
  show: (turn, from) => list(turn, /^\d{1,6}$/.test(from) ? from : '0', ''),
};

function list(turn: StaffTurn, from: string, name: string): Outcome {
  return ask(turn, 'results', { from, name, theme: themeOf(turn.state), locale: turn.address.locale });
}

/** One result by a button, light or dark: `c-cmp_….dark`. */
export const resultScreen: StaffScreen = {
  act: 'results',
  rounds: () => [],
  show(turn, argument) {
    const [data = '', themed = ''] = argument.split('.');
    const of = readResult(data);
    const theme = themes.find((one) => one === themed) ?? themeOf(turn.state);
    return of && draw(turn, of, theme);
  },
};

function draw(turn: StaffTurn, of: ResultOf, theme: Theme): Outcome {
  const said = { ...done(turn, [{ key: 'pictures.drawing' }]), data: { theme } };
  return ask(turn, 'effect', resultArgument(of, { theme, locale: turn.address.locale }), said);
}
