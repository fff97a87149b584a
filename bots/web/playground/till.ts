import { z } from 'zod';
import { isCardNumber } from '../../../core/customers/card.ts';
import { parsePhone } from '../../../core/customers/phone.ts';
import { locales } from '../../../core/customers/types.ts';
import type { Clock } from '../../../core/ports.ts';
import { DAY_MS } from '../../../core/time.ts';
import { catalogue, goodName } from './goods.ts';

/** The API as the till calls it, in this process or elsewhere. */
export type Api = (request: Request) => Promise<Response>;

/** A request to the API. The body is absent where there is none. */
interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
}

/** What the page shows of one call: what was sent, and what came back. */
export interface Call {
  readonly request: ApiRequest;
  readonly status: number;
  /** The API had seen it before, and answered as the first time. */
  readonly replayed: boolean;
  readonly answer: unknown;
}

const id = z.string().trim().min(1).max(200);
const items = z.array(z.strictObject({ sku: z.string(), quantity: z.int().min(1).max(99) }));

/** What is on the counter, whose it is (a phone, a card, or nothing), and the codes of coupons. */
const cart = {
  locale: z.enum(locales),
  customer: z.string().trim().max(40).default(''),
  items: items.min(1).max(catalogue.length),
  coupons: z.array(id).max(10).default([]),
};

/** How an order of the made-up web shop comes to its customer. */
export const orderStates = ['paid', 'packed', 'shipped', 'ready', 'delivered', 'cancelled'] as const;

/** What can be done at the till. */
export const actionSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('quote'), ...cart }),
  z.strictObject({
    do: z.literal('sell'),
    ...cart,
    paid: z.boolean().default(true),
    redemption: id.optional(),
    /** The cart of the web shop that this finishes. */
    cart: id.optional(),
  }),
  /** What is on the counter is left in a cart of the web shop. */
  z.strictObject({ do: z.literal('leave'), ...cart, cart: id.optional() }),
  /** How an order of the web shop stands. */
  z.strictObject({
    do: z.literal('order'),
    locale: cart.locale,
    customer: cart.customer,
    order: id.optional(),
    status: z.enum(orderStates),
    total: z.int().min(0).optional(),
  }),
  /** An invoice to a business customer, which the manager looks after; paid, where it is one that is known. */
  z.strictObject({
    do: z.literal('invoice'),
    locale: cart.locale,
    customer: cart.customer,
    paid: id.optional(),
    total: z.int().min(0).optional(),
  }),
  /** The receipt as it was posted, once more: what a till does when an answer got lost. */
  z.strictObject({ do: z.literal('repeat'), receipt: z.record(z.string(), z.unknown()) }),
  /** Points that help to pay: by the code on the customer's phone, or by asking the customer. */
  z.strictObject({
    do: z.literal('hold'),
    customer: cart.customer,
    code: z.string().trim().max(40).default(''),
    points: z.int(),
    total: z.int(),
  }),
  z.strictObject({ do: z.literal('look'), redemption: id }),
  z.strictObject({ do: z.literal('cancel'), redemption: id }),
  z.strictObject({ do: z.literal('receipt'), receipt: id }),
  z.strictObject({ do: z.literal('pay'), receipt: id }),
  /** Goods brought back: some of the lines, or all that is left. */
  z.strictObject({ do: z.literal('refund'), receipt: id, items: items.optional() }),
]);
type Action = z.output<typeof actionSchema>;

/** The till of the made-up shop. It knows nothing of Svoi but the HTTP API and its own key. */
export interface Till {
  /** `origin` is where the page is, for links that lead to the made-up shop. */
  call(action: Action, origin: string): Promise<Call>;
}

/** A till that calls `api` with `shopKey`. National phone numbers are read in `country`; `manager` minds invoices. */
export function createTill(
  parts: { readonly api: Api; readonly shopKey: string; readonly clock: Clock },
  country: () => string,
  manager: () => string | undefined,
): Till {
  return {
    async call(action, origin) {
      const request = requestOf(action, {
        origin,
        at: new Date(parts.clock.now()).toISOString(),
        country: country(),
        manager: manager(),
      });
      const { method, path, body } = request;
      const response = await parts.api(
        new Request(`http://till.local${path}`, {
          method,
          headers: { authorization: `Bearer ${parts.shopKey}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      return {
        request,
        status: response.status,
        replayed: response.headers.get('idempotent-replay') === 'true',
        answer: await answerOf(response),
      };
    },
  };
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** When and where the till stands. */
interface Here {
  readonly at: string;
  readonly country: string;
  readonly origin: string;
  /** The phone of who looks after business customers. */
  readonly manager: string | undefined;
}

const store = 'Playground';

function requestOf(action: Action, here: Here): ApiRequest {
  switch (action.do) {
    case 'quote':
      return post('/v1/quotes', cartOf(action, here));
    case 'sell':
      return post('/v1/purchases', receiptOf(action, here));
    case 'leave':
      return leftCart(action, here);
    case 'order':
      return orderNews(action, here);
    case 'invoice':
      return invoiceNews(action, here);
    case 'repeat':
      return post('/v1/purchases', action.receipt);
    case 'hold':
      return post('/v1/redemptions', holdOf(action, here));
    case 'look':
      return { method: 'GET', path: `/v1/redemptions/${encodeURIComponent(action.redemption)}` };
    case 'cancel':
      return post(`/v1/redemptions/${encodeURIComponent(action.redemption)}/cancel`);
    case 'receipt':
      return { method: 'GET', path: purchasePath(action.receipt) };
    case 'pay':
      return post(`${purchasePath(action.receipt)}/payment`);
    case 'refund':
      return post(`${purchasePath(action.receipt)}/refunds`, refundOf(action, here));
  }
}

function post(path: string, body?: unknown): ApiRequest {
  return { method: 'POST', path, ...(body === undefined ? {} : { body }) };
}

function purchasePath(receipt: string): string {
  return `/v1/purchases/${encodeURIComponent(receipt)}`;
}

function cartOf(
  { locale, customer, items, coupons }: Pick<Extract<Action, { do: 'quote' }>, keyof typeof cart>,
  { country }: Here,
) {
  const lines = items.flatMap(({ sku, quantity }) => {
    const good = catalogue.find((known) => known.sku === sku);
    if (!good) return [];
    const { category, priceMinor: unit_price } = good;
    return [{ sku, name: goodName(locale, good), category, quantity, unit_price }];
  });
  const who = customerOf(customer, country);
  return {
    ...(who ? { customer: who } : {}),
    store,
    lines,
    ...(coupons.length > 0 ? { coupons } : {}),
  };
}

/** The cart as a web shop tells of it. Its link opens the made-up shop's page. */
function leftCart({ cart = '', ...left }: Extract<Action, { do: 'leave' }>, here: Here): ApiRequest {
  const { customer, lines } = cartOf(left, here);
  const url = `${here.origin}/playground/site?lang=${left.locale}`;
  const items = lines.map(({ category: _, ...item }) => item);
  const id = cart === '' ? newNumber('C1', here) : cart;
  const body = { ...(customer ? { customer } : { visitor: id }), items, url, updated_at: here.at };
  return { method: 'PUT', path: `/v1/carts/${encodeURIComponent(id)}`, body };
}

function orderNews(
  { locale, customer, order, status, total }: Extract<Action, { do: 'order' }>,
  here: Here,
): ApiRequest {
  const id = order ?? newNumber('O1', here);
  const sent = status === 'shipped' ? `${here.origin}/playground/site?lang=${locale}` : undefined;
  return post(`/v1/orders/${encodeURIComponent(id)}/status`, {
    customer: customerOf(customer, here.country),
    status,
    at: here.at,
    ...(total === undefined ? {} : { total }),
    ...(sent === undefined ? {} : { tracking_url: sent }),
  });
}

/** How long business customers have for an invoice. */
const payWithinMs = 4 * DAY_MS;

function invoiceNews(
  { locale, customer, paid, total }: Extract<Action, { do: 'invoice' }>,
  here: Here,
): ApiRequest {
  const id = paid ?? newNumber('I1', here);
  return post(`/v1/orders/${encodeURIComponent(id)}/status`, {
    customer: customerOf(customer, here.country),
    status: paid === undefined ? 'awaiting_payment' : 'paid',
    at: here.at,
    kind: 'invoice',
    ...(total === undefined ? {} : { total }),
    ...(paid === undefined ? { due_at: new Date(Date.parse(here.at) + payWithinMs).toISOString() } : {}),
    url: `${here.origin}/playground/site?lang=${locale}`,
    ...(here.manager === undefined ? {} : { manager: here.manager }),
  });
}

function receiptOf({ paid, redemption, cart: left, ...cart }: Extract<Action, { do: 'sell' }>, here: Here) {
  return {
    id: newNumber('T1', here),
    at: here.at,
    ...cartOf(cart, here),
    ...(paid ? {} : { paid }),
    ...(redemption === undefined ? {} : { redemption }),
    ...(left === undefined ? {} : { cart_id: left }),
  };
}

function holdOf({ customer, code, points, total }: Extract<Action, { do: 'hold' }>, here: Here) {
  const who = code === '' ? { customer: customerOf(customer, here.country) } : { code };
  return { id: newNumber('P1', here), ...who, points, total, store };
}

function refundOf({ items }: Extract<Action, { do: 'refund' }>, here: Here) {
  return { id: newNumber('R1', here), at: here.at, ...(items ? { lines: items } : {}) };
}

/** What cannot be read is sent as it is: the API's own words about it are worth seeing. */
function customerOf(text: string, country: string) {
  if (text === '') return undefined;
  const digits = text.replace(/[\s-]/g, '');
  return isCardNumber(digits) ? { card: digits } : { phone: parsePhone(text, country) ?? text };
}

/** A number as tills give: what it is of, the day, and which one. */
function newNumber(of: string, { at }: Here): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return `${of}-${at.slice(0, 10).replaceAll('-', '')}-${random.toString(36).toUpperCase().padStart(7, '0')}`;
}
