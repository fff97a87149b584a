import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from '../../../bots/dispatcher.ts';
import { createRenderer } from '../../../bots/render.ts';
import { programSchema } from '../../../core/program/program.ts';
import { readRows } from '../../../db/database.ts';
import { createOutbox } from '../../../db/outbox.ts';
import { createTranslator } from '../../../locales/translator.ts';
import { shareLabel, type WhatsAppPerson } from '../../support/fake-whatsapp.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';
import { type CloudTest, startCloud } from '../../support/whatsapp/cloud.ts';

const { whatsapp_templates } = programSchema.parse({
  whatsapp_templates: {
    'notify.points_earned': { name: 'points_earned', variables: ['points', 'balance'] },
  },
});

let shop: TestSvoi;
let cloud: CloudTest;
let dispatcher: Dispatcher;
let olena: WhatsAppPerson;

beforeEach(async () => {
  shop = await testSvoi({ program: { whatsapp_templates } });
  const { svoi, clock } = shop;
  cloud = await startCloud(
    {
      handle: svoi.handleEvent,
      receipts: svoi.handleReceipts,
      templates: () => svoi.program().whatsapp_templates,
    },
    clock,
  );
  svoi.useChannels([cloud.whatsapp.channel]);
  dispatcher = createDispatcher({
    channels: [cloud.whatsapp.channel],
    outbox: createOutbox(svoi.database),
    render: createRenderer(createTranslator()),
    formats: () => svoi.program(),
    clock,
    random: () => 0,
    onError: (error) => {
      throw error;
    },
  });
  dispatcher.start();
  olena = cloud.fake.person({ userId: 'UA.1349120865530274191', phone: '380671234567' });
});
afterEach(async () => {
  await dispatcher.stop();
  await cloud.close();
  shop.close();
});

/** Does something and waits for all that comes of it. */
async function does(act: () => Promise<unknown>): Promise<void> {
  await act();
  await dispatcher.idle();
}

const newest = () => olena.messages.at(-1);
const labels = () => newest()?.buttons.map(({ label }) => label) ?? [];

async function join(): Promise<void> {
  await does(() => olena.say('start'));
  await does(() => olena.tap('Українська'));
  await does(() => olena.tap('Приєднатися'));
}

it('a person joins by the number WhatsApp proves, and walks the menu by taps', async () => {
  await join();
  expect(olena.messages.at(-1)?.text).toContain('50 балів');
  await does(() => olena.say('меню'));
  expect(newest()).toMatchObject({ type: 'list' });
  await does(() => olena.tap('Моя картка'));
  expect(newest()).toMatchObject({ picture: true, type: 'button' });
  await does(() => olena.tap('Меню'));
  expect(labels()).toContain('Мої бали');
});

it('a person who hides the number shares it by the button, and is in without a code', async () => {
  const hidden = cloud.fake.person({ userId: 'UA.2', phone: '380671234567', hidden: true });
  await does(() => hidden.say('start'));
  await does(() => hidden.tap('Українська'));
  expect(hidden.messages.at(-1)).toMatchObject({ type: 'request_contact_info' });
  await does(() => hidden.say('1'));
  await does(() => hidden.tap('Українська'));
  await does(() => hidden.shareContact('+380501112233', false));
  expect(hidden.messages.at(-1)?.text).not.toContain('50 балів');
  await does(() => hidden.tap(shareLabel));
  expect(hidden.messages.at(-1)?.text).toContain('50 балів');
});

it('news of a purchase is a text within a day of the last word, a template after it, and receipts are kept', async () => {
  await join();
  const { svoi, clock } = shop;
  await does(() => buy(svoi, aPurchase({ at: clock.now() })));
  expect(newest()).toMatchObject({ type: 'text', text: expect.stringContaining('50 балів') });

  clock.advance(24 * 60 * 60_000);
  cloud.fake.templates.set('points_earned', { language: 'uk', variables: 2 });
  await does(() => buy(svoi, aPurchase({ at: clock.now(), externalId: 'receipt-2' })));
  expect(newest()).toMatchObject({ type: 'template', text: 'points_earned/uk|50 балів|150 балів' });

  const status = { id: newest()?.id, status: 'read', timestamp: String(clock.now() / 1000) };
  expect(await cloud.fake.notify({ statuses: [status] })).toBe(200);
  const notices = await readRows(
    svoi.database,
    `select n.state, m.state as message from notices n join messages m on m.notice_id = n.id
     order by n.id desc limit 1`,
  );
  expect(notices).toMatchObject([{ state: 'reached', message: 'read' }]);
});
