import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestApi, testApi } from '../support/api.ts';
import { testChat } from '../support/chat.ts';

const file = new URL('../../openapi.json', import.meta.url);

let api: TestApi;

beforeEach(async () => {
  api = await testApi();
});
afterEach(() => api.close());

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, unknown>> }>>;
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json'?: {
        readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
      };
    };
  };
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

async function document(): Promise<{ readonly paths: Paths }> {
  return JSON.parse((await api.call('GET', '/v1/openapi.json', { as: null })).text);
}

async function operations() {
  const { paths } = await document();
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

test('openapi.json is what the API says of itself (UPDATE_OPENAPI=1 writes it anew)', async () => {
  const text = `${JSON.stringify(await document(), null, 2)}\n`;
  if (process.env.UPDATE_OPENAPI) writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('the calls of the contract are there', async () => {
  expect((await operations()).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'post /v1/purchases',
    'post /v1/purchases/batch',
    'post /v1/purchases/{id}/payment',
    'get /v1/purchases/{id}',
    'post /v1/purchases/{id}/refunds',
    'put /v1/products/{sku}',
    'get /v1/products/{sku}',
    'post /v1/products/batch',
    'put /v1/carts/{id}',
    'delete /v1/carts/{id}',
    'get /v1/carts/{id}',
    'get /v1/carts',
    'post /v1/orders/{id}/status',
    'get /v1/orders/{id}',
    'get /v1/orders',
    'post /v1/events',
    'get /v1/events',
    'get /v1/journeys',
    'get /v1/journeys/{key}',
    'put /v1/journeys/{key}',
    'post /v1/journeys/{key}/on',
    'post /v1/journeys/{key}/off',
    'get /v1/journeys/{key}/versions',
    'get /v1/journey-runs',
    'post /v1/journeys/{key}/dry-run',
    'post /v1/redemptions',
    'get /v1/redemptions',
    'post /v1/redemptions/{id}/code',
    'post /v1/redemptions/{id}/confirm',
    'post /v1/redemptions/{id}/cancel',
    'get /v1/redemptions/{id}',
    'post /v1/quotes',
    'post /v1/coupons',
    'get /v1/coupons',
    'post /v1/coupons/{id}/stop',
    'post /v1/coupons/{id}/codes',
    'get /v1/coupons/{id}/codes',
    'post /v1/coupons/{id}/issue',
    'post /v1/coupons/check',
    'post /v1/coupons/reservations',
    'post /v1/coupons/reservations/{id}/cancel',
    'post /v1/customers',
    'get /v1/customers/{ref}',
    'delete /v1/customers/{ref}',
    'get /v1/customers/{ref}/ledger',
    'put /v1/customers/{ref}/facts/{name}',
    'delete /v1/customers/{ref}/facts/{name}',
    'get /v1/customers/{ref}/topics',
    'put /v1/customers/{ref}/topics',
    'post /v1/messages/preview',
    'get /v1/messages',
    'get /v1/messages/stats',
    'post /v1/pictures',
    'post /v1/pages',
    'get /v1/pages',
    'get /v1/pages/{slug}',
    'put /v1/pages/{slug}',
    'post /v1/templates/preview',
    'get /v1/templates/variables',
    'get /v1/refills',
    'get /v1/rfm',
    'get /v1/rfm/{profile}',
    'get /v1/rfm/{profile}/members',
    'get /v1/reports',
    'get /v1/reports/{name}',
    'get /v1/campaigns/{id}/results',
    'get /v1/journeys/{key}/results',
    'get /v1/results/holdout',
    'get /v1/talks',
    'get /v1/talks/{id}',
    'post /v1/surveys',
    'get /v1/nps',
    'post /v1/segments/preview',
    'post /v1/segments',
    'get /v1/segments',
    'get /v1/segments/{id}',
    'put /v1/segments/{id}',
    'delete /v1/segments/{id}',
    'get /v1/segments/{id}/members',
    'post /v1/campaigns/count',
    'post /v1/campaigns',
    'get /v1/campaigns',
    'get /v1/campaigns/{id}',
    'post /v1/campaigns/{id}/send',
    'post /v1/campaigns/{id}/pause',
    'post /v1/campaigns/{id}/resume',
    'post /v1/campaigns/{id}/stop',
    'post /v1/campaigns/{id}/test',
    'get /v1/segments/{id}/history',
    'get /v1/segments/{id}/moves',
    'post /v1/chat-sessions',
  ]);
});

test('every example of a body works as it stands', async () => {
  const examples = (await operations()).flatMap(({ method, path, operation }) =>
    Object.entries(operation.requestBody?.content['application/json']?.examples ?? {}).map(
      ([name, { value }]) => ({ method, path, name, value }),
    ),
  );
  expect(examples.map(({ name }) => name)).toEqual([
    'sale',
    'credit',
    'anonymous',
    'day',
    'lines',
    'amount',
    'all',
    'coffee',
    'two',
    'cart_of_customer',
    'cart_of_visitor',
    'cart_emptied',
    'order_shipped',
    'invoice',
    'booked',
    'kept',
    'other',
    'phone',
    'cart',
    'shared',
    'single',
    'code',
    'client',
    'pet',
    'child',
    'wedding_day',
    'no_offers',
    'ukrainian',
    'landing',
    'landing_shop',
    'landing_shown',
    'cart',
    'answer',
    'drifting',
    'often',
    'vip',
    'lost',
    'spring',
    'everybody',
    'careful',
    'self',
    'visitor',
  ]);
  // Only who has joined can pay with points.
  await testChat(api.svoi).contact('380671234567');
  let campaign = '';
  for (const { method, path, name, value } of examples) {
    const { status, body } = await api.call(
      method.toUpperCase(),
      path
        .replace('/purchases/{id}', '/purchases/receipt-10234')
        .replace('/campaigns/{id}', `/campaigns/${campaign}`)
        .replace('/journeys/{key}', '/journeys/cart')
        .replace('/pages/{slug}', '/pages/new_shoes')
        .replace('{ref}/topics', 'phone:+380671234567/topics')
        .replace('{ref}/facts/{name}', `phone:+380671234567/facts/${name}`),
      {
        body: value,
      },
    );
    if (path === '/v1/campaigns') campaign = body.id;
    const statuses = body.results?.map((result) => result.status) ?? [status];
    // The client's phone is the one of the sale: there is one already. Products and facts are put, quotes, checks and
    // previews make nothing.
    const put = ['coffee', 'two', 'pet', 'child', 'wedding_day', 'order_shipped', 'invoice'];
    const puts = [...put, 'cart_of_customer', 'cart_of_visitor', 'cart_emptied', 'no_offers'];
    const makesNothing = [
      'booked',
      'kept',
      'other',
      'client',
      'cart',
      'code',
      'ukrainian',
      'drifting',
      'often',
      'lost',
      'careful',
      'self',
      'landing_shown',
    ];
    const answered = [...puts, ...makesNothing].includes(name) ? 200 : 201;
    expect([name, ...new Set(statuses)]).toEqual([name, answered]);
  }
});

test('every name that is referred to is described', async () => {
  const text = JSON.stringify(await document());
  const described = Object.keys(JSON.parse(text).components.schemas);
  const referred = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(described).toEqual(expect.arrayContaining([...new Set(referred)]));
});

test('every call says what it answers when something is wrong, as a problem', async () => {
  for (const { operation } of await operations()) {
    const failures = Object.entries(operation.responses).filter(([status]) => status >= '400');
    expect(failures.map(([status]) => status)).toEqual(expect.arrayContaining(['401', '403', '422', '429']));
    for (const [, { content }] of failures) expect(content).toHaveProperty('application/problem+json');
  }
});
