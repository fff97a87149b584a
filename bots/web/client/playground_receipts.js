/** @import { Call } from '../playground/till.ts' */
/** @import { CallApi } from './playground_calls.js' */
/** @import { Page } from './playground.js' */
import { find, make } from './dom.js';

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
 * The receipts sold on this page, newest first: goods can be brought back, a payment can be reported.
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

  /** @param {Receipt[]} now */
  function become(now) {
    receipts = now.slice(0, kept);
    sessionStorage.setItem(keptUnder, JSON.stringify(receipts));
    const open = list.querySelector('details[open]')?.closest('li')?.dataset.receipt;
    box.hidden = receipts.length === 0;
    find(box, '.count', HTMLElement).textContent = String(receipts.length);
    list.replaceChildren(...receipts.map((receipt) => draw(receipt, receipt.id === open)));
  }

  /**
   * @param {Receipt} receipt
   * @param {Partial<Receipt>} change
   */
  function change(receipt, change) {
    become(receipts.map((other) => (other.id === receipt.id ? { ...other, ...change } : other)));
  }

  /**
   * @param {Receipt} receipt
   * @param {{ sku: string, quantity: number }[]} [items] all that is left, if none are named
   */
  async function refund(receipt, items) {
    const answered = await call({ do: 'refund', receipt: receipt.id, ...(items ? { items } : {}) });
    result.refunded(answered);
    if (answered.status >= 300) return;
    const back = (/** @type {string} */ sku) => items?.find((item) => item.sku === sku)?.quantity ?? 0;
    const lines = receipt.lines.map((line) => ({ ...line, left: items ? line.left - back(line.sku) : 0 }));
    change(receipt, { lines });
    moved();
  }

  /** @param {Receipt} receipt */
  async function pay(receipt) {
    const answered = await call({ do: 'pay', receipt: receipt.id });
    result.paid(answered);
    if (answered.status >= 300) return;
    change(receipt, { paid: true });
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
      button.disabled = true;
      await act().catch(() => toast(words.till.failed));
      button.disabled = false;
    });
    return button;
  }

  /**
   * @param {Receipt} receipt
   * @param {boolean} open
   */
  function draw(receipt, open) {
    const { id, paid, lines } = receipt;
    const item = make('li', { 'data-receipt': id });
    const notes = [
      paid ? '' : words.receipts.unpaid,
      lines.every(({ left }) => left === 0) ? words.receipts.returned : '',
    ];
    item.append(make('p', {}, make('code', {}, id), ' ', make('em', {}, notes.filter(Boolean).join(', '))));
    item.append(
      make('p', { class: 'field' }, lines.map(({ name, quantity }) => `${name} × ${quantity}`).join(', ')),
    );
    if (!paid) item.append(action(words.receipts.pay, () => pay(receipt)));
    if (lines.some(({ left }) => left > 0)) item.append(drawReturn(receipt, open));
    return item;
  }

  /**
   * @param {Receipt} receipt
   * @param {boolean} open
   */
  function drawReturn(receipt, open) {
    const details = make('details', open ? { open: '' } : {}, make('summary', {}, words.receipts.back));
    const fields = receipt.lines
      .filter(({ left }) => left > 0)
      .map(({ sku, name, left }) => {
        const most = String(left);
        const input = make('input', {
          type: 'number',
          min: '0',
          max: most,
          value: '0',
          inputmode: 'numeric',
        });
        const label = make(
          'label',
          { class: 'back-line' },
          make('span', {}, `${name} (${words.receipts.left} ${most})`),
        );
        label.append(input);
        return { sku, input, label };
      });
    const chosen = () =>
      fields
        .map(({ sku, input }) => ({ sku, quantity: input.valueAsNumber || 0 }))
        .filter(({ quantity }) => quantity > 0);
    const some = action(words.receipts.some, () => refund(receipt, chosen()));
    const everything = action(words.receipts.all, () => refund(receipt));
    const enable = () => {
      some.disabled = chosen().length === 0;
    };
    for (const { input } of fields) input.addEventListener('input', enable);
    enable();
    details.append(...fields.map(({ label }) => label), make('p', { class: 'chips' }, some, everything));
    return details;
  }

  become(receipts);
  return {
    /** @param {Call} sold a purchase the API has recorded */
    add({ request }) {
      const {
        id,
        paid = true,
        lines,
      } = /** @type {{ id: string, paid?: boolean, lines: Receipt['lines'] }} */ (request.body);
      const left = lines.map(({ sku, name, quantity }) => ({ sku, name, quantity, left: quantity }));
      become([{ id, paid, lines: left }, ...receipts]);
    },
  };
}
