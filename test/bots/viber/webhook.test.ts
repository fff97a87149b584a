import fc from 'fast-check';
import MessageValidator from 'viber-bot/lib/message/message-validator.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../../bots/channel.ts';
import { parseExactly } from '../../../bots/viber/json.ts';
import type { SentPicture } from '../../../core/dialogs/types.ts';
import { signed } from '../../support/fake-viber.ts';
import { openViberShop, type ViberShop } from '../../support/viber/shop.ts';

const url = 'https://shop.example.com/viber';
const header = 'x-viber-content-signature';
const said = {
  event: 'message',
  timestamp: 1_763_806_000_000,
  message_token: 4912661846655238145n,
  sender: { id: '01234567890A=', name: 'Олена', language: 'uk-UA', country: 'UA', api_version: 10 },
  message: { type: 'text', text: 'привіт' },
};
const body = textOf(said);

let shop: ViberShop;
beforeEach(async () => {
  shop = await openViberShop();
});
afterEach(() => shop.fake.close());

function textOf(callback: object): string {
  return JSON.stringify(callback, (_, value) => (typeof value === 'bigint' ? `@${value}` : value)).replace(
    /"@(\d+)"/g,
    '$1',
  );
}

const post = (text: string) => shop.viber.webhook(signed(url, shop.fake.token, text));
const message = (id: string, content: Partial<OutgoingMessage>) => ({
  ...{ id: 'msg_1', address: id, text: 'Меню' },
  ...content,
});

const sent = (text: string, picture?: SentPicture) => ({
  ...{ kind: 'attachment', text },
  ...(picture ? { picture } : {}),
});

describe('what comes in', () => {
  it.each([
    { what: 'a message', text: body, status: 200, taken: 1 },
    { what: 'an event we do not know', text: '{"event":"dance","message_token":1}', status: 200, taken: 0 },
    {
      what: 'the call that tries a webhook',
      text: '{"event":"webhook","message_token":1}',
      status: 200,
      taken: 0,
    },
    { what: 'a message of nobody', text: textOf({ ...said, sender: undefined }), status: 200, taken: 0 },
    { what: 'a message in a group', text: textOf({ ...said, chat_id: 'x' }), status: 200, taken: 0 },
    { what: 'one that is a year old', text: textOf({ ...said, timestamp: 1 }), status: 200, taken: 1 },
    { what: 'no JSON', text: '{"event":', status: 400, taken: 0 },
    { what: 'JSON that is no callback', text: '[1,2]', status: 400, taken: 0 },
    {
      what: 'a token beyond all numbers',
      text: '{"event":"message","message_token":1e999}',
      status: 400,
      taken: 0,
    },
    { what: 'nothing', text: '', status: 400, taken: 0 },
    { what: 'more than a mebibyte', text: ' '.repeat(1024 * 1024 + 1), status: 413, taken: 0 },
  ])('$what is answered with $status', async ({ text, status, taken }) => {
    expect((await post(text)).status).toBe(status);
    expect(shop.events).toHaveLength(taken);
  });

  it.each([
    { what: 'no signature', forge: () => undefined },
    { what: 'the beginning of the signature', forge: (right: string) => right.slice(0, 32) },
    { what: 'the signature of another body', forge: (_: string, other: string) => other },
    { what: 'no hex', forge: () => 'подпись' },
  ])('$what is 401 and nothing is read', async ({ forge }) => {
    const { fake, viber } = shop;
    const right = signed(url, fake.token, body).headers.get(header) ?? '';
    const other = signed(url, fake.token, `${body} `).headers.get(header) ?? '';
    const given = forge(right, other);
    const headers = new Headers();
    if (given !== undefined) headers.set(header, encodeURIComponent(given));
    const answer = await viber.webhook(new Request(url, { method: 'POST', body, headers }));
    expect(answer.status).toBe(401);
    expect(shop.events).toEqual([]);
  });

  it("the signature is the one viber-bot's own validator accepts, in whatever case", async () => {
    const request = signed(url, shop.fake.token, body);
    const signature = request.headers.get(header) ?? '';
    const validator = new MessageValidator({ debug() {} }, shop.fake.token);
    expect(validator.validateMessage(signature, body)).toBe(true);
    const headers = { [header]: signature.toUpperCase() };
    expect((await shop.viber.webhook(new Request(url, { method: 'POST', body, headers }))).status).toBe(200);
  });

  it('a body that hides its length is refused as soon as it is too long', async () => {
    let pulled = 0;
    const stream = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(256 * 1024));
      },
    });
    const request = new Request(url, { method: 'POST', body: stream, duplex: 'half' });
    expect((await shop.viber.webhook(request)).status).toBe(413);
    expect(pulled).toBeLessThan(10);
  });

  it('GET is no callback', async () => {
    expect((await shop.viber.webhook(new Request(url))).status).toBe(405);
  });

  it('where the commit fails, Viber is told to come again, and no secret is logged', async () => {
    const broken = shop.open({ handle: () => Promise.reject(new Error('the disk is full')) });
    expect((await broken.webhook(signed(url, shop.fake.token, body))).status).toBe(500);
    expect(shop.log.join()).toContain('the disk is full');
    expect(shop.log.join()).not.toMatch(new RegExp(`${shop.fake.token}|привіт`));
  });

  it('whatever is signed and whatever is not, no call ends in a fault of ours', async () => {
    const odd = fc.anything({ maxDepth: 2, withNullPrototype: false });
    const callback = fc.record(
      {
        event: fc.constantFrom(
          'message',
          'seen',
          'failed',
          'subscribed',
          'unsubscribed',
          'conversation_started',
        ),
        message_token: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 80n }).map(String), fc.integer(), odd),
        timestamp: odd,
        ...{ sender: odd, user: fc.oneof(odd, fc.constant({ id: 'a' })), user_id: odd },
        message: fc.oneof(
          odd,
          fc.record({
            type: fc.constantFrom('text', 'contact', 'location', 'url', 'picture', '__proto__', 'file'),
            ...{ text: odd, contact: odd, location: odd, media: odd, tracking_data: odd },
          }),
        ),
        ...{ context: odd, subscribed: odd, desc: odd, chat_id: odd },
      },
      { requiredKeys: ['event'] },
    );
    const text = fc.oneof(callback.map(jsonOf), odd.map(jsonOf), fc.string());
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (given, isSigned) => {
        const request = signed(url, isSigned ? shop.fake.token : 'another token', given);
        const { status } = await shop.viber.webhook(request);
        expect(isSigned ? [200, 400] : [401]).toContain(status);
      }),
      { numRuns: 200 },
    );
  });
});

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

describe('numbers too long for JavaScript', () => {
  it('tokens that are one number to JavaScript stay two messages', async () => {
    const { fake, events } = shop;
    const olena = await shop.subscriber('01234567890A=');
    await olena.say('один');
    await olena.say('два');
    const [first, second] = events.map(({ id }) => id);
    expect(Number(first)).toBe(Number(second));
    expect(first).not.toBe(second);
    await fake.again();
    expect(events.map(({ id }) => id)).toEqual([first, second, second]);
  });

  it('all other JSON is read as it always was', () => {
    const short = fc.jsonValue().filter((value) => !/\d{16}/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(short, (value) => {
        const text = JSON.stringify(value);
        expect(parseExactly(text)).toEqual(JSON.parse(text));
      }),
    );
    const tricky = String.raw`{"a":"\"b\":1234567890123456789","c":-12345678901234567,"d":1.2345678901234567890}`;
    expect(parseExactly(tricky)).toEqual({
      ...{ a: '"b":1234567890123456789', c: '-12345678901234567', d: Number('1.2345678901234567890') },
    });
    expect(parseExactly('{"a":1234567890123456789')).toBeUndefined();
  });
});

describe('a welcome', () => {
  const words = (language: string) =>
    ({ uk: ['Натисніть «Почати»', 'Почати'], ru: ['Нажмите «Старт»', 'Старт'] })[language] ?? [];

  it('is the answer to the very call that somebody opened the chat; the tap on it is the start', async () => {
    const olena = shop.fake.person('olena=');
    const answer = await olena.open('c_7KQ2');
    expect(answer.status).toBe(200);
    expect(await answer.json()).not.toHaveProperty('receiver');
    expect(olena.messages.map(({ text }) => text)).toEqual([expect.stringContaining('Натисніть «Почати»')]);
    expect(olena.subscribed).toBe(false);
    expect(shop.events).toEqual([]);
    await olena.tap('Почати');
    expect(shop.events).toMatchObject([
      { address: 'olena=', language: 'uk-UA', said: { kind: 'start', context: 'c_7KQ2' } },
    ]);
    expect(olena.subscribed).toBe(true);
  });

  it('without a link starts without a context, and with one that is none of ours too', async () => {
    const [olena, taras] = [shop.fake.person('olena='), shop.fake.person('taras=')];
    await olena.open();
    await olena.tap('Почати');
    await taras.open('<script>');
    await taras.tap('Почати');
    expect(shop.events.map((event) => event.said)).toEqual([{ kind: 'start' }, { kind: 'start' }]);
  });

  it('who types instead of tapping still gets what the link promised, once', async () => {
    const olena = shop.fake.person('olena=');
    await olena.open('c_7KQ2');
    await olena.say('добрий день');
    await shop.viber.channel.send(message('olena=', {}));
    await olena.say('що далі?');
    expect(shop.events.map((event) => event.said)).toEqual([
      { kind: 'start', context: 'c_7KQ2' },
      { kind: 'text', text: 'що далі?' },
    ]);
  });

  it('who has no link and types is heard', async () => {
    const olena = shop.fake.person('olena=');
    await olena.open();
    await olena.say('добрий день');
    expect(shop.events.map((event) => event.said)).toEqual([{ kind: 'text', text: 'добрий день' }]);
  });

  it('never goes to another one, not even when many come at once', async () => {
    const people = Array.from({ length: 40 }, (_, index) => {
      const language = index % 2 === 0 ? 'uk' : 'ru';
      return { person: shop.fake.person(`p${index}`, { language }), language, context: `c_${index}` };
    });
    await Promise.all(
      people.flatMap(({ person, context }) => [person.open(context), shop.fake.tell('seen', '5', person.id)]),
    );
    for (const { person, language, context } of people) {
      const [text = '', label = ''] = words(language);
      expect(person.messages.map((one) => one.text)).toEqual([expect.stringContaining(text)]);
      await person.tap(label);
      expect(shop.events.at(-1)).toMatchObject({ address: person.id, said: { kind: 'start', context } });
    }
  });

  it('is for strangers: who is subscribed already has started, and is answered as ever', async () => {
    const olena = await shop.subscriber('olena=');
    expect(await (await olena.open('c_7KQ2')).text()).toBe('ok');
    expect(shop.events.map((event) => event.said)).toEqual([{ kind: 'start', context: 'c_7KQ2' }]);
  });

  it('speaks the language of the shop to those whose language we do not speak', async () => {
    const hans = shop.fake.person('hans=', { language: 'de' });
    await hans.open();
    expect(hans.messages[0]?.text).toContain('Натисніть «Почати»');
  });
});

describe('what a person does', () => {
  it("a shared number is nobody's until it is proved: the card does not say whose it is", async () => {
    const olena = await shop.subscriber('olena=');
    const buttons = [[{ kind: 'share_phone', label: 'Поділитися номером' } as const]];
    await shop.viber.channel.send(message('olena=', { buttons }));
    await olena.tap('Поділитися номером');
    expect(shop.events.at(-1)?.said).toEqual({ kind: 'contact', phone: '380501234567', own: false });
  });

  it('a tap on a link opens it and says nothing; the same address typed is text', async () => {
    const olena = await shop.subscriber('olena=');
    const link = { kind: 'link', label: 'Сайт', url: 'https://shop.example.com/?a=1&b=2' } as const;
    await shop.viber.channel.send(message('olena=', { buttons: [[link]] }));
    expect((await olena.tap('Сайт')).status).toBe(200);
    expect(shop.events).toEqual([]);
    await shop.viber.channel.send(message('olena=', {}));
    await olena.say(link.url);
    expect(shop.events.map((event) => event.said)).toEqual([{ kind: 'text', text: link.url }]);
  });

  it.each([
    { what: 'a sticker', content: { type: 'sticker', sticker_id: 46105 }, said: sent('') },
    {
      what: 'a photo with words',
      content: { type: 'picture', media: 'https://x.io/1', text: 'ось' },
      said: sent('ось', { ref: 'https://x.io/1' }),
    },
    {
      what: 'a photo sent as a file',
      content: { type: 'file', media: 'https://x.io/1', size: 9, file_name: 'Фото.JPG' },
      said: sent('', { ref: 'https://x.io/1', bytes: 9 }),
    },
    {
      what: 'another file',
      content: { type: 'file', media: 'https://x.io/1', size: 9, file_name: 'price.pdf' },
      said: sent(''),
    },
    {
      what: 'a link',
      content: { type: 'url', media: 'https://x.io/1' },
      said: { kind: 'text', text: 'https://x.io/1' },
    },
    { what: 'a place without coordinates', content: { type: 'location' }, said: sent('') },
    {
      what: 'a contact without a number',
      content: { type: 'contact', contact: { name: 'О' } },
      said: { kind: 'text', text: '' },
    },
    { what: 'something new', content: { type: 'hologram' }, said: sent('') },
  ])('$what gets an answer all the same', async ({ content, said }) => {
    const olena = await shop.subscriber('olena=');
    await olena.send(content);
    expect(shop.events.map((event) => event.said)).toEqual([said]);
  });

  it.each([
    'https://x.io/1.jpg',
    'http://dl-media.viber.com/1.jpg',
    'https://dl-media.viber.com.x.io/1.jpg',
    'https://dl-media.viber.com@x.io/1.jpg',
    'https://dl-media.viber.com:8443/1.jpg',
    'http://127.0.0.1:1/1.jpg',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    '1.jpg',
  ])('a photo said to be at %s is not asked for', async (ref) => {
    expect(await shop.viber.channel.fetchPicture?.(ref, 1024)).toEqual({
      status: 'refused',
      detail: 'the address of a picture is not at Viber',
    });
  });
});

it('receipts come with the whole token and the person, in whatever order, and as often as Viber likes', async () => {
  const olena = await shop.subscriber('olena=');
  const outcome = await shop.viber.channel.send(message('olena=', {}));
  const token = outcome.status === 'sent' ? outcome.providerId : '';
  expect(token).toMatch(/^\d{19}$/);
  for (const event of ['seen', 'delivered', 'delivered', 'failed'] as const) {
    expect((await shop.fake.tell(event, token, olena.id)).status).toBe(200);
  }
  const about = { channel: 'viber', providerId: token, address: 'olena=', at: shop.clock.now() };
  expect(shop.receipts).toEqual([
    { ...about, status: 'read' },
    { ...about, status: 'delivered' },
    { ...about, status: 'delivered' },
    { ...about, status: 'failed', detail: 'the app could not show it' },
  ]);
  expect(shop.events).toEqual([]);
});
