import type { RefundResult } from '../../checkout/refund.ts';
import type { PurchaseId } from '../../ids.ts';
import type { Words } from '../../messaging/types.ts';
import { mergeNeeds, type Round } from '../../staff/desk.ts';
import { type HandRefund, refundRounds, takeGoodsBack } from '../../staff/till.ts';
import type { StaffFacts } from '../../staff/types.ts';
import { type Outcome, press, writing } from '../turn.ts';
import { receiptLine } from './card.ts';
import { numberOf } from './fields.ts';
import { readMoney, splitWord } from './read.ts';
import {
  askAgain,
  askNext,
  choose,
  done,
  type Field,
  preview,
  type Reader,
  type StaffTurn,
  type Task,
  type Values,
} from './task.ts';
import { sorry } from './words.ts';

const longestNumber = 100;

const receiptField: Field = {
  name: 'receipt',
  ask: () => ({ words: [{ key: 'refund.ask_receipt' }] }),
  read(raw) {
    const number = raw.trim();
    return number.length <= longestNumber
      ? { ok: true, value: number }
      : { ok: false, problem: { key: 'staff.no_receipt' } };
  },
};

/** Everything that is left, as it is kept. */
const all = 'all';

const amountField: Field = {
  name: 'amount',
  // Asked by the task itself, once the receipt is known to be there.
  isOpen: () => false,
  ask: () => ({
    words: [{ key: 'refund.ask_amount' }],
    buttons: [[choose({ key: 'refund.all' }, all)]],
  }),
  read(raw, { program }) {
    if (raw === all || raw === '*') return { ok: true, value: all };
    const minor = readMoney(raw, program.currency);
    return minor === undefined
      ? { ok: false, problem: { key: 'staff.money_unreadable' } }
      : { ok: true, value: String(minor) };
  },
};

/** The purchase that is meant: picked by our id, or the only one with this number. */
function purchaseOf({ receipt = '' }: Values, facts: StaffFacts): PurchaseId | undefined {
  if (/^pur_\w{26}$/.test(receipt)) return receipt as PurchaseId;
  const found = facts.receipts(receipt);
  return found.length === 1 ? found[0]?.id : undefined;
}

function goodsOf(values: Values, purchaseId: PurchaseId): HandRefund {
  return values.amount === all ? { purchaseId } : { purchaseId, amountMinor: numberOf(values, 'amount') };
}

function roundsOf(values: Values, { staff, program }: Reader): readonly Round[] {
  const later = (index: number): Round => {
    return (facts) => {
      const id = purchaseOf(values, facts);
      return (id && refundRounds(goodsOf(values, id), staff, program)[index]?.(facts)) || {};
    };
  };
  const number: Round = () => ({ receipts: [values.receipt ?? ''] });
  return [(facts) => mergeNeeds(number(facts)), later(0), later(1)];
}

/** Goods brought back: what would happen is shown, and done after a yes. */
export const refund: Task = {
  act: 'refund',
  fields: [receiptField, amountField],
  split(text) {
    const [receipt, amount] = splitWord(text);
    return { receipt, amount: amount === '' && receipt !== '' ? all : amount };
  },
  rounds: roundsOf,
  run(turn, values, answer) {
    const id = purchaseOf(values, turn.facts);
    if (!id) return whichOne(turn, values);
    if (values.amount === undefined) return askNext(turn, refund, { ...values, receipt: id }, 'amount');
    const back = takeGoodsBack(goodsOf(values, id), turn);
    if (!back.ok) {
      const aboutAmount = back.refusal.code === 'refund_too_large';
      const field = aboutAmount ? 'amount' : 'receipt';
      return askAgain(turn, refund, values, field, sorry(back.refusal, turn.program));
    }
    const { changes, result } = back.result;
    if (answer === '') return ask(turn, values, id, result);
    return writing(changes, done(turn, [wordsOf(result)]));
  },
};

/** Numbers are unique within one shop only: where several have it, one is chosen. */
function whichOne(turn: StaffTurn, values: Values): Outcome {
  const found = turn.facts.receipts(values.receipt ?? '');
  const again = askAgain(turn, refund, values, 'receipt', {
    key: found.length === 0 ? 'staff.no_receipt' : 'refund.which',
  });
  const buttons = found.map((one) => [choose(receiptLine(one), one.id)]);
  if (buttons.length === 0) return again;
  const { takesNumbers: _, ...choosing } = again;
  return { ...choosing, buttons: [...buttons, ...(again.buttons ?? [])] };
}

function ask(turn: StaffTurn, values: Values, id: PurchaseId, result: RefundResult): Outcome {
  const number = turn.facts.purchase(id)?.externalId ?? '';
  const { amountMinor: amount, moneyMinor: money } = result;
  return preview(
    turn,
    refund,
    { ...values, receipt: id },
    [[{ key: 'refund.sure', variables: { number, amount, money } }, ...pointsOf(result)]],
    [[press({ key: 'staff.yes' }, 'do:!yes')]],
  );
}

function wordsOf(result: RefundResult): Words[] {
  return [{ key: 'refund.done', variables: { money: result.moneyMinor } }, ...pointsOf(result)];
}

function pointsOf({ points: { takenBack, returned, notTaken } }: RefundResult): Words[] {
  const words: Words[] = [];
  if (takenBack > 0) words.push({ key: 'refund.taken_back', variables: { points: takenBack } });
  if (returned > 0) words.push({ key: 'refund.returned', variables: { points: returned } });
  if (notTaken > 0) words.push({ key: 'refund.not_taken', variables: { points: notTaken } });
  return words;
}
