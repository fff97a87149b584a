import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';
import { testChat } from '../support/chat.ts';

let api: TestApi;

const at = '2026-11-22T11:50:00+02:00';
const lines = [
  { id: '1', sku: 'coffee', quantity: 2, unit_price: 30_000 },
  { sku: 'cheese', quantity: 0.5, unit_price: 40_000, amount: 20_000 },
  { id: '3', sku: 'coffee', quantity: 1, unit_price: 20_000 },
];

const buy = (changes: Readonly<Record<string, unknown>> = {}) =>
  api.call('POST', '/v1/purchases', { body: purchaseBody({ lines, ...changes }) });
const refund = (body: object, purchase = 'r-1') =>
  api.call('POST', `/v1/purchases/${encodeURIComponent(purchase)}/refunds`, {
    body: { id: 'back-1', at, ...body },
  });
const read = async (purchase = 'r-1') => (await api.call('GET', `/v1/purchases/${purchase}`)).body;

describe('a refund', () => {
  beforeEach(async () => {
    api = await testApi();
  });
  afterEach(() => api.close());

  test('goods come back by line, and the answer says what became of the points', async () => {
    const { body: bought } = await buy();
    const { status, body } = await refund({ lines: [{ sku: 'coffee', quantity: 1 }] });
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^ref_/),
        ...{ purchase: bought.id, customer: bought.customer, amount: 30_000, money: 30_000 },
        points: { taken_back: 15, returned: 0, not_taken: 0, balance: 35 },
      },
    ]);
  });

  test('several lines of one article are filled in their order, and a line can be named by its id', async () => {
    await buy();
    await refund({
      lines: [
        { sku: 'coffee', quantity: 2 },
        { sku: 'coffee', quantity: 1 },
      ],
    });
    expect(await read()).toMatchObject({
      refunded: 80_000,
      lines: [
        { refunded: { quantity: 2, amount: 60_000 } },
        {},
        { refunded: { quantity: 1, amount: 20_000 } },
      ],
    });
    await buy({ id: 'r-2' });
    await refund({ id: 'back-2', lines: [{ id: '3', quantity: 1 }] }, 'r-2');
    expect(await read('r-2')).toMatchObject({ refunded: 20_000 });
  });

  test('an amount is spread over what is left, and all that is left ends at the very sum', async () => {
    await buy();
    expect((await refund({ amount: 33_333 })).body).toMatchObject({ amount: 33_333 });
    expect((await refund({ id: 'back-2' })).body).toMatchObject({ amount: 66_667, points: { balance: 0 } });
    const { body } = await refund({ id: 'back-3' });
    expect(body).toMatchObject({ status: 409, code: 'nothing_left' });
  });

  test('less may be given back for goods than they cost', async () => {
    await buy();
    const { body } = await refund({ lines: [{ sku: 'coffee', quantity: 3 }], amount: 40_000 });
    expect(body).toMatchObject({ amount: 40_000, points: { taken_back: 20 } });
    expect(await read()).toMatchObject({ lines: [{ refunded: { quantity: 2, amount: 30_000 } }, {}, {}] });
  });

  test('the same refund again gets the first answer; another body under its id is refused', async () => {
    await buy();
    const first = await refund({ amount: 1000 });
    const again = await refund({ amount: 1000, lines: null });
    expect([again.status, again.headers.get('idempotent-replay'), again.body]).toEqual([
      200,
      'true',
      first.body,
    ]);
    for (const other of [{ amount: 1001 }, {}, { lines: [{ sku: 'cheese', quantity: 0.1 }] }]) {
      expect((await refund(other)).body).toMatchObject({ status: 409, code: 'refund_conflict' });
    }
    await buy({ id: 'r-2' });
    expect((await refund({ amount: 1000 }, 'r-2')).body.code).toBe('refund_conflict');
    expect(await read()).toMatchObject({ refunded: 1000 });
  });

  test('another shop’s purchase is not there, neither to bring back nor to read', async () => {
    const { key } = await api.addShop('Till', 'till');
    const { body } = await buy();
    for (const id of ['r-1', body.id]) {
      const tried = [
        await api.call('POST', `/v1/purchases/${id}/refunds`, { as: key, body: { id: 'x', at } }),
        await api.call('GET', `/v1/purchases/${id}`, { as: key }),
      ];
      for (const answer of tried)
        expect(answer.body).toMatchObject({ status: 404, code: 'purchase_not_found' });
    }
  });

  test('points that paid for a purchase come back with its goods, and the money is less by them', async () => {
    const chat = testChat(api.svoi, { language: 'en' });
    await chat.contact('380671234567');
    const held = { id: 'pay-1', customer: { phone: '+380671234567' }, points: 40, total: 100_000 };
    const asked = await api.call('POST', '/v1/redemptions', { body: held });
    expect(asked.body).toMatchObject({ status: 'awaiting_customer' });
    const early = await buy({ redemption: 'pay-1' });
    expect(early.body).toMatchObject({
      status: 409,
      code: 'redemption_not_agreed',
      errors: [{ pointer: '/redemption' }],
    });
    await chat.hear();
    await chat.press(`redeem:yes-${asked.body.id}`);
    const { body } = await buy({ redemption: 'pay-1' });
    expect(body.points).toEqual({ earned: 48, pending: 0, spent: 40, balance: 58 });
    await chat.hear();
    expect((await refund({})).body).toMatchObject({
      ...{ amount: 100_000, money: 96_000 },
      points: { taken_back: 48, returned: 40, not_taken: 0, balance: 50 },
    });
    expect((await chat.hear()).map(({ text }) => text)).toEqual([
      [
        'You brought back goods for ₴1,000.',
        '+40 points that had paid for them.',
        '−48 points that had been earned on them.',
        'You now have 50 points.',
      ].join('\n'),
    ]);
    expect(await read()).toMatchObject({
      redemption: expect.stringMatching(/^red_/),
      refunds: [
        { external_id: 'back-1', amount: 100_000, money: 96_000, points: { taken_back: 48, returned: 40 } },
      ],
    });
  });

  describe('a receipt without a customer', () => {
    const receipt = { customer: undefined };

    test('answers with a code, worth less once goods have come back', async () => {
      const { body } = await buy(receipt);
      const claim = {
        code: expect.stringMatching(/^[34679CDFGHJKMNPQRTWXY]{9}$/),
        points: 50,
        expires_at: '2026-12-06T22:00:00.000Z',
      };
      expect(body).toEqual({
        ...{
          id: expect.any(String),
          customer: null,
          points: { earned: 0, pending: 0, spent: 0, balance: 0 },
        },
        claim,
      });
      const back = await refund({ amount: 50_000 });
      expect(back.body).toMatchObject({
        ...{ customer: null, points: { taken_back: 25, balance: 0 } },
        claim: { ...claim, points: 25 },
      });
      expect(await read()).toMatchObject({ claim: { ...claim, points: 25 }, claimed_at: null });
    });

    test('has no code where it is worth nothing, or was told of too late to be claimed', async () => {
      const cheap = [{ sku: 'bag', quantity: 1, unit_price: 300 }];
      expect((await buy({ ...receipt, lines: cheap })).body).not.toHaveProperty('claim');
      const late = await buy({ ...receipt, id: 'r-2', at: '2026-11-07T12:00:00+02:00' });
      expect(late.body).not.toHaveProperty('claim');
    });

    test('has a link where there is somewhere to lead', async () => {
      const linked = await testApi({ claimUrl: (code) => `https://t.me/svoi_bot?start=c_${code}` });
      const { body } = await linked.call('POST', '/v1/purchases', { body: purchaseBody(receipt) });
      expect(body).toMatchObject({ claim: { url: expect.stringMatching(/start=c_\w{9}$/) } });
      linked.close();
    });
  });
});

describe('what is wrong', () => {
  beforeAll(async () => {
    api = await testApi();
    await buy();
  });
  afterAll(() => api.close());

  test.each([
    ['a line of another receipt', { lines: [{ sku: 'tea', quantity: 1 }] }, 'line_not_found', '/lines/0'],
    [
      'an id and a sku that are two lines',
      { lines: [{ id: '1', sku: 'cheese', quantity: 1 }] },
      'line_not_found',
      '/lines/0',
    ],
    [
      'more than was bought',
      { lines: [{ sku: 'cheese', quantity: 0.501 }] },
      'more_than_bought',
      '/lines/0/quantity',
    ],
    [
      'more in two entries',
      {
        lines: [
          { sku: 'coffee', quantity: 2 },
          { sku: 'coffee', quantity: 2 },
        ],
      },
      ...(['more_than_bought', '/lines/1/quantity'] as const),
    ],
    ['more money than was paid', { amount: 100_001 }, 'refund_too_large', '/amount'],
    [
      'more than the goods cost',
      { lines: [{ sku: 'cheese', quantity: 0.5 }], amount: 20_001 },
      'refund_too_large',
      '/amount',
    ],
    ['a time to come', { at: '2026-11-22T13:00:00+02:00' }, 'in_the_future', '/at'],
    ['a clock that was reset', { at: '1970-01-01T00:00:00Z' }, 'invalid_request', '/at'],
    ['no goods', { lines: [] }, 'invalid_request', '/lines'],
    ['goods without a name', { lines: [{ quantity: 1 }] }, 'invalid_request', '/lines/0'],
    ['a quantity of zero', { lines: [{ sku: 'tea', quantity: 0 }] }, 'invalid_request', '/lines/0/quantity'],
    ['an amount of zero', { amount: 0 }, 'invalid_request', '/amount'],
    ['a key that does not exist', { total: 5 }, 'invalid_request', '/total'],
  ])('%s is refused with its code and place, and changes nothing', async (_, body, code, pointer) => {
    const before = await read();
    const answer = await refund(body);
    expect([answer.status, answer.body.code, answer.body.errors?.[0]?.pointer]).toEqual([422, code, pointer]);
    expect(await read()).toEqual(before);
  });
});
