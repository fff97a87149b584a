/** @import { Call } from '../playground/till.ts' */
/** @import { Page } from './playground.js' */
import { find } from './dom.js';
import { figures, listAt, numberAt, textAt } from './playground_calls.js';

/**
 * What came of the last thing done at the till.
 * @param {Page} page
 * @param {(phone: string, code: string) => void} scan
 */
export function startResult({ words, money, number, done }, scan) {
  const box = find(document, '#receipt', HTMLElement);
  const claim = find(box, '.claim', HTMLElement);
  const again = find(box, '#again', HTMLButtonElement);
  let code = '';

  const count = (/** @type {unknown} */ answer, /** @type {string} */ name) => {
    const value = numberAt(answer, 'points', name);
    return value === undefined ? undefined : number.format(value);
  };
  const some = (/** @type {unknown} */ answer, /** @type {string} */ name) =>
    numberAt(answer, 'points', name) ? count(answer, name) : undefined;

  /**
   * @param {Call} call
   * @param {string} verdict
   * @param {readonly (readonly [string, string | undefined])[]} rows
   * @param {string} [next] what is worth doing now
   */
  function show(call, verdict, rows, next = '') {
    const ok = call.status < 300;
    box.hidden = false;
    box.classList.toggle('refused', !ok);
    box.classList.toggle('replayed', call.replayed);
    claim.hidden = true;
    again.hidden = true;
    find(box, '.receipt-line', HTMLElement).textContent =
      `${ok ? verdict : words.till.refused} · ${call.status}`;
    find(box, '.receipt-detail', HTMLElement).textContent = ok ? next : textAt(call.answer, 'detail');
    find(box, '.figures', HTMLElement).replaceChildren(...(ok ? figures(rows) : []));
  }

  /** @param {unknown} answer */
  function showClaim(answer) {
    code = textAt(answer, 'claim', 'code');
    claim.hidden = code === '';
    if (code === '') return;
    find(claim, '.claim-code', HTMLElement).textContent = code;
    const printed = textAt(answer, 'claim', 'url') || code;
    find(claim, 'img', HTMLImageElement).src = `/playground/qr?text=${encodeURIComponent(printed)}`;
  }

  for (const button of claim.querySelectorAll('[data-scan]')) {
    button.addEventListener('click', () => {
      if (button instanceof HTMLButtonElement) scan(button.dataset.scan ?? '', code);
    });
  }

  return {
    /** @param {Call} call a receipt posted */
    sold(call) {
      const { answer, replayed } = call;
      const pending = some(answer, 'pending');
      const accepted = pending ? words.till.open : words.till.accepted;
      // What nobody got is no figure of a customer.
      const known = textAt(answer, 'customer') !== '';
      let off = 0;
      for (const discount of listAt(answer, 'discounts')) off += numberAt(discount, 'amount') ?? 0;
      show(call, replayed ? words.till.replayed : accepted, [
        [words.quote.discount, off > 0 ? `−${money.format(off / 100)}` : undefined],
        [words.till.earned, known ? count(answer, 'earned') : undefined],
        [words.till.pending, known ? pending : undefined],
        [words.till.spent, some(answer, 'spent')],
        [words.till.balance, known ? count(answer, 'balance') : undefined],
      ]);
      again.hidden = false;
      showClaim(answer);
      if (some(answer, 'spent')) done('spend');
      if (numberAt(answer, 'payable') !== undefined) done('coupon');
    },
    /** @param {Call} call a payment reported */
    paid(call) {
      const { answer } = call;
      show(call, words.receipts.paid, [
        [words.till.earned, count(answer, 'earned')],
        [words.till.balance, count(answer, 'balance')],
      ]);
    },
    /** @param {Call} call goods brought back */
    refunded(call) {
      const { answer } = call;
      const moneyBack = numberAt(answer, 'money');
      show(call, words.receipts.refunded, [
        [words.receipts.refundedMoney, moneyBack === undefined ? undefined : money.format(moneyBack / 100)],
        [words.receipts.takenBack, count(answer, 'taken_back')],
        [words.receipts.givenBack, some(answer, 'returned')],
        [words.receipts.notTaken, some(answer, 'not_taken')],
        [words.till.balance, count(answer, 'balance')],
      ]);
      if (call.status < 300) done('back');
    },
    /** @param {Call} call a cart left in the web shop */
    left(call) {
      show(call, words.webShop.left, [], words.webShop.leftNext);
    },
    /**
     * @param {Call} call an invoice that was sent or paid
     * @param {boolean} isPaid
     */
    invoiced(call, isPaid) {
      if (isPaid) show(call, words.webShop.invoiceOver, []);
      else show(call, words.webShop.invoiced, [], words.webShop.invoicedNext);
    },
    /**
     * @param {Call} call the state of an order
     * @param {string} status as the shop calls it
     */
    ordered(call, status) {
      const states = /** @type {Record<string, string>} */ (words.webShop.states);
      show(call, `${words.webShop.told}: ${states[status] ?? status}`, []);
    },
    /** @param {Call} call something the API refused */
    failed(call) {
      show(call, '', []);
    },
  };
}
