import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCoupon } from '../../core/coupons/create.ts';
import { issueCoupon } from '../../core/coupons/issue.ts';
import { type Locale, locales } from '../../core/customers/types.ts';
import type { CustomerId } from '../../core/ids.ts';
import { instantEventTypes } from '../../core/journeys/events.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { readRows } from '../../db/database.ts';
import { type TestChat, testChat } from '../support/chat.ts';
import { aDefinition } from '../support/coupons.ts';
import { rewrite, switchOff, switchOn } from '../support/journeys.ts';
import { aPurchase, buy } from '../support/purchases.ts';
import { type TestSvoi, testSvoi } from '../support/svoi.ts';

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi();
});
afterEach(() => t.close());

const texts = (heard: readonly { readonly text: string }[]) => heard.map((one) => one.text);
const purchase = (externalId: string, more = {}) =>
  buy(t.svoi, aPurchase({ at: t.clock.now(), externalId, ...more }));

async function member(language: Locale = 'uk') {
  const chat = testChat(t.svoi, { address: language, language });
  await chat.contact('380671234567');
  return chat;
}

test('off is not told, and on again is', async () => {
  const chat = await member();
  await switchOff(t.svoi, 'points_earned');
  await purchase('1');
  expect(await chat.hear()).toEqual([]);
  await switchOn(t.svoi, 'points_earned');
  await purchase('2');
  expect(texts(await chat.hear())).toEqual(['+50 балів! Тепер у вас 150 балів.']);
});

test('a text of the shop takes the place of ours, with the points as they are after the purchase', async () => {
  const chat = await member();
  await rewrite(t.svoi, 'points_earned', (journey) => ({
    ...journey,
    steps: [
      {
        message: {
          text: { uk: 'Дякуємо! {{event.points, points}} Ваші, разом {{points.balance, points}}.' },
          buttons: [[{ label: { uk: 'Мої бали' }, opens: 'points' }]],
        },
      },
    ],
  }));
  await purchase('1');
  const [heard] = await chat.hear();
  expect(heard?.text).toBe('Дякуємо! 50 балів Ваші, разом 100 балів.');
  expect(heard?.buttons).toEqual(['Мої бали']);
  expect(await chat.tap('Мої бали')).not.toEqual([]);
});

test('where a text of the shop would have a hole, ours is said', async () => {
  const chat = await member();
  await rewrite(t.svoi, 'points_earned', (journey) => ({
    ...journey,
    steps: [{ message: { text: { uk: 'Ще чекаємо до {{event.release_at, day}}.' }, buttons: [] } }],
  }));
  await purchase('1');
  expect(texts(await chat.hear())).toEqual(['+50 балів! Тепер у вас 100 балів.']);
});

test('who does not want to hear of points is not told, and is of a coupon', async () => {
  const chat = await member();
  const [row] = await readRows(t.svoi.database, 'select id from customers');
  await t.svoi.database.write([
    {
      sql: "insert into mutes (customer_id, subject, until, at) values (?, 'topic:points', ?, 0)",
      args: [row?.id ?? '', t.clock.now() + 1000],
    },
  ]);
  await purchase('1');
  await coupon();
  expect(texts(await chat.hear())).toEqual(['Для вас є купон: Знижка.']);
  t.clock.advance(2000);
  await purchase('2');
  expect(await chat.hear()).toHaveLength(1);
});

async function coupon(): Promise<void> {
  const { submit, program } = t.svoi;
  const definition = aDefinition({
    ...{ code: {}, effect: { kind: 'percent', percent: 10 } },
    texts: { uk: { title: 'Знижка' } },
  });
  const made = await submit(createCoupon(definition, 'test', purchaseRules(program())));
  if (!made.ok) throw new Error(made.refusal.detail);
  const customer = { phone: '+380671234567' };
  const issue = { couponId: made.result.id, customer, actor: 'test', scope: 'test', key: '1' };
  await submit(issueCoupon(issue, purchaseRules(program())));
}

describe('the texts that are there to be edited say what ours say', () => {
  const at = Date.parse('2026-11-30T10:00:00+02:00');
  const earned = { type: 'points_earned', actedAt: null, points: 0, pending: 0, spent: 0 } as const;
  const of = { releaseAt: null, balance: 105, reference: 'x', at } as const;
  const back = { type: 'goods_returned', amountMinor: 40_000, takenBack: 0, returned: 0, ...of } as const;
  const title = { uk: { title: 'Знижка' }, ru: { title: 'Скидка' }, en: { title: 'A discount' } };
  const coupon = { type: 'coupon_issued', name: 'Spring', texts: title, at } as const;
  const events = [
    { ...earned, ...of, points: 21 },
    { ...earned, ...of, points: 21, spent: 5 },
    { ...earned, ...of, spent: 5 },
    { ...earned, ...of, pending: 3 },
    { ...earned, ...of, pending: 3, spent: 1, releaseAt: at },
    { ...earned, ...of, pending: 3, points: 2, spent: 1, releaseAt: at },
    { type: 'points_spent', points: 7, store: null, ...of },
    { type: 'points_spent', points: 7, store: 'Київ-1', ...of },
    back,
    { ...back, takenBack: 20 },
    { ...back, takenBack: 20, returned: 2 },
    { type: 'points_adjusted', points: 30, note: 'за чекання', ...of },
    { type: 'points_adjusted', points: -30, note: null, ...of },
    { ...coupon, validUntil: null },
    { ...coupon, validUntil: at },
  ] as const;

  async function toldOf(chat: TestChat): Promise<string[]> {
    const [row] = await readRows(t.svoi.database, 'select id from customers');
    const customerId = String(row?.id) as CustomerId;
    for (const event of events) {
      await t.svoi.submit({
        name: 'test.event',
        needs: { customers: [{ ref: { id: customerId } }] },
        decide: () => ({ ok: true, changes: { events: [{ ...event, customerId }] }, result: {} }),
      });
    }
    return texts(await chat.hear());
  }

  test.each(locales)('in %s', async (locale) => {
    const chat = await member(locale);
    const ours = await toldOf(chat);
    for (const key of instantEventTypes) await rewrite(t.svoi, key, (journey) => ({ ...journey, weight: 1 }));
    expect(ours).toHaveLength(events.length);
    expect(await toldOf(chat)).toEqual(ours);
  });
});
