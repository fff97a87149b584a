import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { openPlaygroundClock, type Passing } from '../../../bots/web/playground/clock.ts';
import { openPhones } from '../../../bots/web/playground/phones.ts';
import { readSessionToken } from '../../../bots/web/tokens.ts';
import { readRows } from '../../../db/database.ts';
import { runErrands } from '../../../errands.ts';
import { jpeg } from '../../support/images.ts';
import { type TestPlayground, testPlayground } from '../../support/playground.ts';
import { testTimers } from '../../support/timers.ts';
import { type EventReader, readEvents, sendJson } from '../../support/web.ts';

const telegramNumber = '+380675550101';
const textNumber = '+380675550102';
const year = 366 * 86_400_000;

let here: TestPlayground;
beforeEach(async () => {
  here = await testPlayground();
});
afterEach(() => here.close());

async function tap(label: string, number = telegramNumber): Promise<void> {
  const chat = { channel: 'telegram', chat: number.slice(1) } as const;
  for (const message of (await here.web.store.latest(chat, 99)).reverse()) {
    const button = message.buttons?.flat().find((candidate) => candidate.label === label);
    if (button?.kind !== 'press') continue;
    const messageId = String(message.replaces ?? message.position);
    const phone = number === telegramNumber ? 'telegram' : 'owner';
    await here.act(phone, { kind: 'press', data: button.data, messageId });
    return;
  }
  throw new Error(`no button "${label}"`);
}

async function registerOnTelegram(): Promise<void> {
  await here.act('telegram', { kind: 'start' });
  await tap('English');
  await here.act('telegram', { kind: 'share' });
}

async function lastSaid(channel: 'telegram' | 'whatsapp', number: string): Promise<string> {
  return (await here.seen(channel, number)).at(-1)?.text ?? '';
}

const idOf = z.object({ id: z.string() });
const claimed = z.object({ claim: z.object({ code: z.string() }) });
const beans = { items: [{ sku: 'beans', quantity: 2 }] };

describe('the story', () => {
  it('register, buy, hear of the points, and lose them after a year', async () => {
    await registerOnTelegram();
    const call = await here.sell({ customer: telegramNumber, ...beans });
    expect(call).toMatchObject({ status: 201, answer: { points: { earned: 34, balance: 84 } } });
    expect(await lastSaid('telegram', telegramNumber)).toMatch(/34.*84/s);
    await here.post('/playground/clock', { by: 'year' });
    await here.act('telegram', { kind: 'text', text: '/points' });
    expect(await lastSaid('telegram', telegramNumber)).not.toMatch(/84|34/);
  });

  it('the numbered phone registers by digits alone: its number is proved', async () => {
    await here.act('text', { kind: 'text', text: 'Hello' });
    await here.act('text', { kind: 'text', text: '3' });
    await here.act('text', { kind: 'text', text: '1' });
    const call = await here.sell({ customer: textNumber, ...beans });
    expect(call).toMatchObject({ status: 201, answer: { points: { earned: 34, balance: 84 } } });
    expect(await lastSaid('whatsapp', textNumber)).toMatch(/34.*84/s);
  });
});

describe('what arrives on a phone', () => {
  it('is told of later where it could not be written down at once', async () => {
    await here.close();
    const timers = testTimers();
    const until = (look: () => unknown) => vi.waitFor(look, { timeout: 30_000, interval: 5 });
    here = await testPlayground(timers);
    const { svoi, app } = here;
    const said = { id: 'event-of-somebody', language: 'en', said: { kind: 'text', text: 'Hello' } };
    const states = async () =>
      (await readRows(svoi.database, 'select state from messages')).map(({ state }) => state);
    await sendJson(app, '/playground/phones/text/events', said);
    await until(async () => expect(await states()).toEqual(['sent']));
    const submit = vi.spyOn(svoi.writer, 'submit').mockRejectedValueOnce(new Error('the server is away'));
    timers.advance(600);
    await until(() => expect([submit.mock.calls.length, timers.waiting()]).toEqual([1, 1]));
    expect(await states()).toEqual(['sent']);
    timers.advance(1200);
    await until(async () => expect(await states()).toEqual(['delivered']));
    expect(timers.waiting()).toBe(0);
  });
});

it('what is asked while Svoi is being stopped is to be asked again, and is no fault', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  await here.svoi.writer.close();
  const said = { id: 'event-too-late', language: 'en', said: { kind: 'start' } };
  const answer = await sendJson(here.app, '/playground/phones/telegram/events', said);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  expect(log).not.toHaveBeenCalled();
  log.mockRestore();
});

describe('the till', () => {
  it('shows the request as it went, without the key', async () => {
    const { request } = await here.sell({ customer: '067 555 01 01', ...beans });
    expect(request).toMatchObject({
      method: 'POST',
      path: '/v1/purchases',
      body: {
        customer: { phone: telegramNumber },
        lines: [{ sku: 'beans', quantity: 2, unit_price: 34_900 }],
      },
    });
    expect(JSON.stringify(request)).not.toMatch(/bearer|authorization/i);
  });

  it('the same receipt again gives the first answer, and no points', async () => {
    const first = await here.sell({ customer: telegramNumber, ...beans });
    const again = await here.till({ do: 'repeat', receipt: first.request.body });
    expect(again).toMatchObject({ status: 200, replayed: true, answer: first.answer });
  });

  it('a card with a wrong check digit is the API to refuse, in its own words', async () => {
    const call = await here.sell({ customer: '2900000000002', ...beans });
    expect(call.status).toBe(422);
  });

  it('a purchase of nobody gives nobody points', async () => {
    expect(await here.sell({ customer: '', ...beans })).toMatchObject({
      status: 201,
      answer: { customer: null },
    });
  });

  it.each([
    { what: 'nothing', sale: { customer: '', items: [] } },
    { what: 'less than one', sale: { customer: '', items: [{ sku: 'beans', quantity: 0 }] } },
    { what: 'half a pound', sale: { customer: '', items: [{ sku: 'beans', quantity: 0.5 }] } },
  ])('does not sell $what', async ({ sale }) => {
    expect((await here.post('/playground/till', { do: 'sell', locale: 'en', ...sale })).status).toBe(422);
  });
});

describe('points at the till', () => {
  const cart = { locale: 'en', customer: telegramNumber, ...beans };

  /** Sells for points, which the till can then set aside. */
  async function hold(more: object = {}): Promise<string> {
    const held = await here.till({
      do: 'hold',
      customer: telegramNumber,
      points: 30,
      total: 69_800,
      ...more,
    });
    expect(held.status).toBe(201);
    return idOf.parse(held.answer).id;
  }

  it('a quote says what the receipt then costs and earns, and writes nothing', async () => {
    await registerOnTelegram();
    const quote = await here.till({ do: 'quote', ...cart });
    const points = { balance: 50, max_spend: 50, would_earn: 34 };
    expect(quote).toMatchObject({ status: 200, answer: { payable: 69_800, points } });
    expect((await here.sell({ customer: telegramNumber, ...beans })).answer).toMatchObject({
      points: { earned: 34, balance: 84 },
    });
  });

  it('a code from the phone sets points aside, and whoever showed it need not be named', async () => {
    await registerOnTelegram();
    await here.act('telegram', { kind: 'text', text: '/menu' });
    await tap('Pay with points');
    const [code] = /\d{3} \d{3}/.exec(await lastSaid('telegram', telegramNumber)) ?? [];
    const redemption = await hold({ customer: textNumber, code });
    const sold = await here.sell({ ...beans, customer: '', redemption });
    expect(sold).toMatchObject({ status: 201, answer: { points: { spent: 30, earned: 33, balance: 53 } } });
  });

  it.each([
    { answer: 'No', status: 'declined' },
    { answer: 'Yes', status: 'held' },
  ])('without a code the phone is asked, and the till reads the $answer', async ({ answer, status }) => {
    await registerOnTelegram();
    const redemption = await hold();
    expect(await here.till({ do: 'look', redemption })).toMatchObject({
      answer: { status: 'awaiting_customer' },
    });
    await tap(answer);
    expect(await here.till({ do: 'look', redemption })).toMatchObject({ status: 200, answer: { status } });
  });

  it('points set aside can be let go', async () => {
    await registerOnTelegram();
    const redemption = await hold();
    expect(await here.till({ do: 'cancel', redemption })).toMatchObject({
      status: 200,
      answer: { status: 'cancelled' },
    });
  });
});

describe('a receipt of the till', () => {
  it('goods come back by line and then all of the rest, and the chat is told', async () => {
    await registerOnTelegram();
    const receipt = await sellToTelegram();
    const one = await here.till({ do: 'refund', receipt, items: [{ sku: 'beans', quantity: 1 }] });
    expect(one).toMatchObject({ status: 201, answer: { money: 34_900, points: { taken_back: 17 } } });
    expect(await lastSaid('telegram', telegramNumber)).toContain('17');
    const rest = await here.till({ do: 'refund', receipt });
    expect(rest).toMatchObject({ status: 201, answer: { money: 34_900, points: { taken_back: 17 } } });
    expect((await here.till({ do: 'refund', receipt })).status).toBe(409);
  });

  it('of a purchase paid later gives its points with the payment', async () => {
    await registerOnTelegram();
    const receipt = await sellToTelegram({ paid: false });
    expect(await here.till({ do: 'pay', receipt })).toMatchObject({
      status: 200,
      answer: { points: { earned: 34, balance: 84 } },
    });
  });

  it('without a customer has a code, which the first phone to send it gets the points of', async () => {
    await registerOnTelegram();
    const sold = await here.sell({ customer: '', ...beans });
    const { code } = claimed.parse(sold.answer).claim;
    await here.act('telegram', { kind: 'start', context: `c_${code}` });
    expect(await lastSaid('telegram', telegramNumber)).toMatch(/34.*84/s);
    await here.act('text', { kind: 'text', text: code });
    expect(await lastSaid('whatsapp', textNumber)).not.toMatch(/34/);
  });

  it('has its code as a picture, which any text of its length can be', async () => {
    const picture = (query: string) =>
      here.app.request(`/playground/qr${query}`, { headers: { host: 'localhost' } });
    const response = await picture('?text=7MCRY7WFN');
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
    expect(await response.text()).toMatch(/^<svg/);
    expect((await picture('')).status).toBe(422);
    expect((await picture(`?text=${'x'.repeat(301)}`)).status).toBe(422);
  });

  async function sellToTelegram(more: object = {}): Promise<string> {
    const { request, status } = await here.sell({ customer: telegramNumber, ...beans, ...more });
    expect(status).toBe(201);
    return idOf.parse(request.body).id;
  }
});

describe('the people behind the counter', () => {
  const ownerNumber = '+380675550191';
  const managerNumber = '+380675550192';

  it('open a link that works for their phone, and for a restarted playground no second time', async () => {
    await here.act('owner', { kind: 'join_staff' });
    await tap('English', ownerNumber);
    await here.act('owner', { kind: 'share' });
    expect(await lastSaid('telegram', ownerNumber)).toMatch(/Welcome to the team.*owner/);
    await here.act('owner', { kind: 'join_staff' });
    expect((await here.seen('telegram', ownerNumber)).at(-1)?.buttons).toContain('For staff');
  });

  it('can be by text alone, and a lot of points then waits for the owner', async () => {
    await registerOnTelegram();
    await here.act('owner', { kind: 'join_staff' });
    await tap('English', ownerNumber);
    await here.act('owner', { kind: 'share' });
    await here.act('manager', { kind: 'join_staff' });
    await here.act('manager', { kind: 'text', text: '1' });
    await here.act('manager', { kind: 'text', text: `/adjust ${telegramNumber} +600 sorry` });
    expect(await lastSaid('telegram', telegramNumber)).not.toContain('600');
    await tap('Approve', ownerNumber);
    expect(await lastSaid('telegram', telegramNumber)).toMatch(/\+600.*650/s);
    expect(await lastSaid('whatsapp', managerNumber)).toContain('approved');
  });

  it('hear of an invoice that a business customer was reminded of three times, and not of one that was paid', async () => {
    await registerOnTelegram();
    await here.act('manager', { kind: 'join_staff' });
    await here.act('manager', { kind: 'text', text: '1' });
    const invoice = { do: 'invoice', locale: 'en', customer: telegramNumber };
    const unpaid = await here.till({ ...invoice, total: 100_000_000 });
    const paid = await here.till({ ...invoice, total: 300 });
    const idOfInvoice = paid.request.path.split('/')[3];
    expect((await here.till({ ...invoice, paid: idOfInvoice })).answer).toMatchObject({ status: 'paid' });
    for (const by of ['week', 'day']) await here.post('/playground/clock', { by });
    const told = (await here.seen('telegram', telegramNumber)).map(({ text }) => text);
    expect(told.filter((text) => text?.includes('₴1,000,000'))).toHaveLength(3);
    expect(told.join('\n')).not.toContain('₴3');
    const copy = await lastSaid('whatsapp', managerNumber);
    expect(copy).toContain(unpaid.request.path.split('/')[3]);
    expect(copy).toContain(telegramNumber);
  });

  it('are the only ones a link is for', async () => {
    await here.act('telegram', { kind: 'join_staff' });
    await here.act('telegram', { kind: 'share' });
    await here.act('telegram', { kind: 'text', text: '/menu' });
    expect((await here.seen('telegram', telegramNumber)).at(-1)?.buttons).not.toContain('For staff');
  });
});

describe('a phone', () => {
  it('that is offline gets nothing until it is back, and then all of it', async () => {
    await registerOnTelegram();
    await here.change('telegram', { offline: true });
    await here.sell({ customer: telegramNumber, ...beans });
    const whileAway = await firstPhone('telegram');
    await here.change('telegram', { offline: false });
    const back = await firstPhone('telegram');
    expect(back.messages.length).toBe(whileAway.messages.length + 1);
    expect(JSON.stringify(back.messages.at(-1))).toContain('84');
  });

  it.each([{ offline: true }, { blocked: true }])('that is %o cannot send', async (change) => {
    await here.change('telegram', change);
    expect((await here.act('telegram', { kind: 'start' })).status).toBe(409);
  });

  it('that blocked the bot is not written to, and hears nothing late when it is back', async () => {
    await registerOnTelegram();
    await here.change('telegram', { blocked: true });
    const before = await here.seen('telegram', telegramNumber);
    await here.sell({ customer: telegramNumber, ...beans });
    await here.change('telegram', { blocked: false });
    expect(await here.seen('telegram', telegramNumber)).toEqual(before);
    await here.sell({ customer: telegramNumber, ...beans });
    expect(await lastSaid('telegram', telegramNumber)).toContain('118');
  });

  it('with another number is another person, and with the old one the first again', async () => {
    await registerOnTelegram();
    await here.change('telegram', { number: '067 555 77 77' });
    expect(await firstPhone('telegram')).toMatchObject({ number: '+380675557777', messages: [] });
    await here.change('telegram', { number: telegramNumber });
    expect((await firstPhone('telegram')).messages).not.toEqual([]);
  });

  it.each(['12', 'not a number', '+380 00'])('does not take "%s" for a number', async (number) => {
    expect((await here.change('telegram', { number })).status).toBe(422);
    expect(await firstPhone('telegram')).toMatchObject({ number: telegramNumber });
  });

  it('is as it was left after a restart', async () => {
    await here.change('text', { number: '+380675557777', blocked: true });
    await here.change('text', { blocked: true });
    const phones = await openPhones(here.web.values);
    expect(phones.find('text')).toMatchObject({ number: '+380675557777', blocked: true });
  });
});

describe('a photo from behind the counter', () => {
  const managerNumber = '+380675550192';
  const file = Buffer.from(jpeg.bytes).toString('base64');
  const send = (phone: string, body: object) =>
    here.post(`/playground/phones/${phone}/photos`, { id: 'photo-of-test', language: 'en', file, ...body });
  const last = async () => (await here.seen('whatsapp', managerNumber)).at(-1);

  async function askedForPicture(): Promise<void> {
    await here.act('manager', { kind: 'join_staff' });
    const says = (text: string) => here.act('manager', { kind: 'text', text });
    for (const text of ['1', '/page', '1', 'Tulips', 'Fresh ones', 'Want', '5']) await says(text);
    expect((await last())?.text).toContain('Send a photo.');
  }

  it('stands in the chat it was sent from, and becomes the picture of a page', async () => {
    await askedForPicture();
    expect((await send('manager', {})).status).toBe(204);
    await runErrands(here.svoi);
    await here.settle();
    const shown = (await last()) ?? { text: '', picture: false };
    expect(shown.text).toContain('Done, changed.');
    expect(shown.picture).toBe(true);
    const chat = await here.web.store.latest({ channel: 'whatsapp', chat: managerNumber.slice(1) }, 9);
    const own = chat.find(({ id }) => id === 'photo-of-test');
    expect(own?.picture).toEqual({ src: `data:image/jpeg;base64,${file}`, alt: 'Photo' });
  });

  it('that is none, or is too large, is told apart', async () => {
    await askedForPicture();
    await send('manager', { file: btoa('%PDF-1.7') });
    expect((await last())?.text).toContain('This is not a photo.');
    const large = Buffer.alloc(1024 * 1024 + 1024).toString('base64');
    expect((await send('manager', { id: 'large-photo', file: large })).status).toBe(413);
    expect((await send('manager', { id: 'no-base64', file: '<>' })).status).toBe(422);
    expect((await send('sms', {})).status).toBe(404);
  });
});

interface PhoneState {
  readonly id: string;
  readonly number: string;
  readonly messages: readonly { readonly text: string }[];
}

async function feed(): Promise<EventReader> {
  return readEvents(await here.app.request('/playground/feed', { headers: { host: 'localhost' } }));
}

async function firstPhone(id: string): Promise<PhoneState> {
  const stream = await feed();
  for (;;) {
    const { event, data } = await stream.next();
    const state = data as PhoneState;
    if (event !== 'phone' || state.id !== id) continue;
    await stream.close();
    return state;
  }
}

describe('a message that a messenger does not deliver', () => {
  const number = '+380675550103';
  const texts = async (channel: 'viber' | 'sms') =>
    (await here.seen(channel, number)).map(({ text }) => text);
  const sell = () => here.sell({ customer: number, ...beans });

  /** Joins in Viber, which proves no number: by the code that comes as an SMS. */
  async function joinOnViber(): Promise<void> {
    await here.act('viber', { kind: 'start' });
    await here.act('viber', { kind: 'press', data: 'lang:en', messageId: '1' });
    await here.act('viber', { kind: 'share' });
    const code = /\d{6}/.exec((await texts('sms')).join())?.[0] ?? '';
    await here.act('viber', { kind: 'text', text: code });
  }

  it('goes out as an SMS at once when the bot was blocked on Viber', async () => {
    await joinOnViber();
    await sell();
    expect((await texts('viber')).at(-1)).toContain('points');
    expect(await texts('sms')).toHaveLength(1);
    await here.change('viber', { blocked: true });
    await sell();
    expect((await texts('sms')).at(-1)).toContain('points');
    expect(await texts('sms')).toHaveLength(2);
  });

  it('goes out as an SMS when the time is over in which Viber should have delivered it, and not before', async () => {
    await joinOnViber();
    await here.change('viber', { offline: true });
    await sell();
    expect(await texts('sms')).toHaveLength(1);
    await here.post('/playground/clock', { by: 'hour' });
    expect(await texts('sms')).toHaveLength(2);
  });

  it('is not sent again where Viber delivered it in time', async () => {
    await joinOnViber();
    await sell();
    await here.post('/playground/clock', { by: 'hour' });
    await here.post('/playground/clock', { by: 'day' });
    expect(await texts('sms')).toHaveLength(1);
  });
});

describe('the feed', () => {
  it('begins with how everything stands, and goes on with what changes', async () => {
    await here.act('text', { kind: 'text', text: 'Hello' });
    const stream = await feed();
    const first: string[] = [];
    while (!first.includes('log')) first.push((await stream.next()).event);
    expect(first).toEqual(['clock', ...Array(6).fill('phone'), 'log']);
    await here.act('telegram', { kind: 'start' });
    expect(await stream.next()).toMatchObject({ event: 'message', data: { phone: 'telegram' } });
    await here.post('/playground/clock', { by: 'week' });
    const told: object[] = [];
    while (told.length === 0 || 'way' in (told.at(-1) ?? {})) {
      const { event, data } = await stream.next();
      if (event === 'clock') told.push(data as object);
    }
    // On the way, then where it stands.
    expect(told[0]).toMatchObject({ way: { until: expect.any(Number) } });
    await stream.close();
  });

  it('logs every message in the words the person got, newest first', async () => {
    await registerOnTelegram();
    await here.sell({ customer: telegramNumber, ...beans });
    const stream = await feed();
    for (;;) {
      const { event, data } = await stream.next();
      if (event !== 'log') continue;
      expect(data).toMatchObject({
        lines: [
          { channel: 'telegram', category: 'service', state: 'sent', priceMicros: 0 },
          { category: 'reply', state: 'sent' },
          { category: 'reply' },
          { category: 'reply' },
        ],
        costs: { sent: 1, priceMicros: 0, smsPriceMicros: 1_200_000 },
      });
      expect(JSON.stringify(data)).toContain('84');
      break;
    }
    await stream.close();
  });
});

describe('the clock', () => {
  it('stays where it was put over a restart, and settles what fell due before it answers', async () => {
    const { values } = here.web;
    const settled: number[] = [];
    const real = { now: () => 1000 };
    const passing: Passing = {
      nextStop: async () => undefined,
      settle: async () => {
        settled.push(clock.now());
      },
    };
    const clock = await openPlaygroundClock(values, real, passing);
    await clock.jump(year);
    await clock.jump(500);
    expect(settled).toEqual([1000 + year, 1500 + year]);
    expect((await openPlaygroundClock(values, real, passing)).now()).toBe(1500 + year);
  });

  it('goes through every moment at which something falls due, and none beyond where it was put', async () => {
    const settled: (readonly [number, number])[] = [];
    const due = [1400, 1900, 3000];
    const clock = await openPlaygroundClock(
      here.web.values,
      { now: () => 1000 },
      {
        nextStop: async (from, until) => due.find((at) => at > from - ahead && at < until - ahead),
        settle: async (since) => {
          settled.push([since - ahead, clock.now() - ahead]);
        },
      },
    );
    const ahead = clock.now() - 1000;
    await clock.jump(1500);
    expect(settled).toEqual([
      [1000, 1400],
      [1400, 1900],
      [1900, 2500],
    ]);
  });

  it.each([
    ['in two days', '24.11.1990', '2026-11-24T12:00:00+02:00'],
    ['today, after the greetings went out', '22.11.1990', '2027-11-22T12:00:00+02:00'],
  ])('goes to a birthday %s, and whoever is at the phone is greeted there', async (_, birthday, noon) => {
    await registerOnTelegram();
    for (const text of ['Olena', birthday]) await here.act('telegram', { kind: 'text', text });
    await tap('Yes, please');
    await here.post('/playground/clock', { by: 'birthday' });
    expect(here.clock.now()).toBe(Date.parse(noon));
    expect(await lastSaid('telegram', telegramNumber)).toMatch(/birthday.*50 points/is);
  });

  it('that is put forward twice at once goes both ways, one after the other', async () => {
    const settled: number[] = [];
    const passing: Passing = {
      nextStop: async (from, until) => (until - from > 100 ? from + 100 : undefined),
      settle: async () => {
        settled.push(clock.now() - ahead);
      },
    };
    const clock = await openPlaygroundClock(here.web.values, { now: () => 1000 }, passing);
    const ahead = clock.now();
    await Promise.all([clock.jump(200), clock.jump(150)]);
    expect(settled).toEqual([100, 200, 300, 350]);
    expect(clock.underWay()).toBeUndefined();
  });

  it('signs nobody out of the made-up shop, however far it is put forward', async () => {
    const headers = { host: 'localhost' };
    const page = await (await here.app.request('/', { headers })).text();
    const session = decodeURIComponent(/session=([^"&]+)/.exec(page)?.[1] ?? '');
    await here.post('/playground/clock', { by: 'year' });
    const known = await readSessionToken(here.web.secret, session, here.svoi.clock.now());
    expect(known).toMatchObject({ ok: true, result: { phone: telegramNumber } });
  });

  it.each(['year ', 'decade', -1])('does not know how to go by %s', async (by) => {
    expect((await here.post('/playground/clock', { by })).status).toBe(422);
  });
});

describe('the page', () => {
  it.each(['uk', 'ru', 'en'])(
    'in %s has nothing inline, nothing from elsewhere, and every file',
    async (locale) => {
      const response = await here.app.request(`/?lang=${locale}`, { headers: { host: '127.0.0.1:3000' } });
      const page = await response.text();
      expect(page).toMatch(new RegExp(`^<!doctype html><html lang="${locale}"`));
      expect(page).not.toMatch(/<style|style=|onclick=|https?:\/\/|<script(?! type="module" src="\/)/);
      expect(response.headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
          "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      for (const [, path] of page.matchAll(/(?:src|href)="(\/playground\/files\/[^"]+)"/g)) {
        const file = await here.app.request(path ?? '', { headers: { host: 'localhost' } });
        expect([path, file.status]).toEqual([path, 200]);
      }
    },
  );

  it('speaks the first language of the browser that it knows', async () => {
    const headers = { host: 'localhost', 'accept-language': 'de-DE,ru;q=0.9,en;q=0.8' };
    expect(await (await here.app.request('/', { headers })).text()).toContain('<html lang="ru"');
  });
});

describe('the doors', () => {
  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', '10.0.0.5:3000', '0.0.0.0'])(
    'are closed to the host name %s, which may be rebound to us',
    async (host) => {
      for (const path of ['/', '/playground/feed', '/playground/files/playground.js', '/playground/site']) {
        expect((await here.app.request(path, { headers: { host } })).status).toBe(421);
      }
    },
  );

  it.each(['localhost:3000', '127.0.0.1', '[::1]:3000'])('are open to %s', async (host) => {
    expect((await here.app.request('/', { headers: { host } })).status).toBe(200);
  });

  it('take nothing from the page of another site', async () => {
    const body = JSON.stringify({ by: 'year' });
    const headers = {
      host: 'localhost:3000',
      'content-type': 'application/json',
      origin: 'http://localhost:9999',
    };
    const response = await here.app.request('/playground/clock', { method: 'POST', headers, body });
    expect(response.status).toBe(403);
    const own = { ...headers, origin: 'http://localhost:3000' };
    expect((await here.app.request('/playground/clock', { method: 'POST', headers: own, body })).status).toBe(
      200,
    );
  });
});
