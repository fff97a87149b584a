import { createSmpp } from '../../../bots/sms/smpp.ts';
import { createSmsc } from '../../../bots/sms/smsc.ts';
import { createTurboSms } from '../../../bots/sms/turbosms.ts';
import { createTwilio } from '../../../bots/sms/twilio.ts';
import type { GatewayParts, Told } from '../../contract/sms_gateway.ts';
import { phone } from '../../contract/sms_gateway.ts';
import { startFakeSmpp } from './smpp.ts';
import { startFakeSmsc } from './smsc.ts';
import { startFakeTurboSms } from './turbosms.ts';
import { startFakeTwilio, twilioCall } from './twilio.ts';

const publicUrl = 'https://shop.example';
const sender = 'Svoi';
const clock = { now: () => Date.UTC(2026, 10, 22, 12) };

/** The address a gateway asks to be called at. */
async function addressIn(gateway: {
  setup?(publicUrl: string): Promise<readonly string[]>;
}): Promise<string> {
  const lines = (await gateway.setup?.(publicUrl)) ?? [];
  return /https:\S+/.exec(lines.join(' '))?.[0] ?? '';
}

const form = (url: string, fields: Readonly<Record<string, string>>) =>
  new Request(url, { method: 'POST', body: new URLSearchParams(fields) });

/** TurboSMS on its fake. */
export async function turboSms(): Promise<GatewayParts> {
  const fake = await startFakeTurboSms('secret-token', sender);
  const account = { sender, apiRoot: fake.root, clock };
  const gateway = createTurboSms({ ...account, token: 'secret-token' });
  const url = await addressIn(gateway);
  const event = (id: string, status: string) =>
    JSON.stringify({
      id: '77',
      type: 'dlr',
      try: 1,
      signature: '0'.repeat(40),
      data: { message_id: id, status, dlr_date: '2026-11-22 14:00:05' },
    });
  const call = (body: string, to = url) => new Request(to, { method: 'POST', body });
  const words = { underway: 'Queued', delivered: 'DELIVRD', failed: 'UNDELIV' };
  return {
    gateway,
    impostor: createTurboSms({ ...account, token: 'wrong' }),
    phones: fake.phones,
    sender,
    report: async (take, id, told) => (await take(call(event(id, words[told])))) === 200,
    forgeries: () => [url.replace(/\?.*/, ''), `${url}0`].map((to) => () => call(event('1', 'DELIVRD'), to)),
    nonsense: async () => call('{"data":[]}'),
    close: fake.close,
  };
}

/** SMSC on its fake. */
export async function smsc(): Promise<GatewayParts> {
  const fake = await startFakeSmsc('shop', 'secret', sender);
  const account = { sender, apiRoot: fake.root, clock, login: 'shop' };
  const gateway = createSmsc({ ...account, password: 'secret' });
  const url = await addressIn(gateway);
  const codes: Readonly<Record<Told, string>> = { underway: '-1', delivered: '1', failed: '20' };
  let second = 1_795_348_800;
  return {
    gateway,
    impostor: createSmsc({ ...account, password: 'wrong' }),
    phones: fake.phones,
    sender,
    report: async (take, id, told) =>
      (await take(form(url, { id, phone: '380671234567', status: codes[told], ts: String(second) }))) === 200,
    async say(take, mes, again) {
      if (!again) second += 1;
      return (await take(form(url, { phone: '380671234567', mes, to: '4040', ts: String(second) }))) === 200;
    },
    forgeries: () =>
      [url.replace(/\?.*/, ''), `${url}0`].flatMap((to) => [
        () => form(to, { id: '1', phone: '380671234567', status: '1' }),
        () => form(to, { phone: '380671234567', mes: 'hi', to: '4040', ts: '1' }),
      ]),
    nonsense: async () => form(url, { hello: 'world' }),
    close: fake.close,
  };
}

/** Twilio on its fake. */
export async function twilio(): Promise<GatewayParts> {
  const sid = `AC${'0'.repeat(32)}`;
  const fake = await startFakeTwilio(sid, 'secret-token', sender);
  const account = { sender, apiRoot: fake.root, clock, publicUrl, accountSid: sid };
  const gateway = createTwilio({ ...account, authToken: 'secret-token' });
  const url = `${publicUrl}/sms/receipts/twilio`;
  const words = { underway: 'sending', delivered: 'delivered', failed: 'undelivered' };
  const fields = (MessageSid: string, MessageStatus: string) => ({ MessageSid, MessageStatus, To: phone });
  let said = 0;
  return {
    gateway,
    impostor: createTwilio({ ...account, authToken: 'wrong' }),
    phones: fake.phones,
    sender,
    async report(take, id, told) {
      const callback = fake.callbacks.get(id) ?? '';
      return (await take(twilioCall('secret-token', callback, fields(id, words[told])))) === 200;
    },
    async say(take, Body, again) {
      if (!again) said += 1;
      const incoming = { MessageSid: `SM${said}`, From: phone, To: '+15005550006', Body };
      return (await take(twilioCall('secret-token', url, incoming))) === 200;
    },
    forgeries: () => [
      () => form(url, fields('SM1', 'delivered')),
      () => twilioCall('another', url, fields('SM1', 'delivered')),
      () => {
        // A true signature with one field changed.
        const { headers } = twilioCall('secret-token', url, fields('SM1', 'sent'));
        const body = new URLSearchParams(fields('SM1', 'delivered'));
        return new Request(url, { method: 'POST', headers, body });
      },
    ],
    nonsense: async () => twilioCall('secret-token', url, { hello: 'world' }),
    close: fake.close,
  };
}

/** SMPP on its fake, over TCP. */
export async function smpp(): Promise<GatewayParts> {
  const fake = await startFakeSmpp();
  const account = { sender, clock, random: () => 0.5, log: () => {} };
  return {
    gateway: createSmpp({ ...account, url: fake.url }),
    impostor: createSmpp({ ...account, url: fake.url.replace('secret', 'wrong') }),
    phones: fake.phones,
    sender,
    report: async (_, id, told) =>
      (await fake.report(id, phone, told === 'underway' ? 'enroute' : told)) === 0,
    async say(_, text) {
      await fake.until(() => fake.received.some(({ command }) => command === 'bind_transceiver'));
      const addresses = { source_addr: '380671234567', destination_addr: '4040' };
      return (await fake.deliver({ ...addresses, data_coding: 8, short_message: text })) === 0;
    },
    close: fake.close,
  };
}
