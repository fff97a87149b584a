import { type ChannelHarness, describeChannel } from '../../contract/channel.ts';
import type { Fault } from '../../support/fake-viber.ts';
import { openViberShop } from '../../support/viber/shop.ts';

const faults = {
  blocked: { kind: 'status', status: 6 },
  slow_down: { kind: 'http', status: 429, headers: { 'retry-after': '2' } },
  failed: { kind: 'cut' },
} as const satisfies Record<string, Fault>;

describeChannel('Viber', async (): Promise<ChannelHarness> => {
  const { fake, viber, events, subscriber } = await openViberShop();
  const person = await subscriber('01234567890A=');
  const does = async (act: Promise<unknown>) => void (await act);
  return {
    channel: viber.channel,
    address: person.id,
    events,
    async seen() {
      const newest = person.messages.at(-1);
      return person.messages.map((message) => ({
        id: message.token,
        text: message.text,
        picture: message.picture !== undefined,
        buttons: message === newest ? person.keys.map(({ Text }) => Text) : [],
      }));
    },
    fail: (fault) => fake.fault('send_message', faults[fault]),
    person: {
      start: (context) => does(person.open(context)),
      say: (text) => does(person.say(text)),
      sendPhoto: (bytes, caption) => does(person.sendPhoto(bytes, caption)),
      sendSticker: () => does(person.send({ type: 'sticker', sticker_id: 46105 })),
      tap: (label) => does(person.tap(label)),
      block: () => does(person.unsubscribe()),
      unblock: () => does(person.subscribe()),
    },
    redeliver: () => does(fake.again()),
    close: () => fake.close(),
  };
});
