import type { JourneyDraft, Pen } from './pen.ts';

type Buttons = Parameters<Pen['message']>[1];

/** News of an order: what a shop may call the state, and for how long it is news. */
function news(
  state: string,
  statuses: string,
  goodFor: string,
  buttons: (pen: Pen) => Buttons,
): JourneyDraft {
  return {
    key: `order_${state}`,
    isOn: true,
    write: (pen) => ({
      category: 'service',
      topic: 'orders',
      weight: 95,
      when: { event: 'order_status', where: { kind: 'order', status: statuses } },
      while: { status: statuses },
      control: 0,
      steps: [pen.message('text', { ...buttons(pen), goodFor })],
    }),
  };
}

const none = () => ({});
const details = ({ link }: Pen) => ({ buttons: [[link('order', '{{order.url}}')]] });
const tracking = ({ link }: Pen) => ({ buttons: [[link('track', '{{order.tracking_url}}')]] });
const help = ({ opens }: Pen) => ({ buttons: [[opens('human')]] });

/** An order from the payment to the door. A state that has passed meanwhile is told no more. */
export const orders: readonly JourneyDraft[] = [
  news('paid', 'paid', '12h', details),
  news('packed', 'packed', '12h', none),
  news('shipped', 'shipped', '2d', tracking),
  news('ready', 'ready, ready_for_pickup', '3d', details),
  news('delivered', 'delivered', '1d', help),
  news('cancelled', 'cancelled, canceled', '3d', help),
];
