import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSessionToken, readSessionToken } from '../../bots/web/tokens.ts';
import { type TestApi, testApi } from '../support/api.ts';

const secret = 'a secret of this installation';
let api: TestApi;

beforeEach(async () => {
  const create = (phone: string, expiresAt: number) => createSessionToken(secret, phone, expiresAt);
  api = await testApi({ chatSessions: { create } });
});
afterEach(() => api.close());

const open = (body: object, as?: string) =>
  api.call('POST', '/v1/chat-sessions', as === undefined ? { body } : { body, as });

test('a web shop vouches for a signed-in visitor, for as long as it says', async () => {
  const { key } = await api.addShop('Web shop', 'site');
  const answer = await open({ phone: '067 123 45 67', ttl_seconds: 600 }, key);
  expect(answer.status).toBe(201);
  const { session, expires_at } = JSON.parse(answer.text);
  const now = api.clock.now();
  const expiresAt = Date.parse(expires_at);
  expect(now + 600_000 - expiresAt).toBeLessThan(1000);
  expect(await readSessionToken(secret, session, now)).toEqual({
    ok: true,
    result: { phone: '+380671234567', expiresAt },
  });
  expect(await readSessionToken(secret, session, expiresAt)).toMatchObject({ ok: false });
});

test('a till may not speak for customers', async () => {
  const { key } = await api.addShop('Till', 'till');
  expect(await open({ phone: '+380671234567' }, key)).toMatchObject({ status: 403 });
});

test.each([
  [{ phone: '123' }, '/phone'],
  [{}, '/phone'],
  [{ phone: '+380671234567', ttl_seconds: 86_401 }, '/ttl_seconds'],
  [{ phone: '+380671234567', ttl_seconds: 0 }, '/ttl_seconds'],
])('%j is refused, pointing at %s', async (body, pointer) => {
  const { status, body: problem } = await open(body);
  expect([status, problem.errors?.[0]?.pointer]).toEqual([422, pointer]);
});
