import type { CustomerId } from '../ids.ts';
import type { Button, Paragraph, Words } from '../messaging/types.ts';
import { type Cart, type CartItem, itemAmountMinor } from '../purchases/carts.ts';
import type { Order } from '../purchases/orders.ts';
import { DAY_MS } from '../time.ts';
import type { Turn } from './turn.ts';

/** Articles of a cart that are told one by one. */
const itemsTold = 8;

/** The customer's open cart, the one changed last; what is forgotten is not shown. */
export function openCart(
  { facts, program, context }: Pick<Turn, 'facts' | 'program' | 'context'>,
  id: CustomerId,
): Cart | undefined {
  const oldest = context.now - program.carts.forgotten_after_days * DAY_MS;
  return facts.cartsOf(id).find(({ updatedAt }) => updatedAt > oldest);
}

/** What lies in a cart, a line an article; how many more there are. */
export function cartLines({ items }: Pick<Cart, 'items'>, most = itemsTold): Words[] {
  const left = items.length - most;
  return [
    ...items.slice(0, most).map(itemLine),
    ...(left > 0 ? [{ key: 'cart.more', variables: { count: left } } as const] : []),
  ];
}

function itemLine(item: CartItem): Words {
  const { name, quantity } = item;
  const amount = itemAmountMinor(item);
  return quantity === 1
    ? { key: 'cart.line', variables: { name, amount } }
    : { key: 'cart.line_times', variables: { name, quantity, amount } };
}

/** What it is and where it stands. */
export function orderHeadline({ kind, number, status }: Order): Words {
  return { key: `orders.${kind}`, variables: { number, status } };
}

const until = { order: 'orders.fetch_by', invoice: 'orders.pay_by', document: 'orders.sign_by' } as const;

/** An order in a few lines; until when something is to be done about it, where that is so (`isOpen`). */
export function orderLines(order: Order, isOpen: boolean): Paragraph {
  const { kind, at, totalMinor: amount, dueAt } = order;
  return [
    orderHeadline(order),
    amount === null
      ? { key: 'orders.since', variables: { at } }
      : { key: 'orders.since_amount', variables: { at, amount } },
    ...(isOpen && dueAt !== null ? [{ key: until[kind], variables: { at: dueAt } }] : []),
  ];
}

const doing = { order: 'orders.look', invoice: 'orders.pay', document: 'orders.sign' } as const;

/** Where it travels, and where it is looked at, paid or signed; none for what is over. */
export function orderLinks({ kind, number, trackingUrl, url }: Order): Button[] {
  const link = (key: 'orders.track' | (typeof doing)[keyof typeof doing], to: string | null): Button[] =>
    to === null ? [] : [{ kind: 'link', label: { key, variables: { number } }, url: to }];
  return [...link('orders.track', trackingUrl), ...link(doing[kind], url)];
}
