import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway } from '../../../bots/sms/gateway.ts';
import { createSmsc } from '../../../bots/sms/smsc.ts';
import { createTurboSms } from '../../../bots/sms/turbosms.ts';
import { createTwilio, twilioSignature } from '../../../bots/sms/twilio.ts';
import { smsText } from '../../../core/messaging/sms.ts';
import { type Answered, type Arrived, startApi } from '../../support/sms/http.ts';
import { startFakeTurboSms } from '../../support/sms/turbosms.ts';
import { twilioCall } from '../../support/sms/twilio.ts';

const publicUrl = 'https://shop.example/';
const now = Date.UTC(2026, 10, 22, 12);
const account = { sender: 'Svoi', clock: { now: () => now } };

let answer: Answered;
let arrived: Arrived[];
let api: Awaited<ReturnType<typeof startApi>>;

beforeEach(async () => {
  arrived = [];
  api = await startApi((call) => {
    arrived.push(call);
    return answer;
  });
});
afterEach(() => api.close());

const says = (json: unknown, status = 200) => {
  answer = { status, json };
};
const send = (gateway: Gateway) =>
  gateway.send({
    id: 'msg_1',
    to: '+380671234567',
    ...smsText('Вітаємо', { transliterate: false }),
  });
const read = (gateway: Gateway, url: string, body: string, headers = {}) =>
  gateway.read?.({ url: new URL(url), headers: new Headers(headers), body });
const addressOf = async (gateway: Gateway) =>
  /https:\S+/.exec(((await gateway.setup?.(publicUrl.slice(0, -1))) ?? []).join(' '))?.[0] ?? '';

const blocked = (detail: string) => ({ status: 'refused', reason: 'blocked', detail });
const invalid = (detail: string) => ({ status: 'refused', reason: 'invalid', detail });
const failed = (detail: string) => ({ status: 'failed', detail });

describe('TurboSMS', () => {
  const open = () => createTurboSms({ ...account, token: 'secret', apiRoot: `${api.root}/` });
  const one = (response_code: number, response_status: string, message_id: string | null = null) => [
    { phone: '380671234567', message_id, response_code, response_status },
  ];

  it.each([
    ['taken', 800, one(0, 'OK', 'a-1'), { status: 'sent', providerId: 'a-1' }],
    ['sent at once', 801, one(0, 'OK', 'a-1'), { status: 'sent', providerId: 'a-1' }],
    ['no such number', 802, one(305, 'INVALID_PHONE'), blocked('305 INVALID_PHONE')],
    ['on the stop list', 802, one(404, 'STOPLIST'), blocked('404 STOPLIST')],
    ['another country', 802, one(406, 'COUNTRY'), invalid('406 COUNTRY')],
    ['a text too long', 413, null, invalid('413 X')],
    ['no money', 203, null, failed('203 X')],
    ['a sender not paid for', 401, null, failed('401 X')],
    ['their fault', 999, null, failed('999 X')],
    ['taken, but no id', 800, null, failed('800 X')],
  ])('%s', async (_, response_code, response_result, outcome) => {
    says({ response_code, response_status: 'X', response_result });
    expect(await send(open())).toEqual(outcome);
  });

  it('the same SMS sent again, because its answer was lost, is not sent twice', async () => {
    const fake = await startFakeTurboSms('secret', 'Svoi');
    const gateway = createTurboSms({ ...account, token: 'secret', apiRoot: fake.root });
    const [first, again] = [await send(gateway), await send(gateway)];
    expect(again).toEqual(first);
    expect(fake.phones.seen).toHaveLength(1);
    await fake.close();
  });

  it.each([
    ['DELIVRD', '2026-11-22 14:00:05', { status: 'delivered', at: now + 5000 }],
    ['Read', '2026-07-01 12:00:00', { status: 'read', at: Date.UTC(2026, 6, 1, 9) }],
    ['Sent', undefined, { status: 'sent', at: now }],
    ['REJECTD', 'soon', { status: 'failed', at: now, detail: 'rejectd' }],
  ])('%s at %s, by the clocks of Kyiv', async (status, dlr_date, receipt) => {
    const gateway = open();
    const body = JSON.stringify({ id: 7, data: { message_id: 'a-1', status, dlr_date } });
    const reading = await read(gateway, await addressOf(gateway), body);
    expect(reading).toEqual({ status: 'heard', heard: { receipts: [{ providerId: 'a-1', ...receipt }] } });
  });
});

describe('SMSC', () => {
  const open = () => createSmsc({ ...account, login: 'shop', password: 'p&w', apiRoot: api.root });

  it.each([
    [
      { id: 15, cnt: 2 },
      { status: 'sent', providerId: '15', segments: 2 },
    ],
    [{ id: '15' }, { status: 'sent', providerId: '15' }],
    [{ error: 'x', error_code: 1 }, invalid('error 1')],
    [{ error: 'authorise error', error_code: 2 }, failed('error 2')],
    [{ error: 'no money', error_code: 3, id: 15 }, failed('error 3')],
    [
      { error: 'x', error_code: 4 },
      { status: 'slow_down', retryAfterMs: 60_000 },
    ],
    [{ error: 'message is denied', error_code: 6, id: 15 }, invalid('error 6')],
    [{ error: 'x', error_code: 8, id: 15 }, blocked('error 8')],
    [
      { error: 'too many concurrent requests', error_code: 9 },
      { status: 'slow_down', retryAfterMs: 2000 },
    ],
    [{ error: 'duplicate request, wait a minute', error_code: 9 }, failed('error 9')],
    [['?'], failed('HTTP 200, not an answer of SMSC')],
  ])('%j', async (json, outcome) => {
    says(json);
    expect(await send(open())).toEqual(outcome);
    const form = new URLSearchParams(arrived[0]?.body);
    expect(Object.fromEntries(form)).toEqual({
      ...{ login: 'shop', psw: 'p&w', fmt: '3', charset: 'utf-8' },
      ...{ phones: '+380671234567', mes: 'Вітаємо', sender: 'Svoi' },
    });
  });

  it.each([
    ['status=1&ts=1795348800', { status: 'delivered', at: 1_795_348_800_000 }],
    ['status=2', { status: 'read', at: now }],
    ['status=0', { status: 'sent', at: now }],
    ['status=3', { status: 'failed', at: now, detail: 'status 3' }],
    ['status=22', { status: 'failed', at: now, detail: 'status 22', blocked: true }],
    ['status=20&err=1', { status: 'failed', at: now, detail: 'status 20', blocked: true }],
  ])('%s', async (fields, receipt) => {
    const gateway = open();
    const reading = await read(gateway, await addressOf(gateway), `id=15&phone=380671234567&${fields}`);
    expect(reading).toEqual({ status: 'heard', heard: { receipts: [{ providerId: '15', ...receipt }] } });
  });
});

describe('Twilio', () => {
  const open = () =>
    createTwilio({ ...account, accountSid: 'AC1', authToken: 'secret', publicUrl, apiRoot: api.root });

  it.each([
    [201, { sid: 'SM1', num_segments: '2' }, { status: 'sent', providerId: 'SM1', segments: 2 }],
    [201, { sid: 'SM1', num_segments: '0' }, { status: 'sent', providerId: 'SM1' }],
    [400, { code: 21610, message: 'unsubscribed +380671234567' }, blocked('HTTP 400, error 21610')],
    [400, { code: 21614 }, blocked('HTTP 400, error 21614')],
    [400, { code: 21408 }, invalid('HTTP 400, error 21408')],
    [400, { code: 21617 }, invalid('HTTP 400, error 21617')],
    [400, { code: 21606 }, failed('HTTP 400, error 21606')],
    [401, { code: 20003 }, failed('HTTP 401, error 20003')],
    [403, { code: 20429 }, { status: 'slow_down', retryAfterMs: 2000 }],
    [429, {}, { status: 'slow_down', retryAfterMs: 2000 }],
    [503, {}, failed('HTTP 503')],
  ])('HTTP %i %j', async (status, json, outcome) => {
    says(json, status);
    expect(await send(open())).toEqual(outcome);
    const form = new URLSearchParams(arrived[0]?.body);
    expect(form.get('StatusCallback')).toBe('https://shop.example/sms/receipts/twilio');
  });

  it("the signature of Twilio's own example", async () => {
    const fields = 'CallSidCA1234567890ABCDECaller+12349013030Digits1234From+12349013030To+18005551212';
    expect(await twilioSignature('12345', `https://mycompany.com/myapp.php?foo=1&bar=2${fields}`)).toBe(
      '0/KCTR6DLpKmkAf8muzZqo1nDgQ=',
    );
  });

  it.each([
    [{ MessageStatus: 'sent' }, { status: 'sent', at: now }],
    [{ MessageStatus: 'read' }, { status: 'read', at: now }],
    [
      { MessageStatus: 'undelivered', ErrorCode: '30003' },
      { status: 'failed', at: now, detail: 'error 30003' },
    ],
    [
      { MessageStatus: 'failed', ErrorCode: '30005' },
      { status: 'failed', at: now, detail: 'error 30005', blocked: true },
    ],
    [{ MessageStatus: 'canceled' }, { status: 'failed', at: now, detail: 'canceled' }],
  ])('%j, called through an address of the inside', async (fields, receipt) => {
    const url = 'https://shop.example/sms/receipts/twilio';
    const call = twilioCall('secret', url, { MessageSid: 'SM1', ...fields });
    // Behind a proxy the address arrives as another one: what is signed is what Twilio called.
    const inside = 'http://127.0.0.1:3000/sms/receipts/twilio';
    const reading = await read(open(), inside, await call.text(), Object.fromEntries(call.headers));
    expect(reading).toMatchObject({ heard: { receipts: [{ providerId: 'SM1', ...receipt }] } });
  });

  it('without PUBLIC_URL nothing it says is believed, and no report is asked for', async () => {
    const gateway = createTwilio({ ...account, accountSid: 'AC1', authToken: 'secret', apiRoot: api.root });
    says({ sid: 'SM1' }, 201);
    await send(gateway);
    expect(arrived[0]?.body).not.toContain('StatusCallback');
    const call = twilioCall('secret', 'https://x/sms', { MessageSid: 'SM1', MessageStatus: 'sent' });
    const headers = Object.fromEntries(call.headers);
    expect(await read(gateway, 'https://x/sms', await call.text(), headers)).toEqual({ status: 'forged' });
  });
});

it('a provider that cannot be reached may be tried again, and the log is told why', async () => {
  await api.close();
  const gateway = createTurboSms({ ...account, token: 'secret', apiRoot: api.root });
  expect(await send(gateway)).toEqual(failed('fetch failed ECONNREFUSED'));
});

it('whatever a provider posts is heard or refused, never a fault of ours', async () => {
  const turboSms = createTurboSms({ ...account, token: 'secret' });
  const smsc = createSmsc({ ...account, login: 'shop', password: 'secret' });
  const twilio = createTwilio({ ...account, accountSid: 'AC1', authToken: 'secret', publicUrl });
  const addresses = [await addressOf(turboSms), await addressOf(smsc)] as const;
  const names = fc.constantFrom(
    ...[
      'id',
      'status',
      'ts',
      'err',
      'mes',
      'phone',
      'MessageSid',
      'MessageStatus',
      'Body',
      'From',
      'ErrorCode',
    ],
  );
  const values = fc.oneof(fc.string(), fc.constantFrom('1', '-1', '9e99', '+380671234567', 'delivered'));
  const fields = fc.dictionary(names, values);
  const event = fc.record({
    data: fc.oneof(fc.anything(), fc.record({ message_id: values, status: values, dlr_date: values })),
  });
  await fc.assert(
    fc.asyncProperty(
      fields,
      fc.oneof(
        fc.json(),
        event.map((one) => JSON.stringify(one)),
      ),
      async (form, json) => {
        const call = twilioCall('secret', 'https://shop.example/sms/receipts/twilio', form);
        const readings = [
          await read(turboSms, addresses[0], json),
          await read(smsc, addresses[1], new URLSearchParams(form).toString()),
          await read(twilio, call.url, await call.text(), Object.fromEntries(call.headers)),
        ];
        for (const reading of readings) expect(['heard', 'unreadable']).toContain(reading?.status);
      },
    ),
    { numRuns: 150 },
  );
});
