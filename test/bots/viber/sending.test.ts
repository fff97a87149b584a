import { build } from 'esbuild';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutgoingMessage, SendOutcome, ShownButton } from '../../../bots/channel.ts';
import { cardPicture, drawCodePicture } from '../../../bots/pictures.ts';
import { keyboardOf } from '../../../bots/viber/keyboard.ts';
import type { ViberOptions } from '../../../bots/viber/viber.ts';
import type { ReportId } from '../../../core/ids.ts';
import { png } from '../../../core/messaging/images.ts';
import type { Person } from '../../support/fake-viber.ts';
import { rowsOf } from '../../support/viber/methods.ts';
import { openViberShop, type ViberShop } from '../../support/viber/shop.ts';

const dayMs = 24 * 60 * 60_000;

let shop: ViberShop;
let count: number;
beforeEach(async () => {
  shop = await openViberShop();
  count = 0;
});
afterEach(() => shop.fake.close());

function messageTo(address: string, content: Partial<OutgoingMessage> = {}): OutgoingMessage {
  count += 1;
  return { id: `msg_${count}`, address, text: 'Меню', ...content };
}

const send = (address: string, content: Partial<OutgoingMessage> = {}) =>
  shop.viber.channel.send(messageTo(address, content));
const sendMany = async (messages: readonly OutgoingMessage[]) =>
  (await shop.viber.channel.sendMany?.(messages)) ?? [];
const subscribers = (names: readonly string[]): Promise<Person[]> =>
  names.reduce<Promise<Person[]>>(
    async (people, name) => [...(await people), await shop.subscriber(name)],
    Promise.resolve([]),
  );
const press = (label: string): ShownButton => ({ kind: 'press', label, data: label });

describe('what Viber answers', () => {
  const invalid = { status: 'refused', reason: 'invalid' };
  const blocked = { status: 'refused', reason: 'blocked' };
  const failed = { status: 'failed' };

  it.each([
    { status: 1, name: 'an address in it is wrong', outcome: invalid },
    { status: 2, name: 'the token is wrong', outcome: failed },
    { status: 3, name: 'its form is wrong', outcome: invalid },
    { status: 4, name: 'something is missing', outcome: invalid },
    { status: 5, name: 'nobody is there', outcome: blocked },
    { status: 6, name: 'the person has left', outcome: blocked },
    { status: 7, name: 'the bot is blocked', outcome: failed },
    { status: 8, name: 'there is no such bot', outcome: failed },
    { status: 9, name: 'the bot is suspended', outcome: failed },
    { status: 10, name: 'there is no webhook', outcome: failed },
    { status: 11, name: 'no device can show it', outcome: invalid },
    { status: 12, name: 'too fast', outcome: { status: 'slow_down', retryAfterMs: 900_000, chatOnly: true } },
    { status: 13, name: 'the app is too old', outcome: invalid },
    { status: 14, name: 'the version does not fit', outcome: invalid },
    { status: 15, name: 'not authorised', outcome: failed },
    { status: 16, name: 'no inline messages', outcome: invalid },
    { status: 17, name: 'not inline', outcome: invalid },
    { status: 18, name: 'no public chat', outcome: invalid },
    { status: 21, name: 'not in this country', outcome: invalid },
    { status: 22, name: 'no payments', outcome: invalid },
    { status: 23, name: 'free messages are used up', outcome: invalid },
    { status: 24, name: 'no balance', outcome: invalid },
    { status: 99, name: 'a general error', outcome: failed },
  ])('$status ($name) is $outcome.status $outcome.reason', async ({ status, outcome }) => {
    const olena = await shop.subscriber('olena=');
    shop.fake.fault('send_message', { kind: 'status', status });
    expect(await send(olena.id)).toMatchObject(outcome);
    expect(await send(olena.id)).toMatchObject({ status: 'sent' });
  });

  it.each([
    { what: 'a proxy that fails', status: 502, outcome: failed },
    { what: 'a proxy with enough', status: 429, outcome: { status: 'slow_down', retryAfterMs: 1000 } },
  ])('$what in its place is told apart', async ({ status, outcome }) => {
    const olena = await shop.subscriber('olena=');
    shop.fake.fault('send_message', { kind: 'http', status });
    expect(await send(olena.id)).toMatchObject(outcome);
  });

  it('what our account lacks is logged once with what to do, and again when it comes back', async () => {
    const olena = await shop.subscriber('olena=');
    const wrong = { kind: 'status', status: 10 } as const;
    shop.fake.fault('send_message', wrong, 3);
    for (let times = 0; times < 3; times += 1) await send(olena.id);
    expect(shop.log).toEqual([expect.stringContaining('webhooks set')]);
    await send(olena.id);
    shop.fake.fault('send_message', wrong);
    await send(olena.id);
    expect(shop.log).toHaveLength(2);
  });
});

describe('too fast', () => {
  it('who answers nothing gets a hundred messages an hour, and is alone in it; an answer ends that', async () => {
    const [silent, talking] = await subscribers(['silent=', 'talking=']);
    for (let times = 0; times < 100; times += 1) await send('silent=');
    expect(await send('silent=')).toEqual({ status: 'slow_down', retryAfterMs: 900_000, chatOnly: true });
    expect(await send('talking=')).toMatchObject({ status: 'sent' });
    await silent?.say('досить');
    expect(await send('silent=')).toMatchObject({ status: 'sent' });
    expect(talking?.messages).toHaveLength(1);
  });

  it('where one chat after the other is too fast, all of them wait, until one message passes', async () => {
    const people = await subscribers(['a=', 'b=', 'c=', 'd=']);
    shop.fake.fault('send_message', { kind: 'status', status: 12 }, 3);
    const outcomes = [];
    for (const { id } of people) outcomes.push(await send(id));
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'slow_down',
      'slow_down',
      'slow_down',
      'sent',
    ]);
    expect(outcomes[2]).toEqual({ status: 'slow_down', retryAfterMs: 2000 });
    shop.fake.fault('send_message', { kind: 'status', status: 12 });
    expect(await send('a=')).toMatchObject({ chatOnly: true });
  });
});

describe('a batch', () => {
  const statuses = (outcomes: readonly SendOutcome[]) => outcomes.map(({ status }) => status);

  it('of three hundred is one call; whoever left is told apart, and receipts name the person', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `p${index}`);
    const people = await subscribers(names);
    shop.fake.deliver = async () => new Response('ok');
    await people[7]?.unsubscribe();
    shop.fake.deliver = (request) => shop.viber.webhook(request);
    const outcomes = await sendMany(names.map((name) => messageTo(name)));
    expect(shop.fake.calls.map(({ method }) => method)).toEqual(['broadcast_message']);
    expect(outcomes[7]).toMatchObject({ status: 'refused', reason: 'blocked' });
    const tokens = new Set(outcomes.flatMap((one) => (one.status === 'sent' ? [one.providerId] : [])));
    expect(statuses(outcomes).filter((status) => status === 'sent')).toHaveLength(299);
    expect(tokens.size).toBe(1);
    const [token = ''] = tokens;
    await shop.fake.tell('delivered', token, 'p3');
    expect(shop.receipts).toMatchObject([{ providerId: token, address: 'p3', status: 'delivered' }]);
  });

  it('joins only what says the very same, and answers in the order it was asked', async () => {
    await subscribers(['a=', 'b=', 'c=']);
    const outcomes = await sendMany([
      messageTo('a=', { text: 'Олено, 312 балів' }),
      messageTo('nobody=', { text: 'Знижка' }),
      messageTo('b=', { text: 'Знижка' }),
      messageTo('c=', { text: '' }),
      messageTo('c=', { text: 'Знижка', buttons: [[press('Обрати')]] }),
    ]);
    expect(statuses(outcomes)).toEqual(['sent', 'refused', 'sent', 'refused', 'sent']);
    expect(outcomes[1]).toMatchObject({ reason: 'blocked' });
    expect(outcomes[3]).toMatchObject({ reason: 'invalid' });
    expect(shop.fake.callsOf('broadcast_message')).toHaveLength(1);
    expect(shop.fake.callsOf('send_message').map(({ receiver }) => receiver)).toEqual(['a=', 'c=']);
  });

  it('with two messages to one person brings them one after the other', async () => {
    const [olena] = await subscribers(['a=', 'b=']);
    const texts = ['Меню', 'Знижка'];
    const batch = texts.flatMap((text) => ['a=', 'b='].map((name) => messageTo(name, { text })));
    expect(statuses(await sendMany(batch))).toEqual(['sent', 'sent', 'sent', 'sent']);
    expect(olena?.messages.map(({ text }) => text)).toEqual(texts);
    expect(statuses(await sendMany([messageTo('a='), messageTo('a=')]))).toEqual(['sent', 'sent']);
    expect(olena?.messages).toHaveLength(4);
  });

  it('is put off where the bot may not broadcast; from then on each message goes out by itself', async () => {
    await subscribers(['a=', 'b=']);
    shop.fake.account.mayBroadcast = false;
    const outcomes = await sendMany([messageTo('a='), messageTo('b=')]);
    expect(outcomes.map((one) => 'chatOnly' in one && one.chatOnly)).toEqual([true, true]);
    expect(shop.viber.channel.sendMany).toBeUndefined();
    expect(await send('a=')).toMatchObject({ status: 'sent' });
    expect(shop.log).toEqual([expect.stringContaining('one message at a time')]);
  });

  it('that takes too long one by one leaves the rest for later, so that no lease runs out', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `p${index}`);
    await subscribers(names);
    shop.fake.fault('broadcast_message', { kind: 'status', status: 3 });
    let calls = 0;
    const slow = { now: () => 4000 * calls++ };
    const outcomes = await shop
      .open({ clock: slow })
      .channel.sendMany?.(names.map((name) => messageTo(name)));
    expect(statuses(outcomes ?? [])).toEqual([
      ...Array.from({ length: 10 }, () => 'sent'),
      ...Array.from({ length: 15 }, () => 'slow_down'),
    ]);
  });

  it.each([
    { what: 'one person spoils', fault: { kind: 'status', status: 3 }, ends: 'sent' },
    { what: 'is too fast', fault: { kind: 'status', status: 12 }, ends: 'slow_down' },
    { what: 'meets no network', fault: { kind: 'cut' }, ends: 'failed' },
  ] as const)('that $what ends as $ends for each, and the next one is a broadcast again', async (one) => {
    await subscribers(['a=', 'b=']);
    shop.fake.fault('broadcast_message', one.fault);
    expect(statuses(await sendMany([messageTo('a='), messageTo('b=')]))).toEqual([one.ends, one.ends]);
    expect(statuses(await sendMany([messageTo('a='), messageTo('b=')]))).toEqual(['sent', 'sent']);
    expect(shop.fake.callsOf('broadcast_message')).toHaveLength(2);
  });
});

describe('a keyboard', () => {
  const widths = (rows: readonly (readonly ShownButton[])[]) =>
    rowsOf(keyboardOf(rows).Buttons).map((row) => row.map(({ Columns }) => Columns));
  const row = (length: number) => Array.from({ length }, (_, index) => press(`${index}`));

  it.each([
    { what: 'one button', rows: [row(1)], shown: [[6]] },
    { what: 'two beside each other', rows: [row(2)], shown: [[3, 3]] },
    { what: 'three', rows: [row(3), row(1)], shown: [[2, 2, 2], [6]] },
    {
      what: 'four',
      rows: [row(4)],
      shown: [
        [3, 3],
        [3, 3],
      ],
    },
    {
      what: 'five',
      rows: [row(5)],
      shown: [
        [2, 2, 2],
        [3, 3],
      ],
    },
    { what: 'thirteen rows', rows: Array(13).fill(row(1)), shown: [...Array(6).fill([3, 3]), [6]] },
    { what: 'twelve wide rows', rows: Array(12).fill(row(3)), shown: Array(12).fill([3, 3]) },
    { what: 'fifty rows', rows: Array(50).fill(row(1)), shown: Array(12).fill([3, 3]) },
  ])('$what fits into six columns and twelve rows', ({ rows, shown }) => {
    expect(widths(rows)).toEqual(shown);
  });

  it('of too many keeps the last button, which leads home', () => {
    const rows = Array.from({ length: 50 }, (_, index) => [press(`${index}`)]);
    expect(keyboardOf(rows).Buttons.at(-1)?.Text).toBe('49');
  });

  it('shows labels as they are written, within their limit', async () => {
    const olena = await shop.subscriber('olena=');
    const labels = ['<b>Tom & Jerry</b> <3', 'я'.repeat(300)];
    expect(await send('olena=', { buttons: labels.map((label) => [press(label)]) })).toMatchObject({
      status: 'sent',
    });
    expect(olena.keys.map(({ Text }) => Text)).toEqual(['‹b›Tom & Jerry‹/b› ‹3', `${'я'.repeat(249)}…`]);
  });

  it('of whatever rows, labels and words is one that Viber takes', async () => {
    await shop.subscriber('olena=');
    const words = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' });
    const button: fc.Arbitrary<ShownButton> = fc.oneof(
      fc.record({ kind: fc.constant('press'), label: words, data: words }),
      fc.record({ kind: fc.constant('link'), label: words, url: fc.webUrl() }),
      fc.record({ kind: fc.constant('share_phone'), label: words }),
    );
    const buttons = fc.array(fc.array(button, { maxLength: 5 }), { maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(words, buttons, async (text, rows) => {
        expect(await send('olena=', { text, buttons: rows })).toMatchObject({ status: 'sent' });
        shop.clock.advance(60 * 60_000);
      }),
      { numRuns: 40 },
    );
  });

  it('that asks for the phone asks for an app that can share it, and for no other message', async () => {
    const olena = shop.fake.person('old=', { apiVersion: 2 });
    await olena.say('привіт');
    const share = { kind: 'share_phone', label: 'Поділитися' } as const;
    expect(await send('old=', { buttons: [[share]] })).toMatchObject({
      status: 'refused',
      reason: 'invalid',
    });
    expect(await send('old=', { buttons: [[press('Меню')]] })).toMatchObject({ status: 'sent' });
  });
});

describe('a picture', () => {
  const number = '2900000000001';
  const picture = { image: png(cardPicture(number)), alt: 'Картка', of: { kind: 'card', number } } as const;
  const addressShown = async () => {
    const olena = await shop.subscriber('olena=');
    await send('olena=', { text: 'Картка', picture });
    return olena.messages.at(-1)?.picture ?? '';
  };
  const get = (url: string, method = 'GET') => shop.viber.webhook(new Request(url, { method }));

  it('stands at an address that any process of the shop shows, and no one else can make', async () => {
    const url = await addressShown();
    expect(url).toMatch(/^https:\/\/shop\.example\.com\/viber\/pictures\/[^/]+\.png$/);
    const shown = await shop.open().webhook(new Request(url));
    expect(shown.headers.get('content-type')).toBe('image/png');
    expect(new Uint8Array(await shown.arrayBuffer())).toEqual(new Uint8Array(drawCodePicture(picture.of)));
    expect((await get(url, 'HEAD')).status).toBe(200);
    const forged = url.replace('2900000000001', '2900000000002');
    expect((await get(forged)).status).toBe(404);
    expect((await get(`${url}.png`)).status).toBe(404);
    const other = shop.open({ token: 'another shop' });
    expect((await other.webhook(new Request(url))).status).toBe(404);
  });

  it.each([
    { kind: 'card', days: 365 },
    { kind: 'coupon', days: 90 },
    { kind: 'code', days: 1 },
  ] as const)('of a $kind is shown for $days days', async ({ kind, days }) => {
    const olena = await shop.subscriber('olena=');
    const of = kind === 'card' ? ({ kind, number } as const) : { kind, code: '123456' };
    await send('olena=', { picture: { ...picture, of } });
    const url = olena.messages.at(-1)?.picture ?? '';
    shop.clock.advance(days * dayMs);
    expect((await get(url)).status).toBe(200);
    shop.clock.advance(dayMs);
    expect((await get(url)).status).toBe(404);
  });

  it('of a report is drawn when it is fetched, in the language of the chat', async () => {
    const drawn = png(new Uint8Array([9, 8, 7]));
    const drawPicture = vi.fn<NonNullable<ViberOptions['drawPicture']>>(async () => drawn);
    const olena = await shop.subscriber('olena=');
    const takeaway = { key: 'report.too_little' } as const;
    const of = { kind: 'report', report: 'rep_1' as ReportId, theme: 'dark', takeaway } as const;
    await send('olena=', { picture: { image: drawn, alt: 'Звіт', of }, locale: 'ru' });
    const url = olena.messages.at(-1)?.picture ?? '';
    const shown = await shop.open({ drawPicture }).webhook(new Request(url));
    expect(new Uint8Array(await shown.arrayBuffer())).toEqual(drawn.bytes);
    expect(drawPicture.mock.calls).toMatchObject([[{ report: 'rep_1', theme: 'dark' }, { locale: 'ru' }]]);
    const gone = shop.open({ drawPicture: async () => undefined });
    expect((await gone.webhook(new Request(url))).status).toBe(404);
  });

  it('of a cart is drawn when it is fetched, in the language of the chat', async () => {
    const drawn = png(new Uint8Array([9, 8, 7]));
    const drawPicture = vi.fn<NonNullable<ViberOptions['drawPicture']>>(async () => drawn);
    const olena = await shop.subscriber('olena=');
    const of = { kind: 'cart', cart: 'crt_01KANW6Q3J8X5T0G9R2B7C4D6E' } as const;
    await send('olena=', { picture: { image: drawn, alt: 'Кошик', of }, locale: 'uk' });
    const url = olena.messages.at(-1)?.picture ?? '';
    const shown = await shop.open({ drawPicture }).webhook(new Request(url));
    expect(new Uint8Array(await shown.arrayBuffer())).toEqual(drawn.bytes);
    expect(drawPicture.mock.calls).toMatchObject([[of, { locale: 'uk' }]]);
  });

  it('whose text is too long for it comes first, and the text with its buttons after it', async () => {
    const olena = await shop.subscriber('olena=');
    const text = 'я'.repeat(769);
    const outcome = await send('olena=', { text, picture, buttons: [[press('Меню')]] });
    expect(olena.messages.map((one) => [one.text.length, one.picture !== undefined])).toEqual([
      [6, true],
      [769, false],
    ]);
    expect(outcome).toEqual({ status: 'sent', providerId: olena.messages[1]?.token });
  });

  it('needs no words', async () => {
    const olena = await shop.subscriber('olena=');
    expect(await send('olena=', { text: '', picture })).toMatchObject({ status: 'sent' });
    expect(olena.messages).toMatchObject([{ text: '', picture: expect.any(String) }]);
  });

  it('that cannot be put at an address is left out: the text says what matters', async () => {
    const olena = await shop.subscriber('olena=');
    await send('olena=', { text: 'Картка 2900000000001', picture: { image: picture.image, alt: 'Картка' } });
    expect(olena.messages).toMatchObject([{ text: 'Картка 2900000000001' }]);
  });
});

describe('the bot', () => {
  it('is told where to call, and is called at once', async () => {
    shop.fake.account.webhook = '';
    expect(await shop.viber.setup('https://shop.example.com/')).toEqual([
      'viber: events come to https://shop.example.com/viber',
    ]);
    expect(shop.fake.account).toMatchObject({ webhook: 'https://shop.example.com/viber' });
    expect(shop.fake.callsOf('set_webhook')).toEqual([
      {
        url: 'https://shop.example.com/viber',
        event_types: ['delivered', 'seen', 'failed', 'subscribed', 'unsubscribed', 'conversation_started'],
        send_name: false,
        send_photo: false,
      },
    ]);
  });

  it('says what to do where it cannot be', async () => {
    await expect(shop.viber.setup(undefined)).rejects.toThrow('PUBLIC_URL');
    shop.fake.deliver = async () => new Response('', { status: 502 });
    await expect(shop.viber.setup('https://shop.example.com')).rejects.toThrow('did not get an answer from');
    const stranger = shop.open({ token: 'wrong' });
    await expect(stranger.setup('https://shop.example.com')).rejects.toThrow('VIBER_AUTH_TOKEN');
    await expect(stranger.check()).rejects.toThrow('VIBER_AUTH_TOKEN');
  });

  it('is checked: who it is, how many subscribers, and whether its events come here', async () => {
    await subscribers(['a=', 'b=']);
    expect(await shop.viber.check()).toBe(
      'Svoi (svoishop) answers, 2 subscribers, events come to https://shop.example.com/viber',
    );
    shop.fake.account.webhook = 'https://old.example.com/viber';
    await expect(shop.viber.check()).rejects.toThrow('webhooks set');
  });

  it('has links that open its chat and carry a context', async () => {
    const name = (await shop.viber.publicName?.()) ?? '';
    expect(shop.viber.link?.(name, 'c_7KQ2')).toBe('viber://pa?chatURI=svoishop&context=c_7KQ2');
  });
});

it('all of it bundles for Workers, where only what they have of Node stays outside', async () => {
  const { metafile } = await build({
    entryPoints: ['bots/viber/viber.ts'],
    ...{ bundle: true, write: false, metafile: true, format: 'esm', logLevel: 'silent' },
    conditions: ['workerd', 'worker', 'browser'],
    external: ['util', 'crypto'],
    define: { __dirname: '"."' },
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain('node_modules/viber-bot/lib/message/message-factory.js');
  expect(inputs.filter((path) => /node_modules\/(express|needle|json-bigint|async)\//.test(path))).toEqual(
    [],
  );
});
