/** @import { Call } from '../playground/till.ts' */
/** @import { Page } from './playground.js' */
import { find, make, send } from './dom.js';

/**
 * The till: goods on the counter, whose they are, and what the API said.
 * @param {Page} page
 */
export function startTill(page) {
  const { words, locale, tag, currency, toast, done } = page;
  const form = find(document, '#till', HTMLFormElement);
  const customer = find(form, '#till-customer', HTMLInputElement);
  const total = find(form, '#till-total', HTMLOutputElement);
  const submit = find(form, '[type=submit]', HTMLButtonElement);
  const again = find(document, '#again', HTMLButtonElement);
  const goods = [...form.querySelectorAll('[data-sku]')].filter((item) => item instanceof HTMLElement);
  const money = new Intl.NumberFormat(tag, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  /** @type {Call | undefined} */
  let last;

  const quantityOf = (/** @type {HTMLElement} */ good) =>
    Number(find(good, 'output', HTMLOutputElement).value);

  function count() {
    let sum = 0;
    for (const good of goods) sum += quantityOf(good) * Number(good.dataset.price);
    total.value = money.format(sum / 100);
    submit.disabled = sum === 0;
    submit.title = sum === 0 ? words.till.empty : '';
  }

  /**
   * @param {HTMLElement} good
   * @param {number} quantity
   */
  function put(good, quantity) {
    find(good, 'output', HTMLOutputElement).value = String(Math.min(99, Math.max(0, quantity)));
    find(good, '.less', HTMLButtonElement).disabled = quantity <= 0;
    good.classList.toggle('chosen', quantity > 0);
    count();
  }

  /** @param {() => Promise<unknown>} post */
  async function ring(post) {
    submit.disabled = true;
    again.disabled = true;
    try {
      last = /** @type {Call} */ (await post());
      showCall(last, page);
      if (last.status < 300) done('sell');
    } catch {
      toast(words.till.failed);
    } finally {
      again.disabled = false;
      count();
    }
  }

  for (const good of goods) {
    find(good, '.add', HTMLButtonElement).addEventListener('click', () => put(good, quantityOf(good) + 1));
    find(good, '.less', HTMLButtonElement).addEventListener('click', () => put(good, quantityOf(good) - 1));
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const items = goods
      .map((good) => ({ sku: good.dataset.sku ?? '', quantity: quantityOf(good) }))
      .filter(({ quantity }) => quantity > 0);
    if (items.length === 0) return;
    void ring(() => send('/playground/receipts', { locale, customer: customer.value, items }));
  });
  again.addEventListener('click', () => {
    if (last) void ring(() => send('/playground/receipts/again', last?.request.body));
  });
  count();
  return { offer: startCustomer(form, customer) };
}

/**
 * Puts the number of a phone into the customer field at a tap; keeps both true when a phone changes its number.
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} customer
 */
function startCustomer(form, customer) {
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

/**
 * @param {Call} call
 * @param {Page} page
 */
function showCall(call, { words, tag }) {
  const receipt = find(document, '#receipt', HTMLElement);
  const ok = call.status < 300;
  receipt.hidden = false;
  receipt.classList.toggle('refused', !ok);
  receipt.classList.toggle('replayed', call.replayed);
  const verdict = call.replayed ? words.till.replayed : ok ? words.till.accepted : words.till.refused;
  find(receipt, '.receipt-line', HTMLElement).textContent = `${verdict} · ${call.status}`;
  const points = ok ? pointsOf(call.answer) : undefined;
  const number = new Intl.NumberFormat(tag);
  const shown = points
    ? [make('dt', {}, words.till.earned), make('dd', {}, number.format(points.earned))].concat(
        make('dt', {}, words.till.balance),
        make('dd', {}, number.format(points.balance)),
      )
    : [];
  find(receipt, '.receipt-points', HTMLElement).replaceChildren(...shown);
  const { method, path, body } = call.request;
  find(receipt, '#receipt-request', HTMLElement).textContent =
    `${method} ${path}\n${JSON.stringify(body, null, 2)}`;
  const replay = call.replayed ? '\nIdempotent-Replay: true' : '';
  find(receipt, '#receipt-answer', HTMLElement).textContent =
    `HTTP ${call.status}${replay}\n${JSON.stringify(call.answer, null, 2)}`;
}

/**
 * @param {unknown} answer
 * @returns {{ earned: number, balance: number } | undefined} nothing for a purchase of nobody
 */
function pointsOf(answer) {
  if (!answer || typeof answer !== 'object' || !('points' in answer)) return undefined;
  const { points } = answer;
  if (!points || typeof points !== 'object' || !('earned' in points) || !('balance' in points))
    return undefined;
  return { earned: Number(points.earned), balance: Number(points.balance) };
}
