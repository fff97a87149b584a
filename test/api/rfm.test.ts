import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { programSchema } from '../../core/program/program.ts';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';

const { rfm } = programSchema.parse({
  rfm: {
    profiles: [{ name: 'main' }, { name: 'shoes', by: { category: 'shoes' }, days: 90, scores: 3 }],
    segments: { champions: { colour: '#123456', titles: { uk: 'Зірки' } } },
  },
});
const orders = [1, 1, 2, 5, 9];

let api: TestApi;
beforeAll(async () => {
  api = await testApi({ program: { rfm } });
  for (const [person, count] of orders.entries()) {
    for (let order = 0; order < count; order += 1) {
      const day = String(21 - (4 - person) * 4).padStart(2, '0');
      await api.call('POST', '/v1/purchases', {
        body: purchaseBody({
          id: `r-${person}-${order}`,
          at: `2026-11-${day}T10:00:00+02:00`,
          customer: { phone: `+38067000000${person}` },
        }),
      });
    }
  }
});
afterAll(() => api.close());

const sizes = { customers: z.int(), orders: z.int(), paid: z.int() };
const segment = z.object({
  segment: z.string(),
  title: z.string(),
  advice: z.string(),
  colour: z.string(),
  ...sizes,
});
const answer = z.object({
  cuts: z.object({ orders: z.array(z.number()) }),
  customers: z.int(),
  day: z.string(),
  segments: z.array(segment),
  rf_segments: z.array(segment),
  codes: z.array(z.object({ code: z.string(), segment: z.string(), rf_segment: z.string(), ...sizes })),
});
const members = z.object({
  customers: z.array(z.object({ id: z.string(), code: z.string() })),
  next: z.string().nullable(),
});
const read = async (path: string) => JSON.parse((await api.call('GET', path)).text) as unknown;

test('the profiles of the program are listed', async () => {
  expect(await read('/v1/rfm')).toEqual({
    profiles: [
      { name: 'main', by: null, days: null, method: 'quintiles', scores: 5 },
      { name: 'shoes', by: { category: 'shoes' }, days: 90, method: 'quintiles', scores: 3 },
    ],
  });
});

test('a profile says where its customers stand, what a segment is called and what to do about it', async () => {
  const { cuts, customers, day, segments, rf_segments, codes } = answer.parse(await read('/v1/rfm/main'));
  expect([customers, day]).toEqual([5, '2026-11-22']);
  expect(cuts.orders.map((cut) => Math.round(cut * 10) / 10)).toEqual([1, 1.6, 3.2, 5.8]);
  expect(codes.find(({ code }) => code === '555')).toEqual({
    ...{ code: '555', segment: 'champions', rf_segment: 'loyal' },
    ...{ customers: 1, orders: 9, paid: 450_000 },
  });
  expect(segments[0]).toMatchObject({
    segment: 'champions',
    title: 'Зірки',
    colour: '#123456',
    customers: 1,
  });
  expect(segments).toHaveLength(11);
  expect(rf_segments).toHaveLength(7);
  const inEnglish = answer.parse(await read('/v1/rfm/main?locale=en'));
  expect(inEnglish.segments[0]).toMatchObject({
    title: 'Champions',
    advice: expect.stringMatching(/friend/),
  });
});

test('a segment of either map, or a code, is listed in pages', async () => {
  const first = members.parse(await read('/v1/rfm/main/members?rf_segment=loyal&limit=1'));
  const second = members.parse(await read(`/v1/rfm/main/members?rf_segment=loyal&cursor=${first.next}`));
  expect([...first.customers, ...second.customers].map(({ code }) => code).sort()).toEqual(['444', '555']);
  expect(second.next).toBeNull();
  const champions = members.parse(await read('/v1/rfm/main/members?segment=champions'));
  expect(champions.customers).toHaveLength(1);
  const best = members.parse(await read('/v1/rfm/main/members?code=555'));
  expect(best.customers).toHaveLength(1);
});

test('what is asked for wrongly is told', async () => {
  const unknown = await api.call('GET', '/v1/rfm/mian');
  expect([unknown.status, unknown.body.code]).toEqual([404, 'rfm_profile_not_found']);
  expect(unknown.body.detail).toContain('there are: main, shoes');
  const both = await api.call('GET', '/v1/rfm/main/members?segment=lost&code=111');
  expect([both.status, both.body.code]).toEqual([422, 'invalid_request']);
  const none = await api.call('GET', '/v1/rfm/main/members');
  expect(none.status).toBe(422);
});

test('a till may not look', async () => {
  const { key } = await api.addShop('Till', 'till');
  expect((await api.call('GET', '/v1/rfm', { as: key })).status).toBe(403);
});
