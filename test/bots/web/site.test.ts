import type { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../../bots/channel.ts';
import { createSiteChat } from '../../../bots/web/site.tsx';
import { createStartingDoor } from '../../../bots/web/starting.tsx';
import { chatSecret, createSessionToken } from '../../../bots/web/tokens.ts';
import type { IncomingEvent } from '../../../core/dialogs/types.ts';
import { openWebParts } from '../../../web.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';
import { openChat, readEvents, sendJson } from '../../support/web.ts';

const hour = 3_600_000;
const phone = '+380501234567';

let here: TestSvoi;
let app: Hono;
let channel: Channel;
let secret: string;
let events: IncomingEvent[];

beforeEach(async () => {
  here = await testSvoi();
  const web = await openWebParts(here.svoi.database);
  secret = web.secret;
  events = [];
  const handle = async (event: IncomingEvent) => {
    events.push(event);
  };
  const made = createSiteChat({ ...web, handle, clock: here.clock, heartbeatMs: 600_000 });
  ({ app, channel } = made);
});
afterEach(() => here.close());

let count = 0;
function post(token: string, said: object, more: object = {}): Promise<Response> {
  count += 1;
  return sendJson(app, `/chat/${token}/events`, { id: `event-${count}-of-test`, said, ...more });
}

async function addressOf(token: string): Promise<string> {
  await post(token, { kind: 'start' });
  return events.at(-1)?.address ?? '';
}

async function listen(token: string, lastEventId?: string) {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  return readEvents(await app.request(`/chat/${token}/stream`, { headers }));
}

async function codeOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  return body && typeof body === 'object' && 'code' in body ? body.code : undefined;
}

describe('the stream', () => {
  it('begins with what stands in the chat and goes on with what comes, both sides', async () => {
    const token = await openChat(app);
    const address = await addressOf(token);
    await channel.send({ id: 'msg_1', address, text: 'Welcome' });
    const stream = await listen(token);
    expect(await stream.next()).toMatchObject({
      event: 'message',
      data: { direction: 'out', text: 'Welcome' },
    });
    expect(await stream.next()).toEqual({ event: 'ready', id: undefined, data: { empty: false } });
    await post(token, { kind: 'text', text: 'Hi' });
    expect(await stream.next()).toMatchObject({ event: 'message', data: { direction: 'in', text: 'Hi' } });
    await channel.send({ id: 'msg_2', address, text: 'Hello' });
    expect(await stream.next()).toMatchObject({ data: { direction: 'out', text: 'Hello' } });
    await stream.close();
  });

  it('loses nothing over a reconnect: messages and edits that came meanwhile', async () => {
    const token = await openChat(app);
    const address = await addressOf(token);
    const sent = await channel.send({ id: 'msg_1', address, text: 'one' });
    const first = await listen(token);
    const { id } = await first.next();
    await first.close();
    for (let index = 2; index <= 150; index += 1)
      await channel.send({ id: `msg_${index}`, address, text: `${index}` });
    const replaces = sent.status === 'sent' ? sent.providerId : '';
    await channel.send({ id: 'msg_edit', address, text: 'one, edited', replaces });
    const second = await listen(token, id);
    for (let index = 2; index <= 150; index += 1) {
      expect(await second.next()).toMatchObject({ data: { text: `${index}` } });
    }
    expect(await second.next()).toMatchObject({ data: { text: 'one, edited', replaces: Number(replaces) } });
    await second.close();
  });

  it('says that the chat is empty, so the page can press start', async () => {
    const stream = await listen(await openChat(app));
    expect(await stream.next()).toMatchObject({ event: 'ready', data: { empty: true } });
    await stream.close();
  });

  it('gives signs of life while nothing happens', async () => {
    const web = await openWebParts(here.svoi.database);
    const lively = createSiteChat({ ...web, handle: async () => {}, clock: here.clock, heartbeatMs: 5 }).app;
    const stream = readEvents(await lively.request(`/chat/${await openChat(lively)}/stream`));
    expect(await stream.comment()).toBe(': still here');
    await stream.close();
  });

  it('shows a chat to nobody else', async () => {
    const token = await openChat(app);
    const other = await openChat(app);
    await channel.send({ id: 'msg_1', address: await addressOf(token), text: 'private' });
    const stream = await listen(other);
    expect(await stream.next()).toMatchObject({ event: 'ready', data: { empty: true } });
    await stream.close();
  });
});

describe('what a person does', () => {
  it('reaches the handler with the language, once per id however often it is sent', async () => {
    const token = await openChat(app);
    const event = { id: 'the-same-id', said: { kind: 'text', text: ' Hi ' }, language: 'en' };
    expect((await sendJson(app, `/chat/${token}/events`, event)).status).toBe(204);
    expect((await sendJson(app, `/chat/${token}/events`, event)).status).toBe(204);
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({ channel: 'web', said: { kind: 'text', text: 'Hi' }, language: 'en' });
    expect(events[0]?.id).toBe(events[1]?.id);
    const stream = await listen(token);
    expect(await stream.next()).toMatchObject({ event: 'message', data: { text: 'Hi' } });
    expect(await stream.next()).toMatchObject({ event: 'ready' });
    await stream.close();
  });

  it('that cannot be answered now is an error, and can be sent again', async () => {
    const web = await openWebParts(here.svoi.database);
    const handle = () => Promise.reject(new Error('the database failed'));
    const failing = createSiteChat({ ...web, handle, clock: here.clock }).app;
    const token = await openChat(app);
    const event = { id: 'the-same-id', said: { kind: 'text', text: 'Hi' } };
    failing.onError((_, c) => c.text('', 500));
    expect((await sendJson(failing, `/chat/${token}/events`, event)).status).toBe(500);
    expect((await sendJson(app, `/chat/${token}/events`, event)).status).toBe(204);
    expect(events).toHaveLength(1);
  });

  it.each([
    { what: 'a text of 2001 characters', said: { kind: 'text', text: 'x'.repeat(2001) }, status: 422 },
    { what: 'an empty text', said: { kind: 'text', text: '  ' }, status: 422 },
    { what: 'an unknown kind', said: { kind: 'contact', phone, own: true }, status: 422 },
    { what: 'a claim to have been blocked', said: { kind: 'blocked' }, status: 422 },
    { what: 'more than 16 KiB', said: { kind: 'text', text: 'x'.repeat(20_000) }, status: 413 },
  ])('$what is turned down', async ({ said, status }) => {
    const token = await openChat(app);
    expect((await post(token, said)).status).toBe(status);
    expect(events).toEqual([]);
  });

  it('a phone of its own invention is not taken', async () => {
    const token = await openChat(app);
    expect((await post(token, { kind: 'start' }, { provenPhone: phone })).status).toBe(422);
  });

  it('too fast is told to wait, and heard again after that', async () => {
    const token = await openChat(app);
    for (let index = 0; index < 20; index += 1) {
      expect((await post(token, { kind: 'text', text: `${index}` })).status).toBe(204);
    }
    const refused = await post(token, { kind: 'text', text: 'one more' });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await post(await openChat(app), { kind: 'start' })).status).toBe(204);
    here.clock.advance(1000);
    expect((await post(token, { kind: 'text', text: 'one more' })).status).toBe(204);
  });
});

describe('a chat', () => {
  it('opens only with a token this server made', async () => {
    const token = await openChat(app);
    const forged = `${token.slice(0, -4)}AAAA`;
    for (const wrong of [
      forged,
      'nonsense',
      await createSessionToken(secret, phone, here.clock.now() + hour),
    ]) {
      expect((await app.request(`/chat/${wrong}/stream`)).status).toBe(404);
      expect((await post(wrong, { kind: 'start' })).status).toBe(404);
    }
    expect(events).toEqual([]);
  });

  it('is opened again by its token, and anew by a token of nobody', async () => {
    const token = await openChat(app);
    const open = async (given: string) => (await sendJson(app, '/chat', { token: given })).json();
    expect(await open(token)).toEqual({ token });
    expect(await open(`${token}x`)).not.toEqual({ token: `${token}x` });
  });

  it('keeps its token over a restart: the secret is made once', async () => {
    const { values } = await openWebParts(here.svoi.database);
    expect(await chatSecret(values)).toBe(secret);
  });

  it('is not entered from the page of another site', async () => {
    const token = await openChat(app);
    const body = JSON.stringify({ id: 'foreign-1', said: { kind: 'start' } });
    const json = { 'content-type': 'application/json' };
    const tries: Record<string, string>[] = [
      { ...json, origin: 'https://evil.example' },
      { ...json, 'sec-fetch-site': 'cross-site' },
      { ...json, 'sec-fetch-site': 'same-site' },
      { ...json, origin: 'null' },
    ];
    for (const headers of tries) {
      const response = await app.request(`/chat/${token}/events`, { method: 'POST', headers, body });
      expect([response.status, await codeOf(response)]).toEqual([403, 'foreign_origin']);
    }
    const plain = { 'content-type': 'text/plain' };
    const form = await app.request(`/chat/${token}/events`, { method: 'POST', headers: plain, body });
    expect(form.status).toBe(415);
    expect(events).toEqual([]);
  });
});

describe('a customer whom the shop vouches for', () => {
  const sessionFor = (of: string, lasts = hour) => createSessionToken(secret, of, here.clock.now() + lasts);

  it('has a proved phone, and the same chat on every device', async () => {
    const session = await sessionFor(phone);
    const [desktop, mobile] = [await openChat(app, session), await openChat(app, session)];
    await post(desktop, { kind: 'start' }, { session });
    await post(mobile, { kind: 'start' }, { session });
    expect(events).toMatchObject([{ provenPhone: phone }, { provenPhone: phone }]);
    expect(events[0]?.address).toBe(events[1]?.address);
  });

  it('never gets the chat of another customer, nor of the visitor of the same browser', async () => {
    const visitor = await openChat(app);
    const [one, other] = [await sessionFor(phone), await sessionFor('+380671112233')];
    const [first, second] = [await openChat(app, one), await openChat(app, other)];
    await post(visitor, { kind: 'start' });
    await post(first, { kind: 'start' }, { session: one });
    await post(second, { kind: 'start' }, { session: other });
    expect(new Set(events.map((event) => event.address)).size).toBe(3);
    expect((await post(first, { kind: 'start' }, { session: other })).status).toBe(401);
    expect((await post(visitor, { kind: 'start' }, { session: one })).status).toBe(401);
    expect(events).toHaveLength(3);
  });

  it('is nobody with a forged session', async () => {
    const forged = await createSessionToken('another secret', phone, here.clock.now() + hour);
    const response = await sendJson(app, '/chat', { session: forged });
    expect([response.status, await codeOf(response)]).toEqual([401, 'token_invalid']);
  });

  it('is nobody with a chat token for a session', async () => {
    const response = await sendJson(app, '/chat', { session: await openChat(app) });
    expect(response.status).toBe(401);
  });

  it('is let go when the session expires', async () => {
    const session = await sessionFor(phone, hour);
    const token = await openChat(app, session);
    here.clock.advance(hour);
    expect(await codeOf(await sendJson(app, '/chat', { session }))).toBe('token_expired');
    expect((await post(token, { kind: 'start' }, { session })).status).toBe(401);
    expect((await app.request(`/chat/${token}/stream`)).status).toBe(401);
    expect(events).toEqual([]);
  });
});

describe('the widget', () => {
  it('is a script that any site may load', async () => {
    const response = await app.request('/chat.js');
    expect(response.headers.get('content-type')).toContain('javascript');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const etag = response.headers.get('etag') ?? '';
    expect((await app.request('/chat.js', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it.each(['uk', 'ru', 'en'])(
    'is a page in %s with nothing inline and nothing from elsewhere',
    async (locale) => {
      const response = await app.request(`/chat/frame?locale=${locale}`);
      const page = await response.text();
      expect(page).toMatch(new RegExp(`^<!doctype html><html lang="${locale}"`));
      expect(page).not.toMatch(/<style|style=|onclick=|https?:|<script(?! type="module" src="\/)/);
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toContain('unsafe');
      for (const [, path] of page.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
        expect((await app.request(path ?? '')).status).toBe(200);
      }
    },
  );

  it('can be put in a frame by every site, or by those named', async () => {
    const policyOf = async (site: Hono) =>
      (await site.request('/chat/frame')).headers.get('content-security-policy') ?? '';
    expect(await policyOf(app)).toContain('frame-ancestors *');
    const web = await openWebParts(here.svoi.database);
    const embedders = ['https://shop.example'];
    const named = createSiteChat({ ...web, handle: async () => {}, clock: here.clock, embedders });
    expect(await policyOf(named.app)).toContain("frame-ancestors 'self' https://shop.example");
  });

  it('has an icon for pages that name none', async () => {
    const answer = await app.request('/favicon.ico');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  });

  it.each(['/chat/files/tsconfig.json', '/chat/files/..%2Fstore.ts', '/chat/files/none.js'])(
    'serves no file but its own: not %s',
    async (path) => {
      expect((await app.request(path)).status).toBe(404);
    },
  );
});

describe('a process that gets ready', () => {
  it('tells people how far the year of the made-up shop is, in their language, and asks programs to come again', async () => {
    const { app, progress } = createStartingDoor();
    expect(await (await app.request('/')).text()).not.toContain('<progress');
    progress(0.42);
    const page = await app.request('/', { headers: { 'accept-language': 'en' } });
    const [status, refresh] = [page.status, page.headers.get('refresh')];
    expect({ status, refresh }).toEqual({ status: 503, refresh: '1' });
    expect(await page.text()).toMatch(/Svoi is waking up.*<progress[^>]* value="42"/s);
    const call = await app.request('/v1/purchases', { method: 'POST' });
    expect(call.headers.get('retry-after')).toBe('1');
    expect(await call.json()).toMatchObject({ status: 503, code: 'starting' });
  });
});
