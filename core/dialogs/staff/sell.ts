import { type HandSale, saleRounds, sell } from '../../staff/till.ts';
import { writing } from '../turn.ts';
import { customerField, customerOf, moneyField, numberOf, storeField, storeOf } from './fields.ts';
import { splitAmount, splitCustomer } from './read.ts';
import { askAgain, done, type Reader, type StaffTurn, type Task, type Values } from './task.ts';
import { nameOf, sorry, undoButton } from './words.ts';

function saleOf(values: Values, reader: Reader): HandSale {
  return {
    customer: customerOf(values),
    amountMinor: numberOf(values, 'amount'),
    store: storeOf(values, reader),
  };
}

/** A purchase at a till without an integration: the customer gets points at once. */
export const buy: Task = {
  act: 'buy',
  fields: [customerField, moneyField('amount', { key: 'buy.ask_amount' }), storeField],
  split(text, { program }) {
    const [customer, rest] = splitCustomer(text, program);
    const [amount, store] = splitAmount(rest);
    return { customer, amount, store };
  },
  rounds: (values, reader) => saleRounds(saleOf(values, reader)),
  run(turn, values) {
    const sold = sell(saleOf(values, turn), turn);
    if (!sold.ok) return askAgain(turn, buy, values, 'customer', sorry(sold.refusal, turn.program));
    const { changes, entry, result } = sold.result;
    const { number, points } = result;
    const amount = numberOf(values, 'amount');
    const name = nameOf(buyerOf(turn, values));
    const earned = points.earned + points.pending;
    const words = [
      { key: 'buy.done', variables: { name, amount, points: earned, balance: points.balance } },
      { key: 'buy.receipt', variables: { number } },
    ] as const;
    return writing(changes, done(turn, [words], [undoButton(entry)]));
  },
};

/** Whose purchase it was: somebody new is known by what was typed. */
function buyerOf({ facts }: StaffTurn, values: Values) {
  const ref = customerOf(values);
  const known = facts.customer(ref)?.customer;
  return known ?? { name: null, phone: 'phone' in ref ? ref.phone : null, card: null };
}
