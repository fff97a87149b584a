import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from '../../../bots/dispatcher.ts';
import { createRenderer } from '../../../bots/render.ts';
import { createSmpp } from '../../../bots/sms/smpp.ts';
import { createSms } from '../../../bots/sms/sms.ts';
import { programSchema } from '../../../core/program/program.ts';
import { readRow, readRows } from '../../../db/database.ts';
import { createOutbox } from '../../../db/outbox.ts';
import { settleDue } from '../../../jobs.ts';
import { createTranslator } from '../../../locales/translator.ts';
import { testChat } from '../../support/chat.ts';
import { addChat, addMessages } from '../../support/outbox.ts';
import { type FakeSmpp, startFakeSmpp } from '../../support/sms/smpp.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';
import { testTimers } from '../../support/timers.ts';

const phone = '+380671234567';
const { prices } = programSchema.parse({ prices: { sms: { segment: 98.5 } } });

let t: TestSvoi;
let server: FakeSmpp;
let sms: ReturnType<typeof createSms>;
let dispatcher: Dispatcher;

beforeEach(async () => {
  t = await testSvoi({ program: { prices, sms_transliterate: true } });
  server = await startFakeSmpp();
  const { svoi, clock } = t;
  const shared = { clock, random: () => 0.5, log: () => {} };
  sms = createSms(createSmpp({ ...shared, url: server.url, sender: 'Svoi', timers: testTimers() }), {
    handle: svoi.handleEvent,
    handleReceipts: svoi.handleReceipts,
    transliterate: () => svoi.program().sms_transliterate,
    log: shared.log,
  });
  svoi.useChannels([sms.channel]);
  dispatcher = createDispatcher({
    ...{ channels: [sms.channel], outbox: createOutbox(svoi.database), clock, random: () => 0 },
    render: createRenderer(createTranslator()),
    formats: svoi.program,
    book: svoi.program,
    onError(error) {
      throw error;
    },
  });
  sms.start?.();
  dispatcher.start();
});
afterEach(async () => {
  await dispatcher.stop();
  await sms.stop?.();
  await server.close();
  t.close();
});

const stored = (id: string) =>
  readRow(t.svoi.database, 'select state, provider_id, price_micros from messages where id = ?', id);
const texts = () => server.phones.seen.map(({ text }) => text);

async function say(text: string): Promise<string> {
  await server.until(() => server.received.some(({ command }) => command === 'bind_transceiver'));
  const before = texts().length;
  const from = { source_addr: phone.slice(1), destination_addr: '4040', data_coding: 8 };
  expect(await server.deliver({ ...from, short_message: text })).toBe(0);
  await dispatcher.idle();
  return texts().slice(before).join('\n---\n');
}

it('an SMS we begin tells what it has to in as few as can be; its price and its receipt are kept', async () => {
  await addChat(t.svoi.database, phone, { channel: 'sms', locale: 'uk' });
  const reply = {
    paragraphs: [
      { key: 'notify.points_earned', variables: { points: 120, balance: 1520 } },
      { key: 'notify.points_pending', variables: { points: 12 } },
    ],
    buttons: [[{ kind: 'press', label: { key: 'button.coupons' }, data: 'coupons' }]],
  } as const;
  await addMessages(t.svoi.database, [{ id: 'm1', chat: phone, channel: 'sms', reply }]);
  await dispatcher.idle();
  expect(texts()).toEqual([
    '+120 baliv! Teper u vas 1 520 baliv.\nShchoino pokupku bude oplacheno, dodamo 12 baliv.',
  ]);
  expect(await stored('m1')).toMatchObject({ state: 'sent', provider_id: '1', price_micros: 985_000 });
  await server.report('1', phone, 'delivered', { form: 'text' });
  expect(await stored('m1')).toMatchObject({ state: 'delivered' });
});

it('a receipt that comes before the answer to its SMS is kept until the SMS is known', async () => {
  await addChat(t.svoi.database, phone, { channel: 'sms' });
  let told: Promise<number> | undefined;
  server.onSubmit((id, to) => {
    told = server.report(id, to, 'delivered', { form: 'text' });
  });
  await addMessages(t.svoi.database, [{ id: 'm1', chat: phone, channel: 'sms' }]);
  await dispatcher.idle();
  expect(await told).toBe(0);
  await settleDue(t.svoi);
  expect(await stored('m1')).toMatchObject({ state: 'delivered' });
});

it('STOP by SMS is heard and answered once; a stranger is not answered at all', async () => {
  expect(await say('СТОП')).toBe('');
  await testChat(t.svoi).contact(phone);
  expect(await say('стоп.')).toMatch(/СТАРТ/);
  expect(await say('Стоп')).toBe('');
  const refused = await readRows(
    t.svoi.database,
    "select category from consents where channel = 'sms' and not granted order by category",
  );
  expect(refused.map(({ category }) => category)).toEqual(['marketing', 'service']);
});
