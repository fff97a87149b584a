import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestChat } from '../support/chat.ts';
import { switchOn } from '../support/journeys.ts';
import { hasLibsqlServer, type LibsqlServer, startLibsqlServer } from '../support/sqld.ts';
import { aColleague } from '../support/staff.ts';
import { type Guest, type StoryShop, storyShop } from '../support/stories.ts';

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
  begin(shop: StoryShop, staff: TestChat): Promise<Guest>;
  readonly diary: readonly string[];
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

/** A cart left in the web shop; `then` is what the customer does about it. */
function leftCart(
  then?: (shop: StoryShop, guest: Guest, id: string) => void,
  more: object = {},
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

async function mute({ svoi }: StoryShop, { phone }: Guest, subject: string): Promise<void> {
  const sql =
    'insert into mutes (customer_id, subject, until, at) select id, ?, null, 0 from customers where phone = ?';
  await svoi.database.write([{ sql, args: [subject, phone] }]);
}

function knownAs(name: string, fact: object, more: object = {}): Story['begin'] {
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
    diary: [],
  },
  {
    of: 'who buys at once is not reminded of a first purchase',
    journeys: ['welcome'],
    begin: async (shop) => {
      const guest = await shop.guest({ language: 'en' });
      await shop.buys(guest);
      return guest;
    },
    diary: [],
  },
  {
    of: 'a birthday has a hint a week ahead, and a gift on the day',
    journeys: ['birthday'],
    begin: (shop) => shop.guest({ name: 'Olena', language: 'en', birthday: '1990-11-30' }),
    diary: [],
  },
  {
    of: 'a birthday of who wants no offers is left alone',
    journeys: ['birthday'],
    begin: (shop) => shop.guest({ marketing: false, birthday: '1990-11-30' }),
    diary: [],
  },
  {
    of: 'a name day that the customer told of in the chat',
    journeys: ['name_day'],
    begin: async (shop) => {
      const guest = await shop.guest({ language: 'ru' });
      for (const said of ['fact:name_day.add']) await guest.chat.press(said);
      await guest.chat.say('24.11');
      return guest;
    },
    diary: [],
  },
  {
    of: 'a wedding that the shop told of',
    journeys: ['wedding_day'],
    begin: knownAs('wedding_day', { value: '2015-11-24' }),
    diary: [],
  },
  {
    of: 'points that burn in 30 days, 7 days and tomorrow',
    journeys: ['points_burn_30', 'points_burn_7', 'points_burn_1'],
    begin: (shop) => shop.guest({ name: 'Олена' }),
    diary: [],
  },
  {
    of: 'a reward that is nearly reached',
    journeys: ['near_reward'],
    begin: async (shop) => {
      const guest = await shop.guest();
      await shop.buys(guest, { lines: [{ sku: 'tea', quantity: 1, unit_price: 40_000 }] });
      return guest;
    },
    diary: [],
  },
  {
    of: 'a tier that is nearly reached, and accessories to a big purchase',
    journeys: ['near_tier', 'accessories'],
    begin: async (shop) => {
      const guest = await shop.guest({ language: 'ru' });
      await shop.buys(guest, { lines: [{ sku: 'sofa', quantity: 1, unit_price: 470_000 }] });
      return guest;
    },
    diary: [],
  },
  {
    of: 'a forgotten cart in three steps: the list, help from a person, an offer',
    journeys: ['cart'],
    begin: leftCart(undefined, { name: 'Олена' }),
    diary: [],
  },
  {
    of: 'a purchase ends the reminders of a cart at once',
    journeys: ['cart'],
    begin: leftCart((shop, guest, id) => shop.later('20h', () => shop.buys(guest, { cart_id: id }))),
    diary: [],
  },
  {
    of: 'one tap ends them too',
    journeys: ['cart'],
    begin: leftCart((shop, { chat }) => shop.later('2h', () => tap(chat, 'No longer needed')), {
      language: 'en',
    }),
    diary: [],
  },
  {
    of: 'who buys anyway gets no offer for a cart',
    journeys: ['cart'],
    begin: async (shop, staff) => {
      const guest = await leftCart()(shop, staff);
      for (const days of [5, 15, 25, 35, 45, 55]) {
        await shop.buys(guest, { at: iso(shop.clock.now() - days * 86_400_000) });
      }
      return guest;
    },
    diary: [],
  },
  {
    of: 'who wants no reminders is left alone with a cart',
    journeys: ['cart'],
    begin: async (shop, staff) => {
      const guest = await leftCart()(shop, staff);
      await mute(shop, guest, 'topic:reminders');
      return guest;
    },
    diary: [],
  },
  {
    of: 'an order from the payment to the door; what comes at night is told in the morning, if it is still so',
    journeys: [
      ...['order_paid', 'order_packed', 'order_shipped', 'order_ready', 'order_delivered', 'order_cancelled'],
    ],
    begin: async (shop, staff) => {
      const guest = await order({ status: 'paid', total: 139_000 })(shop, staff);
      const tracking_url = 'https://track.example/42';
      shop.later('2h', () => ordered(shop, guest, { status: 'packed' }));
      shop.later('10h', () => ordered(shop, guest, { status: 'shipped', tracking_url }));
      shop.later('2d', () =>
        ordered(shop, guest, { status: 'ready', due_at: iso(Date.parse('2026-11-30T18:00+02:00')) }),
      );
      shop.later('3d', () => ordered(shop, guest, { status: 'delivered' }));
      return guest;
    },
    diary: [],
  },
  {
    of: 'an order that is cancelled',
    journeys: ['order_cancelled'],
    begin: order({ status: 'cancelled' }),
    diary: [],
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
    diary: [],
  },
  {
    of: 'a child turns three',
    journeys: ['child_grows'],
    begin: knownAs('child', { born: '2023-11-25' }),
    diary: [],
  },
  {
    of: 'a pet is told of',
    journeys: ['pet_owner'],
    begin: knownAs('pet', { value: 'dog' }, { language: 'ru' }),
    diary: [],
  },
  {
    of: 'after a purchase we ask how likely a recommendation is, once',
    journeys: ['nps'],
    begin: async (shop) => {
      const guest = await shop.guest({ language: 'en' });
      await shop.buys(guest, { store: 'Kyiv-1' });
      shop.later('1d', () => shop.buys(guest));
      return guest;
    },
    diary: [],
  },
  {
    of: 'an invoice that nobody pays',
    journeys: ['invoice'],
    begin: order({
      ...{ kind: 'invoice', status: 'awaiting_payment', total: 1_250_000, manager },
      ...{ due_at: '2026-11-26T18:00:00+02:00', url: 'https://shop.example/invoices/1' },
    }),
    diary: [],
  },
  {
    of: 'an invoice that is paid in time',
    journeys: ['invoice'],
    begin: async (shop, staff) => {
      const told = { kind: 'invoice', total: 1_250_000, due_at: '2026-11-26T18:00:00+02:00' };
      const guest = await order({ ...told, status: 'awaiting_payment' })(shop, staff);
      shop.later('2d', () => ordered(shop, guest, { status: 'paid' }));
      return guest;
    },
    diary: [],
  },
  {
    of: 'a document that nobody signs',
    journeys: ['document'],
    begin: order({ kind: 'document', status: 'awaiting_signature', manager }),
    diary: [],
  },
  { of: 'RF: new', journeys: ['rf_new'], begin: boughtBefore(5), diary: [] },
  { of: 'RF: promising', journeys: ['rf_promising'], begin: boughtBefore(25, 5), diary: [] },
  { of: 'RF: loyal', journeys: ['rf_loyal'], begin: boughtBefore(40, 30, 20, 5), diary: [] },
  { of: 'RF: wandering', journeys: ['rf_wandering'], begin: boughtBefore(100, 70), diary: [] },
  { of: 'RF: at risk', journeys: ['rf_at_risk'], begin: boughtBefore(180, 160, 140, 120), diary: [] },
  { of: 'RF: dormant', journeys: ['rf_dormant'], begin: boughtBefore(150, 120), diary: [] },
  { of: 'RF: lost', journeys: ['rf_lost'], begin: boughtBefore(350, 300), diary: [] },
  {
    of: 'a regular who is gone is called back',
    journeys: ['win_back'],
    begin: boughtBefore(230, 220, 210, 200),
    diary: [],
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
    for (const story of stories) guests.set(story, await story.begin(shop, staff));
    await shop.live('9d');
    for (const days of [6, 9, 6]) {
      await shop.leap(days);
      await shop.live('9h');
    }
  }, 120_000);

  afterAll(async () => {
    if (skipped) return;
    shop.close();
    await server?.stop();
  });

  test.skipIf(skipped).each(stories.map((story) => [story.of, story] as const))('%s', async (_, story) => {
    const guest = guests.get(story);
    if (!guest) throw new Error('nobody');
    const told = await shop.diary(guest, ...story.journeys);
    console.log(`## ${story.of}\n${told.join('\n')}`);
  });
});
