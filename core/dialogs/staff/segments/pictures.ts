import { type ReportName, reportNames, type Theme, themes } from '../../../insights/reports/types.ts';
import type { Button, Words } from '../../../messaging/types.ts';
import { type Outcome, press } from '../../turn.ts';
import type { DialogState } from '../../types.ts';
import { done, type Field, type StaffScreen, type StaffTurn, type Task } from '../task.ts';
import { ask } from './ask.ts';

/** Names people may call pictures by, beside those of `reportNames`. */
const otherNames: Readonly<Record<string, ReportName>> = {
  segments: 'segment_sizes',
  сегменти: 'segment_sizes',
  сегменты: 'segment_sizes',
  moves: 'segment_moves',
  переходи: 'segment_moves',
  переходы: 'segment_moves',
  реєстрації: 'registrations',
  регистрации: 'registrations',
  повернення: 'returning',
  возвраты: 'returning',
  виручка: 'revenue',
  выручка: 'revenue',
};

function nameIn(raw: string): ReportName | undefined {
  const word = raw.toLowerCase();
  return reportNames.find((name) => name === word) ?? otherNames[word];
}

const nameField: Field = {
  name: 'name',
  ask: (turn) => ({ words: [{ key: 'pictures.title' }], buttons: menu(turn.state), choice: true }),
  read(raw) {
    const name = nameIn(raw.trim());
    return name ? { ok: true, value: name } : { ok: false, problem: { key: 'pictures.unknown' } };
  },
};

function menu(state: DialogState | null): Button[][] {
  const theme = themeOf(state);
  return reportNames.map((name) => [press({ key: `report.title_${name}` }, `picture:${name}.30.${theme}`)]);
}

/** Pictures are light until somebody wants them dark; the chat remembers. */
export function themeOf(state: DialogState | null): Theme {
  return themes.find((theme) => theme === state?.data.theme) ?? 'light';
}

const optional = (name: 'days' | 'theme'): Field => ({
  name,
  isOpen: () => false,
  ask: () => ({ words: [] }),
  read: (raw) => ({ ok: true, value: raw }),
});

/** `90d`, `12w`, `6m`, `1y` in days. */
function daysIn(word: string): string | undefined {
  const [, amount = '', unit = ''] = /^(\d{1,4})([dwmyднтмгр])?$/i.exec(word) ?? [];
  if (amount === '') return undefined;
  const each = { w: 7, н: 7, т: 7, m: 30, м: 30, y: 365, г: 365, р: 365 }[unit.toLowerCase()] ?? 1;
  const days = Number(amount) * each;
  return days >= 1 && days <= 3650 ? String(days) : undefined;
}

/** A picture of how the shop does, by name: `/report nps 30d dark`. */
export const report: Task = {
  act: 'report',
  fields: [nameField, optional('days'), optional('theme')],
  split(text) {
    const words = text.split(/\s+/);
    const days = words.map(daysIn).find((found) => found !== undefined);
    const theme = themes.find((one) => words.includes(one));
    return { name: words[0] ?? '', ...(days ? { days } : {}), ...(theme ? { theme } : {}) };
  },
  rounds: () => [],
  run: (turn, { name = '', days, theme }) =>
    draw(turn, {
      name: nameIn(name) ?? 'rfm',
      days: days ?? '30',
      theme: themes.find((one) => one === theme) ?? themeOf(turn.state),
    }),
};

interface Wanted {
  readonly name: ReportName;
  readonly days: string;
  readonly theme: Theme;
}

function draw(turn: StaffTurn, { name, days, theme }: Wanted): Outcome {
  const words: Words = { key: 'pictures.drawing' };
  return ask(turn, 'report', { name, days, theme }, { ...done(turn, [words]), data: { theme } });
}

/** A picture by a button: `nps.90.dark`. */
export const pictureScreen: StaffScreen = {
  act: 'report',
  rounds: () => [],
  show(turn, argument) {
    const [named = '', days = '30', themed = ''] = argument.split('.');
    const name = nameIn(named);
    const theme = themes.find((one) => one === themed) ?? themeOf(turn.state);
    return name && draw(turn, { name, days: daysIn(days) ?? '30', theme });
  },
};
