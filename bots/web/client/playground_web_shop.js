/** @import { CallApi } from './playground_calls.js' */
/** @import { Page } from './playground.js' */
import { find } from './dom.js';
import { textAt } from './playground_calls.js';

/**
 * The web shop of the made-up shop: a cart that is left, and orders on their way.
 * @param {Page} page
 * @param {object} parts
 * @param {CallApi} parts.call
 * @param {ReturnType<typeof import('./playground_result.js').startResult>} parts.result
 * @param {() => import('./playground_till.js').Cart} parts.cart
 * @param {() => number} parts.sum of what is on the counter, in minor units
 * @param {HTMLInputElement} parts.customer
 */
export function startWebShop({ words, locale, toast, done }, { call, result, cart, sum, customer }) {
  const leave = find(document, '#leave', HTMLButtonElement);
  const orders = find(document, '#orders', HTMLFormElement);
  const status = find(orders, 'select', HTMLSelectElement);
  /** The cart that was left, and whose it is. */
  let left = { id: '', customer: '' };
  /** The order that is on its way, and whose it is. */
  let order = { id: '', customer: '' };
  const invoicing = find(orders, '#invoice', HTMLButtonElement);
  /** The invoice that waits to be paid, and whose it is. */
  let invoice = { id: '', customer: '' };

  /** @param {() => Promise<void>} act */
  async function trying(act) {
    try {
      await act();
    } catch {
      toast(words.till.failed);
    }
  }

  async function leaveCart() {
    const { coupons: _, ...counter } = cart();
    const known = left.customer === counter.customer ? { cart: left.id } : {};
    const answered = await call({ do: 'leave', ...counter, ...known });
    if (answered.status >= 300) return result.failed(answered);
    left = {
      id: decodeURIComponent(answered.request.path.split('/').pop() ?? ''),
      customer: counter.customer,
    };
    result.left(answered);
    done('cart');
  }

  async function tellState() {
    const who = customer.value.trim();
    const known = order.customer === who && order.id !== '' ? { order: order.id } : {};
    const total = sum() > 0 ? { total: sum() } : {};
    const answered = await call({
      do: 'order',
      locale,
      customer: who,
      status: status.value,
      ...known,
      ...total,
    });
    if (answered.status >= 300) return result.failed(answered);
    order = { id: idIn(answered), customer: who };
    done('orders');
    result.ordered(answered, textAt(answered.answer, 'status'));
    // The next state follows by itself where one does.
    const next = status.selectedIndex + 1;
    if (next < status.options.length - 1) status.selectedIndex = next;
    else order = { id: '', customer: '' };
  }

  /** The first tap sends an invoice, the next one tells that it was paid. */
  async function tellInvoice() {
    const who = invoice.customer || customer.value.trim();
    const known = invoice.id === '' ? {} : { paid: invoice.id };
    const total = sum() > 0 && invoice.id === '' ? { total: sum() } : {};
    const answered = await call({ do: 'invoice', locale, customer: who, ...known, ...total });
    if (answered.status >= 300) return result.failed(answered);
    const isPaid = invoice.id !== '';
    invoice = isPaid ? { id: '', customer: '' } : { id: idIn(answered), customer: who };
    invoicing.textContent = isPaid ? words.webShop.invoice : words.webShop.invoicePaid;
    result.invoiced(answered, isPaid);
    done('invoice');
  }

  invoicing.addEventListener('click', () => void trying(tellInvoice));
  leave.addEventListener('click', () => void trying(leaveCart));
  orders.addEventListener('submit', (event) => {
    event.preventDefault();
    void trying(tellState);
  });
  return {
    /** The counter has changed. */
    changed() {
      leave.disabled = sum() === 0;
    },
    /** What a sale says of the cart it finishes. */
    finishes() {
      if (left.id === '' || left.customer !== customer.value) return {};
      const finished = { cart: left.id };
      left = { id: '', customer: '' };
      return finished;
    },
  };
}

/**
 * Our own id in the path of a call about an order.
 * @param {import('../playground/till.ts').Call} call
 */
function idIn({ request }) {
  const [, , , id = ''] = request.path.split('/');
  return decodeURIComponent(id);
}
