import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows } from '../../db/database.ts';
import { sendCampaigns } from '../../mailings.ts';
import { drawPng } from '../../raster.ts';
import { historyTask } from '../../reports_nightly.ts';
import { type TestApi, testApi } from '../support/api.ts';
import { putCampaign, putCustomers, putReachable, putSales, putVersion } from '../support/proof.ts';
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

describe('a result', () => {
  it('is data with a verdict, and a picture, also under the name of a report', async () => {
    const at = here.clock.now() - 15 * 86_400_000;
    const people = await putCustomers(here.svoi, 400, at);
    const members = people.map((customerId, index) => ({
      ...{ customerId, at },
      arm: index % 2 === 0 ? 'control' : 'a',
    }));
    const id = await putCampaign(here.svoi, members, { at, controlPercent: 50 });
    await putSales(
      here.svoi,
      members
        .filter((_, index) => index % 8 < 4 || index % 2 === 1)
        .map(({ customerId }) => ({ customerId, at, totalMinor: 50_00 })),
    );
    const { status, body } = await here.call('GET', `/v1/campaigns/${id}/results?locale=en`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ name: 'effect', subject: { kind: 'campaign', id, title: 'Autumn' }, within_days: 14 },
      verdict: { kind: 'too_early', because: 'buyers', smallest_group: 0, needed: 10, at: null },
      arms: [
        { arm: 'a', people: 200, over: 200, buyers: 200, paid: 10_000_00, conversion: { mean: 1 } },
        { arm: 'control', people: 200, buyers: 100, money: { mean: 25_00 } },
      ],
      ...{ comparisons: [], preliminary_until: null },
      takeaway: expect.stringMatching(/^Too few purchases for a verdict/),
      sample_ratio: { is_off: false, sizes: [{ arm: 'control', people: 200, expected: 200 }, { arm: 'a' }] },
    });
    const same = await here.call('GET', `/v1/reports/effect?campaign=${id}&locale=en`);
    expect(same.body).toEqual(body);
    for (const answer of [
      await get(`/v1/campaigns/${id}/results?theme=dark`, 'image/svg+xml'),
      await get(`/v1/reports/effect.svg?campaign=${id}`),
    ]) {
      expect(answer.headers.get('content-type')).toBe('image/svg+xml');
      expect(await answer.text()).toMatch(/^<svg .*<\/svg>$/s);
    }
  });

  it('of a campaign that was sent counts what its own rows say: arms, points along, the first moment', async () => {
    const shop = await testApi({ at: '2026-11-02T12:00:00+02:00' });
    try {
      await putReachable(shop.svoi, 300, shop.clock.now() - 86_400_000);
      const message = { text: { en: 'Hello', uk: 'Вітаємо' } };
      const body = { name: 'Hello', message, points: 5, control_percent: 40 };
      const { id } = (await shop.call('POST', '/v1/campaigns', { body })).body;
      const sent = await shop.call('POST', `/v1/campaigns/${id}/send`, { body: {} });
      expect(sent.status).toBe(200);
      await sendCampaigns(shop.svoi);
      const early = await shop.call('GET', `/v1/campaigns/${id}/results`);
      expect(early.body).toMatchObject({
        verdict: { kind: 'too_early', because: 'days', at: '2026-11-16T10:00:00.000Z' },
        sample_ratio: { is_off: false },
      });
      const { arms } = JSON.parse(early.text) as {
        arms: { arm: string; people: number; points_given: number }[];
      };
      const [told, kept] = arms;
      expect([told?.arm, kept?.arm, (told?.people ?? 0) + (kept?.people ?? 0)]).toEqual([
        'a',
        'control',
        300,
      ]);
      expect([told?.points_given, kept?.points_given]).toEqual([5 * (told?.people ?? 0), 0]);
    } finally {
      shop.close();
    }
  });

  it('of a journey and of all offers can be asked for by days', async () => {
    await putVersion(here.svoi, { key: 'tea_time', at: 0 });
    const journey = await here.call('GET', '/v1/journeys/tea_time/results?from=2026-11-01&to=2026-11-20');
    expect(journey.body).toMatchObject({
      ...{ from: '2026-11-01', to: '2026-11-20', verdict: { kind: 'none', because: 'nobody' } },
      subject: { kind: 'journey', key: 'tea_time', version: null, title: 'Забутий кошик' },
    });
    const all = await here.call('GET', '/v1/results/holdout?from=2026-11-01&to=2026-11-20');
    expect(all.body).toMatchObject({ subject: { kind: 'holdout' }, within_days: 20 });
  });

  it.each([
    ['/v1/campaigns/cmp_none/results', 404, 'result_not_found'],
    ['/v1/journeys/nobody_knows/results', 404, 'result_not_found'],
    ['/v1/journeys/nobody_knows/results?version=x', 422, 'invalid_request'],
    ['/v1/results/holdout?from=2026-11-20&to=2026-11-01', 422, 'invalid_request'],
    ['/v1/reports/effect', 422, 'invalid_request'],
    ['/v1/reports/effect?campaign=cmp_none&journey=cart', 422, 'invalid_request'],
    ['/v1/reports/effect?journey=nobody_knows', 404, 'result_not_found'],
  ])('%s is refused: %i %s', async (path, status, code) => {
    const answer = await here.call('GET', path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});

it('all reports are listed with their titles', async () => {
  const { text } = await here.call('GET', '/v1/reports');
  expect(JSON.parse(text).reports).toHaveLength(7);
  expect(JSON.parse(text).reports[0]).toEqual({ name: 'rfm', title: 'Карта RFM' });
});

describe('the history of a segment', () => {
  it('tells its size each night, who entered and who left, a page at a time', async () => {
    const saved = await here.call('POST', '/v1/segments', { body: { name: 'Buyers', rule: 'orders>=1' } });
    const { id } = saved.body;
    const night = async (day: string) => {
      here.clock.set(Date.parse(`${day}T04:00:00+02:00`));
      await historyTask.run(here.svoi, day);
    };
    await night('2026-11-23');
    for (const phone of ['+380671230001', '+380671230002']) {
      await buy(here.svoi, aPurchase({ at: here.clock.now(), externalId: phone, customer: { phone } }));
    }
    await night('2026-11-24');
    const history = await here.call('GET', `/v1/segments/${id}/history`);
    expect(history.body).toEqual({
      days: [
        { day: '2026-11-23', customers: 1, entered: 0, left: 0 },
        { day: '2026-11-24', customers: 3, entered: 2, left: 0 },
      ],
    });
    const first = await here.call('GET', `/v1/segments/${id}/moves?limit=1`);
    const second = await here.call('GET', `/v1/segments/${id}/moves?limit=1&cursor=${first.body.next}`);
    const customers = [first, second].map(({ text }) => JSON.parse(text).moves[0].customer);
    expect(new Set(customers).size).toBe(2);
    expect(second.body.next).toBeNull();
    const left = await here.call('GET', `/v1/segments/${id}/moves?kind=left`);
    expect(left.body).toEqual({ moves: [], next: null });
    expect((await here.call('GET', '/v1/segments/nobody/history')).status).toBe(404);
  });

  it('keeps nothing of where somebody stood who was forgotten', async () => {
    const traces = () =>
      readRows(here.svoi.database, 'select map from segment_states union all select map from segment_moves');
    const before = (await traces()).length;
    await here.call('DELETE', '/v1/customers/phone:+380671230001');
    expect((await traces()).length).toBeLessThan(before);
  });
});
