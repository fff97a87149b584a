import { afterEach, describe, expect, it, test } from 'vitest';
import { cardPicture } from '../../bots/pictures.ts';
import { createPicturePages } from '../../bots/web/pictures.ts';
import type { PictureId } from '../../core/ids.ts';
import { programSchema } from '../../core/program/program.ts';
import { findPicture } from '../../db/pictures.ts';
import { type TestApi, testApi } from '../support/api.ts';
import { plain } from '../support/chat.ts';
import { jpeg } from '../support/images.ts';

let api: TestApi;
afterEach(() => api.close());

interface Preview {
  readonly channel: string;
  readonly text: string;
  readonly buttons: readonly (readonly string[])[];
  readonly warnings: readonly string[];
  readonly [other: string]: unknown;
}

async function previews(body: object): Promise<Record<string, Preview>> {
  const answer = await api.call('POST', '/v1/templates/preview', { body });
  expect(answer).toMatchObject({ status: 200 });
  const { previews } = answer.body as unknown as { readonly previews: readonly Preview[] };
  return Object.fromEntries(previews.map((one) => [one.channel, one]));
}

const message = {
  text: { uk: 'Вітаємо, {{customer.first_name}}! У Вас {{points.balance, points}}.' },
  buttons: [
    [{ label: { uk: 'Мої бали' }, opens: 'points' }],
    [{ label: { uk: 'Кошик' }, url: '{{cart.url}}' }],
  ],
};

describe('a preview', () => {
  test('shows a made-up customer’s message on each channel, with buttons or without, and its price as SMS', async () => {
    const { prices } = programSchema.parse({ prices: { sms: { segment: 98.5 } } });
    api = await testApi({ program: { prices } });
    const { telegram, sms, whatsapp, viber } = await previews({ message });
    expect(telegram).toMatchObject({
      text: 'Вітаємо, Олена! У Вас 347 балів.',
      buttons: [['Мої бали'], ['Кошик']],
      ...{ length: 32, limit: 4096, sms: null, price_micros: 0, warnings: [] },
    });
    expect(sms).toMatchObject({
      text: 'Вітаємо, Олена! У Вас 347 балів.\nКошик: https://shop.example.com/cart',
      ...{ buttons: [], sms: { encoding: 'ucs2', segments: 1 }, price_micros: 985_000, warnings: [] },
    });
    expect(whatsapp?.warnings).toEqual(['no_price', 'needs_template']);
    expect(viber?.warnings).toEqual(['no_price']);
  });

  test('of a real customer says what this customer would read, in the own language', async () => {
    api = await testApi();
    const body = { phone: '+380671234567', name: 'Коваль Іван Петрович', locale: 'ru' };
    await api.call('POST', '/v1/customers', { body });
    const { web } = await previews({
      message: { text: { ru: '{{customer.polite_name}}: {{points.balance, points}}' } },
      customer: { phone: '+380671234567' },
      channels: ['web'],
    });
    expect(web?.text).toBe('Іван Петрович: 0 баллов');
    const unknown = { message, customer: { phone: '+380671110000' } };
    expect(await api.call('POST', '/v1/templates/preview', { body: unknown })).toMatchObject({
      status: 404,
      body: { code: 'customer_not_found' },
    });
  });

  test('warns of a text that is cut, a picture nobody sees and SMS that add up', async () => {
    api = await testApi();
    const long = { text: { uk: 'Слово '.repeat(140) }, picture: 'card' };
    const { telegram, viber, sms } = await previews({ message: long });
    expect(telegram).toMatchObject({ length: 839, limit: 1024, warnings: [] });
    expect(viber?.warnings).toEqual(['no_price']);
    expect(sms?.warnings).toEqual(['cut', 'no_picture', 'many_sms', 'no_price']);
    expect(String(sms?.text)).toMatch(/…$/);
  });

  it.each([
    [
      'an unknown variable, at its line',
      { text: { uk: 'Вітаємо!\n{{customer.frist_name}}' } },
      {
        pointer: '/message/text/uk',
        detail:
          'line 2, character 1: There is no variable customer.frist_name. Did you mean customer.first_name?',
      },
    ],
    [
      'a label without words for who has no town',
      { text: { uk: 'Вітаємо!' }, buttons: [[{ label: { uk: '{{customer.city}}' }, opens: 'points' }]] },
      {
        pointer: '/message/buttons/0/0/label/uk',
        detail:
          'line 1, character 1: customer.city is not known of everybody. Add words for that case: {{customer.city | …}}',
      },
    ],
  ])('refuses %s', async (_, wrong, error) => {
    api = await testApi();
    const answer = await api.call('POST', '/v1/templates/preview', { body: { message: wrong } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request', errors: [error] } });
  });
});

test('the variables are listed with what they are and how each looks, in the language that is asked for', async () => {
  api = await testApi();
  const { status, body } = await api.call('GET', '/v1/templates/variables?locale=uk');
  expect(status).toBe(200);
  const { variables, formats } = body as unknown as {
    variables: { name: string; example: string }[];
    formats: object[];
  };
  const example = (name: string) => plain(variables.find((one) => one.name === name)?.example ?? '');
  expect(example('customer.polite_name')).toBe('Олена Петрівна');
  expect(example('cart.total')).toBe('886,50 ₴');
  expect(variables.filter((one) => one.example === '')).toEqual([]);
  expect(formats).toContainEqual(expect.objectContaining({ name: 'money' }));
});

describe('a picture', () => {
  const upload = (body: Uint8Array, type: string) =>
    api.call('POST', '/v1/pictures', { body, headers: { 'content-type': type } });

  it.each([
    ['image/png', cardPicture('2900000000001'), 720],
    ['image/jpeg', jpeg.bytes, 12],
  ] as const)(
    'that is uploaded as %s is shown as it is, and kept by whoever fetched it',
    async (type, bytes, width) => {
      api = await testApi();
      const { status, body } = await upload(bytes, type);
      expect({ status, body }).toMatchObject({ status: 201, body: { type, width } });
      const { id, url } = body as unknown as { id: PictureId; url: string };
      expect(url).toBe(`/p/${id}`);
      const pages = createPicturePages({ find: (known) => findPicture(api.svoi.database, known) });
      const shown = await pages.request(url);
      expect([shown.status, shown.headers.get('content-type')]).toEqual([200, type]);
      expect(shown.headers.get('cache-control')).toMatch(/max-age=31536000, immutable/);
      expect(new Uint8Array(await shown.arrayBuffer())).toEqual(new Uint8Array(bytes));
      expect((await pages.request(`/p/pic_${'0'.repeat(26)}`)).status).toBe(404);
    },
  );

  it.each([
    [
      'a text that is called one',
      new TextEncoder().encode('GIF89a, really'),
      'image/png',
      422,
      'not_a_picture',
    ],
    ['half of one', jpeg.bytes.slice(0, 300), 'image/jpeg', 422, 'not_a_picture'],
    ['one of another kind', jpeg.bytes, 'image/webp', 415, 'unsupported_media_type'],
    ['more than a mebibyte', new Uint8Array(1024 * 1024 + 1), 'image/png', 413, 'too_large'],
  ] as const)('is not taken: %s', async (_, bytes, type, status, code) => {
    api = await testApi();
    expect(await upload(bytes, type)).toMatchObject({ status, body: { code } });
  });
});
