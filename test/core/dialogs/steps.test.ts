import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Said } from '../../../core/dialogs/types.ts';
import { readRow, statement } from '../../../db/database.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { converse, type TestChat, testChat } from '../../support/chat.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
let chat: TestChat;
beforeEach(async () => {
  t = await testSvoi();
  chat = testChat(t.svoi, { language: 'en' });
});
afterEach(() => t.close());

const address = () => readRow(t.svoi.database, 'select * from addresses');

describe('a step', () => {
  test('taken twice by the same event changes nothing and says nothing', async () => {
    await chat.contact('380671234567');
    const before = await address();
    expect(await chat.sendAgain()).toEqual([]);
    expect(await address()).toEqual(before);
  });

  test('answers a tap in the place of the message that was tapped, and anything else anew', async () => {
    await chat.contact('380671234567');
    expect((await chat.press('points', 'm77'))[0]?.replaces).toBe('m77');
    expect((await chat.say('menu'))[0]?.replaces).toBeNull();
  });

  test('of an older version starts over kindly', async () => {
    await chat.contact('380671234567');
    const old = JSON.stringify({ version: 0, step: 'name', data: {}, choices: ['erase:yes'] });
    const sql = 'update addresses set state = ?, revision = revision + 1';
    await t.svoi.database.write([statement(sql, old)]);
    await converse(chat, '> 1\nWe have changed a few things\nYou have 50 points.');
  });

  test('of several in one chat at once are taken one after the other', async () => {
    await chat.contact('380671234567');
    await Promise.all(['0', '/points', '/help', 'menu', '/card'].map((text) => chat.say(text)));
    expect((await address())?.revision).toBe(6);
  });
});

describe('home', () => {
  test.each(['0', 'menu', 'МЕНЮ', '/menu', ' /menu@svoi_bot '])(
    'is where "%s" leads from any step',
    async (text) => {
      await chat.contact('380671234567');
      for (const screen of ['name', 'birthday', 'history', 'erase', 'leave', 'messages', 'card']) {
        await chat.press(screen);
        expect((await chat.say(text))[0]?.text).toBe('You have 50 points. What would you like to see?');
      }
    },
  );

  test('is what an answer that is not understood comes back to', async () => {
    await chat.contact('380671234567');
    await chat.say('menu');
    await converse(chat, '> qwerty\nSorry, we did not get that.\n[My points] [History]');
    await converse(chat, '> 10\nSorry, we did not get that.\n[My points] [History]');
  });
});

describe('an old button', () => {
  test.each([
    'skip',
    'remove',
    'marketing:yes',
    'erase:yes',
    'erase:next',
    'leave:yes',
    'lang:fr',
    'nonsense',
    'toString:1',
  ])('"%s" does nothing, and says where we are now', async (data) => {
    await chat.contact('380671234567');
    await chat.say('menu');
    expect((await chat.press(data))[0]?.text).toContain('That button is from an earlier conversation.');
    expect((await address())?.customer_id).not.toBeNull();
    expect(await readRow(t.svoi.database, 'select name, erased_at from customers')).toEqual({
      name: null,
      erased_at: null,
    });
  });
});

describe('a chat that', () => {
  test('blocked us is not reachable until the person is back, and nothing is said to it', async () => {
    await chat.contact('380671234567');
    const seen = t.clock.now();
    t.clock.advance(1000);
    expect(await chat.send({ kind: 'blocked' })).toEqual([]);
    expect(await address()).toMatchObject({ reachable: 0, last_seen_at: seen });
    expect(await chat.send({ kind: 'returned' })).toEqual([]);
    expect(await address()).toMatchObject({ reachable: 1, last_seen_at: seen + 1000 });
  });

  test('blocked us and then writes is reachable', async () => {
    await chat.contact('380671234567');
    await chat.send({ kind: 'blocked' });
    await chat.say('menu');
    expect(await address()).toMatchObject({ reachable: 1 });
  });

  test('was never there cannot be blocked', async () => {
    await chat.send({ kind: 'blocked' });
    expect(await address()).toBeUndefined();
  });
});

const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ kind: fc.constant('start' as const), context: fc.string({ maxLength: 80 }) }),
  fc.record({
    kind: fc.constant('text' as const),
    text: fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '0',
        '1',
        '2',
        '3',
        '4',
        '7',
        '/points',
        '/history',
        '/start x',
        '25.12',
        'Олена',
        '0671234567',
      ),
    ),
  }),
  fc.record({
    kind: fc.constant('press' as const),
    messageId: fc.constant('m1'),
    data: fc.oneof(
      fc.string(),
      fc.constantFrom(
        'menu',
        'points',
        'history',
        'history:2',
        'why:1',
        'settings',
        'name',
        'birthday',
        'skip',
        'remove',
      ),
      fc.constantFrom(
        'lang:uk',
        'join',
        'join:yes',
        'messages:marketing-on',
        'leave',
        'leave:yes',
        'erase',
        'erase:next',
        'erase:yes',
      ),
    ),
  }),
  fc.record({
    kind: fc.constant('contact' as const),
    phone: fc.constantFrom('380671234567', '380671234568', 'x'),
    own: fc.boolean(),
  }),
  fc.constantFrom({ kind: 'blocked' as const }, { kind: 'returned' as const }),
);

test('no conversation ends: whatever is said, one answer with a way on, short enough to tap, and a sound ledger', async () => {
  let people = 0;
  const conversation = fc.array(said, { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      conversation,
      fc.constantFrom('telegram' as const, 'web' as const),
      async (events, channel) => {
        people += 1;
        const person = testChat(t.svoi, { address: `p${people}`, channel, language: 'uk' });
        for (const event of events) {
          const heard = await person.send(event);
          if (event.kind === 'blocked' || event.kind === 'returned') {
            expect(heard).toEqual([]);
            continue;
          }
          expect(heard).toHaveLength(1);
          expect(heard[0]?.text.length).toBeGreaterThan(0);
          const buttons = (heard[0]?.reply.buttons ?? []).flat();
          expect(buttons.length).toBeGreaterThan(0);
          for (const button of buttons) {
            if (button.kind === 'press') expect(Buffer.byteLength(button.data)).toBeLessThanOrEqual(64);
          }
        }
      },
    ),
    { numRuns: 60, seed: 20261122 },
  );
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
});
