import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { shareOf } from '../../core/segments/share.ts';
import type { TestChat } from '../support/chat.ts';
import { rewrite, switchOff, switchOn } from '../support/journeys.ts';
import { hasLibsqlServer, type LibsqlServer, startLibsqlServer } from '../support/sqld.ts';
import { aColleague } from '../support/staff.ts';
import { type Guest, type GuestOptions, type StoryShop, storyShop } from '../support/stories.ts';

/** A shop of which stories are easily foretold: who is in which segment is a matter of plain bounds. */
const program = {
  rewards: [{ name: 'кава', points: 120 }],
  tiers: [{ name: 'срібний', spend_minor: 500_000 }],
  points_live_days: 31,
  marketing_messages_in_7_days: 100,
  proof: { control_percent: 0, holdout_percent: 0, within_days: 14, margin_percent: 30 },
  rfm: {
    profiles: [
      {
        ...{ name: 'main', method: 'bounds', scores: 5, map: {} },
        bounds: { recency_days: [30, 60, 90, 180], orders: [1, 2, 3, 5], paid_minor: [1, 2, 3, 4] },
      },
    ],
    ...{ segments: {}, rf_segments: {} },
  },
} as const;

/** What happens to somebody, and what stands in the chat in the end. */
interface Story {
  readonly of: string;
  /** Only what these have said counts. */
  readonly journeys: readonly string[];
  begin(shop: StoryShop): Promise<Guest>;
  readonly diary: string;
}

const iso = (at: number) => new Date(at).toISOString();
const manager = '+380509999999';

/** A customer of long standing: orders so many days ago. */
function boughtBefore(...daysAgo: readonly number[]): Story['begin'] {
  return async (shop) => {
    const guest = await shop.guest();
    for (const days of daysAgo) {
      await shop.buys(guest, { at: iso(shop.clock.now() - days * 86_400_000) });
    }
    return guest;
  };
}

/** The same, of somebody who has asked not to be called back: one journey at a time. */
function scenario(...daysAgo: readonly number[]): Story['begin'] {
  return async (shop) => {
    const guest = await boughtBefore(...daysAgo)(shop);
    await guest.chat.press('never:journey:win_back');
    return guest;
  };
}

/** A cart left in the web shop; `then` is what the customer does about it. */
function leftCart(
  then?: (shop: StoryShop, guest: Guest, id: string) => void,
  more: GuestOptions = {},
): Story['begin'] {
  return async (shop) => {
    const guest = await shop.guest(more);
    const id = guest.phone.slice(1);
    await shop.post('PUT', `/v1/carts/${id}`, {
      customer: { phone: guest.phone },
      items: [
        { sku: 'lamp', name: 'Лампа', quantity: 1, unit_price: 120_000 },
        { sku: 'bulb', name: 'Лампочка', quantity: 2, unit_price: 9_500 },
      ],
      url: `https://shop.example/cart/${id}`,
      updated_at: iso(shop.clock.now()),
    });
    then?.(shop, guest, id);
    return guest;
  };
}

/** News of an order, an invoice or a document. */
function order(told: object): Story['begin'] {
  return async (shop) => {
    const guest = await shop.guest({ name: 'Коваль Олена Петрівна' });
    await ordered(shop, guest, told);
    return guest;
  };
}

function ordered(shop: StoryShop, { phone }: Guest, told: object): Promise<void> {
  const body = { customer: { phone }, at: iso(shop.clock.now()), number: phone.slice(-3), ...told };
  return shop.post('POST', `/v1/orders/${phone.slice(1)}/status`, body);
}

async function tap(chat: TestChat, label: string): Promise<void> {
  await chat.hear();
  await chat.tap(label);
}

function knownAs(name: string, fact: object, more: GuestOptions = {}): Story['begin'] {
  return async (shop) => {
    const guest = await shop.guest(more);
    await shop.post('PUT', `/v1/customers/${guest.ref}/facts/${name}`, fact);
    return guest;
  };
}

const stories: readonly Story[] = [
  {
    of: 'somebody new is told how it works, and reminded of the points three days later',
    journeys: ['welcome'],
    begin: (shop) => shop.guest({ name: 'Олена' }),
    diary: `
      22.11 12:31 Раді знайомству, Олена! Покажіть картку на касі — і 5 % покупки повернеться балами.
      [Мої бали] [Моя картка]
      [Запитати людину]
      25.11 12:31 На рахунку вже 50 балів: ними можна сплатити частину першої покупки. Просто покажіть картку на касі.
      [Моя картка] [Мої бали]`,
  },
  {
    of: 'who buys at once is not reminded of a first purchase',
    journeys: ['welcome'],
    begin: async (shop) => {
      const guest = await shop.guest({ language: 'en' });
      await shop.buys(guest);
      return guest;
    },
    diary: `
      22.11 12:31 Nice to meet you! Show your card at the till, and 5% of what you pay comes back as points.
      [My points] [My card]
      [Ask a person]`,
  },
  {
    of: 'a birthday has a hint a week ahead, and a gift on the day',
    journeys: ['birthday'],
    begin: (shop) => shop.guest({ name: 'Olena', language: 'en', birthday: '1990-11-30' }),
    diary: `
      23.11 10:00 Your day is coming up, Olena! We are getting a present ready and will send it here on the day.
      [Not now] [No more offers]
      30.11 10:00 Happy birthday, Olena! 🎂 May everything you wish for come true. Here are 50 points for you, good until 14 December 2026.
      [My points] [My card]
      [Not now] [No more offers]`,
  },
  {
    of: 'a birthday of who wants no offers is left alone',
    journeys: ['birthday'],
    begin: (shop) => shop.guest({ marketing: false, birthday: '1990-11-30' }),
    diary: '',
  },
  {
    of: 'a name day that the customer told of in the chat',
    journeys: ['name_day'],
    begin: async (shop) => {
      const guest = await shop.guest({ language: 'ru' });
      await guest.chat.press('fact:name_day.add');
      await guest.chat.say('24.11');
      return guest;
    },
    diary: `
      24.11 10:00 С именинами! Уюта вам и добрых людей рядом. От нас — 20 баллов до 8 декабря 2026 г.
      [Мои баллы] [Моя карта]
      [Не сейчас] [Без предложений]`,
  },
  {
    of: 'a wedding that the shop told of',
    journeys: ['wedding_day'],
    begin: knownAs('wedding_day', { value: '2015-11-24' }),
    diary: `
      24.11 10:00 З річницею весілля! Хай любові у вашому домі щороку більшає. Даруємо на двох 30 балів: діють до 8 грудня 2026 р.
      [Мої бали] [Моя картка]
      [Не зараз] [Без пропозицій]`,
  },
  {
    of: 'points that burn in 30 days, 7 days and tomorrow',
    journeys: ['points_burn_30', 'points_burn_7', 'points_burn_1'],
    begin: (shop) => shop.guest({ name: 'Олена' }),
    diary: `
      23.11 11:00 50 балів згорить 23 грудня 2026 р. Є час витратити їх на щось приємне, Олена.
      [Мої бали] [Моя картка]
      16.12 11:00 За тиждень, 23 грудня 2026 р., згорить 50 балів. Не дайте їм пропасти, Олена.
      [Мої бали] [Моя картка]
      22.12 11:00 Завтра згорить 50 балів. Ще є час ними скористатися.
      [Мої бали] [Моя картка]`,
  },
  {
    of: 'a reward that is nearly reached',
    journeys: ['near_reward'],
    begin: async (shop) => {
      const guest = await shop.guest();
      await shop.buys(guest, { lines: [{ sku: 'tea', quantity: 1, unit_price: 40_000 }] });
      return guest;
    },
    diary: `
      23.11 12:00 Ще 50 балів — і винагорода ваша: «кава»! Зараз у вас 100 балів.
      [Мої бали]
      [Не зараз] [Без пропозицій]`,
  },
  {
    of: 'a tier that is nearly reached, and accessories to a big purchase',
    journeys: ['near_tier', 'accessories'],
    begin: async (shop) => {
      const guest = await shop.guest({ language: 'ru' });
      await shop.buys(guest, { lines: [{ sku: 'sofa', quantity: 1, unit_price: 470_000 }] });
      return guest;
    },
    diary: `
      23.11 12:00 До уровня «срібний» совсем близко: ещё покупки на 300 ₴. Будем рады поздравить вас с ним!
      [Мои баллы]
      [Не сейчас] [Без предложений]
      25.11 12:01 Как вам покупка? Если к ней нужно что-то ещё или совет, как ухаживать, напишите: подберём вместе.
      [Спросить человека] [Не сейчас]`,
  },
  {
    of: 'a forgotten cart in three steps: the list, help from a person, an offer',
    journeys: ['cart'],
    begin: leftCart((shop, { chat }) => shop.later('26h', () => chat.say('А чи є більша лампа?')), {
      name: 'Олена',
    }),
    diary: `
      22.11 13:01 Ви дещо відклали, Олена, і воно чекає на вас:
      • Лампа – 1 200 ₴
      • Лампочка × 2 – 190 ₴
      Разом 1 390 ₴.
      [Відкрити кошик]
      [Вже не потрібно]
      23.11 13:01 Ваш кошик ще чекає. Маєте запитання про розмір, доставку чи оплату? Напишіть просто сюди, і вам відповість людина.
      [Запитати людину] [Відкрити кошик]
      [Вже не потрібно]
      25.11 13:01 Щоб вирішити було легше, додали вам 50 балів: ними можна сплатити частину кошика до 2 грудня 2026 р.
      [Відкрити кошик]
      [Вже не потрібно]`,
  },
  {
    of: 'a purchase ends the reminders of a cart at once',
    journeys: ['cart'],
    begin: leftCart((shop, guest, id) => shop.later('10h', () => shop.buys(guest, { cart_id: id }))),
    diary: `
      22.11 13:01 Ви дещо відклали, і воно чекає на вас:
      • Лампа – 1 200 ₴
      • Лампочка × 2 – 190 ₴
      Разом 1 390 ₴.
      [Відкрити кошик]
      [Вже не потрібно]`,
  },
  {
    of: 'one tap ends them too',
    journeys: ['cart'],
    begin: leftCart((shop, { chat }) => shop.later('2h', () => tap(chat, 'No longer needed')), {
      language: 'en',
    }),
    diary: `
      22.11 13:01 You put something aside, and it is waiting for you:
      • Лампа – ₴1,200
      • Лампочка × 2 – ₴190
      ₴1,390 in all.
      [Open the cart]
      [No longer needed]`,
  },
  {
    of: 'who buys anyway gets no offer for a cart',
    journeys: ['cart'],
    begin: async (shop) => {
      const guest = await leftCart()(shop);
      for (const days of [5, 15, 25, 35, 45, 55]) {
        await shop.buys(guest, { at: iso(shop.clock.now() - days * 86_400_000) });
      }
      return guest;
    },
    diary: `
      22.11 13:01 Ви дещо відклали, і воно чекає на вас:
      • Лампа – 1 200 ₴
      • Лампочка × 2 – 190 ₴
      Разом 1 390 ₴.
      [Відкрити кошик]
      [Вже не потрібно]
      23.11 13:01 Ваш кошик ще чекає. Маєте запитання про розмір, доставку чи оплату? Напишіть просто сюди, і вам відповість людина.
      [Запитати людину] [Відкрити кошик]
      [Вже не потрібно]`,
  },
  {
    of: 'who wants no reminders is left alone with a cart',
    journeys: ['cart'],
    begin: async (shop) => {
      const guest = await leftCart()(shop);
      await shop.post('PUT', `/v1/customers/${guest.ref}/topics`, { topics: { reminders: false } });
      return guest;
    },
    diary: '',
  },
  {
    of: 'an order from the payment to the door; what comes at night is told in the morning, if it is still so',
    journeys: [
      ...['order_paid', 'order_packed', 'order_shipped', 'order_ready', 'order_delivered', 'order_cancelled'],
    ],
    begin: async (shop) => {
      const guest = await order({ status: 'paid', total: 139_000 })(shop);
      const tracking_url = 'https://track.example/42';
      shop.later('2h', () => ordered(shop, guest, { status: 'packed' }));
      shop.later('10h', () => ordered(shop, guest, { status: 'shipped', tracking_url }));
      shop.later('2d', () =>
        ordered(shop, guest, { status: 'ready', due_at: iso(Date.parse('2026-11-30T18:00+02:00')) }),
      );
      shop.later('3d', () => ordered(shop, guest, { status: 'delivered' }));
      return guest;
    },
    diary: `
      22.11 12:16 Дякуємо, оплату отримали! Замовлення № 015 уже в роботі.
      22.11 14:01 Замовлення № 015 зібрано й дбайливо спаковано.
      23.11 09:00 Замовлення № 015 уже їде до вас!
      [Де воно зараз]
      24.11 12:01 Замовлення № 015 чекає на вас: заберіть, будь ласка, до 30 листопада 2026 р.
      25.11 12:01 Замовлення № 015 доставлено. Хай тішить! Якщо щось не так, напишіть нам.
      [Запитати людину]`,
  },
  {
    of: 'an order that is cancelled',
    journeys: ['order_cancelled'],
    begin: order({ status: 'cancelled' }),
    diary: `
      22.11 12:16 Замовлення № 016 скасовано. Якщо це помилка, напишіть нам: виправимо.
      [Запитати людину]`,
  },
  {
    of: 'what runs out is told three days before',
    journeys: ['refill'],
    begin: async (shop) => {
      const guest = await shop.guest({ language: 'en' });
      await shop.post('PUT', '/v1/products/beans', { name: 'Coffee beans', consumption_days: 5 });
      await shop.buys(guest, { lines: [{ sku: 'beans', quantity: 1, unit_price: 4_000 }] });
      return guest;
    },
    diary: `
      24.11 12:01 You may soon run out of this: Coffee beans. A good time to get more.
      [Not now] [Ask a person]`,
  },
  {
    of: 'a child turns three',
    journeys: ['child_grows'],
    begin: knownAs('child', { born: '2023-11-25' }),
    diary: `
      25.11 12:00 Діти ростуть так швидко! Напишіть, що потрібно на новий вік, і ми допоможемо вибрати.
      [Запитати людину] [Не зараз]`,
  },
  {
    of: 'a pet is told of',
    journeys: ['pet_owner'],
    begin: knownAs('pet', { value: 'dog' }, { language: 'ru' }),
    diary: `
      23.11 12:00 Как поживает ваш питомец? Напишите, что ему нужно, и мы поможем выбрать.
      [Спросить человека] [Не сейчас]`,
  },
  {
    of: 'after a purchase we ask how likely a recommendation is, once',
    journeys: ['nps'],
    begin: async (shop) => {
      const guest = await shop.guest({ language: 'en' });
      await shop.buys(guest, { store: 'Kyiv-1' });
      shop.later('26h', () => shop.buys(guest));
      return guest;
    },
    diary: `
      22.11 15:01 Thank you for your purchase at Kyiv-1 on 22 November 2026!
      
      Would you recommend us to a friend? 0 is certainly not, 10 is certainly yes.
      [0] [1] [2] [3] [4] [5]
      [6] [7] [8] [9] [10]`,
  },
  {
    of: 'an invoice that nobody pays',
    journeys: ['invoice'],
    begin: order({
      ...{ kind: 'invoice', status: 'awaiting_payment', total: 1_250_000, manager },
      ...{ due_at: '2026-11-26T18:00:00+02:00', url: 'https://shop.example/invoices/1' },
    }),
    diary: `
      23.11 10:00 Нагадуємо: рахунок № 021 на 12 500 ₴ чекає на оплату до 26 листопада 2026 р.
      [Рахунок]
      [Запитати людину]
      26.11 10:00 Сьогодні строк оплати рахунку № 021 на 12 500 ₴. Якщо вже сплатили — дякуємо!
      [Рахунок]
      [Запитати людину]
      29.11 10:00 Рахунок № 021 на 12 500 ₴ ще не оплачено. Потрібен час або допомога? Напишіть нам.
      [Рахунок]
      [Запитати людину]`,
  },
  {
    of: 'an invoice that is paid in time',
    journeys: ['invoice'],
    begin: async (shop) => {
      const told = { kind: 'invoice', total: 1_250_000, due_at: '2026-11-26T18:00:00+02:00' };
      const guest = await order({ ...told, status: 'awaiting_payment' })(shop);
      shop.later('2d', () => ordered(shop, guest, { status: 'paid' }));
      return guest;
    },
    diary: `
      23.11 10:00 Нагадуємо: рахунок № 022 на 12 500 ₴ чекає на оплату до 26 листопада 2026 р.
      [Запитати людину]`,
  },
  {
    of: 'a document that nobody signs',
    journeys: ['document'],
    begin: order({ kind: 'document', status: 'awaiting_signature', manager }),
    diary: `
      23.11 12:01 Документ № 023 чекає на ваш підпис.
      [Запитати людину]
      26.11 12:01 Документ № 023 ще не підписано. Є запитання? Напишіть нам, допоможемо.
      [Запитати людину]`,
  },
  {
    of: 'RF: new',
    journeys: ['rf_new'],
    begin: scenario(5),
    diary: `
      23.11 11:00 Дякуємо, що завітали! Щоб було з чим повернутися, додали вам 30 балів. Діють до 23 грудня 2026 р.
      [Мої бали] [Запитати людину]
      [Не зараз]`,
  },
  {
    of: 'RF: promising',
    journeys: ['rf_promising'],
    begin: scenario(25, 5),
    diary: `
      23.11 11:00 Приємно, що ви з нами! На наступну покупку додали вам 30 балів. Діють до 14 грудня 2026 р.
      [Мої бали] [Запитати людину]
      [Не зараз]`,
  },
  {
    of: 'RF: loyal',
    journeys: ['rf_loyal'],
    begin: scenario(40, 30, 20, 5),
    diary: `
      23.11 11:00 Дякуємо, що раз у раз обираєте нас. Ми це дуже цінуємо! Маєте побажання? Напишіть сюди: прочитаємо кожне.
      [Мої бали] [Запитати людину]
      [Не зараз]`,
  },
  {
    of: 'RF: wandering',
    journeys: ['rf_wandering'],
    begin: scenario(100, 70),
    diary: `
      23.11 11:00 Будемо раді бачити вас знову! Поклали на рахунок 30 балів. Діють до 7 грудня 2026 р.
      [Мої бали] [Запитати людину]
      [Не зараз]`,
  },
  {
    of: 'RF: at risk',
    journeys: ['rf_at_risk'],
    begin: scenario(180, 160, 140, 120),
    diary: `
      23.11 11:00 Нам вас бракує. Можливо, щось було не так? Напишіть нам, ми почуємо. А щоб повернутися було приємно, додали вам 100 балів. Діють до 7 грудня 2026 р.
      [Мої бали] [Запитати людину]
      [Не зараз]`,
  },
  {
    of: 'RF: dormant',
    journeys: ['rf_dormant'],
    begin: scenario(150, 120),
    diary: `
      23.11 11:00 Давно не бачилися! Що вам зараз потрібно? Напишіть, допоможемо. На рахунку 100 балів, з них 50 балів — наш подарунок. Діють до 7 грудня 2026 р.
      [Мої бали] [Запитати людину]
      [Не зараз]`,
  },
  {
    of: 'RF: lost',
    journeys: ['rf_lost'],
    begin: scenario(350, 300),
    diary: `
      23.11 11:00 Хочемо побачити вас знову. Даруємо 150 балів на будь-що у нас. Діють до 14 грудня 2026 р. Якщо не на часі, просто скажіть.
      [Мої бали] [Запитати людину]
      [Не зараз]`,
  },
  {
    of: 'a regular who is gone is called back',
    journeys: ['win_back'],
    begin: boughtBefore(230, 220, 210, 200),
    diary: `
      23.11 11:00 Ми за вами скучили! Даруємо 100 балів, щоб зустріч була приємною. Діють до 14 грудня 2026 р. А якщо щось не сподобалося, напишіть: виправимо.
      [Мої бали] [Запитати людину]
      [Не зараз]
      07.12 11:00 Подарунок на вашому рахунку ще чекає: діє до 14 грудня 2026 р. Будемо раді вам.
      [Мої бали] [Запитати людину]
      [Більше не про це]`,
  },
  {
    of: 'a birthday that is told of a few days ahead still has a hint',
    journeys: ['birthday'],
    begin: (shop) => shop.guest({ language: 'en', birthday: '1990-11-25' }),
    diary: `
      23.11 10:00 Your day is coming up! We are getting a present ready and will send it here on the day.
      [Not now] [No more offers]
      25.11 10:00 Happy birthday! 🎂 May everything you wish for come true. Here are 50 points for you, good until 9 December 2026.
      [My points] [My card]
      [Not now] [No more offers]`,
  },
  {
    of: 'a birthday that is told of on its morning has a greeting, without a hint',
    journeys: ['birthday'],
    begin: async (shop) => {
      const guest = await shop.guest();
      const told = { phone: guest.phone, birthday: '1990-11-24' };
      shop.later('45h', () => shop.post('POST', '/v1/customers', told));
      return guest;
    },
    diary: `
      24.11 10:00 З днем народження! 🎂 Хай усе задумане збувається. Даруємо вам 50 балів: діють до 8 грудня 2026 р.
      [Мої бали] [Моя картка]
      [Не зараз] [Без пропозицій]`,
  },
  {
    of: 'an invoice at short notice begins with its day',
    journeys: ['invoice'],
    begin: order({ kind: 'invoice', status: 'awaiting_payment', due_at: '2026-11-23T18:00:00+02:00' }),
    diary: `
      23.11 10:00 Сьогодні строк оплати рахунку № 034. Якщо вже сплатили — дякуємо!
      [Запитати людину]
      26.11 10:00 Рахунок № 034 ще не оплачено. Потрібен час або допомога? Напишіть нам.
      [Запитати людину]`,
  },
  {
    of: 'who is called back by one journey gets no second gift for the same silence',
    journeys: ['win_back', 'rf_at_risk', 'rf_dormant', 'rf_lost'],
    begin: boughtBefore(231, 221, 211, 201),
    diary: `
      23.11 11:00 Ми за вами скучили! Даруємо 100 балів, щоб зустріч була приємною. Діють до 14 грудня 2026 р. А якщо щось не сподобалося, напишіть: виправимо.
      [Мої бали] [Запитати людину]
      [Не зараз]
      07.12 11:00 Подарунок на вашому рахунку ще чекає: діє до 14 грудня 2026 р. Будемо раді вам.
      [Мої бали] [Запитати людину]
      [Більше не про це]`,
  },
];

describe.each(['a file', 'a libSQL server'])('on %s', (where) => {
  const skipped = where !== 'a file' && !hasLibsqlServer;
  let server: LibsqlServer | undefined;
  let shop: StoryShop;
  let staff: TestChat;
  const guests = new Map<Story, Guest>();

  beforeAll(async () => {
    if (skipped) return;
    server = where === 'a file' ? undefined : await startLibsqlServer();
    shop = await storyShop({ program: program as never, ...(server ? { url: server.url } : {}) });
    staff = await aColleague(shop.svoi, manager, 'Марія', 'manager', { language: 'uk' });
    await switchOn(
      shop.svoi,
      ...shop.svoi
        .journeys()
        .filter(({ isOn }) => !isOn)
        .map(({ key }) => key),
    );
    await shop.live('1m');
    for (const story of stories) guests.set(story, await story.begin(shop));
    await shop.live('98h');
    await shop.leap(2);
    await shop.live('56h');
    for (const days of [7, 9, 6]) {
      await shop.leap(days);
      await shop.live('9h');
    }
  }, 240_000);

  afterAll(async () => {
    if (skipped) return;
    shop.close();
    await server?.stop();
  });

  test.skipIf(skipped).each(stories.map((story) => [story.of, story] as const))('%s', async (_, story) => {
    const guest = guests.get(story);
    if (!guest) throw new Error('nobody');
    const told = await shop.diary(guest, ...story.journeys);
    expect(told.join('\n')).toBe(story.diary.trim().replaceAll(/^ +/gm, ''));
  });

  test.skipIf(skipped)(
    'the manager has copies of what is overdue, and what customers ask about a cart',
    async () => {
      const heard = (await staff.hear()).map(({ text }) => text).join('\n');
      expect(heard).toMatch(
        /Рахунок № \d+ на 12 500 ₴ не оплачено, строк був 26 листопада 2026 р\. Покупець: Коваль/,
      );
      expect(heard).toMatch(/Документ № \d+ досі не підписано\. Покупець: Коваль Олена Петрівна, \+380/);
      expect(heard).toContain('А чи є більша лампа?');
    },
  );
});

describe('nothing is said', () => {
  let shop: StoryShop;
  beforeEach(async () => {
    shop = await storyShop({ program: program as never });
  });
  afterEach(() => shop.close());

  test('by a journey that is off, nor by one that was switched off on the way', async () => {
    const before = await leftCart()(shop);
    await shop.live('2h');
    await switchOn(shop.svoi, 'cart');
    const under = await leftCart()(shop);
    await shop.live('2h');
    await switchOff(shop.svoi, 'cart');
    await shop.live('2d');
    expect([await shop.diary(before, 'cart'), await shop.diary(under, 'cart')]).toEqual([
      [],
      [expect.stringContaining('22.11 15:00')],
    ]);
  });

  test('to who is kept apart to compare with', async () => {
    await rewrite(shop.svoi, 'cart', (journey) => ({ ...journey, control: 50 }));
    await switchOn(shop.svoi, 'cart');
    const guests: Guest[] = [];
    for (let number = 0; number < 8; number += 1) guests.push(await leftCart()(shop));
    await shop.live('2h');
    const heard = await Promise.all(guests.map(async (guest) => (await shop.diary(guest, 'cart')).length));
    const drawn = await Promise.all(guests.map(async (guest) => shareOf(guest.id, 'cart') < 0.5));
    expect(heard).toEqual(drawn.map((isKeptApart) => (isKeptApart ? 0 : 1)));
    expect(new Set(drawn).size).toBe(2);
  });
});
