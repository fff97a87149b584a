import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingMessage, ShownButton } from '../../../bots/channel.ts';
import { cardPicture } from '../../../bots/pictures.ts';
import { createRenderer } from '../../../bots/render.ts';
import type { TemplateTable } from '../../../bots/whatsapp/cloud/templates.ts';
import { png } from '../../../core/messaging/images.ts';
import { programSchema } from '../../../core/program/program.ts';
import { createTranslator } from '../../../locales/translator.ts';
import { type ChannelHarness, describeChannel } from '../../contract/channel.ts';
import { shareLabel, type WhatsAppPerson } from '../../support/fake-whatsapp.ts';
import { type CloudTest, startCloud } from '../../support/whatsapp/cloud.ts';

const userId = 'UA.1349120865530274191';
const phone = '380501234567';
const day = 24 * 60 * 60_000;

describeChannel('WhatsApp by Cloud API', async (): Promise<ChannelHarness> => {
  const { fake, whatsapp, events, close } = await startCloud();
  const person = fake.person({ userId, phone });
  const does = async (act: Promise<number>) => expect(await act).toBe(200);
  return {
    channel: whatsapp.channel,
    address: userId,
    shareLabel,
    events,
    seen: async () =>
      person.messages.map(({ id, text, picture, buttons }) => ({
        ...{ id, text, picture },
        buttons: buttons.map(({ label }) => label),
      })),
    fail(fault) {
      if (fault === 'blocked') fake.fault({ kind: 'error', code: 131026 });
      else if (fault === 'slow_down') fake.fault({ kind: 'error', status: 429, code: 130429, retryAfter: 2 });
      else fake.fault({ kind: 'cut' });
    },
    person: {
      start: (context) => does(person.say(context ? `start ${context}` : 'start')),
      say: (text) => does(person.say(text)),
      sendPhoto: (bytes, caption) => does(person.sendPhoto(bytes, caption)),
      sendSticker: () => does(person.sends({ type: 'sticker', sticker: { id: '1' } })),
      tap: (label) => does(person.tap(label)),
      shareOwn: (own) => does(person.shareContact(own, true)),
      shareOther: (other) => does(person.shareContact(other, false)),
    },
    redeliver: () => does(fake.again()),
    close,
  };
});

let cloud: CloudTest;
let table: TemplateTable;
let count: number;
beforeEach(async () => {
  table = {};
  count = 0;
  cloud = await startCloud({ templates: () => table });
});
afterEach(() => cloud.close());

function message(content: Partial<OutgoingMessage>): OutgoingMessage {
  count += 1;
  return { id: `msg_${count}`, address: userId, text: 'Hello', locale: 'uk', ...content };
}
const send = (content: Partial<OutgoingMessage>) => cloud.whatsapp.channel.send(message(content));
const press = (label: string, data = label): ShownButton => ({ kind: 'press', label, data });
const rows = (...buttons: ShownButton[]) => buttons.map((button) => [button]);

describe('what the person sees', () => {
  const link: ShownButton = { kind: 'link', label: 'Каталог', url: 'https://example.com/c' };
  const share: ShownButton = { kind: 'share_phone', label: 'Поділитися' };
  const many = (most: number) => Array.from({ length: most }, (_, index) => press(`Купон ${index + 1}`));
  const long = 'Знижка двадцять відсотків на все, що лежить на верхній полиці';
  const cases: readonly {
    what: string;
    content: Partial<OutgoingMessage>;
    type: string;
    labels: readonly string[];
    text?: RegExp;
  }[] = [
    {
      what: 'three short presses',
      content: { buttons: [many(3)] },
      type: 'button',
      labels: ['Купон 1', 'Купон 2', 'Купон 3'],
    },
    {
      what: 'four presses',
      content: { buttons: [many(4)] },
      type: 'list',
      labels: many(4).map(({ label }) => label),
    },
    {
      what: 'ten presses',
      content: { buttons: [many(10)] },
      type: 'list',
      labels: many(10).map(({ label }) => label),
    },
    {
      what: 'eleven presses',
      content: { buttons: [many(11)] },
      type: 'text',
      labels: [],
      text: /^11\. Купон 11\nВідповідайте цифрою/m,
    },
    {
      what: 'a label too long for a button',
      content: { buttons: rows(press('Налаштування повідомлень')) },
      type: 'list',
      labels: ['Налаштування повідомлень'],
    },
    {
      what: 'a label too long for a row',
      content: { buttons: rows(press(long)) },
      type: 'list',
      labels: [expect.stringMatching(/^Знижка двадцять.*…$/) as string],
    },
    {
      what: 'two labels that read the same',
      content: { buttons: rows(press('Кава', 'coupon:1'), press('Кава', 'coupon:2')) },
      type: 'text',
      labels: [],
      text: /^1\. Кава\n2\. Кава\n/m,
    },
    {
      what: 'two presses that do the same',
      content: { buttons: rows(press('Меню', 'menu'), press('Назад', 'menu')) },
      type: 'text',
      labels: [],
      text: /^1\. Меню\n2\. Назад\n/m,
    },
    {
      what: 'labels that begin alike',
      content: { buttons: rows(press(`${long}!`), press(`${long}?`)) },
      type: 'text',
      labels: [],
      text: /^2\. Знижка.*\?$/m,
    },
    { what: 'a link alone', content: { buttons: rows(link) }, type: 'cta_url', labels: ['Каталог'] },
    {
      what: 'a link beside a press',
      content: { buttons: rows(press('Меню'), link) },
      type: 'button',
      labels: ['Меню'],
      text: /^Каталог: https:\/\/example\.com\/c$/m,
    },
    {
      what: 'a question for the number',
      content: { buttons: rows(share, press('Мова'), press('Допомога')) },
      type: 'request_contact_info',
      labels: [shareLabel],
      text: /^1\. Мова\n2\. Допомога\n/m,
    },
    {
      what: 'a long text with presses',
      content: { text: 'я'.repeat(1025), buttons: [many(2)] },
      type: 'text',
      labels: [],
      text: /^яя+\n\n1\. Купон 1\n2\. Купон 2\nВідповідайте/,
    },
    {
      what: 'a long text where a number is the answer',
      content: { text: 'я'.repeat(1025), buttons: [many(2)], takesNumbers: true },
      type: 'text',
      labels: [],
      text: /^яя+\n\n0 — до меню\.$/,
    },
    {
      what: 'a text far too long, with presses',
      content: { text: 'я'.repeat(5000), buttons: [many(11)] },
      type: 'text',
      labels: [],
      text: /яя…\n\n1\. Купон 1\n/,
    },
  ];

  it.each(cases)('$what: $type', async ({ content, type, labels, text = /^Hello$/ }) => {
    const person = cloud.fake.person({ userId });
    expect(await send(content)).toMatchObject({ status: 'sent' });
    expect(person.messages).toMatchObject([{ type }]);
    expect(person.messages[0]?.buttons.map(({ label }) => label)).toEqual(labels);
    expect(person.messages[0]?.text).toMatch(text);
  });

  it.each([
    { what: 'one press', buttons: rows(press('Меню')), type: 'button', labels: ['Меню'] },
    { what: 'more choices than fit beside it', buttons: [many(4)], type: 'image', labels: [] },
    { what: 'nothing', buttons: [], type: 'image', labels: [] },
  ])('a picture with $what is one message', async ({ buttons, type, labels }) => {
    const person = cloud.fake.person({ userId });
    const image = png(cardPicture('2900000000001'));
    await send({ text: 'я'.repeat(900), picture: { image, alt: '2900000000001' }, buttons });
    expect(person.messages).toMatchObject([{ type, picture: true }]);
    expect(person.messages[0]?.buttons.map(({ label }) => label)).toEqual(labels);
    expect(person.messages[0]?.text).toMatch(
      labels.length > 0 || buttons.length === 0 ? /^я+$/ : /4\. Купон 4/,
    );
    expect(cloud.fake.uploads).toEqual([image.bytes]);
  });

  it('any buttons and texts take a form that WhatsApp accepts, and no choice gets lost', async () => {
    const person = cloud.fake.person({ userId });
    const label = fc.string({ minLength: 1, maxLength: 90, unit: fc.constantFrom('а', 'Б', ' ', '🎁', '7') });
    const button = fc.oneof(
      { weight: 5, arbitrary: label.map((text) => text.trim() || 'x').map((text) => press(text)) },
      fc.constant(link),
      fc.constant(share),
    );
    const content = fc.record({
      text: fc.integer({ min: 1, max: 4200 }).map((length) => 'т'.repeat(length)),
      buttons: fc
        .uniqueArray(button, { maxLength: 12, selector: ({ label: text }) => text })
        .map((all) => [all]),
    });
    await fc.assert(
      fc.asyncProperty(content, async (sent) => {
        cloud.clock.advance(1000);
        expect(await send(sent)).toMatchObject({ status: 'sent' });
        const seen = person.messages.at(-1);
        const presses = sent.buttons.flat().filter(({ kind }) => kind === 'press');
        const shown = seen?.buttons.filter(({ kind }) => kind === 'reply' || kind === 'row').length ?? 0;
        const numbered = seen?.text.match(/^\d+\. /gm)?.length ?? 0;
        expect(shown + numbered).toBe(presses.length);
      }),
      { numRuns: 80 },
    );
  });

  it('goes to a number where there is no business-scoped id', async () => {
    const person = cloud.fake.person({ phone });
    await send({ address: phone });
    expect(person.messages).toMatchObject([{ text: 'Hello' }]);
  });
});

describe('24 hours after the last word', () => {
  const late = () => cloud.clock.now() - day;
  const render = createRenderer(createTranslator());
  const templateTable = (json: object): TemplateTable =>
    programSchema.parse({ whatsapp_templates: json }).whatsapp_templates;
  const rendered = (locale: 'uk' | 'en', ...paragraphs: Parameters<typeof render>[0]['paragraphs']) => ({
    ...render({ paragraphs }, cloud.whatsapp.channel.abilities, {
      ...{ locale, zone: 'Europe/Kyiv', currency: 'UAH' },
    }),
    locale,
  });
  let person: WhatsAppPerson;
  beforeEach(() => {
    person = cloud.fake.person({ userId, silent: true });
  });

  it('a service message goes as the approved template of its text, in its language, with its values', async () => {
    table = templateTable({
      'notify.points_earned': { name: 'earned', languages: { uk: 'uk' }, variables: ['points', 'balance'] },
    });
    cloud.fake.templates.set('earned', { language: 'uk', variables: 2 });
    const words = { key: 'notify.points_earned', variables: { points: 47, balance: 2 } } as const;
    const outcome = await send({ ...rendered('uk', words), category: 'service', lastSeenAt: late() });
    expect(outcome).toMatchObject({ status: 'sent' });
    expect(person.messages).toMatchObject([{ type: 'template', text: 'earned/uk|47 балів|2 бали' }]);
  });

  it('the first of its texts that has a template speaks, and may use values of the others', async () => {
    table = templateTable({
      'notify.points_earned': {
        name: 'earned',
        variables: ['points', 'notify.points_earned.points', 'balance'],
      },
    });
    cloud.fake.templates.set('earned', { language: 'en', variables: 3 });
    const words = [
      { key: 'notify.points_spent', variables: { points: 100 } },
      { key: 'notify.points_earned', variables: { points: 47, balance: 1312 } },
    ] as const;
    await send({ ...rendered('en', words), category: 'service', lastSeenAt: late() });
    expect(person.messages.map(({ text }) => text)).toEqual(['earned/en|100 points|47 points|1,312 points']);
  });

  it("quick replies do what the message's buttons do, and come back as presses", async () => {
    table = templateTable({
      'notify.coupon': { name: 'gift', variables: ['title'], buttons: 1 },
    });
    cloud.fake.templates.set('gift', { language: 'uk', variables: 1 });
    const coupon = { key: 'notify.coupon', variables: { title: 'Кава\nу   дарунок\t🎁' } } as const;
    const buttons = rows(press('Мої купони', 'coupons'), press('Меню', 'menu'));
    await send({ ...rendered('uk', coupon), buttons, category: 'marketing', lastSeenAt: late() });
    expect(person.messages).toMatchObject([
      { text: 'gift/uk|Кава у дарунок 🎁', buttons: [{ data: 'coupons' }] },
    ]);
    await person.tap('#0');
    expect(cloud.events[0]?.said).toEqual({
      kind: 'press',
      data: 'coupons',
      messageId: person.messages[0]?.id,
    });
  });

  it('a one-time code stands on the button that copies it, and goes to numbers only', async () => {
    table = templateTable({ 'pay.show': { name: 'code', variables: ['code'] } });
    cloud.fake.templates.set('code', { language: 'uk', variables: 1, category: 'authentication' });
    const byNumber = cloud.fake.person({ phone, silent: true });
    const code = {
      ...rendered('uk', { key: 'pay.show', variables: { code: '483920' } }),
      category: 'code',
      lastSeenAt: late(),
    } as const;
    expect(await send({ ...code, address: phone })).toMatchObject({ status: 'sent' });
    expect(byNumber.messages).toMatchObject([{ text: 'code/uk|483920' }]);
    expect(cloud.fake.sent.at(-1)).toMatchObject({
      template: { components: [{ type: 'body' }, { sub_type: 'url', parameters: [{ text: '483920' }] }] },
    });
    expect(await send(code)).toMatchObject({ status: 'refused', reason: 'invalid', detail: /131062/ });
  });

  it('a message that brings its template along goes as that, with presses and short links of ours', async () => {
    cloud.fake.templates.set('sale', { language: 'en_US', variables: 2, buttons: ['quick_reply', 'url'] });
    const approved = {
      ...{ name: 'sale', language: 'en_US', values: ['Олена\n\tК.', '22 листопада 2026 р.'] },
      buttons: [
        { kind: 'press', label: 'Later', data: 'later' },
        { kind: 'link', label: 'Sale', url: 'https://shop.example/l/AB2CD3EF' },
      ],
    } as const;
    const message = { text: 'Sale!', category: 'marketing', lastSeenAt: late(), approved } as const;
    expect(await send(message)).toMatchObject({ status: 'sent' });
    expect(person.messages).toMatchObject([{ text: 'sale/en_US|Олена К.|22 листопада 2026' }]);
    expect(cloud.fake.sent.at(-1)).toMatchObject({
      template: { components: [{}, {}, { sub_type: 'url', index: '1', parameters: [{ text: 'AB2CD3EF' }] }] },
    });
    const [, sale] = approved.buttons;
    const long = { ...approved, buttons: [{ ...sale, url: 'https://shop.example/sale' }] };
    expect(await send({ ...message, approved: long })).toEqual({
      ...{ status: 'refused', reason: 'invalid' },
      detail:
        '24 hours after the last word, and links of the template sale must be short ones of ours: set PUBLIC_URL',
    });
  });

  const earned = { key: 'notify.points_earned', variables: { points: 47, balance: 2 } } as const;
  it.each([
    [
      'no template',
      {},
      '24 hours after the last word, and no approved template for notify.points_earned in uk: see whatsapp_templates in the program',
    ],
    [
      'no template in this language',
      { 'notify.points_earned': { name: 'earned', languages: { en: 'en_GB' } } },
      '24 hours after the last word, and no approved template for notify.points_earned in uk: see whatsapp_templates in the program',
    ],
    [
      'a value that is not there',
      { 'notify.points_earned': { name: 'earned', variables: ['worth'] } },
      'whatsapp_templates: notify.points_earned wants "worth", which the message does not have',
    ],
    [
      'a template Meta does not know',
      { 'notify.points_earned': { name: 'earned' } },
      '132001 template name (earned) does not exist in uk',
    ],
  ])('%s: refused, saying what is missing', async (_, json, detail) => {
    table = templateTable(json);
    const outcome = await send({ ...rendered('uk', earned), category: 'service', lastSeenAt: late() });
    expect(outcome).toEqual({ status: 'refused', reason: 'invalid', detail });
    expect(person.messages).toEqual([]);
  });

  it("a question from the till can be a template too: its quick replies are the question's own", async () => {
    table = templateTable({ 'redeem.ask': { name: 'ask', variables: ['points'], buttons: 2 } });
    cloud.fake.templates.set('ask', { language: 'uk', variables: 1 });
    const ask = { key: 'redeem.ask', variables: { points: 47, amount: 4700, total: 10_000 } } as const;
    const buttons = rows(press('Так', 'redeem:yes-1'), press('Ні', 'redeem:no-1'));
    await send({ ...rendered('uk', ask), buttons, category: 'reply', lastSeenAt: late() });
    expect(person.messages).toMatchObject([
      { text: 'ask/uk|47 балів', buttons: [{ data: 'redeem:yes-1' }, { data: 'redeem:no-1' }] },
    ]);
  });

  it('a moment before, everything goes as it is', async () => {
    const here = cloud.fake.person({ userId: 'UA.2' });
    await send({ ...rendered('uk', earned), address: 'UA.2', category: 'service', lastSeenAt: late() + 1 });
    expect(here.messages).toMatchObject([{ type: 'text', text: expect.stringContaining('47 балів') }]);
  });
});

describe('what went wrong', () => {
  it.each([
    [
      { code: 130429, status: 429 },
      { status: 'slow_down', retryAfterMs: 1000 },
    ],
    [{ code: 4 }, { status: 'slow_down', retryAfterMs: 60_000 }],
    [{ code: 80007 }, { status: 'slow_down', retryAfterMs: 60_000 }],
    [
      { code: 80007, retryAfter: 90 },
      { status: 'slow_down', retryAfterMs: 90_000 },
    ],
    [{ code: 131056 }, { status: 'slow_down', retryAfterMs: 6000, chatOnly: true }],
    [{ code: 131049 }, { status: 'refused', reason: 'invalid' }],
    [{ code: 131050 }, { status: 'refused', reason: 'invalid' }],
    [{ code: 131026 }, { status: 'refused', reason: 'blocked' }],
    [{ code: 131030 }, { status: 'refused', reason: 'blocked' }],
    [{ code: 1006 }, { status: 'refused', reason: 'blocked' }],
    [{ code: 131047 }, { status: 'refused', reason: 'invalid' }],
    [{ code: 470 }, { status: 'refused', reason: 'invalid' }],
    [{ code: 132015 }, { status: 'refused', reason: 'invalid' }],
    [{ code: 131000, status: 500 }, { status: 'failed' }],
    [{ code: 2 }, { status: 'failed' }],
    [{ code: 190, status: 401 }, { status: 'failed' }],
    [{ code: 999_999 }, { status: 'refused', reason: 'invalid' }],
    [{ code: 999_999, status: 503 }, { status: 'failed' }],
    [
      { code: 999_999, status: 429 },
      { status: 'slow_down', retryAfterMs: 1000 },
    ],
  ])('%o becomes %o', async (fault, outcome) => {
    cloud.fake.person({ userId });
    cloud.fake.fault({ kind: 'error', details: 'why', ...fault });
    const refused = { ...outcome, ...('retryAfterMs' in outcome ? {} : { detail: `${fault.code} why` }) };
    expect(await send({})).toEqual(refused);
  });

  it('more than 80 messages a second are slowed down', async () => {
    cloud.fake.person({ userId });
    const outcomes = await Promise.all(Array.from({ length: 81 }, () => send({})));
    const statuses = outcomes.map(({ status }) => status).sort();
    expect(statuses).toEqual(['slow_down', ...Array(80).fill('sent')].sort());
  });

  it('an expired token is told of once, with what to do, and without the token', async () => {
    cloud.fake.person({ userId });
    const expired = { kind: 'error', status: 401, code: 190, details: 'Session has expired' } as const;
    cloud.fake.fault(expired, 2);
    await send({});
    await send({});
    expect(cloud.log).toEqual([
      expect.stringMatching(/^error whatsapp: 190 Session has expired; WHATSAPP_TOKEN/),
    ]);
    await send({});
    cloud.fake.fault(expired);
    await send({});
    expect(cloud.log).toHaveLength(2);
    expect(cloud.log.join()).not.toContain(cloud.fake.token);
  });
});

describe('what comes in', () => {
  const comes = async (content: object, about = {}) => {
    await cloud.fake.person({ userId, phone, ...about }).sends(content as Record<string, unknown>);
    return cloud.events.at(-1);
  };

  it('the number of the sender is proved, as long as it is not hidden', async () => {
    const text = { type: 'text', text: { body: 'бали' } };
    expect(await comes(text)).toMatchObject({ address: userId, provenPhone: `+${phone}` });
    expect(await comes(text, { userId: undefined })).toMatchObject({
      address: phone,
      provenPhone: `+${phone}`,
    });
    const hidden = await comes(text, { hidden: true });
    expect(hidden).toMatchObject({ address: userId });
    expect(hidden).not.toHaveProperty('provenPhone');
  });

  it.each([
    ['a voice message', { type: 'audio', audio: { id: '1' } }, { kind: 'attachment', text: '' }],
    [
      'a photo with words',
      { type: 'image', image: { id: '1', caption: 'чек' } },
      { kind: 'attachment', text: 'чек', picture: { ref: '1' } },
    ],
    [
      'a photo sent as a file',
      { type: 'document', document: { id: '2', mime_type: 'image/png', filename: 'a.png' } },
      { kind: 'attachment', text: '', picture: { ref: '2' } },
    ],
    [
      'a file that is no picture',
      { type: 'document', document: { id: '2', mime_type: 'application/pdf' } },
      { kind: 'attachment', text: '' },
    ],
    [
      'what the API cannot read',
      { type: 'unsupported', errors: [{ code: 131051 }] },
      { kind: 'attachment', text: '' },
    ],
    [
      'a quick reply without data of ours',
      { type: 'button', button: { payload: 'Так', text: 'Так' } },
      { kind: 'text', text: 'Так' },
    ],
    ['a chat just opened', { type: 'request_welcome' }, { kind: 'start' }],
    [
      'a contact without a number',
      { type: 'contacts', contacts: [{ name: {} }] },
      { kind: 'text', text: '' },
    ],
    [
      'the own card from the address book',
      { type: 'contacts', contacts: [{ phones: [{ phone: '+380 50 123-45-67' }] }] },
      { kind: 'contact', phone: '+380 50 123-45-67', own: true },
    ],
    [
      'a number shared on request, as told beside the contacts',
      { type: 'contacts', origin: 'contact_request', contacts: [{ phones: [{ phone: '+380671112233' }] }] },
      { kind: 'contact', phone: '+380671112233', own: true },
    ],
    [
      'a move to another number',
      { type: 'system', system: { type: 'user_changed_number', body: 'moved' } },
      { kind: 'blocked' },
    ],
  ])('%s', async (_, content, said) => {
    expect((await comes(content))?.said).toEqual(said);
  });

  it.each([
    ['a reaction', { type: 'reaction', reaction: { emoji: '👍', message_id: 'wamid.1' } }],
    ['a kind nobody knows yet', { type: 'hologram' }],
    ['a text without a text', { type: 'text' }],
  ])('%s is not answered', async (_, content) => {
    expect(await comes(content)).toBeUndefined();
  });

  it('an answer to a message of ours says which one', async () => {
    const reply = { type: 'text', text: { body: 'так' }, context: { id: 'wamid.ours' } };
    expect(await comes(reply)).toMatchObject({ said: { kind: 'text', text: 'так' }, replyTo: 'wamid.ours' });
  });

  it('one notification may hold many chats: all are taken, each in its order, odd ones left out', async () => {
    const said = (from: string, id: string, body: string) => ({
      from,
      id,
      ...{ type: 'text', text: { body } },
    });
    const order: string[] = [];
    const slow = await startCloud({
      handle: async ({ id }) => {
        order.push(`${id} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${id} ends`);
      },
    });
    const status = await slow.fake.notify(
      { messages: [said(phone, 'a', '1'), { id: 7 }, said('380671112233', 'b', '2')] },
      { messages: [said(phone, 'c', '3')], statuses: 'none' },
    );
    await slow.close();
    expect(status).toBe(200);
    expect(order.filter((line) => /^[ac]/.test(line))).toEqual(['a begins', 'a ends', 'c begins', 'c ends']);
    expect(order.slice(0, 2)).toEqual(['a begins', 'b begins']);
    expect(order).toHaveLength(6);
  });

  it('statuses become receipts in whatever order they come', async () => {
    const of = (id: string, status: string, more = {}) => ({ id, status, timestamp: '1763800000', ...more });
    const undeliverable = [{ code: 131026, title: 'Message undeliverable' }];
    await cloud.fake.notify({
      statuses: [
        of('wamid.1', 'read', { biz_opaque_callback_data: 'msg_01ARZ' }),
        of('wamid.1', 'delivered', { biz_opaque_callback_data: 'not ours' }),
        of('wamid.1', 'sent'),
        of('wamid.2', 'failed', { errors: undeliverable }),
        of('wamid.3', 'failed', { errors: [{ code: 131049, error_data: { details: 'ecosystem' } }] }),
        of('wamid.4', 'constructor'),
      ],
    });
    const at = 1_763_800_000_000;
    expect(cloud.receipts).toEqual([
      { channel: 'whatsapp', providerId: 'wamid.1', messageId: 'msg_01ARZ', status: 'read', at },
      { channel: 'whatsapp', providerId: 'wamid.1', status: 'delivered', at },
      { channel: 'whatsapp', providerId: 'wamid.1', status: 'sent', at },
      {
        channel: 'whatsapp',
        providerId: 'wamid.2',
        status: 'failed',
        at,
        blocked: true,
        detail: '131026 Message undeliverable',
      },
      { channel: 'whatsapp', providerId: 'wamid.3', status: 'failed', at, detail: '131049 ecosystem' },
    ]);
  });

  it("offers stopped in WhatsApp's own menu are a STOP here, and offers resumed a START", async () => {
    const chose = (value: string, timestamp: number) => ({
      ...{ wa_id: phone, detail: '', category: 'marketing_messages', value, timestamp },
    });
    const values = {
      contacts: [{ wa_id: phone, user_id: userId }],
      user_preferences: [chose('stop', 1763800000), chose('resume', 1763800001), chose('maybe', 1763800002)],
    };
    await cloud.fake.notify(values);
    await cloud.fake.again();
    const wish = (id: string, text: string) => ({
      ...{ id: `${userId}/${id}`, channel: 'whatsapp', address: userId, said: { kind: 'text', text } },
    });
    const once = [wish('stop/1763800000', 'stop'), wish('resume/1763800001', 'start')];
    expect(cloud.events).toEqual([...once, ...once]);
  });

  it('our own id goes along with every message, to come back with its receipts', async () => {
    cloud.fake.person({ userId });
    await send({ id: 'msg_01ARZ' });
    expect(cloud.fake.sent).toMatchObject([{ biz_opaque_callback_data: 'msg_01ARZ' }]);
  });
});

describe('the webhook', () => {
  const post = (
    body: string,
    headers: Record<string, string> = { 'x-hub-signature-256': cloud.fake.sign(body) },
  ) => cloud.whatsapp.webhook(new Request('http://svoi.test/whatsapp', { method: 'POST', body, headers }));
  const notification = (phoneNumberId: string, more: object = {}) => ({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '1',
        changes: [
          {
            field: 'messages',
            value: {
              metadata: { phone_number_id: phoneNumberId },
              messages: [{ from: phone, id: 'wamid.1', type: 'text', text: { body: 'бали' } }],
              ...more,
            },
          },
        ],
      },
    ],
  });

  it.each([
    ['a notification', () => JSON.stringify(notification(cloud.fake.phoneNumberId)), 200, 1],
    ['one for another number of the account', () => JSON.stringify(notification('1')), 200, 0],
    [
      'a notification of something else',
      () => '{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"flows"}]}]}',
      200,
      0,
    ],
    ['another object', () => '{"object":"page","entry":[]}', 400, 0],
    ['no JSON', () => '{"object":', 400, 0],
    ['nothing', () => '', 400, 0],
    ['more than four mebibytes', () => ' '.repeat(4 * 1024 * 1024 + 1), 413, 0],
  ])('%s', async (_, body, status, taken) => {
    expect((await post(body())).status).toBe(status);
    expect(cloud.events).toHaveLength(taken);
  });

  it.each([
    ['no signature', {}],
    ['a forged one', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
    ['one without its prefix', 'bare'],
    ['one of another body', 'other'],
  ])('%s is refused', async (_, given) => {
    const body = JSON.stringify(notification(cloud.fake.phoneNumberId));
    const named = { bare: cloud.fake.sign(body).slice(7), other: cloud.fake.sign(`${body} `) };
    const headers = typeof given === 'string' ? { 'x-hub-signature-256': named[given as 'bare'] } : given;
    expect((await post(body, headers as Record<string, string>)).status).toBe(401);
    expect(cloud.events).toEqual([]);
  });

  it('what could not be committed is asked for again', async () => {
    const broken = await startCloud({
      handle: () => Promise.reject(new Error('disk full')),
    });
    expect(await broken.fake.person({ userId }).say('бали')).toBe(500);
    expect(broken.log).toEqual(['error whatsapp: a notification was not committed: disk full']);
    await broken.close();
  });

  it.each([
    ['subscribe', 'verify-token', 200, '42<b>'],
    ['subscribe', 'wrong', 403, 'wrong verify token'],
    ['unsubscribe', 'verify-token', 403, 'wrong verify token'],
    ['subscribe', undefined, 403, 'wrong verify token'],
  ])('asked to %s with %s: %d', async (mode, token, status, text) => {
    const query = new URLSearchParams({ 'hub.mode': mode, 'hub.challenge': '42<b>' });
    if (token) query.set('hub.verify_token', token);
    const answer = await cloud.whatsapp.webhook(new Request(`http://svoi.test/whatsapp?${query}`));
    expect([answer.status, await answer.text()]).toEqual([status, text]);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  });

  it('other methods are refused', async () => {
    const request = new Request('http://svoi.test/whatsapp', { method: 'DELETE' });
    expect((await cloud.whatsapp.webhook(request)).status).toBe(405);
  });

  it('nothing that is signed but odd ends in a fault of ours', async () => {
    const keys = [
      'messages',
      'statuses',
      'contacts',
      'from',
      'id',
      'type',
      'text',
      'interactive',
      'button',
      'errors',
      'context',
      'body',
      'system',
      'phones',
      'timestamp',
    ];
    const json = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(null, 0, -1, 'text', 'contacts', 'failed', 'button', '\ud800', phone, '', true),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 6 }),
      ),
    })).node;
    const value = fc.record({ messages: json, statuses: json, contacts: json, user_preferences: json });
    await fc.assert(
      fc.asyncProperty(value, json, async (more, stray) => {
        const bodies = [
          notification(cloud.fake.phoneNumberId, more as object),
          { object: 'whatsapp_business_account', entry: stray },
          stray,
        ];
        for (const body of bodies) expect((await post(JSON.stringify(body))).status).toBeLessThan(500);
      }),
      { numRuns: 120 },
    );
    expect(cloud.log).toEqual([]);
  });
});

describe('for whoever runs it', () => {
  it('setup sends the webhooks of the number to us and says what is left to do by hand', async () => {
    cloud.fake.callback = undefined;
    const lines = await cloud.whatsapp.setup(`${cloud.url}/`);
    expect(cloud.fake.callback).toBe(`${cloud.url}/whatsapp`);
    expect(lines.join('\n')).toContain('by hand');
    expect(lines.join('\n')).not.toContain(cloud.fake.verifyToken);
    expect((await cloud.whatsapp.setup(undefined)).join()).toContain('PUBLIC_URL is not set');
  });

  it('setup says why an address was not taken', async () => {
    await expect(cloud.whatsapp.setup(`${cloud.url}/elsewhere?`)).rejects.toThrow('verification failed');
  });

  it('check says who we are there, and where WhatsApp calls', async () => {
    expect(await cloud.whatsapp.check()).toBe(
      `+380 44 123 4567 (Svoi), quality GREEN, calls ${cloud.url}/whatsapp, 0 of our texts by whatsapp_templates`,
    );
  });

  it.each([
    ['notify.point_earned', [], 'whatsapp_templates: "notify.point_earned" is no text of ours'],
    [
      'notify.points_earned',
      ['bonus'],
      'whatsapp_templates: notify.points_earned wants "bonus", which no text of ours has',
    ],
  ])('check refuses a table with %s %j', async (key, variables, reason) => {
    table = programSchema.parse({
      whatsapp_templates: { [key]: { name: 'a', variables } },
    }).whatsapp_templates;
    await expect(cloud.whatsapp.check()).rejects.toThrow(reason);
  });

  it('check says what to do about a wrong token', async () => {
    const wrong = await startCloud({ token: 'wrong' });
    await expect(wrong.whatsapp.check()).rejects.toThrow(/190 .*; WHATSAPP_TOKEN is wrong or has expired/);
    await wrong.close();
  });

  it('links open our chat with the context typed in', async () => {
    const digits = (await cloud.whatsapp.publicName?.()) ?? '';
    expect(digits).toBe('380441234567');
    expect(cloud.whatsapp.link?.(digits, 'r_1-A')).toBe('https://wa.me/380441234567?text=start%20r_1-A');
  });
});
