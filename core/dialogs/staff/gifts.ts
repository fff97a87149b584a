import type { CustomerRecord } from '../../customers/types.ts';
import type { Outcome as Result } from '../../errors.ts';
import type { CouponId } from '../../ids.ts';
import type { Words } from '../../messaging/types.ts';
import { mergeChanges } from '../../ports.ts';
import { giveOrAsk, requestRounds, type Waiting } from '../../staff/approve.ts';
import type { Round } from '../../staff/desk.ts';
import type { Given } from '../../staff/give.ts';
import type { GiftRequest, OpenApproval, StaffFacts } from '../../staff/types.ts';
import { type Outcome, press, writing } from '../turn.ts';
import type { DialogChanges } from '../types.ts';
import { customerField, customerOf, numberOf, recordOf } from './fields.ts';
import { readPoints, splitCustomer, splitLastCustomer, splitWord } from './read.ts';
import { requestWords } from './requests.ts';
import {
  askAgain,
  choose,
  done,
  type Field,
  type Reader,
  type StaffTurn,
  type Task,
  type Values,
} from './task.ts';
import { tell } from './tell.ts';
import { nameOf, sorry, undoButton } from './words.ts';

const pointsField: Field = {
  name: 'points',
  ask: () => ({ words: [{ key: 'adjust.ask_points' }] }),
  read(raw) {
    const points = readPoints(raw);
    return points === undefined
      ? { ok: false, problem: { key: 'staff.points_unreadable' } }
      : { ok: true, value: String(points) };
  },
};

const noteLength = { least: 3, most: 200 };

const noteField: Field = {
  name: 'note',
  ask: () => ({ words: [{ key: 'adjust.ask_note' }] }),
  read(raw) {
    const note = raw.replace(/\s+/gu, ' ').trim();
    return note.length >= noteLength.least && note.length <= noteLength.most
      ? { ok: true, value: note }
      : { ok: false, problem: { key: 'adjust.note_unreadable' } };
  },
};

/** Finds the customer, then what giving needs. */
function roundsFor(
  values: Values,
  { staff }: Reader,
  requestOf: (facts: StaffFacts) => GiftRequest | undefined,
  first: ReturnType<Round> = {},
): readonly Round[] {
  const later = (index: number): Round => {
    return (facts) => {
      const request = requestOf(facts);
      return (request && requestRounds(request, staff)[index]?.(facts)) || {};
    };
  };
  return [() => ({ ...first, customers: [{ ref: customerOf(values), lots: 'open' }] }), later(0), later(1)];
}

function adjustmentOf(values: Values, facts: StaffFacts): GiftRequest | undefined {
  const customerId = facts.customer(customerOf(values))?.customer.id;
  const note = values.note ?? '';
  return customerId && { kind: 'adjust', customerId, points: numberOf(values, 'points'), note };
}

/** Points given or taken by hand, with a reason the customer can read. */
export const adjust: Task = {
  act: 'adjust',
  fields: [customerField, pointsField, noteField],
  split(text, { program }) {
    const [customer, rest] = splitCustomer(text, program);
    const [points, note] = splitWord(rest);
    return { customer, points, note };
  },
  rounds: (values, reader) => roundsFor(values, reader, (facts) => adjustmentOf(values, facts)),
  run(turn, values) {
    const record = recordOf(turn, values);
    const request = adjustmentOf(values, turn.facts);
    if (!record || !request) return askAgain(turn, adjust, values, 'customer', { key: 'staff.nobody' });
    const given = giveOrAsk(request, turn);
    const field = !given.ok && given.refusal.code === 'insufficient_points' ? 'points' : 'customer';
    return outcomeOf(turn, adjust, values, field, record, given);
  },
};

/** How many coupons can be picked by a button. */
const mostButtons = 8;

const couponField: Field = {
  name: 'coupon',
  needs: { couponShelf: true },
  ask({ facts }) {
    const shelf = facts.couponShelf();
    if (shelf.length === 0) return { words: [{ key: 'issue.no_coupons' }], choice: true };
    const buttons = shelf.slice(0, mostButtons).map(({ id, name }) => [choose(couponWords(name), id)]);
    return { words: [{ key: 'issue.ask_coupon' }], buttons, choice: true };
  },
  read: (raw) => ({ ok: true, value: raw.trim() }),
};

function couponWords(name: string): Words {
  return { key: 'find.coupon', variables: { title: name } };
}

/** The coupon that is meant: picked by its id, or named. */
function couponOf({ coupon = '' }: Values, facts: StaffFacts): CouponId | undefined {
  const meant = coupon.toLowerCase();
  return facts.couponShelf().find(({ id, name }) => id === coupon || name.toLowerCase() === meant)?.id;
}

function issueOf(values: Values, facts: StaffFacts): GiftRequest | undefined {
  const customerId = facts.customer(customerOf(values))?.customer.id;
  const couponId = couponOf(values, facts);
  return customerId && couponId && { kind: 'issue', customerId, couponId };
}

/** A coupon for one customer. */
export const issue: Task = {
  act: 'issue',
  fields: [couponField, customerField],
  split(text, { program }) {
    const [coupon, customer] = splitLastCustomer(text, program);
    return { coupon, customer };
  },
  rounds: (values, reader) =>
    roundsFor(values, reader, (facts) => issueOf(values, facts), { couponShelf: true }),
  run(turn, values) {
    if (!couponOf(values, turn.facts)) {
      return askAgain(turn, issue, values, 'coupon', { key: 'issue.unknown_coupon' });
    }
    const record = recordOf(turn, values);
    const request = issueOf(values, turn.facts);
    if (!record || !request) return askAgain(turn, issue, values, 'customer', { key: 'staff.nobody' });
    const given = giveOrAsk(request, turn);
    const aboutCoupon = !given.ok && given.refusal.code.startsWith('coupon');
    return outcomeOf(turn, issue, values, aboutCoupon ? 'coupon' : 'customer', record, given);
  },
};

function outcomeOf(
  turn: StaffTurn,
  task: Task,
  values: Values,
  field: string,
  record: CustomerRecord,
  given: Result<Given | Waiting>,
): Outcome {
  if (!given.ok) {
    const words = sorry(given.refusal, turn.program);
    return given.refusal.code === 'nobody_to_ask'
      ? done(turn, [words])
      : askAgain(turn, task, values, field, words);
  }
  const { result } = given;
  if ('approval' in result) return asked(turn, record, result);
  const words = givenWords(nameOf(record.customer), result);
  return writing(result.changes, done(turn, [words], [undoButton(result.entry)]));
}

/** What was given to whom. */
function givenWords(name: string, { result }: Given): Words {
  if (result.kind === 'adjust') {
    const { points: change, balance } = result;
    return { key: 'adjust.done', variables: { name, change, balance } };
  }
  return { key: 'issue.done', variables: { name, coupon: result.name, code: result.code } };
}

/** The request waits: whoever may decide is told at once, with a button for each answer. */
function asked(turn: StaffTurn, { customer }: CustomerRecord, waiting: Waiting): Outcome {
  const { approval, deciders, reason, changes } = waiting;
  const couponId = approval.request.kind === 'issue' ? approval.request.couponId : undefined;
  const couponName = (couponId && turn.facts.coupon(couponId)?.name) ?? null;
  const open: OpenApproval = { ...approval, customerName: nameOf(customer), couponName };
  const question = {
    paragraphs: [requestWords(open, turn.staff)],
    buttons: [
      [
        press({ key: 'request.approve' }, `approve:${approval.id}`),
        press({ key: 'request.refuse' }, `refuse:${approval.id}`),
      ],
    ],
  };
  const all = mergeChanges<DialogChanges>(changes, tell(deciders, question, turn.context));
  const why: Words =
    reason === 'large'
      ? { key: 'request.large', variables: { points: turn.program.staff_points_limit } }
      : { key: 'request.often' };
  return writing(all, done(turn, [[why, { key: 'request.sent' }]]));
}
