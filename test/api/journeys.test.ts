import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { journeyRunsSchema, journeySchema } from '../../api/shapes/journey.ts';
import { settleDue } from '../../jobs.ts';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';

type JourneyView = (typeof journeySchema)['_zod']['output'];
type RunsView = (typeof journeyRunsSchema)['_zod']['output'];

let api: TestApi;
beforeEach(async () => {
  api = await testApi();
});
afterEach(() => api.close());

const booked = {
  key: 'booked',
  name: { en: 'Thanks for booking' },
  category: 'service',
  topic: 'orders',
  when: { event: 'table_booked' },
  steps: [{ message: { text: { en: 'See you soon!' } } }, { wait: '1d' }, { points: 10 }],
};
const yaml = { 'content-type': 'application/yaml' };

async function put(body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const answer = await api.call('PUT', '/v1/journeys/booked', { body, headers });
  return { ...answer, journey: answer.body as unknown as JourneyView };
}

async function books(id: string): Promise<void> {
  const at = new Date(api.clock.now()).toISOString();
  const body = { id, type: 'table_booked', customer: { phone: '+380671234567' }, at, data: {} };
  expect((await api.call('POST', '/v1/events', { body })).status).toBe(200);
  await settleDue(api.svoi);
}

describe('a journey', () => {
  test('is written, off at first, and switched on and off', async () => {
    const made = await put(booked);
    expect(made).toMatchObject({ status: 201, journey: { key: 'booked', is_on: false, version: 1 } });
    expect(made.journey).toMatchObject({ written_by: expect.stringMatching(/^shop:shp_/), under_way: 0 });
    await books('before');
    for (const [word, isOn] of [
      ['on', true],
      ['on', true],
      ['off', false],
    ] as const) {
      const turned = await api.call('POST', `/v1/journeys/booked/${word}`);
      expect(turned).toMatchObject({ status: 200, body: { is_on: isOn } });
    }
    expect(await api.call('POST', '/v1/journeys/nothing/on')).toMatchObject({
      ...{ status: 404, body: { code: 'journey_not_found' } },
    });
  });

  test('says the same again without a new version, and in YAML too', async () => {
    await put(booked);
    const same = JSON.stringify(booked).replaceAll(':', ': ');
    expect(await put(same, yaml)).toMatchObject({ status: 200, journey: { version: 1 } });
    expect(await put({ ...booked, weight: 70 })).toMatchObject({ status: 200, journey: { version: 2 } });
    const versions = await api.call('GET', '/v1/journeys/booked/versions');
    expect(versions.body).toMatchObject({
      versions: [
        { version: 2, definition: { weight: 70 } },
        { version: 1, definition: { weight: 50 } },
      ],
    });
  });

  test('shows who is under way, and what each customer was on', async () => {
    await put(booked);
    await api.call('POST', '/v1/journeys/booked/on');
    await books('one');
    api.clock.advance(1000);
    await books('two');
    const { journey } = await put(booked);
    expect(journey).toMatchObject({ under_way: 2, steps: [{ version: 1, step: 2, under_way: 2 }] });
    const list = await api.call('GET', '/v1/journeys');
    expect(list.body).toMatchObject({
      journeys: expect.arrayContaining([expect.objectContaining({ key: 'booked', under_way: 2 })]),
    });
    api.clock.advance(86_400_000);
    await settleDue(api.svoi);
    const path = '/v1/journey-runs?customer=phone:%2B380671234567&limit=1';
    const first = (await api.call('GET', path)).body as unknown as RunsView;
    expect(first.runs).toMatchObject([{ journey: 'booked', state: 'done', reason: null, skipped: {} }]);
    const second = (await api.call('GET', `${path}&cursor=${first.next}`)).body as unknown as RunsView;
    expect(second.runs.map(({ id }) => id)).not.toEqual(first.runs.map(({ id }) => id));
    expect(await api.call('GET', '/v1/journey-runs?customer=phone:%2B380999999999')).toMatchObject({
      ...{ status: 404, body: { code: 'customer_not_found' } },
    });
  });

  test('that came with Svoi is there before anybody touched it', async () => {
    const cart = (await api.call('GET', '/v1/journeys/cart')).body as unknown as JourneyView;
    expect(cart).toMatchObject({ version: 0, written_by: 'shipped', since: null, changed_at: null });
    expect(cart.definition).toMatchObject({ key: 'cart', when: { event: 'cart_left' } });
    await api.call('POST', '/v1/journeys/cart/on');
    expect((await api.call('GET', '/v1/journeys/cart')).body).toMatchObject({ version: 1, is_on: true });
  });

  test('is for the back office alone', async () => {
    const till = await api.addShop('Till 2', 'till');
    expect(await api.call('PUT', '/v1/journeys/booked', { as: till.key, body: booked })).toMatchObject({
      status: 403,
    });
    expect((await api.call('POST', '/v1/purchases', { as: till.key, body: purchaseBody() })).status).toBe(
      201,
    );
  });
});

describe('every fault is told, with its line and what to put there', () => {
  const head = 'key: booked\nname: { en: Booked }\ncategory: service\ntopic: orders\n';
  const text = (rest: string) => `${head}${rest}`;
  const hello = 'steps:\n  - message: { text: { en: Hello } }\n';
  /** A few lines that stand for a hundred thousand. */
  const bomb = [...'bcde'].reduce(
    (lines, name, at) => `${lines}${name}: &${name} [${`*${'abcd'[at]}, `.repeat(10)}]\n`,
    `a: &a [${'x, '.repeat(10)}]\n`,
  );

  test.each([
    [
      'when: { event: x }\nstep: []\n',
      '/step',
      'line 6, there is no such key; the keys are key, name, about',
    ],
    ['when: { event: x }\n', '/steps', 'is missing: put what is done, step by step'],
    [
      'when: { event: x }\nsteps:\n  - wait: 3 days\n',
      '/steps/0/wait',
      'line 7, put a time like 30m, 2h, 3d or 2w',
    ],
    [
      'when: { event: x }\nsteps:\n  - mesage: { text: { en: Hi } }\n',
      '/steps/0',
      'line 7, put one of message, wait, coupon, points, tag, untag, if, staff, survey, stop',
    ],
    [
      'when: { event: x }\nsteps:\n  - message:\n      text: { en: Hi }\n      buton: []\n',
      '/steps/0/message/buton',
      'line 9, there is no such key; the keys are text, picture, buttons, whatsapp, variants',
    ],
    [
      'when: { event: x }\nsteps:\n  - if: { bought: true }\n    do:\n      - points: many\n',
      '/steps/0/do/0/points',
      'line 9, put a number',
    ],
    [
      `when: { evnt: x }\n${hello}`,
      '/when',
      'line 5, put one of event, date, segment, every, points_burn_in, near',
    ],
    [
      `when: { event: x }\nwho: ordrs>=2\n${hello}`,
      '/who',
      'line 6, unknown field "ordrs" at character 1 of the segment; put orders',
    ],
    [
      `when: { event: x }\nwhile: { state: open }\n${hello}`,
      '/while',
      'line 6, only a journey about a cart or an order can look at it: leave this out',
    ],
    [
      'when: { event: x }\nsteps:\n  - coupon: Spring\n',
      '/steps/0/coupon',
      'line 7, there is no coupon "Spring": make it first, or put the name of one that is there',
    ],
    [
      'when: { event: x }\nsteps:\n  - message: { text: { en: "Hi {{customer.nam}}" } }\n',
      '/steps/0/message/text/en',
      'customer.name',
    ],
    [
      `when: { event: x, where: { total: ">=much" } }\n${hello}`,
      '/when/where/total',
      'line 5, put a number after the sign, like ">=100000"',
    ],
    [
      `when: { date: birthday }\noccasion: birthday\n${hello}`,
      '/occasion',
      'line 6, an occasion is told of once for good',
    ],
    [
      `when: { event: x }\noccasion_again: 60d\n${hello}`,
      '/occasion_again',
      'line 6, nothing is told of again',
    ],
    [
      'when: { event: x }\nsteps:\n  - wait: { until_day: 0 }\n',
      '/steps/0/wait/until_day',
      'line 7, only a journey by a date is about a day',
    ],
    [
      'when: { event: x }\nsteps:\n  - if: { days_left: ">=2" }\n    do: [{ stop: true }]\n',
      '/steps/0/if/days_left',
      'line 7, only a journey by a date is about a day',
    ],
    [
      'when: { event: points_earned }\nsteps:\n  - points: 5\n',
      '/steps',
      'is told by one message: put just that',
    ],
    [
      `when: { event: points_earned, after: 2h }\n${hello}`,
      '/when/after',
      'line 5, what is told at once is told to everybody, in the moment it happens: leave this out',
    ],
    [`when: { event: points_earned }\nwho: orders>=2\n${hello}`, '/who', 'line 6, what is told at once'],
    [`when: { event: x\n${hello}`, '', 'line 6'],
    ['when: { event: x }\nsteps: *nothing\n', '', 'write out what *names stand for'],
    [`when: { event: x }\n${bomb}steps: *e\n`, '', 'write out what *names stand for'],
    [
      `when: { event: x }\nsteps:\n${`  - { if: { read: true }, do: [${'{ stop: true },'.repeat(30)}] }\n`.repeat(10)}`,
      '/steps',
      'line 6, there are 310 steps with those of all branches; leave 300',
    ],
    ...[
      'javascript:alert(1)',
      'data:text/html,x',
      '{{event.site}}/x',
      'https://a.example/\\nx: y',
      'shop.example',
    ].map((url): [string, string, string] => [
      `when: { event: x }\nsteps:\n  - message: { text: { en: Hi }, buttons: [[{ label: { en: Go }, url: "${url}" }]] }\n`,
      '/steps/0/message/buttons/0/0/url',
      'line 7, put an address like https://shop.example/sale, or one variable like {{cart.url}}',
    ]),
  ])('%j', async (rest, pointer, detail) => {
    const answer = await put(text(rest), yaml);
    expect(answer.status).toBe(422);
    const errors = answer.body.errors ?? [];
    expect(errors).toContainEqual({ pointer, detail: expect.stringContaining(detail) });
  });

  test('several at once', async () => {
    const { body } = await put(
      text('when: { event: x }\nweight: 200\nagain: never\nsteps:\n  - wait: soon\n'),
      yaml,
    );
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/weight', '/again', '/steps/0/wait']);
  });

  test('a key that is not that of the address', async () => {
    const { body } = await put({ ...booked, key: 'other' });
    expect(body.errors).toEqual([{ pointer: '/key', detail: 'put "booked", as in the address' }]);
  });
});
