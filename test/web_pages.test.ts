import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCoupon } from '../core/coupons/create.ts';
import type { CouponId } from '../core/ids.ts';
import { changePage, createPage, type NewPage, publishPage } from '../core/journeys/pages.ts';
import { readRow, readRows } from '../db/database.ts';
import type { Svoi } from '../svoi.ts';
import { createWebPages } from '../web_pages.ts';
import { type TestChat, testChat } from './support/chat.ts';
import { aDefinition } from './support/coupons.ts';
import { linkTo, noticesOf, sendAll, tellCustomer } from './support/notices.ts';
import { hasLibsqlServer, type LibsqlServer, startLibsqlServer } from './support/sqld.ts';
import { type TestSvoi, testSvoi } from './support/svoi.ts';

const phone = '+380671234567';
const site = 'https://shop.example';
const browser =
  'Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36';
const long = `https://shop.example/spring?utm=${'x'.repeat(1900)}`;

let server: LibsqlServer | undefined;
beforeAll(async () => {
  server = hasLibsqlServer ? await startLibsqlServer() : undefined;
});
afterAll(() => server?.stop());

let t: TestSvoi;
let chat: TestChat;
let pages: ReturnType<typeof createWebPages>;

async function begin(url?: string): Promise<void> {
  t = await testSvoi(url === undefined ? {} : { url });
  t.svoi.useSite(() => ({ url: site, isPublic: true }));
  pages = createWebPages(t.svoi, {
    links: (context) => [{ channel: 'telegram', url: `https://t.me/svoi?start=${context}` }],
    hasSiteChat: true,
    onError: (error) => {
      throw error;
    },
  });
  chat = testChat(t.svoi, { language: 'en' });
  await chat.contact(phone);
  await chat.press('marketing:yes');
}

const open = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  pages.request(path, { method, headers: { 'user-agent': browser, 'accept-language': 'en', ...headers } });

/** Tells the customer of an offer with one link, and where that leads. */
async function offered(url: string, campaign = 'journey:spring'): Promise<string> {
  const reply = { paragraphs: [], buttons: [[linkTo(url)]] };
  await tellCustomer(t.svoi, phone, { campaign, reply });
  await sendAll(t.svoi);
  const notice = (await noticesOf(t.svoi, campaign)).at(-1);
  const button = notice?.reply.buttons?.flat()[0];
  return button?.kind === 'link' ? button.url.replace(site, '') : '';
}

const linkRow = (path: string) =>
  readRow(t.svoi.database, 'select opened, opened_at from links where code = ?', path.replace('/l/', ''));

describe.each([
  ['a file', () => undefined],
  ['a libSQL server', () => server?.url],
])('a short link on %s', (name, url) => {
  const isThere = name === 'a file' || hasLibsqlServer;
  beforeEach(async () => {
    if (isThere) await begin(url());
  });
  afterEach(() => t.close());

  test.runIf(isThere)('leads where the message said, and its first opening is a click', async () => {
    const path = await offered('https://shop.example/весна?a=1&b=2');
    expect(path).toMatch(/^\/l\/[2-9A-HJ-NP-Z]{8}$/);
    t.clock.advance(1000);
    const answer = await open(path);
    expect([answer.status, answer.headers.get('location')]).toEqual([
      302,
      'https://shop.example/%D0%B2%D0%B5%D1%81%D0%BD%D0%B0?a=1&b=2',
    ]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    const clickedAt = t.clock.now();
    t.clock.advance(1000);
    await open(path.toLowerCase());
    expect(await linkRow(path)).toMatchObject({ opened: 2, opened_at: clickedAt });
    expect((await noticesOf(t.svoi, 'journey:spring')).at(-1)).toMatchObject({ clickedAt });
  });

  test.runIf(isThere)('counts each of many openings at once', async () => {
    const path = await offered('https://shop.example/spring', 'journey:many');
    await Promise.all(Array.from({ length: 20 }, () => open(path)));
    expect(await linkRow(path)).toMatchObject({ opened: 20 });
  });
});

describe('a short link', () => {
  beforeEach(() => begin());
  afterEach(() => t.close());

  test('leads programs that look at links on as well, and counts none', async () => {
    const path = await offered('https://shop.example/spring');
    const seen: [Record<string, string>, string?][] = [
      [{ 'user-agent': 'TelegramBot (like TwitterBot)' }],
      [{ 'user-agent': 'WhatsApp/2.23.20.0 A' }],
      [{ 'user-agent': 'Viber/20.0' }],
      [{ 'user-agent': 'facebookexternalhit/1.1' }],
      [{ 'user-agent': '' }],
      [{ 'user-agent': 'curl/8.5.0' }],
      [{ 'sec-purpose': 'prefetch;prerender' }],
      [{ purpose: 'preview' }],
      [{ 'sec-fetch-mode': 'no-cors' }],
      [{}, 'HEAD'],
    ];
    for (const [headers, method] of seen) {
      const answer = await open(path, headers, method);
      expect(answer.headers.get('location')).toBe('https://shop.example/spring');
      expect([headers, await linkRow(path)]).toEqual([headers, { opened: 0, opened_at: null }]);
    }
  });

  test('nobody wrote leads nowhere, and says so in the language of the browser', async () => {
    const texts = [
      ['en', '/l/ABCDEFGH', 'This link no longer works'],
      ['uk', '/l/OOOOOOOO', 'Це посилання вже не діє'],
      ['ru', '/l/ABC', 'Эта ссылка больше не действует'],
      ['de', '/l/https%3A%2F%2Fevil.example', 'Це посилання вже не діє'],
    ] as const;
    for (const [language, path, text] of texts) {
      const answer = await open(`${path}?url=https://evil.example`, { 'accept-language': language });
      expect([answer.status, answer.headers.get('location')]).toEqual([404, null]);
      expect(await answer.text()).toContain(text);
    }
  });

  test('keeps a long address whole, and leaves a longer one as it is', async () => {
    expect((await open(await offered(long))).headers.get('location')).toBe(long);
    expect(await offered(`${long}${'y'.repeat(200)}`, 'journey:long')).toContain('yyyy');
  });

  test('one for the same address twice in a message, another for another customer', async () => {
    const url = 'https://shop.example/spring';
    const other = testChat(t.svoi, { address: '2', language: 'en' });
    await other.contact('+380671234568');
    const reply = { paragraphs: [], buttons: [[linkTo(url), linkTo(url, 'Again')]] };
    await tellCustomer(t.svoi, phone, { campaign: 'journey:a', reply });
    await tellCustomer(t.svoi, '+380671234568', { campaign: 'journey:a', reply });
    expect(await readRows(t.svoi.database, 'select url from links')).toEqual([{ url }, { url }]);
  });

  test('is none outside of campaigns and journeys, nor where nobody reaches us', async () => {
    const reply = { paragraphs: [], buttons: [[linkTo('https://shop.example/spring')]] };
    await tellCustomer(t.svoi, phone, { reply });
    t.svoi.useSite(() => ({ url: 'http://localhost:3000', isPublic: false }));
    await tellCustomer(t.svoi, phone, { campaign: 'journey:a', reply });
    expect(await readRows(t.svoi.database, 'select code from links')).toEqual([]);
  });

  test('is gone with the customer', async () => {
    const path = await offered('https://shop.example/spring');
    await chat.press('erase');
    await chat.press('erase:next');
    await chat.press('erase:yes');
    expect((await open(path)).status).toBe(404);
  });
});

describe('the page of an offer', () => {
  beforeEach(() => begin());
  afterEach(() => t.close());

  const aPage: NewPage = {
    title: 'Spring <gifts>',
    text: 'First line\n& second line',
    button: 'I want it',
  };
  const made = async (page: Partial<NewPage> = {}) => {
    const created = await t.svoi.submit(createPage({ ...aPage, ...page }, 'test'));
    if (!created.ok) throw new Error(created.refusal.detail);
    await t.svoi.submit(publishPage(created.result.slug, true, 'test'));
    return created.result.slug;
  };
  const aCoupon = async (svoi: Svoi, written: object): Promise<CouponId> => {
    const created = await svoi.submit(createCoupon(aDefinition(written), 'test', { zone: 'Europe/Kyiv' }));
    if (!created.ok) throw new Error(created.refusal.detail);
    const row = await readRow(svoi.database, 'select id from coupons');
    return row?.id as CouponId;
  };
  const views = async () => Number((await readRow(t.svoi.database, 'select views from pages'))?.views);

  test('is one small request without a script, and lets nothing in from elsewhere', async () => {
    const slug = await made();
    const answer = await open(`/o/${slug}`);
    const html = await answer.text();
    expect(answer.status).toBe(200);
    expect(html.length).toBeLessThan(6000);
    expect(html).toContain('<h1>Spring &lt;gifts&gt;</h1>');
    expect(html).toContain('First line\n&amp; second line');
    expect(html).not.toMatch(/<script|<link|style=|\son\w+=/);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src 'self'; /);
    expect(policy).not.toContain('unsafe');
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(html) ?? [];
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    expect(policy).toContain(btoa(String.fromCharCode(...new Uint8Array(digest))));
  });

  test('counts people, and no programs', async () => {
    const slug = await made();
    await Promise.all(Array.from({ length: 5 }, () => open(`/o/${slug}`)));
    await open(`/o/${slug}`, { 'user-agent': 'TelegramBot (like TwitterBot)' });
    await open(`/o/${slug}`, {}, 'HEAD');
    expect(await views()).toBe(5);
    await t.svoi.submit(changePage(slug, { title: 'Summer' }, 'test'));
    expect(await views()).toBe(5);
  });

  test('is seen by nobody before it is published, and after it was withdrawn', async () => {
    await t.svoi.submit(createPage({ ...aPage, slug: 'spring' }, 'test'));
    const status = async () => (await open('/o/spring')).status;
    expect(await status()).toBe(404);
    await t.svoi.submit(publishPage('spring', true, 'test'));
    expect(await status()).toBe(200);
    await t.svoi.submit(publishPage('spring', false, 'test'));
    expect(await status()).toBe(404);
    expect(await (await open('/o/spring')).text()).toContain('There is no such page');
  });

  test('leads into our chats, or where the shop said', async () => {
    const chats = await (await open(`/o/${await made()}`)).text();
    expect(chats).toContain('href="https://t.me/svoi?start=o_spring_gifts"');
    expect(chats).toContain('#context=o_spring_gifts');
    const shop = await (await open(`/o/${await made({ url: 'https://shop.example/gifts' })}`)).text();
    expect(shop).toContain('href="https://shop.example/gifts"');
    expect(shop).not.toContain('t.me');
  });

  test('shows the code of a coupon to who comes by a link of his own, and to nobody else', async () => {
    const couponId = await aCoupon(t.svoi, { code: {}, effect: { kind: 'percent', percent: 10 } });
    const slug = await made({ couponId });
    await chat.start(`o_${slug}`);
    const code = String((await readRow(t.svoi.database, 'select code from coupon_codes'))?.code);
    const personal =
      (await open(await offered(`${site}/o/${slug}?from=spring#top`))).headers.get('location') ?? '';
    const plain = (html: string) => html.replaceAll('-', '');
    expect(plain(await (await open(personal.replace(site, ''))).text())).toContain(plain(code));
    expect(plain(await (await open(`/o/${slug}`)).text())).not.toContain(plain(code));
    expect(plain(await (await open(`/o/${slug}?l=ABCDEFGH`)).text())).not.toContain(plain(code));
    for (const data of ['erase', 'erase:next', 'erase:yes']) await chat.press(data);
    const after = await open(personal.replace(site, ''));
    expect([after.status, plain(await after.text()).includes(plain(code))]).toEqual([200, false]);
  });

  test('gives its coupon in the chat once to each, also to who only joins there', async () => {
    const couponId = await aCoupon(t.svoi, { code: {}, effect: { kind: 'percent', percent: 10 } });
    const slug = await made({ couponId });
    const codes = async () => (await readRows(t.svoi.database, 'select code from coupon_codes')).length;
    expect((await chat.start(`o_${slug}`)).at(-1)?.text).toContain('your coupon is');
    expect((await chat.start(`o_${slug}`)).at(-1)?.text).toContain('You already got the coupon');
    expect(await codes()).toBe(1);
    const stranger = testChat(t.svoi, { address: '2', language: 'en' });
    expect((await stranger.start(`o_${slug}`)).at(-1)?.text).toContain('Join, and the offer is yours');
    const heard = await stranger.contact('+380671234568');
    expect(heard.map(({ text }) => text).join('\n')).toContain('your coupon is');
    expect(await codes()).toBe(2);
    await t.svoi.submit(publishPage(slug, false, 'test'));
    expect((await chat.start(`o_${slug}`)).at(-1)?.text).toContain('This offer is over');
  });

  test('is not made with what cannot be on it', async () => {
    const wrong: [Partial<NewPage>, string][] = [
      [{ slug: 'no good' }, 'page_slug_invalid'],
      [{ title: '  ' }, 'page_invalid'],
      [{ url: 'javascript:alert(1)' }, 'page_invalid'],
      [{ couponId: 'cpn_1' as CouponId }, 'coupon_not_found'],
    ];
    for (const [page, code] of wrong) {
      const created = await t.svoi.submit(createPage({ ...aPage, ...page }, 'test'));
      expect(created).toMatchObject({ ok: false, refusal: { code } });
    }
  });

  test('gets an address of its title, and another one where that is taken', async () => {
    expect(await made({ title: 'Весняні подарунки!' })).toBe('vesniani_podarunky');
    expect(await made({ title: 'Весняні подарунки' })).toBe('vesniani_podarunky_2');
    expect(await made({ title: '2026 🎁' })).toBe('page');
  });
});
