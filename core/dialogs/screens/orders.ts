import { isOpenOrder, type Order } from '../../purchases/orders.ts';
import { orderLines, orderLinks } from '../cart_words.ts';
import { type MemberScreen, press, toMenu } from '../turn.ts';

/** How many are shown: a chat is no archive. */
const mostShown = 6;

/** The customer's orders, invoices and documents: what is still to be done first, each with its way on. */
export const orders: MemberScreen = (turn) => {
  const all = turn.facts.ordersOf(turn.record.customer.id);
  const shown = [...all.filter(isOpenOrder), ...all.filter((one) => !isOpenOrder(one))].slice(0, mostShown);
  if (shown.length === 0) {
    return { step: 'orders', paragraphs: [...turn.lead, { key: 'orders.none' }], buttons: [toMenu] };
  }
  return {
    step: 'orders',
    paragraphs: [
      ...turn.lead,
      { key: 'orders.title' },
      ...shown.map((order) => orderLines(order, isOpenOrder(order))),
    ],
    buttons: [...shown.filter(isOpenOrder).map(linksOf).filter(isSome), askAndBack(turn)],
  };
};

const linksOf = (order: Order) => orderLinks(order);
const isSome = (row: readonly unknown[]) => row.length > 0;

function askAndBack({ staff, talk }: Parameters<MemberScreen>[0]) {
  return staff || talk ? toMenu : [press({ key: 'button.human' }, 'human'), ...toMenu];
}
