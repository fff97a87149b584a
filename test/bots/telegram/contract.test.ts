import { createTelegram } from '../../../bots/telegram/telegram.ts';
import type { IncomingEvent } from '../../../core/dialogs/types.ts';
import { type ChannelHarness, describeChannel } from '../../contract/channel.ts';
import { startFakeTelegram } from '../../support/fake-telegram.ts';
import { listen } from '../../support/listen.ts';

const secret = 'webhook-secret';
const chatId = 501;

describeChannel('Telegram', async (): Promise<ChannelHarness> => {
  const fake = await startFakeTelegram();
  const events: IncomingEvent[] = [];
  const telegram = createTelegram({
    token: fake.token,
    apiRoot: fake.apiRoot,
    webhookSecret: secret,
    handle: async (event) => void events.push(event),
    log: () => {},
  });
  const server = await listen((request) => telegram.webhook(request));
  fake.updates.webhook = { url: `${server.url}/telegram`, secret_token: secret };
  const person = fake.person(chatId, { phone: '+380501234567' });
  let last: Promise<unknown> = Promise.resolve();
  const does = async (act: () => Promise<unknown>) => {
    last = act();
    await last;
  };
  return {
    channel: telegram.channel,
    address: String(chatId),
    events,
    async seen() {
      const newest = person.chat.messages.at(-1)?.id;
      return person.chat.messages.map(({ id, text, picture, buttons }) => ({
        id: String(id),
        text,
        picture: picture !== undefined,
        buttons: [
          ...buttons.flat().map((button) => button.text),
          ...(id === newest ? person.chat.keys.flat().map((key) => key.text) : []),
        ],
      }));
    },
    fail(fault) {
      if (fault === 'blocked') person.chat.blocked = true;
      else if (fault === 'slow_down') fake.fault('sendMessage', { kind: 'slow_down', seconds: 2 });
      else fake.fault('sendMessage', { kind: 'cut' });
    },
    person: {
      start: (context) => does(() => person.start(context)),
      say: (text) => does(() => person.say(text)),
      sendPhoto: (bytes, caption) => does(() => person.sendPhoto(bytes, caption)),
      sendSticker: () => does(() => person.send({ sticker: { file_id: 'AgACAgIAAxkBAAI0' } })),
      tap: (label) => does(() => person.tap(label)),
      shareOwn: (phone) => does(() => person.shareContact(phone)),
      shareOther: (phone) => does(() => person.shareContact(phone, 999)),
      block: () => does(() => person.block()),
      unblock: () => does(() => person.unblock()),
    },
    redeliver: () => does(() => fake.updates.again()),
    async close() {
      await server.close();
      await fake.close();
    },
  };
});
