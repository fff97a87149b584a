import type { Words } from '../../messaging/types.ts';
import {
  type HandRedemption,
  type Redeemed,
  redeem as redeemPoints,
  redeemRounds,
  wrongCode,
} from '../../staff/till.ts';
import { type Outcome, press, writing } from '../turn.ts';
import { moneyField, numberOf, storeField, storeOf } from './fields.ts';
import { readPoints, splitAmount, splitWord } from './read.ts';
import {
  askAgain,
  done,
  type Field,
  preview,
  type Reader,
  type StaffTurn,
  type Task,
  type Values,
} from './task.ts';
import { nameOf, sorry, undoButton } from './words.ts';

const codeField: Field = {
  name: 'code',
  ask: () => ({ words: [{ key: 'redeem_code.ask' }] }),
  read(raw) {
    const code = raw.replace(/[\s-]/g, '');
    return /^\d{6}$/.test(code)
      ? { ok: true, value: code }
      : { ok: false, problem: { key: 'redeem_code.unreadable' } };
  },
};

const pointsField: Field = {
  name: 'points',
  ask: () => ({ words: [{ key: 'redeem_code.ask_points' }] }),
  read(raw) {
    const points = readPoints(raw);
    return points !== undefined && points > 0
      ? { ok: true, value: String(points) }
      : { ok: false, problem: { key: 'staff.points_unreadable' } };
  },
};

function askedOf(values: Values, reader: Reader): HandRedemption {
  return {
    code: values.code ?? '',
    points: numberOf(values, 'points'),
    totalMinor: numberOf(values, 'total'),
    store: storeOf(values, reader),
  };
}

/** Points a customer pays with by showing a code: after a yes they are spent, with the purchase or by themselves. */
export const redeem: Task = {
  act: 'redeem',
  fields: [codeField, pointsField, moneyField('total', { key: 'redeem_code.ask_total' }), storeField],
  split(text) {
    // The code may be typed in two halves, as it is shown.
    const [first, more] = splitWord(text);
    const [code, rest] = /^\d{3}$/.test(first) ? halves(first, more) : [first, more];
    const [points, last] = splitWord(rest);
    const [total, store] = splitAmount(last);
    return { code, points, total, store };
  },
  rounds: (values, { staff, program, ...reader }) =>
    redeemRounds(askedOf(values, { staff, program, ...reader }), staff, program),
  run(turn, values, answer) {
    const redeemed = redeemPoints(askedOf(values, turn), answer === 'only', turn);
    if (!redeemed.ok) return refused(turn, values, redeemed.refusal);
    const { changes, entry, result } = redeemed.result;
    if (answer === '') return ask(turn, values, result);
    return writing(changes, done(turn, [wordsOf(turn, result)], [undoButton(entry)]));
  },
};

function halves(first: string, more: string): readonly [string, string] {
  const [second, rest] = splitWord(more);
  return [first + second, rest];
}

/** What to do about a refusal: the code is asked again, or how many points. A wrong code is written down. */
function refused(turn: StaffTurn, values: Values, refusal: Parameters<typeof sorry>[0]): Outcome {
  const aboutPoints = refusal.code === 'insufficient_points' || refusal.code === 'too_many_points';
  const again = askAgain(turn, redeem, values, aboutPoints ? 'points' : 'code', sorry(refusal, turn.program));
  return refusal.code === 'payment_code_invalid' ? writing(wrongCode(turn), again) : again;
}

function ask(turn: StaffTurn, values: Values, { redemption }: Redeemed): Outcome {
  const { points, amountMinor: amount, totalMinor: total, customerId } = redemption;
  const customer = turn.facts.customer({ id: customerId })?.customer;
  const name = customer ? nameOf(customer) : '';
  const left = total - amount;
  return preview(
    turn,
    redeem,
    values,
    [{ key: 'redeem_code.sure', variables: { name, points, amount, total, left } }],
    [[press({ key: 'redeem_code.yes' }, 'do:!yes')], [press({ key: 'redeem_code.points_only' }, 'do:!only')]],
  );
}

function wordsOf({ program }: StaffTurn, { redemption, sold }: Redeemed): Words[] {
  const { points, amountMinor: amount, totalMinor } = redemption;
  const taken: Words = { key: 'redeem_code.done', variables: { points, amount } };
  if (!sold) return [taken];
  const earned = sold.points.earned + sold.points.pending;
  const left = totalMinor - points * program.point_value;
  return [
    taken,
    { key: 'redeem_code.sold', variables: { left, points: earned, balance: sold.points.balance } },
    { key: 'buy.receipt', variables: { number: sold.number } },
  ];
}
