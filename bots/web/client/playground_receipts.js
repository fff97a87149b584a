/** @import { Call } from '../playground/till.ts' */
/** @import { CallApi } from './playground_calls.js' */
/** @import { Page } from './playground.js' */
import { find, make } from './dom.js';
import { listAt, numberAt, textAt } from './playground_calls.js';

/**
 * A receipt sold on this page, and what is left of it to bring back.
 * @typedef {object} Receipt
 * @property {string} id the till's own
 * @property {boolean} paid
 * @property {{ sku: string, name: string, quantity: number, left: number }[]} lines
 */

const keptUnder = 'svoi-receipts';
const kept = 12;

/**
 * The receipts sold on this page, newest first: goods can be brought back, a payment can be reported. What is left of
 * one is read from the API: somebody behind the counter may have taken goods back as well.
 * @param {Page} page
 * @param {CallApi} call
 * @param {{ paid: (call: Call) => void, refunded: (call: Call) => void }} result
 * @param {() => void} moved points have moved
 */
export function startReceipts({ words, toast }, call, result, moved) {
  const box = find(document, '#receipts', HTMLDetailsElement);
  const list = find(box, '.receipts', HTMLOListElement);
  /** @type {Receipt[]} */
  let receipts = JSON.parse(sessionStorage.getItem(keptUnder) ?? '[]');
  /** The receipt whose goods are being brought back. */
  let open = '';

  /** @param {Receipt[]} now */
  function become(now) {
    receipts = now.slice(0, kept);
    sessionStorage.setItem(keptUnder, JSON.stringify(receipts));
    box.hidden = receipts.length === 0;
    find(box, '.count', HTMLElement).textContent = String(receipts.length);
    const focused = document.activeElement?.closest('[data-receipt]');
    list.replaceChildren(...receipts.map(draw));
    if (focused instanceof HTMLElement) focusOn(focused.dataset.receipt);
  }

  /**
   * Whoever works with the keyboard stays at the receipt that has just been drawn anew.
   * @param {string | undefined} id
   */
  function focusOn(id) {
    const item = [...list.children].find((one) => one instanceof HTMLElement && one.dataset.receipt === id);
    const target = item?.querySelector('summary, button') ?? box.querySelector('summary');
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  }

  /** @param {Receipt} receipt */
  async function read(receipt) {
    const { status, answer } = await call({ do: 'receipt', receipt: receipt.id }, () => true);
    const now = status < 300 ? receiptOf(answer) : receipt;
    if (JSON.stringify(now) === JSON.stringify(receipt)) return;
    become(receipts.map((other) => (other.id === receipt.id ? now : other)));
  }

  /**
   * Does something with a receipt, and shows what came of it.
   * @param {Receipt} receipt
   * @param {{ do: string } & Record<string, unknown>} action
   * @param {(call: Call) => void} show
   */
  async function settle(receipt, action, show) {
    show(await call({ ...action, receipt: receipt.id }));
    await read(receipt);
    moved();
  }

  /**
   * A button that does one thing at a time.
   * @param {string} label
   * @param {() => Promise<void>} act
   */
  function action(label, act) {
    const button = make('button', { type: 'button', class: 'quiet' }, label);
    button.addEventListener('click', async () => {
      if (button.getAttribute('aria-busy') === 'true') return;
      button.setAttribute('aria-busy', 'true');
      await act().catch(() => toast(words.till.failed));
      button.removeAttribute('aria-busy');
    });
    return button;
  }

  /** @param {Receipt} receipt */
  function draw(receipt) {
    const { id, paid, lines } = receipt;
    const isBack = lines.every(({ left }) => left === 0);
    const notes = [paid ? '' : words.receipts.unpaid, isBack ? words.receipts.returned : ''].filter(Boolean);
    const goods = lines.map(({ name, quantity }) => `${name} × ${quantity}`).join(', ');
    const item = make(
      'li',
      { 'data-receipt': id },
      make('p', {}, make('code', {}, id), ' ', make('em', {}, notes.join(', '))),
      make('p', { class: 'field' }, goods),
    );
    if (!paid) item.append(action(words.receipts.pay, () => settle(receipt, { do: 'pay' }, result.paid)));
    if (!isBack) item.append(drawReturn(receipt));
    return item;
  }

  /** @param {Receipt} receipt */
  function drawReturn(receipt) {
    const { id, lines } = receipt;
    const fields = lines.filter(({ left }) => left > 0).map((line) => drawLine(line, words.receipts.left));
    const chosen = () => fields.map(({ chosen }) => chosen()).filter(({ quantity }) => quantity > 0);
    const refund = (/** @type {object} */ what) =>
      settle(receipt, { do: 'refund', ...what }, result.refunded);
    const some = action(words.receipts.some, () => refund({ items: chosen() }));
    some.disabled = true;
    const details = make(
      'details',
      id === open ? { open: '' } : {},
      make('summary', {}, words.receipts.back),
    );
    details.append(...fields.map(({ label }) => label));
    details.append(
      make(
        'p',
        { class: 'chips' },
        some,
        action(words.receipts.all, () => refund({})),
      ),
    );
    details.addEventListener('input', () => {
      some.disabled = chosen().length === 0;
    });
    details.addEventListener('toggle', () => {
      if (details.open === (open === id)) return;
      open = details.open ? id : '';
      if (details.open) void read(receipt).catch(() => {});
    });
    return details;
  }

  become(receipts);
  return {
    /** @param {Call} sold a purchase the API has recorded */
    add: ({ request }) => become([postedOf(request.body), ...receipts]),
  };
}

/**
 * How much of a line is brought back.
 * @param {Receipt['lines'][number]} line
 * @param {string} upTo
 */
function drawLine({ sku, name, left }, upTo) {
  const max = String(left);
  const input = make('input', { type: 'number', min: '0', max, value: '0', inputmode: 'numeric' });
  const label = make('label', { class: 'back-line' }, make('span', {}, `${name} (${upTo} ${max})`), input);
  return { label, chosen: () => ({ sku, quantity: input.valueAsNumber || 0 }) };
}

/**
 * A receipt as it was posted: nothing of it has come back.
 * @param {unknown} body
 * @returns {Receipt}
 */
function postedOf(body) {
  const paid = !(body && typeof body === 'object' && 'paid' in body && body.paid === false);
  return { id: textAt(body, 'id'), paid, lines: linesOf(body) };
}

/**
 * A receipt as the API has it.
 * @param {unknown} answer
 * @returns {Receipt}
 */
function receiptOf(answer) {
  return {
    id: textAt(answer, 'external_id'),
    paid: textAt(answer, 'paid_at') !== '',
    lines: linesOf(answer),
  };
}

/**
 * @param {unknown} from
 * @returns {Receipt['lines']}
 */
function linesOf(from) {
  return listAt(from, 'lines').map((line) => {
    const quantity = numberAt(line, 'quantity') ?? 0;
    const left = quantity - (numberAt(line, 'refunded', 'quantity') ?? 0);
    return { sku: textAt(line, 'sku'), name: textAt(line, 'name'), quantity, left };
  });
}
