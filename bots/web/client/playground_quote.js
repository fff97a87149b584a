/** @import { CallApi } from './playground_calls.js' */
/** @import { Cart } from './playground_till.js' */
/** @import { Page } from './playground.js' */
import { find } from './dom.js';
import { figures, listAt, numberAt, textAt } from './playground_calls.js';

/** While a person is still tapping, nothing is asked. */
const settleMs = 300;

/**
 * What the quote is of.
 * @typedef {object} Quoted
 * @property {() => Cart} cart
 * @property {() => number} sum what the goods cost, in minor units
 * @property {{ judge: (answer: unknown) => void }} coupons
 * @property {{ coveredMinor: () => number, offer: (points: number | undefined) => void }} spending
 */

/**
 * Asks what the cart would cost, could be paid with in points and would earn, whenever it changes.
 * @param {Page} page
 * @param {CallApi} call
 * @param {Quoted} quoted
 */
export function startQuote({ words, money, number }, call, { cart, sum, spending, coupons }) {
  const rows = find(document, '#quote', HTMLElement);
  const total = find(document, '#till-total', HTMLOutputElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {unknown} what the API said of the cart as it is; undefined where it does not know, or was not asked yet */
  let answer;
  let asked = '';

  const payable = () => numberAt(answer, 'payable') ?? sum();

  function draw() {
    const covered = spending.coveredMinor();
    total.value = money.format((payable() - covered) / 100);
    const points = (/** @type {string} */ name) => {
      const value = numberAt(answer, 'points', name);
      return value ? number.format(value) : undefined;
    };
    rows.replaceChildren(
      ...figures([
        ...discountsOf(answer).map(
          ({ name, minor }) =>
            /** @type {const} */ ([
              `${words.quote.discount}: ${name}`,
              minor > 0 ? `−${money.format(minor / 100)}` : '✓',
            ]),
        ),
        [words.quote.spent, covered > 0 ? `−${money.format(covered / 100)}` : undefined],
        [words.quote.maxSpend, covered > 0 ? undefined : points('max_spend')],
        [words.quote.wouldEarn, covered > 0 ? undefined : points('would_earn')],
      ]),
    );
    spending.offer(numberAt(answer, 'points', 'max_spend'));
  }

  async function ask() {
    const what = cart();
    const key = JSON.stringify(what);
    asked = key;
    if (what.items.length === 0) return;
    const answered = await call({ do: 'quote', ...what }).catch(() => undefined);
    // Another cart may be on the counter by now: its own quote is on the way.
    if (asked !== key) return;
    answer = answered && answered.status < 300 ? answered.answer : undefined;
    draw();
    coupons.judge(answer);
  }

  return {
    payable,
    /** The customer's points have changed: the same cart is asked about anew. */
    forget() {
      asked = '';
    },
    /** The cart may have changed. */
    changed() {
      const key = JSON.stringify(cart());
      if (key !== asked) {
        answer = undefined;
        asked = key;
        clearTimeout(timer);
        timer = setTimeout(() => void ask(), settleMs);
      }
      draw();
    },
  };
}

/**
 * @param {unknown} answer
 * @returns {{ name: string, minor: number }[]}
 */
function discountsOf(answer) {
  return listAt(answer, 'discounts').map((discount) => ({
    name: textAt(discount, 'name') || textAt(discount, 'code'),
    minor: numberAt(discount, 'amount') ?? 0,
  }));
}
