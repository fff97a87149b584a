import type { QuestionId } from '../../../ids.ts';
import {
  newQuestion,
  type QuestionArgument,
  type QuestionInView,
  type QuestionKind,
} from '../../../insights/questions.ts';
import type { Button, Words } from '../../../messaging/types.ts';
import { type Outcome, press, writing } from '../../turn.ts';
import type { DialogFacts } from '../../types.ts';
import { type DialogRound, done, type StaffTurn } from '../task.ts';

/** Asks what takes a long look: the answer comes by itself. `outcome`: what is said meanwhile. */
export function ask(
  turn: StaffTurn,
  kind: QuestionKind,
  argument: QuestionArgument,
  outcome: Outcome = done(turn, [{ key: 'people.counting' }]),
): Outcome {
  const { address, staff, context } = turn;
  const question = newQuestion({ kind, argument, addressId: address.id, staffId: staff.id }, context);
  return writing({ questions: [question] }, outcome);
}

/** A button under an answer: what it does, and the question it goes on from. */
export function onward(label: Words, act: string, id: QuestionId): Button {
  return press(label, `ask:${act}-${id}`);
}

/** What a button of `onward` said. */
export function readOnward(argument: string): { readonly act: string; readonly id: QuestionId } {
  const at = argument.indexOf('-');
  return { act: argument.slice(0, at), id: argument.slice(at + 1) as QuestionId };
}

/** Reads the question that a button goes on from. */
export function questionRound(id: string | undefined): DialogRound {
  return () => (id === undefined ? {} : { questions: [id as QuestionId] });
}

/** The question a task goes on from, as long as it is kept. */
export function questionOf(id: string | undefined, facts: DialogFacts): QuestionInView | undefined {
  return id === undefined ? undefined : facts.question(id as QuestionId);
}
