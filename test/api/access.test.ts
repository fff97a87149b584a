import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';

let api: TestApi;

beforeEach(async () => {
  api = await testApi();
});
afterEach(() => api.close());

const customer = '/v1/customers/phone:+380671234567';

test.each([
  ['no key', {}, 'Bearer'],
  ['a key that is none', { authorization: 'Bearer abc' }, 'Bearer error="invalid_token"'],
  ['a key of nobody', { authorization: `Bearer svoi_${'A'.repeat(43)}` }, 'Bearer error="invalid_token"'],
  ['another scheme', { authorization: 'Basic dGlsbDpzZWNyZXQ=' }, 'Bearer'],
])('%s is 401 and says how to prove who one is', async (_, headers, challenge) => {
  const answer = await api.call('POST', '/v1/purchases', { as: null, headers, body: purchaseBody() });
  expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
  expect(answer.headers.get('www-authenticate')).toBe(challenge);
});

test('a revoked key stops at once', async () => {
  const { key } = await api.addShop('Till', 'till');
  expect((await api.call('GET', customer, { as: key })).status).toBe(404);
  await api.shops.revoke('Till');
  expect((await api.call('GET', customer, { as: key })).status).toBe(401);
});

test.each([
  ['till', [201, 404, 200, 403, 403]],
  ['site', [201, 404, 200, 200, 403]],
  ['admin', [201, 404, 200, 200, 200]],
] as const)('a %s may buy, report payments, read, write and erase customers: %j', async (scope, statuses) => {
  const { key: as } = await api.addShop('Shop', scope);
  const answers = [
    await api.call('POST', '/v1/purchases', { as, body: purchaseBody() }),
    await api.call('POST', '/v1/purchases/other/payment', { as }),
    await api.call('GET', customer, { as }),
    await api.call('POST', '/v1/customers', { as, body: { phone: '+380671234567' } }),
    await api.call('DELETE', customer, { as }),
  ];
  expect(answers.map(({ status }) => status)).toEqual(statuses);
});

test('a key without the right is told which scope it takes', async () => {
  const { key } = await api.addShop('Till', 'till');
  const write = await api.call('POST', '/v1/customers', { as: key, body: { phone: '+380671234567' } });
  expect(write.body).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('site or admin') });
  const erase = await api.call('DELETE', customer, { as: key });
  expect(erase.body.detail).toContain('needs a key of scope admin; the key of "Till" has scope till');
});

async function signedShop() {
  const { shop, key } = await api.addShop('Signer', 'admin', true);
  const secret = Buffer.from(shop.signingSecret?.replace('whsec_', '') ?? '', 'base64');
  const body = JSON.stringify(purchaseBody());
  const sign = (changes: { id?: string; at?: number; body?: string; secret?: Buffer } = {}) => {
    const { id = 'msg_1', at = api.clock.now() / 1000 } = changes;
    const hmac = createHmac('sha256', changes.secret ?? secret).update(`${id}.${at}.${changes.body ?? body}`);
    return {
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': `v1,${hmac.digest('base64')}`,
    };
  };
  const post = (headers: Readonly<Record<string, string>>) =>
    api.call('POST', '/v1/purchases', { as: key, body, headers });
  return { key, sign, post };
}

test('a right signature is let in, also among others', async () => {
  const { sign, post } = await signedShop();
  const headers = sign();
  expect((await post(headers)).status).toBe(201);
  const several = `v1a,AAAA v1,${btoa('another')} ${headers['webhook-signature']}`;
  expect((await post({ ...headers, 'webhook-signature': several })).status).toBe(200);
});

test('a shop that signs must sign every change, and may read without', async () => {
  const { key, post, sign } = await signedShop();
  expect(await post({})).toMatchObject({ status: 401, body: { code: 'invalid_signature' } });
  expect((await api.call('DELETE', customer, { as: key })).status).toBe(401);
  expect((await api.call('DELETE', customer, { as: key, headers: sign({ body: '' }) })).status).toBe(404);
  expect((await api.call('GET', customer, { as: key })).status).toBe(404);
});

test.each([
  ['over another body', { body: '{}' }],
  ['with another secret', { secret: Buffer.from('guess') }],
  ['six minutes old', { at: Date.parse('2026-11-22T11:54:00+02:00') / 1000 }],
  ['six minutes ahead', { at: Date.parse('2026-11-22T12:06:00+02:00') / 1000 }],
])('a signature %s is refused, and nothing is recorded', async (_, changes) => {
  const { sign, post } = await signedShop();
  expect(await post(sign(changes))).toMatchObject({ status: 401, body: { code: 'invalid_signature' } });
  expect((await post(sign())).status).toBe(201);
});

test.each([
  ['webhook-id', ''],
  ['webhook-timestamp', 'yesterday'],
  ['webhook-signature', 'v1'],
  ['webhook-signature', 'v1,***'],
])('a signature whose %s is "%s" is refused', async (name, value) => {
  const { sign, post } = await signedShop();
  expect((await post({ ...sign(), [name]: value })).body.code).toBe('invalid_signature');
});

test('a signature that cannot be checked is refused rather than believed', async () => {
  const { sign } = await signedShop();
  const answer = await api.call('POST', '/v1/purchases', { body: purchaseBody(), headers: sign() });
  expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_signature' } });
});

test('a key that calls too often waits, as long as it is told, while others pass', async () => {
  const limited = await testApi({ limits: { key: { perSecond: 2, burst: 3 } } });
  const { key } = await limited.addShop('Till', 'till');
  const call = (as?: string) => limited.call('GET', customer, as ? { as } : {});
  for (let request = 0; request < 3; request += 1) expect((await call()).status).toBe(404);
  const refused = await call();
  expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await call(key)).status).toBe(404);
  limited.clock.advance(1000);
  expect([(await call()).status, (await call()).status, (await call()).status]).toEqual([404, 404, 429]);
  limited.close();
});

test('a batch counts as one request', async () => {
  const limited = await testApi({ limits: { key: { perSecond: 1, burst: 2 } } });
  const body = [purchaseBody(), purchaseBody({ id: 'r-2' }), purchaseBody({ id: 'r-3' })];
  expect((await limited.call('POST', '/v1/purchases/batch', { body })).status).toBe(200);
  expect((await limited.call('GET', customer)).status).toBe(200);
  limited.close();
});

test('guessing keys from one address is slowed down, and shops and other addresses are not', async () => {
  const limited = await testApi({
    limits: { strangers: { perSecond: 1, burst: 2 } },
    addressOf: (request) => request.headers.get('x-from') ?? undefined,
  });
  const guess = (from: string) =>
    limited.call('GET', customer, { as: `svoi_${'B'.repeat(43)}`, headers: { 'x-from': from } });
  expect([(await guess('a')).status, (await guess('a')).status]).toEqual([401, 401]);
  const refused = await guess('a');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect((await guess('b')).status).toBe(401);
  expect((await limited.call('GET', customer, { headers: { 'x-from': 'a' } })).status).toBe(404);
  limited.close();
});
