import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CustomerRef } from '../../../core/customers/types.ts';
import type { ShopId } from '../../../core/ids.ts';
import { type OrderInput, tellOrderStatus } from '../../../core/journeys/order_status.ts';
import { type CartInput, emptyCart, putCart } from '../../../core/purchases/cart_changes.ts';
import type { Cart } from '../../../core/purchases/carts.ts';
import { findCart } from '../../../db/carts.ts';
import type { Drawing } from '../../../drawings.ts';
import { settleDue } from '../../../jobs.ts';
import { messagePictures } from '../../../message_pictures.ts';
import { converse, type TestChat } from '../../support/chat.ts';
import { rewrite, switchOn } from '../../support/journeys.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const shopId = 'shp_test' as ShopId;
const olenaPhone = '+380671234567';
const lamp = { sku: 'A-1', name: 'Lamp', quantity: 2, unitPriceMinor: 64_900, url: null, image: null };
const cheese = {
  sku: 'B-2',
  name: 'Cheese',
  quantity: 0.314,
  unitPriceMinor: 52_000,
  url: null,
  image: null,
};
const cup = { sku: 'C-3', name: 'Cup', quantity: 1, unitPriceMinor: 12_050, url: null, image: null };

let t: TestSvoi;
let olena: TestChat;
beforeEach(async () => {
  t = await testSvoi();
  olena = await aMember(t.svoi, olenaPhone, 'Olena');
});
afterEach(() => t.close());

async function leave(
  given: Partial<CartInput> = {},
  customer: CustomerRef = { phone: olenaPhone },
): Promise<Cart> {
  const input: CartInput = {
    ...{ shopId, externalId: 'cart-1', customer, visitor: null, items: [lamp, cheese, cup] },
    ...{ url: 'https://shop.example/cart', updatedAt: t.clock.now() },
    ...given,
  };
  const outcome = await t.svoi.submit(putCart(input, t.svoi.program().carts));
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
  return outcome.result;
}

async function order(given: Partial<OrderInput> = {}): Promise<void> {
  const customer = { phone: olenaPhone };
  const input = { shopId, externalId: 'o-1', customer, status: 'paid', at: t.clock.now(), ...given };
  expect((await t.svoi.submit(tellOrderStatus(input))).ok).toBe(true);
}

const stateOf = async (id = 'cart-1') => (await findCart(t.svoi.database, shopId, id))?.state;

describe('a reminder that waits for the morning', () => {
  beforeEach(async () => {
    await olena.press('messages:marketing-on');
    await rewrite(t.svoi, 'cart', (definition) => ({ ...definition, control: 0 }));
    await switchOn(t.svoi, 'cart');
    t.clock.set(Date.parse('2026-11-22T20:30:00+02:00'));
  });

  async function untilMorning(inTheEvening: () => Promise<unknown>): Promise<string[]> {
    await leave();
    t.clock.set(Date.parse('2026-11-22T21:31:00+02:00'));
    await settleDue(t.svoi);
    await inTheEvening();
    await olena.hear();
    await settleDue(t.svoi);
    t.clock.set(Date.parse('2026-11-23T09:05:00+02:00'));
    await settleDue(t.svoi);
    return (await olena.hear()).map(({ text }) => text);
  }

  test('comes then', async () => {
    expect((await untilMorning(async () => {})).join()).toContain('Lamp');
  });

  test('is taken back when the cart is not wanted any more', async () => {
    expect(await untilMorning(async () => olena.press(`decline:${await cartId()}`))).toEqual([]);
  });

  test('is taken back where it was the last there was to say, too', async () => {
    await rewrite(t.svoi, 'cart', (definition) => ({ ...definition, steps: definition.steps.slice(0, 1) }));
    expect(await untilMorning(async () => olena.press(`decline:${await cartId()}`))).toEqual([]);
  });
});

const cartId = async () => (await findCart(t.svoi.database, shopId, 'cart-1'))?.id;

describe('a customer’s cart', () => {
  test('is shown with quantities, sums and the way back to it, and leads away again', async () => {
    await leave();
    await converse(
      olena,
      `> /menu
       My cart
       >> My cart
       In your cart:
       Lamp × 2 — ₴1,298
       Cheese × 0.314 — ₴163.28
       Cup — ₴120.50
       Total: ₴1,581.78
       Open the cart
       Ask a person
       [No longer interested] [Menu]`,
    );
    const [shown] = await olena.press('cart');
    expect((shown?.reply.buttons ?? []).flat()[0]).toMatchObject({
      kind: 'link',
      url: 'https://shop.example/cart',
    });
  });

  test('that is long ends in how much more there is', async () => {
    await leave({ items: Array.from({ length: 12 }, (_, index) => ({ ...cup, name: `Cup ${index}` })) });
    const [shown] = await olena.press('cart');
    expect(shown?.text).toContain('Cup 7 — ₴120.50\n…and 4 more\nTotal: ₴1,446');
    expect(shown?.text).not.toContain('Cup 8');
  });

  test('is let go of with one tap, and stays so', async () => {
    const { id } = await leave();
    await converse(olena, '>> start');
    expect((await olena.press(`decline:${id}`))[0]?.text).toMatch(/^All right, we won’t remind you/);
    expect(await stateOf()).toBe('declined');
    expect((await olena.press(`decline:${id}`))[0]?.text).toMatch(/^All right/);
    t.clock.advance(60_000);
    await leave();
    expect(await stateOf()).toBe('declined');
    await leave({ items: [cup], updatedAt: t.clock.now() });
    expect(await stateOf()).toBe('declined');
    t.clock.advance(60_000);
    await leave({ items: [cup] });
    expect(await stateOf()).toBe('open');
  });

  test('that was bought or emptied meanwhile says so', async () => {
    const bought = await leave();
    await buy(t.svoi, aPurchase({ at: t.clock.now(), cartId: 'cart-1' }));
    await olena.hear();
    expect((await olena.press(`decline:${bought.id}`))[0]?.text).toMatch(
      /^You have bought this cart already/,
    );
    expect(await stateOf()).toBe('bought');
    const emptied = await leave({ externalId: 'cart-2' });
    await t.svoi.submit(emptyCart({ shopId, externalId: 'cart-2' }));
    expect((await olena.press(`cart:${emptied.id}`))[0]?.text).toMatch(/^This cart is gone/);
    const next = await leave({ externalId: 'cart-3' });
    expect((await olena.press(`cart:${emptied.id}`))[0]?.text).toMatch(/^This cart is gone.*In your cart:/s);
    expect((await olena.press(`cart:${next.id}`))[0]?.text).toMatch(/^In your cart:/);
  });

  test('is nobody else’s to see or to let go of', async () => {
    const petro = await aMember(t.svoi, '+380673333333', 'Petro');
    const { id } = await leave();
    expect((await petro.press(`cart:${id}`))[0]?.text).toMatch(/^Your cart is empty/);
    await petro.press(`decline:${id}`);
    expect(await stateOf()).toBe('open');
    expect((await petro.press('cart:anything'))[0]?.text).not.toContain('Lamp');
  });

  test('that was forgotten is shown no more', async () => {
    await leave();
    t.clock.advance(15 * 86_400_000);
    expect((await olena.press('cart'))[0]?.text).toMatch(/^Your cart is empty/);
  });
});

describe('the picture of a cart', () => {
  test('is drawn as the cart is now, and not at all once it is none', async () => {
    const { id } = await leave();
    const drawn: Drawing[] = [];
    const png = async (drawing: Drawing) => {
      drawn.push(drawing);
      return new Uint8Array([drawn.length]);
    };
    const draw = messagePictures(t.svoi, png);
    await leave({ items: [cup], updatedAt: t.clock.now() });
    expect(await draw({ kind: 'cart', cart: id }, { locale: 'ru' })).toEqual({
      ...{ type: 'image/png', bytes: new Uint8Array([1]) },
    });
    expect(drawn).toMatchObject([
      { cart: { items: [{ name: 'Cup' }], totalMinor: 12_050 }, reader: { locale: 'ru', currency: 'UAH' } },
    ]);
    await olena.press(`decline:${id}`);
    expect(await draw({ kind: 'cart', cart: id }, { locale: 'ru' })).toBeUndefined();
  });
});

describe('words that answer a message about a cart', () => {
  test('reach the staff, who see the cart', async () => {
    const ivan = await aColleague(t.svoi, '+380671111111', 'Ivan Bondar', 'cashier');
    await leave();
    await olena.press('cart');
    expect((await olena.say('Is the lamp dimmable?'))[0]?.text).toMatch(/^Your question is with our team/);
    const [alert] = await ivan.hear();
    expect(alert?.text).toContain('Cart, 22/11/26, 12:00, ₴1,581.78:\nLamp × 2 — ₴1,298\nCheese × 0.314');
    expect(alert?.text).toContain('Is the lamp dimmable?');
    await ivan.tap('Take');
    await ivan.tap('Answer');
    await ivan.say('It is.');
    expect((await olena.hear()).at(-1)?.text).toBe('Ivan: It is.');
  });

  test('are for the bot where they choose, command or go home', async () => {
    const ivan = await aColleague(t.svoi, '+380671111111', 'Ivan Bondar', 'cashier');
    await leave();
    for (const words of ['0', '77', '/points', '/nonsense', '1']) {
      await olena.press('cart');
      await olena.say(words);
    }
    expect((await ivan.hear()).map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Olena asks for a person/),
    ]);
  });

  test('are for the bot again once something else was shown', async () => {
    const ivan = await aColleague(t.svoi, '+380671111111', 'Ivan Bondar', 'cashier');
    await leave();
    await olena.press('cart');
    await olena.press('menu');
    await olena.say('hello');
    expect(await ivan.hear()).toEqual([]);
  });
});

describe('a customer’s orders', () => {
  test('stand with what is to be done first, each with its way on', async () => {
    await order({ externalId: 'o-1', status: 'delivered', totalMinor: 50_000 });
    await order({
      externalId: 'o-2',
      number: '1077',
      status: 'shipped',
      trackingUrl: 'https://post.example/59',
    });
    const dueAt = t.clock.now() + 5 * 86_400_000;
    await order({
      ...{ externalId: 'i-3', number: 'INV-204', kind: 'invoice', status: 'awaiting_payment' },
      ...{ totalMinor: 1_250_000, dueAt, url: 'https://shop.example/invoices/204' },
    });
    await order({ externalId: 'o-4', status: 'у цеху' });
    await converse(
      olena,
      `> /orders
       Your orders:
       Order o-4: у цеху
       Invoice INV-204: awaiting payment
       22/11/26 · ₴12,500
       To be paid by 27 November 2026
       Order 1077: on its way
       Order o-1: delivered
       22/11/26 · ₴500
       Pay INV-204
       Where is 1077?
       [Talk to a person] [Menu]`,
    );
  });

  test('that nobody told of are none', async () => {
    expect((await olena.say('/orders'))[0]?.text).toMatch(/^No orders yet/);
    expect((await olena.say('/menu'))[0]?.buttons.join()).not.toContain('My orders');
  });

  test('and the cart stand on the card of the staff', async () => {
    const ivan = await aColleague(t.svoi, '+380671111111', 'Ivan Bondar', 'manager');
    await leave();
    await order({ status: 'shipped', number: '1077' });
    const [card] = await ivan.say(`/who ${olenaPhone}`);
    expect(card?.text).toContain('Cart, 22/11/26, 12:00, ₴1,581.78:');
    expect(card?.text).toContain('Under way:\nOrder 1077: on its way');
  });
});
