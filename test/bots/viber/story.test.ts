import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from '../../../bots/dispatcher.ts';
import { createRenderer } from '../../../bots/render.ts';
import { createOutbox } from '../../../db/outbox.ts';
import { createTranslator } from '../../../locales/translator.ts';
import { addChat, addMessages, storedMessages } from '../../support/outbox.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';
import { openViberShop, type ViberShop } from '../../support/viber/shop.ts';

let test: TestSvoi;
let shop: ViberShop;
let dispatcher: Dispatcher;

beforeEach(async () => {
  test = await testSvoi();
  const { svoi, clock } = test;
  shop = await openViberShop({ handle: svoi.handleEvent, receipts: svoi.handleReceipts, clock });
  svoi.useChannels([shop.viber.channel]);
  dispatcher = createDispatcher({
    ...{ channels: [shop.viber.channel], outbox: createOutbox(svoi.database), clock, random: () => 0 },
    render: createRenderer(createTranslator()),
    formats: svoi.program,
    onError(error) {
      throw error;
    },
  });
  dispatcher.start();
});
afterEach(async () => {
  await dispatcher.stop();
  test.close();
  await shop.fake.close();
});

it('a stranger with a link is welcomed, taps, and is in the conversation with what the link is about', async () => {
  const olena = shop.fake.person('olena=');
  await olena.open('c_7KQ2M');
  await olena.tap('Почати');
  await dispatcher.idle();
  expect(olena.messages.map(({ text }) => text)).toHaveLength(2);
  expect(olena.keys.map(({ Text }) => Text)).toContain('English');
  await olena.tap('English');
  await dispatcher.idle();
  expect(olena.keys.map(({ Text }) => Text)).toContain('Help');
  await olena.say('0');
  await dispatcher.idle();
  expect(olena.messages).toHaveLength(4);
});

it('a campaign goes out as one broadcast, and every receipt finds its message', async () => {
  const names = ['a=', 'b=', 'c='];
  await campaignTo(names);
  expect(shop.fake.calls.map(({ method }) => method)).toEqual(['broadcast_message']);
  const token = (await stored('m0'))?.provider_id ?? '';
  await shop.fake.tell('seen', token, 'a=');
  await shop.fake.tell('delivered', token, 'a=');
  await shop.fake.tell('delivered', token, 'b=');
  await shop.fake.tell('failed', token, 'c=');
  const states = await Promise.all(['m0', 'm1', 'm2'].map(async (id) => (await stored(id))?.state));
  expect(states).toEqual(['read', 'delivered', 'failed']);
});

it('a campaign of a bot that may not broadcast reaches everybody all the same, each once', async () => {
  shop.fake.account.mayBroadcast = false;
  const people = await campaignTo(['a=', 'b=', 'c=']);
  test.clock.advance(2000);
  await dispatcher.idle();
  expect(people.map(({ messages }) => messages.length)).toEqual([1, 1, 1]);
  expect(shop.fake.callsOf('broadcast_message')).toHaveLength(1);
});

it('who left is not written to, until coming back', async () => {
  const [olena] = await campaignTo(['olena=']);
  await olena?.unsubscribe();
  await addMessages(test.svoi.database, [{ id: 'm9', chat: 'olena=', channel: 'viber' }]);
  await dispatcher.idle();
  expect(await stored('m9')).toMatchObject({ state: 'cancelled' });
  await olena?.say('0');
  await dispatcher.idle();
  expect(olena?.messages).toHaveLength(2);
});

/** The same words to everybody, sent. */
async function campaignTo(names: readonly string[]) {
  const people = [];
  for (const name of names) {
    people.push(await shop.subscriber(name));
    await addChat(test.svoi.database, name, { channel: 'viber' });
  }
  const about = { channel: 'viber', category: 'marketing', campaign: 'spring' } as const;
  await addMessages(
    test.svoi.database,
    names.map((name, index) => ({ id: `m${index}`, chat: name, ...about })),
  );
  await dispatcher.idle();
  return people;
}

async function stored(id: string) {
  return (await storedMessages(test.svoi.database))[id];
}
