import type { SegmentId } from '../../../ids.ts';
import type { Outcome } from '../../turn.ts';
import { done, type StaffScreen, type StaffTurn, type Task } from '../task.ts';
import { ask } from './ask.ts';
import { remove, removeRounds } from './save.ts';

/** The saved segments, with how many each found last night. */
export const segments: Task = {
  act: 'segments',
  fields: [],
  split: () => ({}),
  rounds: () => [],
  run: (turn) => page(turn, '0'),
};

function page(turn: StaffTurn, from: string): Outcome {
  return ask(turn, 'segments', { from });
}

/** One of them, and the next page. */
export const savedScreen: StaffScreen = {
  act: 'segments',
  rounds: (argument) =>
    argument.startsWith('remove-') ? removeRounds(argument.slice('remove-'.length)) : [],
  show(turn, argument) {
    const [, act = '', value = ''] = /^(\w+?)-(.*)$/.exec(argument) ?? [];
    if (act === 'page') return page(turn, value);
    if (act === 'remove') return remove(turn, value);
    if (act === 'show') return ask(turn, 'segment', { saved: value as SegmentId });
    return undefined;
  },
};

/** A segment that a button names by its text: a part of the RFM map. */
export const lookScreen: StaffScreen = {
  act: 'segment',
  rounds: () => [],
  show: (turn, text) =>
    text === '' ? undefined : ask(turn, 'segment', { text }, done(turn, [{ key: 'people.counting' }])),
};
