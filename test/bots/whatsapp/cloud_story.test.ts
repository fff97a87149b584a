import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from '../../../bots/dispatcher.ts';
import { createRenderer } from '../../../bots/render.ts';
import { formsOfJourney } from '../../../core/journeys/approved/all.ts';
import { programSchema } from '../../../core/program/program.ts';
import type { CampaignTemplates } from '../../../core/staff/campaigns.ts';
import { readRows, statement } from '../../../db/database.ts';
import { createOutbox } from '../../../db/outbox.ts';
import { applyProgram } from '../../../db/programs.ts';
import { settleDue } from '../../../jobs.ts';
import { createTranslator } from '../../../locales/translator.ts';
import { sendCampaigns } from '../../../mailings.ts';
import { templateIn } from '../../../whatsapp_templates.ts';
import { sent } from '../../support/campaigns.ts';
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

it('what Meta approved of our own text says it after a day, with as much of it as is known', async () => {
  await join();
  const { svoi, clock } = shop;
  const { definition } = svoi.journeys().find(({ key }) => key === 'points_earned') ?? never();
  const forms = formsOfJourney(definition);
  for (const at of forms) {
    cloud.fake.approve(
      templateIn('uk', at, { program: svoi.program(), now: clock.now(), site: undefined }) ?? never(),
    );
  }
  const approved = forms.map(({ form }) => [form.name, ['uk']]);
  const rules = programSchema.parse({ whatsapp_approved: Object.fromEntries(approved) });
  await applyProgram(svoi.database, rules, clock.now());
  await svoi.reloadProgram();
  clock.advance(24 * 60 * 60_000);
  await does(() => buy(svoi, aPurchase({ at: clock.now() })));
  expect(newest()).toMatchObject({ type: 'template' });
  expect(newest()?.text).toMatch(/^svoi_points_earned_\w{7}\/uk\|50 балів\|100 балів$/);
});

it('a campaign goes as the template it names after a day, and without one is not taken, which its result says', async () => {
  await join();
  const { svoi, clock } = shop;
  await svoi.database.write([
    statement(
      `insert into consents (id, customer_id, category, granted, text, text_version, locale, source, at)
       select 'cst_test', id, 'marketing', 1, 'yes', 1, 'uk', 'test', ? from customers`,
      clock.now(),
    ),
  ]);
  clock.advance(24 * 60 * 60_000);
  cloud.fake.templates.set('sale', { language: 'uk', variables: 1, buttons: ['quick_reply'] });
  const named = { template: 'sale', values: ['{{points.balance, points}}'], buttons: 1 };
  const button = { label: { uk: 'Мої бали' }, opens: 'points' } as const;
  const tell = async (whatsapp: CampaignTemplates) => {
    const message = { text: { uk: 'Знижки!' }, buttons: [[button]], whatsapp };
    const id = await sent(svoi, { content: { variants: { a: message }, gift: null } });
    await does(async () => {
      await sendCampaigns(svoi);
      await settleDue(svoi);
    });
    return id;
  };
  await tell({ uk: named });
  expect(newest()).toMatchObject({ text: 'sale/uk|50 балів', buttons: [{ data: 'points' }] });
  const heard = olena.messages.length;
  const id = await tell({});
  expect(olena.messages.length).toBe(heard);
  const [refused] = await readRows(
    svoi.database,
    "select x.error from messages x join notices n on n.id = x.notice_id where n.campaign = ? and x.state = 'failed'",
    id,
  );
  expect(refused?.error).toBe(
    '24 hours after the last word, and no approved template for this text in uk: see npm run svoi -- whatsapp templates',
  );
});

function never(): never {
  throw new Error('it is there');
}
