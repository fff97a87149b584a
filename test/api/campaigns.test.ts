import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sendCampaigns } from '../../mailings.ts';
import { type TestApi, testApi } from '../support/api.ts';
import { people } from '../support/campaigns.ts';

let api: TestApi;

beforeEach(async () => {
  api = await testApi();
});
afterEach(() => api.close());

const spring = {
  name: 'Spring',
  message: { text: { uk: 'Весна, {{customer.first_name}}!', en: 'Spring, {{customer.first_name}}!' } },
  control_percent: 0,
};

/** A campaign as answers hold it. */
type Answered = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly figures: { readonly members: Readonly<Record<string, number>> };
};

const post = async (path: string, body?: unknown) => {
  const { status, body: answer } = await api.call('POST', path, body === undefined ? {} : { body });
  return { status, body: answer as unknown as Answered & { readonly code: string } };
};
const draft = async (changes: object = {}) =>
  (await post('/v1/campaigns', { ...spring, ...changes })).body.id;
const read = async (id: string) => (await api.call('GET', `/v1/campaigns/${id}`)).body as unknown as Answered;

describe('a campaign over the API', () => {
  test('is a draft until it is sent; then everybody in it is told, and the figures say so', async () => {
    await people(api.svoi.database, 3, api.clock.now(), (index) => ({ agreed: index > 0 }));
    const made = await post('/v1/campaigns', spring);
    expect(made).toMatchObject({
      status: 201,
      body: { state: 'draft', rule: null, variants: { a: { text: spring.message.text } }, when: 'now' },
    });
    const { id } = made.body;
    await sendCampaigns(api.svoi);
    expect((await read(id)).figures.members).toMatchObject({ told: 0, waiting: 0 });
    const begun = await post(`/v1/campaigns/${id}/send`, {});
    expect(begun).toMatchObject({ status: 200, body: { state: 'freezing', control_percent: 0 } });
    await sendCampaigns(api.svoi);
    const done = await read(id);
    expect(done).toMatchObject({ state: 'done', figures: { members: { told: 2, consent: 1 }, underway: 2 } });
    expect(await post(`/v1/campaigns/${id}/send`, {})).toMatchObject({
      status: 409,
      body: { code: 'campaign_over' },
    });
    const list = await api.call('GET', '/v1/campaigns');
    expect(list.body).toMatchObject({ campaigns: [{ id, state: 'done' }], next: null });
  });

  test('that is planned can be paused, resumed and stopped; each stands in the audit trail', async () => {
    const id = await draft({ when: { at: '2026-12-01T10:00:00+02:00' } });
    const states = [];
    for (const [act, body] of [
      ['pause', undefined],
      ['send', {}],
      ['resume', undefined],
      ['pause', undefined],
      ['resume', undefined],
      ['stop', undefined],
      ['stop', undefined],
    ] as const) {
      const answer = await post(`/v1/campaigns/${id}/${act}`, body);
      states.push([act, answer.status, answer.body.state ?? answer.body.code]);
    }
    expect(states).toEqual([
      ['pause', 409, 'campaign_not_running'],
      ['send', 200, 'planned'],
      ['resume', 409, 'campaign_not_paused'],
      ['pause', 200, 'paused'],
      ['resume', 200, 'planned'],
      ['stop', 200, 'stopped'],
      ['stop', 409, 'campaign_over'],
    ]);
    const [trail = []] = await api.svoi.database.read([
      { sql: 'select action, reference from audit_entries order by seq', args: [] },
    ]);
    const acts = ['campaign.send', 'campaign.pause', 'campaign.resume', 'campaign.stop'];
    expect(trail).toEqual(acts.map((action) => ({ action, reference: id })));
  });

  test('is counted before it is sent: whom it reaches, whom not and why', async () => {
    await people(api.svoi.database, 5, api.clock.now(), (index) => ({
      agreed: index > 0,
      reachable: index !== 1,
    }));
    const counted = await post('/v1/campaigns/count', { control_percent: 0, points: 10 });
    expect(counted).toMatchObject({
      status: 200,
      body: {
        people: 3,
        channels: [{ channel: 'telegram', people: 3 }],
        others: { consent: 1, no_channel: 1, control: 0 },
        cost: 0,
        gifts: 3000,
      },
    });
  });

  test('goes to one customer to look at, with nothing given along', async () => {
    const [id = ''] = await people(api.svoi.database, 1, api.clock.now());
    const text = { en: '{{customer.first_name}}, {{gift.points, points}}' };
    const campaign = await draft({ message: { text }, points: 20 });
    const answer = await post(`/v1/campaigns/${campaign}/test`, { customer: { id } });
    expect(answer).toMatchObject({ status: 200, body: { messages: 1 } });
    const figures = await api.svoi.database.read([
      { sql: 'select category from messages', args: [] },
      { sql: 'select count(*) as given from ledger_transactions', args: [] },
    ]);
    expect(figures).toEqual([[{ category: 'reply' }], [{ given: 0 }]]);
  });

  test('to more people than were agreed to tells nobody', async () => {
    await people(api.svoi.database, 3, api.clock.now());
    const id = await draft();
    await post(`/v1/campaigns/${id}/send`, { max_people: 2 });
    await sendCampaigns(api.svoi);
    expect(await read(id)).toMatchObject({ state: 'stopped', reason: 'too_many', figures: { underway: 0 } });
  });
});

describe('what is wrong with a campaign', () => {
  test.each([
    ['an unknown variable', { message: { text: { en: 'Hi {{customer.nme}}' } } }, '/message/text/en'],
    [
      'a coupon in the text that nobody gets',
      { message: { text: { en: '{{coupon.code}}' } } },
      '/message/text/en',
    ],
    [
      'a coupon on the picture that nobody gets',
      { message: { text: { en: 'Hi' }, picture: 'coupon' } },
      '/message/picture',
    ],
    [
      'a picture that is not there',
      { message: { text: { en: 'Hi' }, picture: `pic_${'0'.repeat(26)}` } },
      '/message/picture',
    ],
    ['a rule that cannot be read', { rule: 'orders>>2' }, '/rule'],
    ['both a coupon and points', { coupon: 'x', points: 5 }, '/points'],
    ['no text at all', { message: { text: {} } }, '/message/text'],
    ['more control than people', { control_percent: 60 }, '/control_percent'],
    ['an unknown key', { controll: 5 }, '/controll'],
  ])('%s is pointed at', async (_, change, pointer) => {
    const { status, body } = await api.call('POST', '/v1/campaigns', { body: { ...spring, ...change } });
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'invalid_request', pointer]);
  });

  test('what is not there is said', async () => {
    for (const [change, code] of [
      [{ segment: 'Nobody' }, 'segment_not_found'],
      [{ coupon: 'Nothing' }, 'coupon_not_found'],
    ] as const) {
      expect((await post('/v1/campaigns', { ...spring, ...change })).body.code).toBe(code);
    }
    const nowhere = `/v1/campaigns/cmp_${'0'.repeat(26)}`;
    expect((await api.call('GET', nowhere)).body.code).toBe('campaign_not_found');
    expect((await post(`${nowhere}/stop`)).body.code).toBe('campaign_not_found');
    const late = await draft({ when: { local: '2026-11-01T10:00' } });
    expect((await post(`/v1/campaigns/${late}/send`, {})).body.code).toBe('campaign_too_late');
  });

  test('a till may neither write nor read them', async () => {
    const { key } = await api.addShop('Till', 'till');
    for (const [method, path] of [
      ['POST', '/v1/campaigns'],
      ['GET', '/v1/campaigns'],
    ] as const) {
      const answer = await api.call(method, path, {
        as: key,
        ...(method === 'POST' ? { body: spring } : {}),
      });
      expect(answer.status).toBe(403);
    }
  });
});
