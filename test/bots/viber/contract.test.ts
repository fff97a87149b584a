import { createViber } from '../../../bots/viber/viber.ts';
import type { IncomingEvent } from '../../../core/dialogs/types.ts';
import { type ChannelHarness, describeChannel } from '../../contract/channel.ts';
import { type Fault, startFakeViber } from '../../support/fake-viber.ts';

const faults = {
  blocked: { kind: 'status', status: 6 },
  slow_down: { kind: 'http', status: 429, headers: { 'retry-after': '2' } },
  failed: { kind: 'cut' },
} as const satisfies Record<string, Fault>;

describeChannel('Viber', async (): Promise<ChannelHarness> => {
  const fake = await startFakeViber();
  const events: IncomingEvent[] = [];
  const viber = createViber({
    ...{ token: fake.token, apiRoot: fake.apiRoot, senderName: 'Свої' },
    publicUrl: 'https://shop.example.com',
    handle: async (event) => void events.push(event),
    receipts: async () => {},
    introduction: () => ({ locale: 'uk', say: (_locale, { key }) => key }),
    clock: { now: () => Date.now() },
    log: () => {},
  });
  const person = fake.person('01234567890A=');
  fake.deliver = async () => new Response('ok');
  await person.subscribe();
  fake.deliver = (request) => viber.webhook(request);
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
      tap: (label) => does(person.tap(label)),
      block: () => does(person.unsubscribe()),
      unblock: () => does(person.subscribe()),
    },
    redeliver: () => does(fake.again()),
    close: () => fake.close(),
  };
});
