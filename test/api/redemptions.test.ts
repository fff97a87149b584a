import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/time.ts';
import { readRows } from '../../db/database.ts';
import { verifyLedger } from '../../db/verify.ts';
import { settleDue } from '../../jobs.ts';
import { type Answer, purchaseBody, type TestApi, testApi } from '../support/api.ts';
import { converse, type TestChat, testChat } from '../support/chat.ts';

const minute = 60_000;

let api: TestApi;
let start: number;
let tests = 0;
/** A new customer with 50 points and a chat, and a new till, for each test: a database of its own would be slow. */
let phone: string;
let chat: TestChat;
let till: string;

beforeAll(async () => {
  api = await testApi();
});
beforeEach(async () => {
  tests += 1;
  api.clock.advance(24 * 60 * minute);
  start = api.clock.now();
  phone = `+38067${1_000_000 + tests}`;
  till = (await api.addShop(`Till ${tests}`, 'till')).key;
  chat = testChat(api.svoi, { address: String(tests), language: 'en' });
  await chat.contact(phone);
});
afterAll(async () => {
  expect((await verifyLedger(api.svoi.database)).fault).toBeUndefined();
  expect(api.faults).toEqual([]);
  api.close();
});

/** A moment of this test, as the API writes it. */
const later = (minutes: number) => new Date(start + minutes * minute).toISOString();
/** Asks for 30 of the 50 welcome points, for a purchase of 1,000.00; `changes` replaces any part of it. */
const request = (changes: Readonly<Record<string, unknown>> = {}, as = till) =>
  api.call('POST', '/v1/redemptions', {
    as,
    body: { id: 'pay-1', points: 30, total: 100_000, ...changes },
  });
const settle = (how: 'confirm' | 'cancel', id = 'pay-1', as = till) =>
  api.call('POST', `/v1/redemptions/${id}/${how}`, { as });
const read = async (id = 'pay-1') => (await api.call('GET', `/v1/redemptions/${id}`, { as: till })).body;
const pointsOf = async () => (await api.call('GET', `/v1/customers/phone:${phone}`)).body.points;
const codeOf = ({ status, body }: Answer) => [status, body.code];

/** Takes a new payment code from the chat. */
async function newCode(from = chat): Promise<string> {
  const heard = await from.say('/pay');
  return /\d{3} \d{3}/.exec(heard.at(-1)?.text ?? '')?.[0] ?? '';
}

/** Leaves the customer with no chat that reaches them. */
const block = () => chat.send({ kind: 'blocked' });

describe('a code', () => {
  test('that the customer shows sets points aside at once, and works once', async () => {
    const code = await newCode();
    const { status, body } = await request({ code });
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^red_/),
        ...{ status: 'held', points: 30, amount: 3000, expires_at: later(15), consent: 'code' },
      },
    ]);
    expect(await pointsOf()).toMatchObject({ balance: 20, held: 30 });
    expect(codeOf(await request({ id: 'pay-2', code, points: 1 }))).toEqual([422, 'payment_code_invalid']);
  });

  test.each([
    ['as shown', (code: string) => code],
    ['in one piece, as a scanner reads it', (code: string) => code.replace(' ', '')],
    ['with dashes and spaces', (code: string) => ` ${code.replace(' ', '-')} `],
  ])('is read %s', async (_, typed) => {
    expect((await request({ code: typed(await newCode()) })).status).toBe(201);
  });

  test('lives five minutes', async () => {
    const code = await newCode();
    api.clock.advance(5 * minute);
    expect(codeOf(await request({ code }))).toEqual([422, 'payment_code_invalid']);
    const next = await newCode();
    api.clock.advance(5 * minute - 1);
    expect((await request({ code: next })).status).toBe(201);
  });

  test('is void as soon as there is a newer one', async () => {
    const first = await newCode();
    const second = await newCode();
    expect(codeOf(await request({ code: first }))).toEqual([422, 'payment_code_invalid']);
    expect((await request({ code: second })).status).toBe(201);
  });

  test('is answered alike whether it is wrong, used, old or no code at all', async () => {
    const code = await newCode();
    await request({ code });
    const old = await newCode();
    api.clock.advance(5 * minute);
    const answers = [];
    for (const wrong of [code, old, '000000', 'abc'])
      answers.push((await request({ id: 'x', code: wrong })).text);
    expect(new Set(answers).size).toBe(1);
  });

  test('can be tried again with fewer points when they were too many', async () => {
    const code = await newCode();
    expect(codeOf(await request({ code, points: 51 }))).toEqual([422, 'insufficient_points']);
    expect((await request({ code, points: 50 })).status).toBe(201);
  });

  test('given to two tills at once serves one of them', async () => {
    const code = await newCode();
    const both = await Promise.all([request({ code }), request({ id: 'pay-2', code })]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 422]);
    expect((await pointsOf()).held).toBe(30);
  });
});

describe('guessing', () => {
  const wrong = (id: number, as = till) =>
    request({ id: `guess-${id}`, code: String(100_000 + id), points: 1 }, as);

  test('is slowed down by key, all at once or one by one, and right codes are not counted', async () => {
    for (const id of [1, 2, 3]) {
      expect((await request({ id: `right-${id}`, code: await newCode(), points: 1 })).status).toBe(201);
    }
    const many = await Promise.all(Array.from({ length: 40 }, (_, id) => wrong(id)));
    const statuses = many.map(({ status }) => status);
    expect([422, 429].map((one) => statuses.filter((status) => status === one).length)).toEqual([30, 10]);
    const late = await request({ code: await newCode() });
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '10']);
    api.clock.advance(10_000);
    expect((await request({ code: await newCode() })).status).toBe(201);
  });

  test('by one shop does not keep another from its customers', async () => {
    for (let id = 0; id < 31; id += 1) await wrong(id);
    const other = (await api.addShop(`Other ${tests}`, 'till')).key;
    expect((await request({ code: await newCode() }, other)).status).toBe(201);
    expect((await request({ customer: { phone }, points: 10 })).status).toBe(201);
  });

  test('is slowed down by address, whatever the key', async () => {
    const limited = await testApi({
      limits: { guessesOfAddress: { perSecond: 1, burst: 3 } },
      addressOf: (incoming) => incoming.headers.get('x-test-address') ?? undefined,
    });
    const guess = async (address: string, id: string) => {
      const { key } = await limited.addShop(id, 'till');
      const body = { id, code: '123456', points: 1, total: 1000 };
      const headers = { 'x-test-address': address };
      return (await limited.call('POST', '/v1/redemptions', { as: key, body, headers })).status;
    };
    const from = [];
    for (const id of ['a', 'b', 'c', 'd']) from.push(await guess('10.0.0.1', id));
    expect([...from, await guess('10.0.0.2', 'e')]).toEqual([422, 422, 422, 429, 422]);
    limited.close();
  });
});

describe('a customer named by phone', () => {
  test('is asked in chat, and nothing is held before the answer', async () => {
    const { status, body } = await request({ customer: { phone }, store: 'Store 12' });
    expect([status, body.status]).toEqual([201, 'awaiting_customer']);
    expect(await pointsOf()).toMatchObject({ balance: 50, held: 0 });
    const [question] = await chat.hear();
    expect(question).toMatchObject({
      text: 'Pay with 30 points at Store 12? That is ₴30 of ₴1,000.\n\nIf that is not you at the till, answer “No”: nothing is taken without your consent.',
      buttons: ['Yes | No'],
    });
    expect(codeOf(await settle('confirm'))).toEqual([409, 'redemption_not_agreed']);
  });

  test('says yes: the points are held, and the till has its whole time from then on', async () => {
    await request({ customer: { phone }, ttl_seconds: 600 });
    api.clock.advance(9 * minute);
    await chat.hear();
    await converse(
      chat,
      '>> Yes\nDone: 30 points set aside at the till. The cashier will finish the payment.\n[Menu]',
    );
    expect(await read()).toMatchObject({
      ...{ status: 'held', consent: 'chat', expires_at: later(19), settled_at: null },
    });
    api.clock.advance(9 * minute);
    expect((await settle('confirm')).body).toMatchObject({ status: 'confirmed' });
    expect((await chat.hear()).map(({ text }) => text)).toEqual([
      'Paid with points: 30 points.\nYou now have 20 points.',
    ]);
  });

  test('says no: nothing is held, and the till is told', async () => {
    await request({ customer: { phone } });
    await chat.hear();
    await converse(chat, '>> No\nAll right, nothing was taken: the points are still yours.');
    expect(await read()).toMatchObject({ status: 'declined', settled_at: later(0) });
    expect(await pointsOf()).toMatchObject({ balance: 50, held: 0 });
    expect(codeOf(await settle('confirm'))).toEqual([409, 'redemption_closed']);
    expect((await settle('cancel')).body.status).toBe('declined');
  });

  test('answers by number where there are no buttons', async () => {
    const ivan = testChat(api.svoi, {
      ...{ channel: 'whatsapp', address: '380501112233', provenPhone: '380501112233', language: 'uk' },
    });
    await ivan.start();
    await ivan.press('join:yes');
    await request({ customer: { phone: '050 111 22 33' }, store: 'Хрещатик, 1' });
    expect((await ivan.hear()).map(({ text }) => text)).toEqual([
      'Списати 30 балів на касі «Хрещатик, 1»? Це 30 ₴ з 1 000 ₴.\n\nЯкщо на касі не ви, відповідайте «Ні»: без вашої згоди нічого не спишуть.',
    ]);
    await converse(ivan, '> 1\nГотово: 30 балів відкладено на касі. Касир завершить оплату.');
    expect((await read()).status).toBe('held');
  });

  test('may answer late, twice, or after the till gave up, and is told kindly', async () => {
    await request({ customer: { phone } });
    await chat.hear();
    await settle('cancel');
    await converse(chat, '>> Yes\nThe till has cancelled this request already. The points are still yours.');
    await request({ id: 'pay-2', customer: { phone } });
    await chat.hear();
    api.clock.advance(15 * minute);
    await converse(chat, '>> Yes\nThe time to answer has run out, so nothing was taken.');
    await settleDue(api.svoi);
    await converse(chat, '>> Yes\nThe time to answer has run out, so nothing was taken.');
    await request({ id: 'pay-3', customer: { phone } });
    await chat.hear();
    await converse(chat, '>> Yes\nDone: 30 points set aside\n>> No\nDone: 30 points set aside');
    await settle('confirm', 'pay-3');
    await chat.hear();
    await converse(chat, '>> Yes\nYour purchase has been paid with points already: 30 points.');
    expect(await pointsOf()).toMatchObject({ balance: 20, held: 0 });
  });

  test('who said yes after the points had gone elsewhere is told what is left', async () => {
    await request({ customer: { phone } });
    await chat.hear();
    await request({ id: 'pay-2', code: await newCode(), points: 40 });
    const answers = await chat.press(`redeem:yes-${(await read()).id}`);
    expect(answers.map(({ text }) => text)).toEqual([
      'There are not enough points any more: you have 10 points now. Nothing was taken.',
    ]);
    expect((await read()).status).toBe('cancelled');
  });

  test('is asked nothing that another person can answer', async () => {
    await request({ customer: { phone } });
    const { id } = await read();
    const stranger = testChat(api.svoi, { address: '200', language: 'en' });
    await stranger.contact('380509998877');
    await stranger.press(`redeem:yes-${id}`);
    expect((await read()).status).toBe('awaiting_customer');
  });

  test('is asked even where messages about points are switched off', async () => {
    await chat.press('messages:service-off');
    await request({ customer: { phone } });
    expect((await chat.hear()).map(({ buttons }) => buttons)).toEqual([['Yes | No']]);
  });

  test('whom no chat reaches is not asked, and that stands in the audit trail', async () => {
    await block();
    const { body } = await request({ customer: { phone } });
    expect(body.status).toBe('held');
    expect((await read()).consent).toBe('none');
    const sql = 'select * from audit_entries where reference = ?';
    expect(await readRows(api.svoi.database, sql, body.id)).toMatchObject([
      {
        ...{ action: 'redemption.unasked', chain: (await read()).customer, seq: 1 },
        details: '{"points":30,"amountMinor":3000}',
      },
    ]);
    expect((await settle('confirm')).status).toBe(200);
  });
});

describe('nothing is held', () => {
  test.each([
    ['more than the balance', { points: 51 }, 422, { code: 'insufficient_points', balance: 50 }],
    ['more than half of the total', { total: 5_999 }, 422, { code: 'too_many_points', max_points: 29 }],
    ['of nobody', { customer: { phone: '+380509999999' } }, 422, { code: 'customer_not_found' }],
    ['of no phone', { customer: { phone: '12' } }, 422, { code: 'invalid_request' }],
    ['for both a code and a customer', { code: '123456' }, 422, { code: 'invalid_request' }],
    ['for neither', { customer: undefined }, 422, { code: 'invalid_request' }],
    ['that is not a whole number', { points: 1.5 }, 422, { code: 'invalid_request' }],
    ['that is nothing', { points: 0 }, 422, { code: 'invalid_request' }],
    ['for less than a minute', { ttl_seconds: 59 }, 422, { code: 'invalid_request' }],
    ['for more than a day', { ttl_seconds: 86_401 }, 422, { code: 'invalid_request' }],
  ])('%s', async (_, changes, status, problem) => {
    const answer = await request({ customer: { phone }, ...changes });
    expect([answer.status, answer.body]).toEqual([status, expect.objectContaining(problem)]);
    expect(await pointsOf()).toMatchObject({ balance: 50, held: 0 });
    expect((await api.call('GET', '/v1/redemptions', { as: till })).body.redemptions).toEqual([]);
  });

  test('of somebody whose phone is not proved', async () => {
    await api.call('POST', '/v1/purchases', { body: purchaseBody({ customer: { phone: '+380501234567' } }) });
    const answer = await request({ customer: { phone: '+380501234567' }, points: 1 });
    expect(codeOf(answer)).toEqual([422, 'customer_not_registered']);
  });

  test('for whoever was erased, and what was held or asked is over', async () => {
    await request({ code: await newCode() });
    await request({ id: 'asked', customer: { phone }, points: 5 });
    const code = await newCode();
    const { customer } = await read();
    await api.call('DELETE', `/v1/customers/phone:${phone}`);
    expect([(await read()).status, (await read('asked')).status]).toEqual(['cancelled', 'cancelled']);
    expect(codeOf(await settle('confirm'))).toEqual([409, 'redemption_closed']);
    expect(codeOf(await request({ id: 'x', code }))).toEqual([422, 'payment_code_invalid']);
    expect(codeOf(await request({ id: 'x', customer: { id: customer } }))).toEqual([
      422,
      'customer_not_found',
    ]);
    api.clock.advance(60 * minute);
    await settleDue(api.svoi);
  });
});

describe('a redemption', () => {
  beforeEach(async () => {
    await request({ code: await newCode() });
  });

  test('posted again is the same, and with another body it is refused', async () => {
    const code = await newCode();
    const first = await request({ id: 'pay-2', code, points: 5 });
    await settle('cancel', 'pay-2');
    const again = await request({ id: 'pay-2', code, points: 5 });
    expect([again.status, again.headers.get('idempotent-replay'), again.body]).toEqual([
      200,
      'true',
      first.body,
    ]);
    expect(codeOf(await request({ id: 'pay-2', code, points: 6 }))).toEqual([409, 'redemption_conflict']);
    expect(await pointsOf()).toMatchObject({ balance: 20, held: 30 });
  });

  test('is confirmed once, however often, and then cannot be cancelled', async () => {
    const all = await Promise.all([1, 2, 3].map(() => settle('confirm')));
    expect(all.map(({ status, body }) => [status, body.status])).toEqual(all.map(() => [200, 'confirmed']));
    expect(codeOf(await settle('cancel'))).toEqual([409, 'redemption_closed']);
    expect(await pointsOf()).toMatchObject({ balance: 20, held: 0 });
  });

  test('is cancelled once, however often, and then cannot be confirmed', async () => {
    const all = await Promise.all([1, 2, 3].map(() => settle('cancel')));
    expect(all.map(({ status, body }) => [status, body.status])).toEqual(all.map(() => [200, 'cancelled']));
    expect(codeOf(await settle('confirm'))).toEqual([409, 'redemption_closed']);
    expect(await pointsOf()).toMatchObject({ balance: 50, held: 0 });
  });

  test('confirmed and cancelled at once is one of both', async () => {
    const [confirmed, cancelled] = await Promise.all([settle('confirm'), settle('cancel')]);
    expect([confirmed.status, cancelled.status].sort()).toEqual([200, 409]);
  });

  test('whose time is over is free again at that moment, and says so to who confirms it', async () => {
    api.clock.advance(15 * minute - 1);
    await settleDue(api.svoi);
    expect((await read()).status).toBe('held');
    api.clock.advance(1);
    expect((await read()).status).toBe('expired');
    expect(codeOf(await settle('confirm'))).toEqual([409, 'redemption_expired']);
    await settleDue(api.svoi);
    await settleDue(api.svoi);
    expect(await read()).toMatchObject({ status: 'expired', settled_at: later(15) });
    expect(codeOf(await settle('confirm'))).toEqual([409, 'redemption_expired']);
    expect((await settle('cancel')).body.status).toBe('expired');
    expect(await pointsOf()).toMatchObject({ balance: 50, held: 0 });
  });

  test('that a till lets go of after its time, before the clock did, is expired too', async () => {
    api.clock.advance(15 * minute);
    expect((await settle('cancel')).body.status).toBe('expired');
    expect(await pointsOf()).toMatchObject({ balance: 50, held: 0 });
  });

  test('is found by our id and by the shop’s, and by no other shop', async () => {
    const { id } = await read();
    expect((await read(id)).external_id).toBe('pay-1');
    const other = (await api.addShop(`Other ${tests}`, 'till')).key;
    for (const reference of [id, 'pay-1']) {
      const paths = ['', '/confirm', '/cancel'].map((rest) => `/v1/redemptions/${reference}${rest}`);
      const answers = await Promise.all(
        paths.map((path, index) => api.call(index === 0 ? 'GET' : 'POST', path, { as: other })),
      );
      expect(answers.map(codeOf)).toEqual(paths.map(() => [404, 'redemption_not_found']));
    }
    expect((await read()).status).toBe('held');
  });

  test('stands in the list of its shop, newest first, by status and by page', async () => {
    for (const index of [2, 3, 4]) {
      api.clock.advance(1000);
      await request({ id: `pay-${index}`, code: await newCode(), points: 1 });
    }
    await settle('confirm', 'pay-3');
    const list = async (query: string, as = till) => {
      const { body } = await api.call('GET', `/v1/redemptions?${query}`, { as });
      return { ids: body.redemptions.map((one) => one.external_id), next: body.next };
    };
    expect(await list('')).toEqual({ ids: ['pay-4', 'pay-3', 'pay-2', 'pay-1'], next: null });
    expect((await list('status=held')).ids).toEqual(['pay-4', 'pay-2', 'pay-1']);
    const first = await list('status=held&limit=2');
    expect(first.ids).toEqual(['pay-4', 'pay-2']);
    expect(await list(`status=held&limit=2&cursor=${first.next}`)).toEqual({ ids: ['pay-1'], next: null });
    expect((await list('', (await api.addShop(`Other ${tests}`, 'till')).key)).ids).toEqual([]);
  });
});

describe('in chat', () => {
  test('the code comes as a picture and in digits, with what it is good for', async () => {
    const [heard] = await chat.say('menu');
    expect(heard?.buttons.join()).toContain('Pay with points');
    const [shown] = await chat.tap('Pay with points');
    const code = /\d{3} \d{3}/.exec(shown?.text ?? '')?.[0] ?? '';
    expect(shown?.text).toBe(
      `Show this code at the till: ${code}\nIt is good for 5 minutes, once.\n\nPoints can pay for up to 50% of a purchase. You have 50 points, worth ₴50.`,
    );
    expect(shown?.reply.picture).toEqual({ kind: 'code', code: code.replace(' ', '') });
    expect(shown?.buttons).toEqual(['New code', 'Menu']);
    const [next] = await chat.tap('New code');
    expect(next?.text).not.toBe(shown?.text);
  });

  test('there is no code for whoever has no points', async () => {
    await request({ code: await newCode(), points: 50 });
    await converse(chat, '> /pay\nYou have no points yet.');
  });
});

test('history tells of points spent as one line, and of points set aside while they are', async () => {
  const linesOfHistory = async () => {
    const heard = (await chat.say('/history')).at(-1);
    return heard?.buttons.filter((_, row) => JSON.stringify(heard.reply.buttons?.[row]).includes('"why:'));
  };
  await request({ code: await newCode() });
  expect(await linesOfHistory()).toHaveLength(2);
  await settle('confirm');
  const lines = await linesOfHistory();
  expect(lines).toHaveLength(2);
  expect(lines?.[0]).toContain('30');
  const { body } = await api.call('GET', `/v1/customers/phone:${phone}/ledger`);
  expect(body.transactions.map(({ kind }) => kind)).toEqual(['redemption', 'hold', 'welcome']);
});

describe('lots', () => {
  const lotsOf = async () => {
    const { body } = await api.call('GET', `/v1/customers/phone:${phone}/ledger`);
    const [{ kind = '', balance = 0, lots = [] } = {}] = body.transactions;
    return [kind, balance, lots.map(({ points }) => points).sort((a, b) => a - b)];
  };

  /** 25 points more, which live ten days longer than the 50 of welcome. */
  async function laterPoints(): Promise<void> {
    api.clock.advance(10 * DAY_MS);
    const at = new Date(api.clock.now()).toISOString();
    await api.call('POST', '/v1/purchases', { body: purchaseBody({ id: phone, at, customer: { phone } }) });
  }

  test('that burn first are taken first, and get back what was theirs', async () => {
    await laterPoints();
    await request({ code: await newCode(), points: 60 });
    expect(await lotsOf()).toEqual(['hold', 15, [-50, -10]]);
    await settle('cancel');
    expect(await lotsOf()).toEqual(['cancel', 75, [10, 50]]);
  });

  test('that burn while they are held are not lost: they live on for the days of grace', async () => {
    await laterPoints();
    api.clock.set(start + 365 * DAY_MS);
    await request({ code: await newCode(), points: 60, ttl_seconds: 86_400 });
    api.clock.advance(DAY_MS);
    await settleDue(api.svoi);
    expect(await lotsOf()).toEqual(['cancel', 75, [10, 50]]);
    const { points } = (await api.call('GET', `/v1/customers/phone:${phone}`)).body;
    expect(points.next_expiry).toMatchObject({ points: 25 });
    api.clock.advance(16 * DAY_MS);
    expect(await pointsOf()).toMatchObject({ balance: 0 });
  });
});

test('a purchase that names a held redemption spends it, and tells the customer once', async () => {
  await request({ code: await newCode() });
  await chat.hear();
  const bought = await api.call('POST', '/v1/purchases', {
    as: till,
    body: purchaseBody({ customer: undefined, redemption: 'pay-1' }),
  });
  expect([bought.status, bought.body.points]).toEqual([
    201,
    { earned: 23, pending: 0, spent: 30, balance: 43 },
  ]);
  expect(await read()).toMatchObject({ status: 'confirmed', purchase: bought.body.id });
  expect((await chat.hear()).map(({ text }) => text)).toEqual([
    'Paid with points: 30 points.\n+23 points! You now have 43 points.',
  ]);
});

test('points confirmed before their purchase are told of once', async () => {
  await request({ code: await newCode(), store: 'Store 12' });
  await settle('confirm');
  await chat.hear();
  await api.call('POST', '/v1/purchases', {
    as: till,
    body: purchaseBody({ customer: { phone }, redemption: 'pay-1' }),
  });
  expect((await chat.hear()).map(({ text }) => text)).toEqual(['+23 points! You now have 43 points.']);
});

describe('a customer whom no chat reaches, where SMS are sent', () => {
  const channels = (...names: readonly ('telegram' | 'sms')[]) =>
    api.svoi.useChannels(names.map((name) => ({ name, abilities: { receipts: 'delivered' } })));
  beforeAll(() => channels('telegram', 'sms'));
  afterAll(() => channels('telegram'));
  beforeEach(() => block());

  /** Asks by the phone; an SMS goes out. */
  const ask = (changes: Readonly<Record<string, unknown>> = {}) =>
    request({ customer: { phone }, ...changes });
  const tell = (code: string, id = 'pay-1', as = till) =>
    api.call('POST', `/v1/redemptions/${id}/code`, { as, body: { code } });
  /** The code that stands in the newest SMS to the customer. */
  async function smsCode(): Promise<string> {
    await settleDue(api.svoi);
    const [sms] = await readRows(
      api.svoi.database,
      `select m.reply, m.category from messages m join addresses a on a.id = m.address_id
       where a.channel = 'sms' and a.external_id = ? order by m.id desc limit 1`,
      phone,
    );
    expect(sms?.category).toBe('code');
    return /\d{6}/.exec(String(sms?.reply))?.[0] ?? '';
  }
  const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

  test('tells the till the code of the SMS, and the points are held', async () => {
    const asked = await ask();
    expect([asked.status, asked.body]).toMatchObject([201, { status: 'awaiting_customer', consent: 'sms' }]);
    expect((await pointsOf()).held).toBe(0);
    api.clock.advance(5 * minute);
    const code = await smsCode();
    const held = await tell(`${code.slice(0, 3)} ${code.slice(3)}`);
    expect([held.status, held.body]).toMatchObject([
      200,
      { status: 'held', consent: 'sms', expires_at: later(5 + 15) },
    ]);
    expect((await tell(code)).body).toEqual(held.body);
    expect((await settle('confirm')).body).toMatchObject({ status: 'confirmed' });
    const audit = "select id from audit_entries where action = 'redemption.unasked' and reference = ?";
    expect(await readRows(api.svoi.database, audit, held.body.id)).toEqual([]);
  });

  test('has five tries, and no more with the right one', async () => {
    await ask();
    const code = await smsCode();
    for (const left of [4, 3, 2, 1]) {
      const { body } = await tell(wrong(code));
      expect([body.code, body.detail]).toEqual([
        'redemption_code_wrong',
        `this is not the code; tries left: ${left}`,
      ]);
    }
    expect(codeOf(await tell(wrong(code)))).toEqual([422, 'redemption_code_over']);
    expect(codeOf(await tell(code))).toEqual([422, 'redemption_code_over']);
    expect((await pointsOf()).held).toBe(0);
  });

  test('has ten minutes', async () => {
    await ask();
    const code = await smsCode();
    api.clock.advance(10 * minute);
    expect(codeOf(await tell(code))).toEqual([422, 'redemption_code_over']);
  });

  test('is asked again by a new redemption, whose code is another', async () => {
    await ask();
    const first = await smsCode();
    expect(codeOf(await ask({ id: 'pay-2' }))).toEqual([429, 'code_too_soon']);
    expect((await settle('cancel')).body).toMatchObject({ status: 'cancelled' });
    expect(codeOf(await tell(first))).toEqual([409, 'redemption_closed']);
    api.clock.advance(minute);
    await ask({ id: 'pay-2' });
    const second = await smsCode();
    if (first !== second) expect(codeOf(await tell(first, 'pay-2'))).toEqual([422, 'redemption_code_wrong']);
    expect((await tell(second, 'pay-2')).status).toBe(200);
  });

  test('whose points went elsewhere meanwhile pays nothing', async () => {
    await ask({ points: 40 });
    const code = await smsCode();
    await chat.send({ kind: 'returned' });
    expect((await request({ id: 'pay-2', code: await newCode(), points: 20 })).status).toBe(201);
    expect((await tell(code)).body).toMatchObject({ code: 'insufficient_points', balance: 30 });
    expect(await read()).toMatchObject({ status: 'cancelled' });
  });

  test('is another shop’s business to nobody else', async () => {
    await ask();
    const stranger = (await api.addShop(`Stranger ${tests}`, 'till')).key;
    expect(codeOf(await tell(await smsCode(), 'pay-1', stranger))).toEqual([404, 'redemption_not_found']);
  });

  test('gets five codes a day and no sixth', async () => {
    for (const id of ['1', '2', '3', '4', '5']) {
      expect((await ask({ id })).status).toBe(201);
      api.clock.advance(minute);
    }
    expect(codeOf(await ask({ id: '6' }))).toEqual([429, 'codes_used_up']);
  });

  test('is asked in the chat as soon as one reaches them, and no code is taken for that', async () => {
    await chat.send({ kind: 'returned' });
    expect((await ask()).body).toMatchObject({ status: 'awaiting_customer', consent: 'chat' });
    expect(codeOf(await tell('123456'))).toEqual([409, 'redemption_not_agreed']);
  });

  test('with a number of another country is held unasked, as without SMS', async () => {
    phone = `+48512${100_000 + tests}`;
    const polish = testChat(api.svoi, { address: `pl${tests}`, language: 'en' });
    await polish.contact(phone);
    await polish.send({ kind: 'blocked' });
    expect((await ask()).body).toMatchObject({ status: 'held', consent: 'none' });
  });
});
