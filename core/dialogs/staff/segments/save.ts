import type { QuestionId, SegmentId } from '../../../ids.ts';
import type { Words } from '../../../messaging/types.ts';
import { removeSegment, saveSegment, segmentName } from '../../../segments/saved.ts';
import { deedOf, roundsOf } from '../../../staff/desk.ts';
import { actorOfStaff } from '../../../staff/types.ts';
import { type Outcome, press, saying, writing } from '../../turn.ts';
import { askAgain, askNext, type DialogRound, done, type Field, type StaffTurn, type Task } from '../task.ts';
import { undoButton } from '../words.ts';
import { questionOf, questionRound } from './ask.ts';

const questionField: Field = {
  name: 'question',
  isOpen: () => false,
  ask: () => ({ words: [] }),
  read: (raw) => ({ ok: true, value: raw }),
};

const nameField: Field = {
  name: 'called',
  ask: () => ({ words: [{ key: 'segments.ask_name' }] }),
  read(raw) {
    const name = segmentName(raw);
    return name === undefined
      ? { ok: false, problem: { key: 'segments.name_unreadable' } }
      : { ok: true, value: name };
  },
};

/** Gives what a question found a name, and keeps it. */
export const save: Task = {
  act: 'segments',
  name: 'segment_save',
  fields: [questionField, nameField],
  split: () => ({}),
  rounds: ({ question }) => [questionRound(question), ...roundsOf(saveSegment({ name: '', rule: '' }, ''))],
  run(turn, values) {
    const { question: id, called: name = '' } = values;
    const rule = questionOf(id, turn.facts)?.argument.text;
    if (rule === undefined) return done(turn, [{ key: 'people.too_old' }]);
    const saved = saveSegment({ name, rule }, actorOfStaff(turn.staff)).decide(turn.facts, turn.context);
    if (!saved.ok) {
      return saved.refusal.code === 'segment_name_taken'
        ? askAgain(turn, save, values, 'called', { key: 'segments.name_taken', variables: { name } })
        : done(turn, [{ key: 'segments.not_saved' }]);
    }
    const words: Words = { key: 'segments.saved', variables: { name } };
    return writing(
      saved.changes,
      done(turn, [words], [[press({ key: 'staff_button.segments' }, 'do:segments')]]),
    );
  },
};

/** Asks what a segment shall be called that a question found. */
export function askName(turn: StaffTurn, id: QuestionId): Outcome {
  return askNext(turn, save, { question: id }, 'called');
}

/** What removing a saved segment needs to know. */
export function removeRounds(id: string): readonly DialogRound[] {
  return roundsOf(removeSegment(id as SegmentId, ''));
}

/** Removes a saved segment; for a while that can be taken back. */
export function remove(turn: StaffTurn, id: string): Outcome {
  const removed = removeSegment(id as SegmentId, actorOfStaff(turn.staff)).decide(turn.facts, turn.context);
  if (!removed.ok) {
    const inUse = removed.refusal.code === 'segment_in_use';
    return done(saying(turn, { key: inUse ? 'segments.in_use' : 'people.too_old' }), []);
  }
  const { name } = removed.result;
  const words: Words = { key: 'segments.removed', variables: { name } };
  if (!removed.changes.audit) return done(turn, [words]);
  const { changes, entry } = deedOf(removed.changes, {}, removed.result);
  return writing(changes, done(turn, [words], [undoButton(entry)]));
}
