import { afterEach, expect, test } from 'vitest';
import { programSchema } from '../../core/program/program.ts';
import { type TestApi, testApi } from '../support/api.ts';

let api: TestApi;
afterEach(() => api.close());

const text = 'Дякуємо за покупку! Вам нараховано 120 балів, тепер у Вас 1520 балів. До зустрічі!';
const preview = (body: object) =>
  api.call('POST', '/v1/messages/preview', { body: { channel: 'sms', text, ...body } });

test('an SMS is counted and priced before anybody sends it, as it stands and in Latin letters', async () => {
  const { prices } = programSchema.parse({ prices: { sms: { segment: 98.5, countries: { PL: 150 } } } });
  api = await testApi({ program: { prices, sms_transliterate: true } });
  expect(await preview({})).toMatchObject({
    status: 200,
    body: {
      ...{ text, encoding: 'ucs2', segments: 2, price_micros: 1_970_000, transliterates: true },
      transliterated: { encoding: 'gsm7', segments: 1, price_micros: 985_000 },
    },
  });
  expect((await preview({ phone: '+48512345678' })).body).toMatchObject({ price_micros: 3_000_000 });
});

test('without a price in the program there is none, and a number that is none is named', async () => {
  api = await testApi();
  expect((await preview({})).body).toMatchObject({ segments: 2, price_micros: null, transliterates: false });
  expect(await preview({ phone: '12' })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/phone' }] },
  });
});
