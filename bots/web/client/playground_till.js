/** @import { Call } from '../playground/till.ts' */
/** @import { Page } from './playground.js' */
import { find } from './dom.js';
import { startCalls } from './playground_calls.js';
import { startCoupons } from './playground_coupons.js';
import { startQuote } from './playground_quote.js';
import { startReceipts } from './playground_receipts.js';
import { startResult } from './playground_result.js';
import { startSpending } from './playground_spend.js';
import { startWebShop } from './playground_web_shop.js';

/**
 * What is on the counter, as the till's door takes it.
 * @typedef {object} Cart
 * @property {string} locale
 * @property {string} customer
 * @property {{ sku: string, quantity: number }[]} items
 * @property {string[]} coupons
 */

/**
 * The till: goods on the counter, whose they are, how they are paid for, and what the API said.
 * @param {Page} page
 * @param {(phone: string, code: string) => void} scan reads the code on a receipt with a phone
 */
export function startTill(page, scan) {
  const { words, locale, toast, done } = page;
  const form = find(document, '#till', HTMLFormElement);
  const customer = find(form, '#till-customer', HTMLInputElement);
  const later = find(document, '#till-later', HTMLInputElement);
  const submit = find(document, '#sell', HTMLButtonElement);
  const again = find(document, '#again', HTMLButtonElement);
  const call = startCalls(page);
  const result = startResult(page, scan);
  const receipts = startReceipts(page, call, result, moved);
  const goods = startGoods(form, changed);
  const coupons = startCoupons(page, changed);
  const spending = startSpending(page, { call, result, customer, total: () => quote.payable(), changed });
  const quote = startQuote(page, call, { cart, sum: goods.sum, spending, coupons });
  const webShop = startWebShop(page, { call, result, cart, sum: goods.sum, customer });
  /** @type {unknown} the receipt that "again" posts */
  let last;

  /** @returns {Cart} */
  function cart() {
    // Whose points are held has been named by that: the code on the phone, not the field, says who pays.
    const who = spending.byCode() ? '' : customer.value;
    return { locale, customer: who, items: goods.items(), coupons: coupons.codes() };
  }

  function changed() {
    submit.disabled = goods.sum() === 0 || spending.waits();
    submit.title = goods.sum() === 0 ? words.till.empty : '';
    webShop.changed();
    quote.changed();
  }

  /** Points have moved. */
  function moved() {
    quote.forget();
    changed();
  }

  /** @param {{ do: string } & Record<string, unknown>} action */
  async function ring(action) {
    submit.disabled = true;
    again.disabled = true;
    try {
      const answered = await call(action);
      last = answered.request.body;
      result.sold(answered);
      if (answered.status === 201) sold(answered);
    } catch {
      toast(words.till.failed);
    } finally {
      again.disabled = false;
      changed();
    }
  }

  /** @param {Call} answered */
  function sold(answered) {
    done('sell');
    receipts.add(answered);
    spending.used();
    quote.forget();
    coupons.used();
    later.checked = false;
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (goods.sum() === 0 || submit.disabled) return;
    const redemption = spending.held();
    const action = { do: 'sell', ...cart(), ...webShop.finishes(), paid: !later.checked };
    void ring({ ...action, ...(redemption ? { redemption } : {}) });
  });
  again.addEventListener('click', () => void ring({ do: 'repeat', receipt: last }));
  customer.addEventListener('input', changed);
  const offer = startCustomer(form, customer, changed);
  changed();
  return {
    offer,
    /** Something happened in a chat: what the till has asked there may be answered. */
    hear: spending.look,
  };
}

/**
 * Goods with their quantities.
 * @param {HTMLFormElement} form
 * @param {() => void} changed
 */
function startGoods(form, changed) {
  const goods = [...form.querySelectorAll('[data-sku]')].filter((item) => item instanceof HTMLElement);
  const quantityOf = (/** @type {HTMLElement} */ good) =>
    Number(find(good, 'output', HTMLOutputElement).value);

  /**
   * @param {HTMLElement} good
   * @param {number} quantity
   */
  function put(good, quantity) {
    find(good, 'output', HTMLOutputElement).value = String(Math.min(99, Math.max(0, quantity)));
    find(good, '.less', HTMLButtonElement).disabled = quantity <= 0;
    good.classList.toggle('chosen', quantity > 0);
    changed();
  }

  for (const good of goods) {
    find(good, '.add', HTMLButtonElement).addEventListener('click', () => put(good, quantityOf(good) + 1));
    find(good, '.less', HTMLButtonElement).addEventListener('click', () => put(good, quantityOf(good) - 1));
  }
  return {
    items: () =>
      goods
        .map((good) => ({ sku: good.dataset.sku ?? '', quantity: quantityOf(good) }))
        .filter(({ quantity }) => quantity > 0),
    /** In minor units, before anything is taken off. */
    sum: () => goods.reduce((sum, good) => sum + quantityOf(good) * Number(good.dataset.price), 0),
  };
}

/**
 * Puts the number of a phone into the customer field at a tap; keeps both true when a phone changes its number.
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} customer
 * @param {() => void} changed
 */
function startCustomer(form, customer, changed) {
  const chips = [...form.querySelectorAll('[data-customer]')].filter(
    (chip) => chip instanceof HTMLButtonElement,
  );

  function mark() {
    for (const chip of chips) chip.setAttribute('aria-pressed', String(chip.value === customer.value.trim()));
  }

  for (const chip of chips) {
    chip.addEventListener('click', () => {
      customer.value = chip.value;
      mark();
      changed();
    });
  }
  customer.addEventListener('input', mark);
  mark();
  return (/** @type {{ id: string, number: string }} */ { id, number }) => {
    const chip = chips.find((one) => one.dataset.customer === id);
    if (!chip) return;
    if (customer.value === chip.value) customer.value = number;
    chip.value = number;
    mark();
  };
}
