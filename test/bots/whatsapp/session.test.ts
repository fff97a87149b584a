import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutgoingMessage } from '../../../bots/channel.ts';
import { createDispatcher } from '../../../bots/dispatcher.ts';
import { createRenderer } from '../../../bots/render.ts';
import type { WebMessage } from '../../../bots/whatsapp/session/client.ts';
import type { LinkState } from '../../../bots/whatsapp/session/link.ts';
import {
  createWhatsAppSession,
  type WhatsAppSession,
  type WhatsAppSessionOptions,
} from '../../../bots/whatsapp/session/whatsapp.ts';
import type { IncomingEvent } from '../../../core/dialogs/types.ts';
import type { Receipt } from '../../../core/messaging/receipts.ts';
import { createOutbox } from '../../../db/outbox.ts';
import { createTranslator } from '../../../locales/translator.ts';
import { describeChannel } from '../../contract/channel.ts';
import { deferred } from '../../support/deferred.ts';
import { type FakeWhatsApp, fakeWhatsApp } from '../../support/fake-whatsapp-web.ts';
import { testSvoi } from '../../support/svoi.ts';
import { type TestTimers, testTimers } from '../../support/timers.ts';

const noon = Date.parse('2026-11-22T10:00:00Z');
const minute = 60_000;
const day = 24 * 60 * minute;

let folder: string;
let fake: FakeWhatsApp;
let timers: TestTimers;
let now: number;
let events: IncomingEvent[];
let receipts: Receipt[];
let log: string[];
let printed: string[];
let opened: WhatsAppSession[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'svoi-whatsapp-'));
  now = noon;
  fake = fakeWhatsApp(() => now);
  timers = testTimers();
  [events, receipts, log, printed, opened] = [[], [], [], [], []];
});
afterEach(async () => {
  const stopping = Promise.all(opened.map((session) => session.stop()));
  await settle();
  await stopping;
  rmSync(folder, { recursive: true, force: true });
});

function open(options: Partial<WhatsAppSessionOptions> = {}): WhatsAppSession {
  const session = createWhatsAppSession({
    ...{ folder, timers, createClient: fake.createClient, random: () => 0 },
    handle: async (event) => void events.push(event),
    receive: async (told) => void receipts.push(...told),
    clock: { now: () => now },
    log: (level, message) => log.push(`${level} ${message}`),
    print: (text) => printed.push(text),
    url: () => 'http://localhost:3000',
    ...options,
  });
  opened.push(session);
  return session;
}

/** Lets promises that are ready go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function pass(milliseconds: number): Promise<void> {
  now += milliseconds;
  timers.advance(milliseconds);
  await settle();
}

async function started(options: Partial<WhatsAppSessionOptions> = {}): Promise<WhatsAppSession> {
  const session = open(options);
  session.start();
  await settle();
  return session;
}

async function send(session: WhatsAppSession, message: Partial<OutgoingMessage>) {
  const sending = session.channel.send({ id: 'msg_1', address: '380501234567', text: 'Hello', ...message });
  await pass(0);
  return sending;
}

const kinds = () => events.map((event) => event.said);

describeChannel('WhatsApp by session', async () => {
  const person = fake.person('380501234567');
  const session = createWhatsAppSession({
    ...{ folder, createClient: fake.createClient, random: () => 0, log: () => {}, print: () => {} },
    handle: async (event) => void events.push(event),
    receive: async () => {},
    clock: { now: () => now },
    url: () => '',
  });
  session.start();
  await settle();
  const says = async (text: string) => {
    person.say(text);
    await settle();
  };
  return {
    ...{ channel: session.channel, address: '380501234567', events },
    seen: async () => person.seen.map((message) => ({ ...message, buttons: [] })),
    fail(fault) {
      if (fault === 'slow_down') fake.tell({ kind: 'online', online: false });
      else if (fault === 'blocked') fake.leave('380501234567');
      else fake.fault('send', 'reject');
    },
    person: {
      start: (context) => says(context ? `start ${context}` : 'start'),
      say: says,
      async sendPhoto(bytes, caption) {
        person.sendPhoto(bytes, caption);
        await settle();
      },
      async sendSticker() {
        person.say('', { type: 'sticker' });
        await settle();
      },
    },
    close: () => session.stop(),
  };
});

describe('linking the phone', () => {
  beforeEach(() => {
    fake.linked = false;
  });

  it('a QR code is shown in the terminal and on the page, and each new one takes its place', async () => {
    const session = await started();
    expect(session.state()).toEqual({ kind: 'scan', qr: 'first-code', again: false });
    fake.tell({ kind: 'qr', qr: 'second-code' });
    expect(session.state()).toMatchObject({ qr: 'second-code' });
    expect(printed).toHaveLength(2);
    expect(printed[0]).toContain('█');
    expect(printed[0]).toContain(session.linkUrl());
    fake.link();
    expect(session.state()).toEqual({ kind: 'connected', phone: fake.phone, online: true });
    fake.tell({ kind: 'ready', phone: fake.phone });
    expect(printed.slice(2)).toEqual(['WhatsApp is connected as +380440000001.']);
  });

  it('a code to type is shown instead where the number is known', async () => {
    const session = await started({ pairPhone: '+380440000001' });
    fake.tell({ kind: 'code', code: 'ABCD1234' });
    expect(session.state()).toMatchObject({ kind: 'enter', code: 'ABCD1234', phone: '+380440000001' });
    expect(printed.at(-1)).toContain('ABCD-1234');
  });

  it('what is linked is known without a browser: for links, and for doctor', async () => {
    const session = open();
    await expect(session.publicName?.()).rejects.toThrow(/no phone is linked/);
    session.start();
    await settle();
    fake.link();
    await session.stop();
    const later = open({ chromiumPath: process.execPath });
    expect(await later.publicName?.()).toBe('380440000001');
    expect(later.link?.('380440000001', 'c_1')).toBe('https://wa.me/380440000001?text=start%20c_1');
    expect(await later.check()).toMatch(/^linked as \+380440000001, the session is kept in /);
    expect(fake.browsers.started).toBe(1);
  });

  it.each([
    { what: 'nothing is linked', options: { chromiumPath: process.execPath }, words: /no phone is linked/ },
    { what: 'there is no browser', options: { chromiumPath: '/nowhere/chromium' }, words: /CHROMIUM_PATH/ },
  ])('doctor says what to do when $what', async ({ options, words }) => {
    await expect(open(options).check()).rejects.toThrow(words);
  });

  it('nobody scans for ten minutes: the browser is off until somebody looks at the page', async () => {
    const session = await started();
    for (let tenth = 0; tenth < 10; tenth += 1) {
      fake.tell({ kind: 'qr', qr: `code ${tenth}` });
      await pass(minute);
    }
    expect(session.state()).toEqual({ kind: 'asleep' });
    expect(fake.browsers.running).toBe(0);
    await pass(day);
    expect(fake.browsers.started).toBe(1);
    await session.app.request(session.linkUrl());
    await settle();
    expect(session.state()).toMatchObject({ kind: 'scan' });
    expect(fake.browsers).toMatchObject({ running: 1, most: 1, started: 2 });
  });

  it('a code that is not renewed means a page that has stopped: it is opened again', async () => {
    const session = await started();
    await pass(90_000);
    expect(session.state()).toEqual({ kind: 'waiting', detail: 'the QR code was not renewed' });
    await pass(2000);
    expect(session.state()).toMatchObject({ kind: 'scan' });
  });
});

describe('a session that goes wrong', () => {
  it.each([
    { what: 'the browser is gone', act: () => fake.tell({ kind: 'ended', how: 'broken', detail: 'gone' }) },
    { what: 'the page does not answer', act: () => fake.fault('alive', 'hang'), afterMs: 90_000 },
    { what: 'the page fails when asked', act: () => fake.fault('alive', 'reject'), afterMs: 60_000 },
    {
      what: 'the page finds no connection for five minutes',
      act: () => fake.tell({ kind: 'online', online: false }),
      afterMs: 5 * minute,
    },
  ])('is started again: $what', async ({ act, afterMs = 0 }) => {
    const session = await started();
    act();
    await pass(afterMs);
    expect(session.state()).toMatchObject({ kind: 'waiting' });
    expect(fake.browsers.running).toBe(0);
    await pass(2000);
    expect(session.state()).toMatchObject({ kind: 'connected', online: true });
    expect(fake.browsers).toMatchObject({ running: 1, most: 1, started: 2 });
    expect(log.join()).toContain('starting the browser again');
  });

  it.each([
    { what: 'a browser that does not start', call: 'reject' as const, afterMs: 0 },
    { what: 'a page that does not come up', call: 'hang' as const, afterMs: 120_000 },
  ])('is tried again after $what', async ({ call, afterMs }) => {
    fake.fault('start', call);
    const session = await started();
    await pass(afterMs);
    expect(session.state()).toMatchObject({ kind: 'waiting' });
    await pass(2000);
    expect(session.state()).toMatchObject({ kind: 'connected' });
  });

  it('linked, but never ready: it is opened again', async () => {
    fake.linked = false;
    const session = await started();
    fake.tell({ kind: 'authenticated' });
    await pass(180_000);
    expect(session.state()).toEqual({ kind: 'waiting', detail: 'linked, but the messages did not come' });
  });

  it('waits twice as long after each failure, up to five minutes, and begins anew after a good minute', async () => {
    const session = await started({ random: () => 1 });
    const waits: number[] = [];
    for (let failure = 0; failure < 10; failure += 1) {
      fake.tell({ kind: 'ended', how: 'broken', detail: 'gone' });
      await settle();
      const from = now;
      while (session.state().kind === 'waiting') await pass(1000);
      waits.push((now - from) / 1000);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    await pass(minute);
    fake.tell({ kind: 'ended', how: 'broken', detail: 'gone' });
    await settle();
    await pass(2000);
    expect(session.state()).toMatchObject({ kind: 'connected' });
  });

  it('logged out: what was kept is removed, and a new code says why it is there', async () => {
    const session = await started();
    mkdirSync(join(folder, 'session'));
    writeFileSync(join(folder, 'session', 'keys'), 'secret');
    fake.linked = false;
    fake.tell({ kind: 'ended', how: 'logged_out', detail: 'LOGOUT' });
    await settle();
    expect(session.state()).toEqual({ kind: 'logged_out' });
    expect(log.join()).toMatch(/error .*link it again/);
    await expect.poll(() => readdirSync(folder)).toEqual(['linked.json']);
    await expect(session.check()).rejects.toThrow(/no phone is linked/);
    await expect
      .poll(() => pass(2000).then(() => session.state()))
      .toMatchObject({ kind: 'scan', again: true });
    fake.link();
    expect(session.state()).toMatchObject({ kind: 'connected' });
  });

  it('a number that WhatsApp does not let in is not tried again for an hour', async () => {
    const session = await started();
    fake.tell({ kind: 'ended', how: 'blocked', detail: 'TOS_BLOCK' });
    await settle();
    expect(session.state()).toEqual({ kind: 'blocked' });
    await pass(59 * minute);
    expect(fake.browsers.started).toBe(1);
    await pass(minute);
    expect(fake.browsers.started).toBe(2);
  });
});

describe('never two browsers', () => {
  it('start twice is one browser', async () => {
    const session = await started();
    session.start();
    await settle();
    expect(fake.browsers).toMatchObject({ running: 1, most: 1, started: 1 });
  });

  it('stop while it is starting leaves none, and it can be started again', async () => {
    fake.fault('start', 'hang');
    const session = await started();
    expect(session.state()).toEqual({ kind: 'starting' });
    await session.stop();
    expect(fake.browsers.running).toBe(0);
    expect(session.state()).toEqual({ kind: 'stopped' });
    expect(timers.waiting()).toBe(0);
    session.start();
    await settle();
    expect(session.state()).toMatchObject({ kind: 'connected' });
    fake.person('380501234567').say('Hi');
    await settle();
    expect(kinds()).toEqual([{ kind: 'text', text: 'Hi' }]);
  });

  it('stop while it waits for its next start ends at once', async () => {
    const session = await started();
    fake.tell({ kind: 'ended', how: 'broken', detail: 'gone' });
    await settle();
    await session.stop();
    expect(timers.waiting()).toBe(0);
  });

  it('another session on the same folder waits until it is free', async () => {
    const first = await started();
    const second = await started();
    expect(second.state()).toMatchObject({
      kind: 'waiting',
      detail: expect.stringMatching(/in use by process/),
    });
    await pass(minute);
    expect(fake.browsers).toMatchObject({ most: 1, started: 1 });
    await first.stop();
    await pass(5 * minute);
    expect(second.state()).toMatchObject({ kind: 'connected' });
  });

  const owner = { host: hostname(), pid: process.pid, life: 'an earlier one', at: noon };
  it.each([
    { whose: 'of an earlier process with our number', was: owner, taken: true },
    { whose: 'of a process that is gone', was: { ...owner, pid: 2 ** 22 + 1 }, taken: true },
    { whose: 'of a process that runs', was: { ...owner, pid: process.ppid }, taken: false },
    { whose: 'of another machine', was: { ...owner, host: 'another' }, taken: false },
    {
      whose: 'of another machine, silent',
      was: { ...owner, host: 'another', at: noon - 30_000 },
      taken: true,
    },
  ])('a folder $whose: taken is $taken', async ({ was, taken }) => {
    writeFileSync(join(folder, 'owner.json'), JSON.stringify(was));
    const session = await started();
    expect(session.state().kind).toBe(taken ? 'connected' : 'waiting');
  });

  it('the owner says that it lives, for as long as it does', async () => {
    await started();
    const heard = () => JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as unknown;
    await pass(10_000);
    await pass(10_000);
    expect(heard()).toMatchObject({ pid: process.pid, at: noon + 20_000 });
  });
});

describe('what people write', () => {
  const said = async (more: Partial<WebMessage>, text: string) => {
    fake.person('380501234567').say(text, more);
    await settle();
  };

  it('comes with the number that WhatsApp vouches for', async () => {
    await started();
    const { id } = fake.person('380501234567').say('Hi');
    await settle();
    const provenPhone = '+380501234567';
    const address = '380501234567';
    expect(events).toEqual([
      { id, channel: 'whatsapp', address, said: { kind: 'text', text: 'Hi' }, provenPhone },
    ]);
  });

  it.each([
    { what: 'start', more: {}, text: 'Start', is: { kind: 'start' } },
    { what: 'a link of ours', more: {}, text: 'start c_ABC-1', is: { kind: 'start', context: 'c_ABC-1' } },
    {
      what: 'a picture with words',
      more: { type: 'image', id: 'ABC', picture: { bytes: 7 } },
      text: 'look',
      is: { kind: 'attachment', text: 'look', picture: { ref: '380501234567@c.us/ABC', bytes: 7 } },
    },
    { what: 'a voice message', more: { type: 'ptt' }, text: '', is: { kind: 'attachment', text: '' } },
    {
      what: 'a contact of somebody else',
      more: {
        type: 'vcard',
        cards: ['BEGIN:VCARD\nTEL;type=CELL;waid=380671112233:+380 67 111 22 33\nEND:VCARD'],
      },
      text: '',
      is: { kind: 'contact', phone: '+380671112233', own: false },
    },
    {
      what: 'the own contact, without a note of WhatsApp',
      more: { type: 'vcard', cards: ['BEGIN:VCARD\nitem1.TEL:+380501234567\nEND:VCARD'] },
      text: '',
      is: { kind: 'contact', phone: '+380501234567', own: true },
    },
    {
      what: 'a contact without a number',
      more: { type: 'vcard', cards: ['BEGIN:VCARD\nFN:Olena\nEND:VCARD'] },
      text: '',
      is: { kind: 'text', text: '' },
    },
  ])('$what', async ({ more, text, is }) => {
    await started();
    await said(more, text);
    expect(kinds()).toEqual([is]);
  });

  it('an answer names the message of ours it points at', async () => {
    const session = await started();
    const person = fake.person('380501234567');
    const sent = await send(session, {});
    person.say('why?', { quotedId: sent.status === 'sent' ? sent.providerId : '' });
    await settle();
    expect(events[0]?.replyTo).toBe(person.seen[0]?.id);
  });

  it.each([
    { what: 'in a group', more: { chat: '12036302@g.us' } },
    { what: 'in a status', more: { chat: 'status@broadcast' } },
    { what: 'by ourselves', more: { fromMe: true } },
    { what: 'by WhatsApp, about its encryption', more: { type: 'e2e_notification' } },
    { what: 'and cannot be read yet', more: { type: 'ciphertext' } },
  ])('what is written $what is left alone', async ({ more }) => {
    await started();
    await said(more, 'Hi');
    expect(events).toEqual([]);
  });

  it('a person under a hidden id has one address, however the page names the chat', async () => {
    const session = await started();
    const person = fake.person('380671112233', { lid: '222@lid', onlyByLid: true });
    person.say('hidden');
    person.say('by phone', { chat: '380671112233@c.us' });
    await settle();
    const [provenPhone, address] = ['+380671112233', '380671112233'];
    expect(events).toMatchObject([
      { address, provenPhone },
      { address, provenPhone },
    ]);
    expect(await send(session, { address })).toMatchObject({ status: 'sent' });
    expect(person.seen).toHaveLength(1);
  });

  it('a person whose number WhatsApp does not tell has an address, and proves nothing', async () => {
    const session = await started();
    fake.person('380671112233', { lid: '333@lid', hidden: true }).say('Hi');
    await settle();
    expect(events).toMatchObject([{ address: '333@lid' }]);
    expect(events[0]).not.toHaveProperty('provenPhone');
    expect(await send(session, { address: '333@lid' })).toMatchObject({ status: 'sent' });
  });

  it('a number that cannot be looked up just now is looked up again', async () => {
    await started();
    fake.fault('names', 'reject');
    fake.person('380671112233', { lid: '222@lid' }).say('Hi');
    await settle();
    expect(events).toEqual([]);
    await pass(1000);
    expect(events).toMatchObject([{ address: '380671112233' }]);
  });

  it('is tried again until it is committed, in order, and holds up nobody else', async () => {
    let broken = true;
    await started({
      async handle(event) {
        if (broken && event.address === '380501234567') throw new Error('no commit');
        events.push(event);
      },
    });
    const [olena, borys] = [fake.person('380501234567'), fake.person('380671112233')];
    olena.say('one');
    olena.say('two');
    borys.say('three');
    await settle();
    expect(kinds()).toEqual([{ kind: 'text', text: 'three' }]);
    broken = false;
    await pass(1000);
    expect(kinds().slice(1)).toEqual([
      { kind: 'text', text: 'one' },
      { kind: 'text', text: 'two' },
    ]);
  });

  it('stop waits for the commit under way, and gives up what failed', async () => {
    const commit = deferred();
    const session = await started({ handle: () => commit.promise });
    fake.person('380501234567').say('Hi');
    await settle();
    let stopped = false;
    const stopping = session.stop().then(() => {
      stopped = true;
    });
    await settle();
    expect(stopped).toBe(false);
    commit.resolve();
    await stopping;
  });
});

describe('what came while we were away', () => {
  it('is taken once, however often the page comes back', async () => {
    const session = await started();
    const person = fake.person('380501234567');
    await session.stop();
    person.say('are you there?');
    now += minute;
    const next = await started();
    fake.tell({ kind: 'ready', phone: fake.phone });
    await settle();
    expect(kinds()).toEqual([{ kind: 'text', text: 'are you there?' }]);
    expect(next.state()).toMatchObject({ kind: 'connected' });
  });

  it('from before the phone was linked is for people to read', async () => {
    fake.person('380501234567').say('old', { at: noon - minute });
    await started();
    expect(events).toEqual([]);
  });

  it('is taken also after a log-out, when the same phone is linked again', async () => {
    const session = await started();
    fake.linked = false;
    fake.tell({ kind: 'ended', how: 'logged_out', detail: 'LOGOUT' });
    await settle();
    await pass(minute);
    fake.person('380501234567').say('are you there?');
    now += minute;
    await expect.poll(() => pass(2000).then(() => session.state().kind)).toBe('scan');
    fake.link();
    await settle();
    expect(kinds()).toEqual([{ kind: 'text', text: 'are you there?' }]);
  });

  it('is let go after a day', async () => {
    const session = await started();
    await session.stop();
    const person = fake.person('380501234567');
    person.say('long ago', { at: noon + 1 });
    person.say('lately', { at: noon + day });
    now = noon + day + minute;
    await started();
    expect(kinds()).toEqual([{ kind: 'text', text: 'lately' }]);
  });

  it('that cannot be read is said in the log, and the session goes on', async () => {
    fake.fault('unread', 'reject');
    const session = await started();
    expect(session.state()).toMatchObject({ kind: 'connected' });
    expect(log.join()).toContain(
      'what came while we were away could not be read: Protocol error: unread failed',
    );
  });
});

describe('acks', () => {
  it.each([
    { ack: -1, status: 'failed' },
    { ack: 0, status: undefined },
    { ack: 1, status: 'sent' },
    { ack: 2, status: 'delivered' },
    { ack: 3, status: 'read' },
    { ack: 4, status: 'read' },
    { ack: 9, status: undefined },
  ])('$ack means $status', async ({ ack, status }) => {
    await started();
    fake.tell({ kind: 'ack', id: 'OURS1', chat: '380501234567@c.us', ack });
    await settle();
    const receipt = { channel: 'whatsapp', providerId: 'OURS1', status, at: noon };
    expect(receipts).toEqual(status ? [receipt] : []);
  });

  it('of a group tell nothing', async () => {
    await started();
    fake.tell({ kind: 'ack', id: 'OURS1', chat: '12036302@g.us', ack: 2 });
    await settle();
    expect(receipts).toEqual([]);
  });

  it('are told in order, also when one has to be told again', async () => {
    let broken = true;
    await started({
      async receive(told) {
        if (broken) throw new Error('no commit');
        receipts.push(...told);
      },
    });
    for (const ack of [1, 2, 3]) fake.tell({ kind: 'ack', id: 'OURS1', chat: '222@lid', ack });
    await settle();
    broken = false;
    await pass(1000);
    expect(receipts.map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
  });
});

describe('sending', () => {
  beforeEach(() => void fake.person('380501234567'));

  it('is gentle: one message in three seconds, one at a time, never to the beat', async () => {
    const session = await started({ random: () => 0.5 });
    expect(session.channel.abilities).toMatchObject({ ratePerSecond: 1 / 3, parallel: 1, buttons: false });
    const sending = session.channel.send({ id: 'msg_1', address: '380501234567', text: 'Hello' });
    await pass(749);
    let done = false;
    void sending.then(() => {
      done = true;
    });
    await settle();
    expect(done).toBe(false);
    await pass(1);
    expect(await sending).toMatchObject({ status: 'sent' });
  });

  it('waits two minutes for a session that comes back, then lets other channels have the message', async () => {
    const session = await started();
    fake.fault('start', 'hang');
    fake.tell({ kind: 'ended', how: 'broken', detail: 'gone' });
    await settle();
    expect(await send(session, {})).toEqual({ status: 'slow_down', retryAfterMs: 2000 });
    await pass(2 * minute - 1);
    expect(await send(session, {})).toMatchObject({ status: 'slow_down' });
    await pass(1);
    expect(await send(session, {})).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('not connected'),
    });
  });

  it('never waits for somebody to link the phone', async () => {
    fake.linked = false;
    const session = await started();
    expect(await send(session, {})).toMatchObject({ status: 'failed' });
  });

  it('a page that does not answer has not sent', async () => {
    const session = await started();
    fake.fault('send', 'hang');
    const sending = session.channel.send({ id: 'msg_1', address: '380501234567', text: 'Hello' });
    await pass(0);
    await pass(20_000);
    expect(await sending).toEqual({ status: 'failed', detail: 'the page did not answer within 20 s' });
  });

  it('the words of a fault are one line, without the stack of the page', async () => {
    const session = await started();
    fake.fault('send', 'reject');
    expect(await send(session, {})).toEqual({ status: 'failed', detail: 'Protocol error: send failed' });
  });
});

describe('the page', () => {
  const get = (session: WhatsAppSession, language = 'uk', url = session.linkUrl()) =>
    Promise.resolve(session.app.request(url, { headers: { 'accept-language': language } }));

  it.each([
    { language: 'uk-UA', words: 'Відскануйте цей код' },
    { language: 'ru', words: 'Отсканируйте этот код' },
    { language: 'en-GB', words: 'Scan this code' },
    { language: 'de', words: 'Відскануйте цей код' },
  ])('speaks $language, with nothing inline and nothing from elsewhere', async ({ language, words }) => {
    fake.linked = false;
    const response = await get(await started(), language);
    const page = await response.text();
    expect(page).toContain(words);
    expect(page).toMatch(/<img [^>]*src="data:image\/svg\+xml,[^"]+" alt="[^"]+"/);
    expect(page).not.toMatch(/<style|style=|onclick=|<script(?! type="module" src="\/)/);
    expect(response.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'",
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it.each(['', '?key=', '?key=wrong', `?key=${'0'.repeat(32)}`])(
    'is for nobody without its key: %s',
    async (query) => {
      fake.linked = false;
      const session = await started();
      const response = await get(session, 'en', `http://localhost:3000/whatsapp/link${query}`);
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain('Scan');
    },
  );

  it('has a key of its own in every process', () => {
    expect(open().linkUrl()).not.toBe(open().linkUrl());
  });

  const steps: readonly {
    state: LinkState['kind'] | 'offline';
    act: () => void;
    words: RegExp;
    afterMs?: number;
  }[] = [
    { state: 'connected', act: () => fake.link(), words: /WhatsApp is connected.*\+380440000001/s },
    {
      state: 'offline',
      act: () => fake.tell({ kind: 'online', online: false }),
      words: /No connection to WhatsApp/,
    },
    { state: 'enter', act: () => fake.tell({ kind: 'code', code: 'ABCD1234' }), words: /ABCD-1234/ },
    { state: 'starting', act: () => fake.tell({ kind: 'authenticated' }), words: /WhatsApp is starting/ },
    {
      state: 'waiting',
      act: () => fake.tell({ kind: 'ended', how: 'broken', detail: '<b>gone' }),
      words: /being restored.*&lt;b&gt;gone/s,
    },
    {
      state: 'logged_out',
      act: () => fake.tell({ kind: 'ended', how: 'logged_out', detail: '' }),
      words: /WhatsApp ended the session/,
    },
    {
      state: 'blocked',
      act: () => fake.tell({ kind: 'ended', how: 'blocked', detail: '' }),
      words: /does not let this number in/,
    },
  ];
  it.each(steps)('says so when it is $state', async ({ act, words, state }) => {
    fake.linked = false;
    const session = await started();
    if (state === 'offline') fake.link();
    act();
    await settle();
    expect(await (await get(session, 'en')).text()).toMatch(words);
  });
});

describe('a whole shop', () => {
  it('somebody joins with the number that WhatsApp vouches for, and finds the way by numbers', async () => {
    let wake = () => {};
    const here = await testSvoi({ writer: { onMessages: () => wake() } });
    const session = await started({ handle: here.svoi.handleEvent });
    const dispatcher = createDispatcher({
      ...{ channels: [session.channel], outbox: createOutbox(here.svoi.database), timers, clock: here.clock },
      ...{ render: createRenderer(createTranslator()), formats: () => here.svoi.program(), random: () => 0 },
    });
    wake = dispatcher.wake;
    dispatcher.start();
    const person = fake.person('380501234567');
    const answerTo = async (text: string) => {
      const before = person.seen.length;
      person.say(text);
      await vi.waitUntil(() => pass(1000).then(() => person.seen.length > before), {
        timeout: 20_000,
        interval: 1,
      });
      return person.seen.at(-1);
    };
    expect((await answerTo('start'))?.text).toMatch(/^1\. /m);
    expect((await answerTo('1'))?.text).toContain('Ваш номер ми вже бачимо');
    expect((await answerTo('1'))?.text).toContain('50 балів');
    const card = await answerTo('/card');
    expect(card).toMatchObject({ picture: true });
    expect((await answerTo('menu'))?.text).toMatch(/^1\. .*\n2\. /m);
    await dispatcher.stop();
    here.close();
  });
});
