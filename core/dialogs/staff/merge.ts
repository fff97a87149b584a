import type { CustomerRecord } from '../../customers/types.ts';
import type { Refusal } from '../../errors.ts';
import { viewPoints } from '../../ledger/view.ts';
import type { Words } from '../../messaging/types.ts';
import { isOwn, type Round } from '../../staff/desk.ts';
import {
  merge as mergeAccounts,
  mergeNeeds,
  type Pair,
  pairOf,
  unmerge,
  unmergeRounds,
} from '../../staff/merge.ts';
import { actorOfStaff, type StaffFacts } from '../../staff/types.ts';
import { type Outcome, press, writing } from '../turn.ts';
import { customerField, customerOf, recordOf } from './fields.ts';
import { keptRef, splitCustomer, splitWord } from './read.ts';
import {
  askAgain,
  askNext,
  done,
  type Field,
  preview,
  type StaffTurn,
  type Task,
  type Values,
} from './task.ts';
import { nameOf } from './words.ts';

const otherField: Field = {
  ...customerField,
  name: 'other',
  ask: () => ({ words: [{ key: 'join_up.ask_other' }] }),
  isOpen: ({ mode }) => mode !== 'undo',
};

/** What was typed instead of a first customer to tell accounts apart again. */
const undoWords: ReadonlySet<string> = new Set(['undo', 'скасувати', 'отменить']);

const modeField: Field = {
  name: 'mode',
  ask: () => ({ words: [] }),
  isOpen: () => false,
  read: (raw) => ({ ok: true, value: raw }),
};

/** Makes two accounts of one person one, or tells them apart again. */
export const merge: Task = {
  act: 'merge',
  fields: [modeField, customerField, otherField],
  split(text, { program }) {
    const [first, more] = splitWord(text);
    if (undoWords.has(first.toLowerCase())) return { mode: 'undo', customer: more };
    const [customer, other] = splitCustomer(text, program);
    return { customer, other };
  },
  rounds: (values) => (values.mode === 'undo' ? undoRounds(values) : joinRounds(values)),
  run: (turn, values, answer) =>
    values.mode === 'undo' ? undo(turn, values, answer) : join(turn, values, answer),
};

function idOf(kept: string | undefined, facts: StaffFacts) {
  return facts.customer(keptRef(kept ?? ''))?.customer.id;
}

function joinRounds(values: Values): readonly Round[] {
  const refs = [values.customer, values.other].map((kept) => keptRef(kept ?? ''));
  return [
    () => ({ customers: refs.map((ref) => ({ ref, lots: 'open' })) }),
    (facts) => mergeNeeds([values.customer, values.other].flatMap((kept) => idOf(kept, facts) ?? [])),
  ];
}

function undoRounds(values: Values): readonly Round[] {
  return [
    () => ({ customers: [{ ref: customerOf(values), lots: 'open' }] }),
    ...unmergeRounds((facts) => idOf(values.customer, facts)),
  ];
}

function join(turn: StaffTurn, values: Values, answer: string): Outcome {
  const [one, two] = [recordOf(turn, values), recordOf(turn, { customer: values.other ?? '' })];
  if (!one) return askAgain(turn, merge, values, 'customer', { key: 'staff.nobody' });
  if (!two) return askNext(turn, merge, values, 'other', { key: 'staff.nobody' });
  if ([one, two].some(({ customer }) => isOwn(turn, customer.id))) {
    return done(turn, [{ key: 'staff.own_account' }]);
  }
  const pair = pairOf(one, two, turn.facts);
  if (!pair.ok) return askNext(turn, merge, values, 'other', refusalWords(pair.refusal));
  const { from, into } = pair.result;
  const points = available(from, turn);
  const limit = turn.program.staff_points_limit;
  if (Math.abs(points) > limit && turn.staff.role !== 'owner') {
    return done(turn, [{ key: 'join_up.needs_second', variables: { points: limit } }]);
  }
  if (answer !== 'yes') return ask(turn, values, pair.result, points);
  const merged = mergeAccounts(
    pair.result,
    actorOfStaff(turn.staff),
    turn.consentTexts,
    turn.facts,
    turn.context,
  );
  const { balance, changes } = merged;
  return writing(
    changes,
    done(turn, [{ key: 'join_up.done', variables: { into: fullName(into), balance } }]),
  );
}

function ask(turn: StaffTurn, values: Values, { from, into }: Pair, points: number): Outcome {
  const variables = { from: fullName(from), into: fullName(into), points };
  return preview(
    turn,
    merge,
    values,
    [{ key: 'join_up.sure', variables }],
    [[press({ key: 'join_up.yes' }, 'do:!yes')]],
  );
}

/** By name and the end of the number: of two accounts of one person the name says too little. */
function fullName({ customer }: CustomerRecord): string {
  const end = `…${(customer.phone ?? customer.card ?? '').slice(-4)}`;
  const name = nameOf(customer);
  return name === end ? end : `${name} (${end})`;
}

function available({ head, lots }: CustomerRecord, { context }: StaffTurn): number {
  return viewPoints(head.balance, lots, context.now).available;
}

const words: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['merge_same', { key: 'join_up.same' }],
  ['merge_gone', { key: 'join_up.gone' }],
  ['merge_held', { key: 'join_up.held' }],
  ['merge_twice', { key: 'join_up.twice' }],
  ['merge_unknown', { key: 'join_up.unknown' }],
  ['merge_too_late', { key: 'join_up.too_late' }],
]);

function refusalWords({ code }: Refusal): Words {
  return words.get(code) ?? { key: 'staff.failed' };
}

function undo(turn: StaffTurn, values: Values, answer: string): Outcome {
  const record = recordOf(turn, values);
  if (!record) return askAgain(turn, merge, values, 'customer', { key: 'staff.nobody' });
  if (isOwn(turn, record.customer.id)) return done(turn, [{ key: 'staff.own_account' }]);
  const undone = unmerge(record.customer.id, actorOfStaff(turn.staff), turn.facts, turn.context);
  if (!undone.ok) return done(turn, [refusalWords(undone.refusal)]);
  const { merge: row, points, changes } = undone.result;
  if (answer === 'yes') {
    return writing(changes, done(turn, [{ key: 'join_up.undone', variables: { points } }]));
  }
  const variables = { name: fullName(record), at: row.at };
  return preview(
    turn,
    merge,
    values,
    [{ key: 'join_up.undo_sure', variables }],
    [[press({ key: 'join_up.undo_yes' }, 'do:!yes')]],
  );
}
