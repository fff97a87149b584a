import { z } from '@hono/zod-openapi';
import type { CartId } from '../../core/ids.ts';
import { emptyCart, putCart } from '../../core/purchases/cart_changes.ts';
import { cartStates } from '../../core/purchases/carts.ts';
import { ProblemError, problem } from '../errors.ts';
import { parsePathReference } from '../references.ts';
import { identifier } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import { cartInput, cartPutSchema, cartSchema, cartView } from '../shapes/cart.ts';

const right = 'carts:write';
const tag = 'Carts';

const params = z.object({
  id: identifier(200).openapi({ description: 'Your own id of the cart', example: 'cart-9001' }),
});

const example = {
  customer: { phone: '+380671234567' },
  items: [
    {
      sku: '4820000000017',
      name: 'Coffee beans, 1 kg',
      quantity: 2,
      unit_price: 64_900,
      url: 'https://shop.example/coffee',
      image: 'https://shop.example/coffee.jpg',
    },
    { sku: 'grinder', name: 'Coffee grinder', quantity: 1, unit_price: 289_900 },
  ],
  url: 'https://shop.example/cart/9001',
  updated_at: '2026-11-20T14:05:00+02:00',
};

/** The calls about carts of web shops. */
export function cartRoutes(api: Api): void {
  servePut(api);
  serveDelete(api);
  serveGet(api);
  serveList(api);
}

function servePut(api: Api): void {
  serve(
    api,
    {
      method: 'put',
      path: '/v1/carts/{id}',
      ...{ right, tag },
      summary: 'Tell about a cart',
      description:
        'The whole cart after each change, of a customer or of a visitor whom you cannot name yet. A cart that stays as it is for the time the program says (an hour, unless it says otherwise) counts as left: journeys may then remind of it. What is older than what we know changes nothing, and so does the same again. An empty list of items empties it. Of one customer in one shop the cart changed last counts. A purchase that names it by `cart_id`, or any purchase of the customer with an article of it, makes it bought.',
      params,
      body: cartPutSchema,
      examples: {
        cart_of_customer: { summary: 'A cart of a known phone', value: example },
        cart_of_visitor: {
          summary: 'A cart of somebody nobody can name yet',
          value: {
            visitor: 'browser-77',
            items: [{ sku: 'desk', name: 'Desk', quantity: 1, unit_price: 1_250_000 }],
            url: 'https://shop.example/cart',
            updated_at: '2026-11-20T14:06:00Z',
          },
        },
        cart_emptied: {
          summary: 'A cart that was emptied',
          value: { visitor: 'browser-78', items: [], updated_at: '2026-11-20T14:07:00Z' },
        },
      },
      answers: { 200: { description: 'The cart as it is now', schema: cartSchema } },
      problems: ['customer_not_found', 'in_the_future', 'writer_stopped'],
    },
    async ({ params: { id }, body, shop }) => {
      const { submit, program } = api.parts;
      const input = cartInput(id, body, shop, program());
      const { result } = orRefuse(await submit(putCart(input, program().carts)));
      return { status: 200, body: cartView(result) };
    },
  );
}

function serveDelete(api: Api): void {
  serve(
    api,
    {
      method: 'delete',
      path: '/v1/carts/{id}',
      ...{ right, tag },
      summary: 'Empty a cart',
      description: 'Nothing more is said about it. One that was bought stays bought. Again: the same answer.',
      params,
      answers: { 200: { description: 'The cart as it is now', schema: cartSchema } },
      problems: ['cart_not_found', 'writer_stopped'],
    },
    async ({ params: { id }, shop }) => {
      const { result } = orRefuse(await api.parts.submit(emptyCart({ shopId: shop.id, externalId: id })));
      return { status: 200, body: cartView(result) };
    },
  );
}

function serveGet(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/carts/{id}',
      ...{ right, tag },
      summary: 'Read a cart',
      description: 'By your own id or by ours; only what your shop told of.',
      params,
      answers: { 200: { description: 'The cart', schema: cartSchema } },
      problems: ['cart_not_found'],
    },
    async ({ params: { id }, shop }) => {
      const cart = await api.parts.carts.find(shop.id, id);
      if (!cart) throw new ProblemError(problem('cart_not_found', `this shop told of no cart ${id}`));
      return { status: 200, body: cartView(cart) };
    },
  );
}

const cartId = z.string().regex(/^crt_[0-9A-Z]{26}$/, 'our ids of carts look like crt_01KAB…');

const pageSchema = z.object({
  customer: identifier(210).openapi({ description: '`cus_…`, `phone:+380…`, `card:…` or `ext:…`' }),
  state: z.enum(cartStates).optional(),
  cursor: cartId.optional().openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/carts',
      ...{ right, tag },
      summary: 'List carts of a customer',
      description: 'Those your shop told of, the one changed last first.',
      query: pageSchema,
      answers: {
        200: {
          description: 'A page',
          schema: z.object({ carts: z.array(cartSchema), next: z.string().nullable() }).openapi('CartPage'),
        },
      },
      problems: ['customer_not_found'],
    },
    async ({ query: { customer, state, cursor, limit }, shop }) => {
      const { carts, program } = api.parts;
      const found = await carts.list(shop.id, parsePathReference(customer, shop, program(), 'customer'), {
        limit: limit + 1,
        ...(state === undefined ? {} : { state }),
        ...(cursor === undefined ? {} : { before: cursor as CartId }),
      });
      if (!found) throw new ProblemError(problem('customer_not_found', 'nobody is known by this reference'));
      const shown = found.slice(0, limit);
      const next = found.length > limit ? (shown.at(-1)?.id ?? null) : null;
      return { status: 200, body: { carts: shown.map(cartView), next } };
    },
  );
}
