import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApi } from '../../api/app.ts';
import type { ApiParts } from '../../api/parts.ts';
import { SvoiError } from '../../core/errors.ts';
import { createShops } from '../../db/shops.ts';
import { apiParts } from '../../http.ts';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';

let api: TestApi;

beforeEach(async () => {
  api = await testApi();
});
afterEach(() => api.close());

const post = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  api.call('POST', '/v1/purchases', { body, headers });
const good = JSON.stringify(purchaseBody());

test.each([
  ['nothing', ''],
  ['half of it', good.slice(0, 40)],
  ['two bodies', good + good],
  ['single quotes', good.replaceAll('"', "'")],
  ['a comment', `${good} // the last one`],
  ['not a number', good.replace('50000', 'NaN')],
  ['bytes of windows-1251', Buffer.from('{"id":"\xf7\xe5\xea"}', 'latin1')],
])('a body of %s is 400', async (_, body) => {
  const answer = await post(body, { 'content-type': 'application/json' });
  expect([answer.status, answer.body.code]).toEqual([400, 'malformed_json']);
});

test('a byte order mark, as 1C writes it, is passed over', async () => {
  expect((await post(`\ufeff${good}`)).status).toBe(201);
});

test.each([
  'application/json',
  'application/json; charset=utf-8',
  'APPLICATION/JSON;Charset="UTF-8"',
  'application/vnd.shop+json',
])('a body declared as %s is read', async (type) => {
  expect((await post(good, { 'content-type': type })).status).toBe(201);
});

test.each([
  ['text/plain', {}],
  ['application/x-www-form-urlencoded', {}],
  ['application/json; charset=windows-1251', {}],
  ['application/jsonp', {}],
  ['', {}],
  ['application/json', { 'content-encoding': 'gzip' }],
])('a body declared as %s %j is 415', async (type, more) => {
  const body = 'content-encoding' in more ? new Uint8Array(gzipSync(good)) : good;
  const answer = await post(body, { 'content-type': type, ...more });
  expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
});

/** A purchase of exactly `bytes` bytes. */
function purchaseOf(bytes: number): string {
  return good.replace(/}$/, `,"store":"${' '.repeat(bytes - good.length - 11)}"}`);
}

const mebibyte = 1024 * 1024;

test.each([
  ['/v1/purchases', purchaseOf(mebibyte), 422],
  ['/v1/purchases', purchaseOf(mebibyte + 1), 413],
  ['/v1/purchases/batch', `[${purchaseOf(8 * mebibyte - 2)}]`, 200],
  ['/v1/purchases/batch', `[${purchaseOf(8 * mebibyte - 1)}]`, 413],
  ['/v1/purchases/r-1/payment', ' '.repeat(mebibyte + 1), 413],
])('the size of a body of %s is limited, whether it says its length or not', async (path, body, status) => {
  const lengths = [{}, { 'content-length': String(body.length) }, { 'content-length': '10' }];
  for (const headers of lengths) {
    const answer = await api.call('POST', path, { body, headers });
    expect(answer.status).toBe(status);
    if (status === 413) expect(answer.body.code).toBe('too_large');
  }
});

test('a body that never ends is refused as soon as it is too large', async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536).fill(32));
    },
  });
  const { key } = await api.addShop('Till', 'till');
  const response = await api.app.request('/v1/purchases', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: endless,
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(413);
  expect(sent).toBeLessThan(2 * mebibyte);
});

test('a body nested a hundred thousand deep is refused like any other wrong one', async () => {
  const depth = 100_000;
  const answer = await post(good.replace('50000', '['.repeat(depth) + ']'.repeat(depth)));
  expect(answer.status).toBe(422);
});

test('a thousand wrong keys get fifty errors', async () => {
  const keys = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key-${index}`, 1]));
  expect((await post({ ...purchaseBody(), ...keys })).body.errors).toHaveLength(50);
});

test('what is not there is 404, and what is there says which methods it takes', async () => {
  expect(await api.call('GET', '/v1/nothing')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  const answer = await api.call('PUT', '/v1/customers/cus_1');
  expect([answer.status, answer.body.code]).toEqual([405, 'method_not_allowed']);
  expect(answer.headers.get('allow')).toBe('GET, DELETE');
  expect((await api.call('GET', '/v1/purchases')).headers.get('allow')).toBe('POST');
});

test('an answer carries the id of its request: the shop’s own if it is harmless, else ours', async () => {
  const own = await api.call('GET', '/v1/nothing', { headers: { 'x-request-id': 'till-7' } });
  expect(own.headers.get('x-request-id')).toBe('till-7');
  const ours = await api.call('GET', '/v1/nothing', { headers: { 'x-request-id': '<script>' } });
  expect(ours.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
});

/** The same API over a `submit` that fails. */
async function failing(error: Error) {
  const { database, ids } = api.svoi;
  const shops = createShops({ database, clock: api.clock, ids });
  const logged: { details: object }[] = [];
  const parts: ApiParts = {
    ...apiParts(api.svoi, {
      shops,
      version: 'test',
      writerStopped: () => true,
      consentTexts: () => ({ text: '', version: 1 }),
      log: { error: (details) => logged.push({ details }) },
    }),
    submit: () => Promise.reject(error),
  };
  const { key } = await api.addShop('Till', 'till');
  const send = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    return createApi(parts).request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  };
  return { send, logged };
}

test('a fault of ours tells nothing of its cause, and is logged with the id of the request', async () => {
  const { send, logged } = await failing(new Error('secret table "users" is broken'));
  const response = await send('/v1/purchases', purchaseBody());
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(JSON.parse(text)).toMatchObject({ code: 'internal', type: '/docs#internal' });
  expect(text).not.toMatch(/secret|users|at .*\.ts/);
  const id = response.headers.get('x-request-id');
  expect(text).toContain(id);
  expect(logged).toMatchObject([{ details: { requestId: id } }]);
});

test('a fault of ours with one purchase of a batch fails that one', async () => {
  const { send, logged } = await failing(new Error('broken'));
  const response = await send('/v1/purchases/batch', [purchaseBody(), {}]);
  expect(await response.json()).toMatchObject({
    results: [
      { status: 500, body: { code: 'internal' } },
      { status: 422, body: { code: 'invalid_request' } },
    ],
  });
  expect(logged).toHaveLength(1);
});

test.each([
  ['/v1/purchases', purchaseBody()],
  ['/v1/purchases/batch', [purchaseBody()]],
])('when the disk failed, %s is 503 and says when to try again', async (path, body) => {
  const { send } = await failing(new SvoiError('writer_stopped', 'the database failed while writing'));
  const response = await send(path, body);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await response.json()).toMatchObject({ code: 'writer_stopped' });
});
