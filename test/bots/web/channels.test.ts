import { describe, expect, it } from 'vitest';
import { createPlayground, type PlaygroundParts } from '../../../bots/web/playground/app.tsx';
import { chatOf } from '../../../bots/web/playground/phones.ts';
import { createSiteChat } from '../../../bots/web/site.tsx';
import type { IncomingEvent } from '../../../core/dialogs/types.ts';
import { openWebParts } from '../../../web.ts';
import { type ChannelHarness, describeChannel, type SeenMessage } from '../../contract/channel.ts';
import { testSvoi } from '../../support/svoi.ts';
import { openChat, seenIn, sendJson } from '../../support/web.ts';

describeChannel('the site chat', async () => {
  const here = await testSvoi();
  const web = await openWebParts(here.svoi.database);
  const events: IncomingEvent[] = [];
  const handle = async (event: IncomingEvent) => {
    events.push(event);
  };
  const { app, channel } = createSiteChat({ ...web, handle, clock: here.clock });
  const token = await openChat(app);
  let last: object = {};
  const post = async (said: object) => {
    last = { id: `event-${events.length}-of-test`, said };
    await sendJson(app, `/chat/${token}/events`, last);
  };
  await post({ kind: 'start' });
  const address = events[0]?.address ?? '';
  events.length = 0;
  const seen = () => seenIn(web.store, { channel: 'web', chat: address });
  return {
    ...{ channel, address, events, seen },
    person: {
      start: (context) => post({ kind: 'start', ...(context === undefined ? {} : { context }) }),
      say: (text) => post({ kind: 'text', text }),
      tap: async (label) =>
        post(await pressOf(await web.store.latest({ channel: 'web', chat: address }, 99), label)),
    },
    redeliver: async () => {
      await sendJson(app, `/chat/${token}/events`, last);
    },
    close: async () => here.close(),
  } satisfies ChannelHarness;
});

type Messages = Awaited<ReturnType<PlaygroundParts['store']['latest']>>;

function pressOf(messages: Messages, label: string): object {
  for (const message of [...messages].reverse()) {
    const button = message.buttons?.flat().find((candidate) => candidate.label === label);
    const messageId = String(message.replaces ?? message.position);
    if (button?.kind === 'press') return { kind: 'press', data: button.data, messageId };
  }
  throw new Error(`there is no button "${label}"`);
}

const unused = () => {
  throw new Error('not used here');
};

/** The phones of customers, and what their messengers are called. */
const messengers = { telegram: 'telegram', viber: 'viber', text: 'whatsapp', sms: 'sms' } as const;

async function openPhone(id: keyof typeof messengers): Promise<ChannelHarness> {
  const here = await testSvoi();
  const web = await openWebParts(here.svoi.database);
  const events: IncomingEvent[] = [];
  const playground = await createPlayground({
    ...web,
    chatSecret: web.secret,
    clock: { ...here.clock, jump: unused, underWay: () => undefined },
    program: here.svoi.program,
    handle: async (event) => {
      events.push(event);
    },
    ...{ api: unused, shopKey: '', messageLog: unused, render: unused, invite: unused, nextBirthday: unused },
    receipts: async () => {},
    segments: () => 1,
    timers: { now: () => 0, after: () => () => {} },
  });
  const { app } = playground;
  const channel = playground.channels.find(({ name }) => name === messengers[id]);
  if (!channel) throw new Error('the playground has no such channel');
  const path = `/playground/phones/${id}`;
  let count = 0;
  let last: object = {};
  const post = async (said: object) => {
    count += 1;
    last = { id: `event-${count}-of-test`, language: 'uk', said };
    await sendJson(app, `${path}/events`, last);
  };
  const send = async (bytes: Uint8Array, text: string) => {
    count += 1;
    const file = Buffer.from(bytes).toString('base64');
    await sendJson(app, `${path}/photos`, { id: `event-${count}-of-test`, language: 'uk', file, text });
  };
  const turn = async (blocked: boolean) => {
    count += 1;
    await sendJson(app, path, { id: `event-${count}-of-test`, blocked }, 'PUT');
  };
  await sendJson(app, path, { id: 'the-number', number: '+380501234567' }, 'PUT');
  const key = chatOf({ channel: channel.name, number: '+380501234567' });
  const seen = (): Promise<SeenMessage[]> => seenIn(web.store, key);
  return {
    ...{ channel, address: key.chat, events, seen },
    person: {
      start: (context) => post({ kind: 'start', ...(context === undefined ? {} : { context }) }),
      say: (text) => post({ kind: 'text', text }),
      ...(id === 'sms'
        ? {}
        : {
            sendPhoto: (bytes: Uint8Array, text: string) => send(bytes, text),
            sendSticker: () => send(new Uint8Array([1, 2, 3]), ''),
          }),
      ...(channel.abilities.buttons
        ? {
            tap: async (label: string) => post(pressOf(await web.store.latest(key, 99), label)),
            block: () => turn(true),
            unblock: () => turn(false),
          }
        : {}),
      ...(id === 'telegram'
        ? {
            shareOwn: (phone: string) => post({ kind: 'share', phone }),
            shareOther: (phone: string) => post({ kind: 'share', phone }),
          }
        : {}),
    },
    redeliver: async () => {
      await sendJson(app, `${path}/events`, last);
    },
    close: async () => here.close(),
  };
}

describeChannel("the playground's Telegram", () => openPhone('telegram'));
describeChannel("the playground's Viber", () => openPhone('viber'));
describeChannel("the playground's plain text", () => openPhone('text'));
describeChannel("the playground's SMS", () => openPhone('sms'));

describe('a message of our own chats', () => {
  it('sent again after a crash stands there once, an edit too', async () => {
    const { channel, address, seen, close } = await openPhone('telegram');
    const first = await channel.send({ id: 'msg_1', address, text: 'Hello' });
    expect(await channel.send({ id: 'msg_1', address, text: 'Hello' })).toEqual(first);
    const replaces = first.status === 'sent' ? first.providerId : '';
    const edit = { id: 'msg_2', address, text: 'Hello again', replaces };
    expect(await channel.send(edit)).toEqual(first);
    expect(await channel.send(edit)).toEqual(first);
    expect((await seen()).map(({ text }) => text)).toEqual(['Hello again']);
    await close();
  });

  it('does not reach a person who has blocked the bot', async () => {
    const { channel, address, person, seen, close } = await openPhone('telegram');
    await person.block?.();
    expect(await channel.send({ id: 'msg_1', address, text: 'Hello' })).toMatchObject({
      status: 'refused',
      reason: 'blocked',
    });
    expect(await seen()).toEqual([]);
    await close();
  });

  it.each([
    { what: 'longer than the limit', message: { text: 'x'.repeat(4097) } },
    { what: 'empty', message: { text: ' ' } },
    {
      what: 'with buttons where there are none',
      message: { text: 'x', buttons: [[{ kind: 'press', label: 'a', data: 'a' }]] },
    },
  ] as const)('$what is refused as invalid', async ({ message }) => {
    const { channel, address, close } = await openPhone('text');
    expect(await channel.send({ id: 'msg_1', address, ...message })).toMatchObject({
      status: 'refused',
      reason: 'invalid',
    });
    await close();
  });
});
