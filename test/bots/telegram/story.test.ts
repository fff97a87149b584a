import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeTelegram, type Person, startFakeTelegram } from '../../support/fake-telegram.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { invited } from '../../support/staff.ts';
import { startTelegramShop, type TelegramShop } from '../../support/telegram-shop.ts';

/** From the first hello to being a member. */
async function join(person: Person): Promise<void> {
  await person.start();
  await person.sees('Which language');
  await person.tap('English');
  await person.sees('share your phone number');
  await person.tap('Share my number');
  await person.sees('You have just got 50 points');
}

describe.each(['webhook', 'polling'] as const)('through %s', (way) => {
  let fake: FakeTelegram;
  let shop: TelegramShop;

  beforeEach(async () => {
    fake = await startFakeTelegram();
    shop = await startTelegramShop(fake, way);
  });
  afterEach(async () => {
    await shop.close();
    await fake.close();
  });

  it('a person registers, and is told about a purchase within a second of the commit', async () => {
    const olena = fake.person(501, { language: 'en', phone: '380671234567' });
    await join(olena);
    expect(olena.chat.keys).toEqual([]);
    await olena.say('Olena');
    await olena.sees('When is your birthday?');
    await olena.tap('Skip');
    await olena.sees('May we write to you');
    await olena.tap('No, thanks');
    await olena.sees('You have 50 points');

    const committed = buy(shop.svoi, aPurchase({ at: shop.clock.now() })).then(() => performance.now());
    const message = await olena.sees('+50 points');
    expect(performance.now() - (await committed)).toBeLessThan(1000);
    expect(message.text).toContain('100 points');
  });

  it('the card is a picture, and going back gives its place to a text', async () => {
    const olena = fake.person(501, { language: 'en', phone: '380671234567' });
    await join(olena);
    await olena.say('/menu');
    await fake.until(() =>
      olena.chat.messages
        .at(-1)
        ?.buttons.flat()
        .some(({ text }) => /card/.test(text)),
    );
    await olena.tap(/card/);
    const card = await fake.until(() => olena.chat.messages.find(({ picture }) => picture));
    await olena.tap('Menu');
    await fake.until(() => !olena.chat.messages.some(({ picture }) => picture));
    expect(olena.chat.messages.map(({ id }) => id)).not.toContain(card.id);
  });

  it('choices on a question for the phone work as keys under the input field', async () => {
    const olena = fake.person(501, { language: 'en' });
    await olena.start();
    await olena.sees('Which language');
    await olena.tap('English');
    await olena.sees('share your phone number');
    await olena.tap(/Help/);
    await olena.sees('Joining takes a minute');
  });
});

it('one of the staff answers a customer by answering the message, and the words stay on both screens', async () => {
  const fake = await startFakeTelegram();
  const shop = await startTelegramShop(fake, 'webhook');
  const ivan = fake.person(600, { language: 'en', phone: '380671111111' });
  await join(ivan);
  await ivan.say('Ivan');
  await ivan.sees('When is your birthday?');
  await ivan.say(`/staff ${await invited(shop.svoi, '+380671111111', 'cashier')}`);
  await ivan.sees('Welcome to the team!');
  const olena = fake.person(501, { language: 'en', phone: '380671234567' });
  await join(olena);
  await olena.say('/human');
  await olena.sees('Our team has been told.');
  await olena.say('Is size 42 there?');
  const asked = await ivan.sees('Is size 42 there?');
  await ivan.tap('Take');
  await ivan.sees('Write your answer');
  const on = { message_id: asked.id, date: 0, chat: { id: 600, type: 'private' } };
  await ivan.send({ text: 'Yes, two pairs', reply_to_message: on });
  await olena.sees('Ivan: Yes, two pairs');
  await olena.tap('End the talk');
  await ivan.sees('has ended the talk');
  await shop.idle();
  expect(ivan.chat.messages.find(({ id }) => id === asked.id)?.text).toContain('Is size 42 there?');
  expect(olena.chat.messages.map(({ text }) => text)).toContain('Ivan: Yes, two pairs');
  await shop.close();
  await fake.close();
});

it('a person who blocked the bot is not written to, and is again after coming back', async () => {
  const fake = await startFakeTelegram();
  const shop = await startTelegramShop(fake, 'webhook');
  const olena = fake.person(501, { language: 'en', phone: '380671234567' });
  await join(olena);
  await olena.block();
  await buy(shop.svoi, aPurchase({ at: shop.clock.now(), externalId: 'while-away' }));
  await shop.idle();
  expect(olena.chat.messages.map(({ text }) => text).join()).not.toContain('+50');
  await olena.unblock();
  await buy(shop.svoi, aPurchase({ at: shop.clock.now(), externalId: 'when-back' }));
  await olena.sees('150 points');
  await shop.close();
  await fake.close();
});

it('an update delivered again, also after a restart, is answered once', async () => {
  const fake = await startFakeTelegram();
  const first = await startTelegramShop(fake, 'webhook');
  const olena = fake.person(501, { language: 'en' });
  await olena.start();
  await olena.sees('Which language');
  expect(await fake.updates.again()).toBe(200);
  await first.stop();

  const second = await startTelegramShop(fake, 'webhook', {
    url: first.url,
    at: first.clock.now() + 60_000,
  });
  expect(await fake.updates.again()).toBe(200);
  await second.idle();
  expect(fake.callsOf('sendMessage')).toHaveLength(1);
  await second.stop();
  await first.close();
  await fake.close();
});
