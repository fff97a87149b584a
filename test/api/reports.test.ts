import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawPng } from '../../drawings.ts';
import { type TestApi, testApi } from '../support/api.ts';
import { aPurchase, buy } from '../support/purchases.ts';

let here: TestApi;
let cannotDraw: TestApi;
beforeAll(async () => {
  here = await testApi({ drawPng });
  cannotDraw = await testApi();
  await buy(here.svoi, aPurchase({ at: here.clock.now() }));
});
afterAll(() => {
  here.close();
  cannotDraw.close();
});

async function get(path: string, accept?: string): Promise<Response> {
  const { key } = await here.addShop(`reader of ${path} ${accept}`, 'admin');
  const headers = { authorization: `Bearer ${key}`, ...(accept ? { accept } : {}) };
  return here.app.request(path, { headers });
}

describe('a report', () => {
  it.each([...['rfm', 'segment_sizes', 'segment_moves', 'registrations', 'nps', 'returning', 'revenue']])(
    '%s is data with a sentence, and a picture',
    async (name) => {
      const data = await get(`/v1/reports/${name}?locale=en`);
      expect(data.status).toBe(200);
      expect(await data.json()).toMatchObject({ name, takeaway: expect.stringMatching(/^[A-Z\d].*\.$/) });
      const drawn = await get(`/v1/reports/${name}.svg?locale=uk&theme=dark`);
      expect(drawn.headers.get('content-type')).toBe('image/svg+xml');
      expect(await drawn.text()).toMatch(/^<svg .*<\/svg>$/s);
    },
  );

  it('tells the sales of the day as they are', async () => {
    const { body } = await here.call('GET', '/v1/reports/revenue?from=2026-11-22&to=2026-11-22');
    expect(body).toMatchObject({
      step: 'day',
      points: [
        { day: '2026-11-22', member_sales: 1, member_minor: 100_000, other_sales: 0, points_minor: 0 },
      ],
    });
  });

  it('is a PNG of 1080 by 1350 for whoever wants one', async () => {
    for (const answer of [
      await get('/v1/reports/revenue.png'),
      await get('/v1/reports/revenue', 'image/png'),
    ]) {
      expect(answer.headers.get('content-type')).toBe('image/png');
      const bytes = new DataView(await answer.arrayBuffer());
      expect(bytes.getUint32(0)).toBe(0x89504e47);
      expect([bytes.getUint32(16), bytes.getUint32(20)]).toEqual([1080, 1350]);
    }
  });

  it('is no PNG where nothing can make one: 406 says to ask for SVG', async () => {
    const { status, body } = await cannotDraw.call('GET', '/v1/reports/revenue.png');
    expect([status, body.code]).toEqual([406, 'picture_unavailable']);
  });

  it.each([
    ['/v1/reports/weather', 404, 'report_not_found'],
    ['/v1/reports/rfm?profile=nobody', 404, 'rfm_profile_not_found'],
    ['/v1/reports/revenue?from=2026-02-30', 422, 'invalid_request'],
    ['/v1/reports/revenue?from=2026-02-02&to=2026-02-01', 422, 'invalid_request'],
    ['/v1/reports/segment_sizes?map=everything', 422, 'invalid_request'],
  ])('%s is refused: %i %s', async (path, status, code) => {
    const answer = await here.call('GET', path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('is for the back office alone', async () => {
    const { key } = await here.addShop('a till', 'till');
    expect((await here.call('GET', '/v1/reports/revenue', { as: key })).status).toBe(403);
  });
});

it('all reports are listed with their titles', async () => {
  const { text } = await here.call('GET', '/v1/reports');
  expect(JSON.parse(text).reports).toHaveLength(7);
  expect(JSON.parse(text).reports[0]).toEqual({ name: 'rfm', title: 'Карта RFM' });
});
