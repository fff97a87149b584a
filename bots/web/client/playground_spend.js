/** @import { CallApi } from './playground_calls.js' */
/** @import { Page } from './playground.js' */
import { find } from './dom.js';
import { numberAt, textAt } from './playground_calls.js';

/** How often the till looks whether the customer has answered. */
const lookMs = 1000;

/**
 * What spending points has to do with the rest of the till.
 * @typedef {object} SpendingParts
 * @property {CallApi} call
 * @property {{ failed: (call: import('../playground/till.ts').Call) => void }} result
 * @property {HTMLInputElement} customer
 * @property {() => number} total what is payable, in minor units
 * @property {() => void} changed
 */

/**
 * Points that help to pay: set aside by the code on the customer's phone, or once the customer has said yes in the chat.
 * @param {Page} page
 * @param {SpendingParts} parts
 */
export function startSpending(page, { call, result, customer, total, changed }) {
  const { words, toast, money, number, time, done } = page;
  const form = find(document, '#spend', HTMLFormElement);
  const points = find(form, '#spend-points', HTMLInputElement);
  const code = find(form, '#spend-code', HTMLInputElement);
  const hold = find(form, '#hold', HTMLButtonElement);
  const box = find(form, '#held', HTMLElement);
  const release = find(form, '#release', HTMLButtonElement);
  /** @type {unknown} the redemption as the API last told it */
  let redemption;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let touched = false;
  let coded = false;

  const status = () => textAt(redemption, 'status');
  const isOpen = () => status() === 'held' || status() === 'awaiting_customer';

  /** @param {unknown} now */
  function become(now) {
    redemption = now;
    draw();
    changed();
    clearTimeout(timer);
    if (isOpen()) timer = setTimeout(() => void look(), lookMs);
  }

  function draw() {
    box.hidden = redemption === undefined;
    box.dataset.status = status();
    release.hidden = !isOpen();
    for (const field of [points, code, hold]) field.disabled = isOpen();
    find(box, 'span', HTMLElement).textContent = isOpen() ? `${stateOf()}: ${whatOf()}` : stateOf();
  }

  const stateOf = () => Object.entries(words.spend).find(([name]) => name === status())?.[1] ?? status();

  function whatOf() {
    const worth = money.format((numberAt(redemption, 'amount') ?? 0) / 100);
    const until = time.format(new Date(textAt(redemption, 'expires_at')));
    return `${number.format(numberAt(redemption, 'points') ?? 0)} (${worth}), ${words.spend.until} ${until}`;
  }

  /** Calls the API; what it says of the redemption holds from now on. */
  async function ask(/** @type {{ do: string } & Record<string, unknown>} */ action) {
    const before = status();
    const same = (/** @type {{ answer: unknown }} */ { answer }) =>
      action.do === 'look' && textAt(answer, 'status') === before;
    try {
      const answered = await call(action, same);
      if (answered.status < 300) become({ ...Object(redemption), ...Object(answered.answer) });
      else result.failed(answered);
      if (before === 'awaiting_customer' && (status() === 'held' || status() === 'declined')) done('ask');
    } catch {
      toast(words.till.failed);
    }
  }

  async function look() {
    if (!isOpen()) return;
    clearTimeout(timer);
    const id = textAt(redemption, 'id');
    await ask({ do: 'look', redemption: id });
    if (isOpen() && id === textAt(redemption, 'id')) timer = setTimeout(() => void look(), lookMs);
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    hold.disabled = true;
    redemption = undefined;
    coded = code.value.trim() !== '';
    const who = { customer: customer.value, code: code.value };
    await ask({ do: 'hold', ...who, points: points.valueAsNumber, total: total() });
    code.value = isOpen() ? '' : code.value;
    draw();
  });
  release.addEventListener('click', () => void ask({ do: 'cancel', redemption: textAt(redemption, 'id') }));
  points.addEventListener('input', () => {
    touched = points.value !== '';
  });

  return {
    look: () => void look(),
    /** The redemption to pay with, if points are set aside. */
    held: () => (status() === 'held' ? textAt(redemption, 'id') : undefined),
    /** Whether they are those of whoever showed the code. */
    byCode: () => coded && status() === 'held',
    /** Whether the customer has been asked and has not answered yet. */
    waits: () => status() === 'awaiting_customer',
    coveredMinor: () => (status() === 'held' ? (numberAt(redemption, 'amount') ?? 0) : 0),
    /** @param {number | undefined} most what could be spent: proposed until the person has typed something else */
    offer(most) {
      if (touched || isOpen()) return;
      points.value = most ? String(most) : '';
    },
    /** They have paid for a purchase. */
    used() {
      clearTimeout(timer);
      touched = false;
      redemption = undefined;
      draw();
    },
  };
}
