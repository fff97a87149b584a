import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Heard } from '../../../bots/sms/gateway.ts';
import { createSmpp, type SmppOptions } from '../../../bots/sms/smpp.ts';
import { smsText } from '../../../core/messaging/sms.ts';
import { programOf } from '../../support/server.ts';
import { type FakeSmpp, startFakeSmpp } from '../../support/sms/smpp.ts';
import { testTimers } from '../../support/timers.ts';

const phone = '+380671234567';
const long = 'Дякуємо за покупку! Вам нараховано 120 балів, тепер у Вас 1520 балів. До зустрічі!';

let server: FakeSmpp;
let opened: { stop?(): Promise<void> }[];

beforeEach(async () => {
  server = await startFakeSmpp();
  opened = [];
});
afterEach(async () => {
  // Nobody answers any more, so nothing is waited for.
  await server.close();
  await Promise.all(opened.map((gateway) => gateway.stop?.()));
});

function open(more: Partial<SmppOptions> = {}) {
  const timers = testTimers();
  const log: string[] = [];
  const watchers = new Set<() => void>();
  const note = () => {
    for (const look of watchers) look();
  };
  const gateway = createSmpp({
    url: server.url,
    sender: 'Svoi',
    clock: { now: () => 1_700_000_000_000 },
    random: () => 0.5,
    log(_, line) {
      log.push(line);
      note();
    },
    timers,
    ...more,
  });
  const heard: Heard[] = [];
  gateway.listen?.(async (one) => {
    heard.push(one);
    note();
  });
  gateway.start?.();
  opened.push(gateway);
  let count = 0;
  const send = (text: string, to = phone) => {
    count += 1;
    return gateway.send({ id: `msg_${count}`, to, ...smsText(text, { transliterate: false }) });
  };
  const receipts = () => heard.flatMap(({ receipts = [] }) => receipts);
  /** Resolves when `look` is true, now or after the next line of the log or thing heard. */
  const until = (look: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (look()) resolve();
      };
      watchers.add(check);
      check();
    });
  const says = (words: string) => until(() => log.some((line) => line.includes(words)));
  return { gateway, timers, log, heard, send, receipts, until, says };
}

const commands = () => server.received.map(({ command }) => command);
const arrived = (command: string, times = 1) =>
  server.until(() => commands().filter((one) => one === command).length >= times);
const bound = (times = 1) => arrived('bind_transceiver', times);

describe('what is sent', () => {
  it.each([
    ['Svoi', { source_addr: 'Svoi', source_addr_ton: 5, source_addr_npi: 0 }],
    ['+380441234567', { source_addr: '380441234567', source_addr_ton: 1, source_addr_npi: 1 }],
  ])('from %s to an international number, with a receipt asked for', async (sender, fields) => {
    await open({ sender }).send('Hi');
    expect(server.received.at(-1)).toMatchObject({
      ...fields,
      ...{ destination_addr: '380671234567', dest_addr_ton: 1, dest_addr_npi: 1 },
      ...{ registered_delivery: 1, esm_class: 0, data_coding: 0 },
    });
  });

  it('Cyrillic letters as UCS-2, and parts that know of each other', async () => {
    const { send } = open();
    expect(await send(long)).toMatchObject({ status: 'sent', providerId: '1' });
    await send(long);
    const submitted = server.received.filter(({ command }) => command === 'submit_sm');
    expect(submitted).toMatchObject(Array(4).fill({ data_coding: 8, esm_class: 0x40 }));
    const headers = submitted.map((pdu) => ('short_message' in pdu ? pdu.short_message : undefined));
    const [[first = []], [second = []], [third = []]] = headers.map((one) =>
      [...(one as { udh: readonly Uint8Array[] }).udh].map((element) => [...element]),
    ) as [number[][], number[][], number[][]];
    expect([first.slice(3), second.slice(3)]).toEqual([
      [2, 1],
      [2, 2],
    ]);
    expect(first[2]).toBe(second[2]);
    expect(first[2]).not.toBe(third[2]);
  });

  it('no more than ten requests are without an answer; the others wait for a place', async () => {
    const { send, timers } = open();
    server.treat('submit_sm', ...Array(10).fill('silent'));
    const outcomes = Array.from({ length: 12 }, () => send('Hi'));
    await arrived('submit_sm', 10);
    await server.ask('enquire_link');
    expect(commands().filter((command) => command === 'submit_sm')).toHaveLength(10);
    timers.advance(10_000);
    const statuses = (await Promise.all(outcomes)).map(({ status }) => status);
    expect(statuses).toEqual([...Array(10).fill('failed'), 'sent', 'sent']);
  });
});

describe('what goes wrong', () => {
  it.each([
    [88, { status: 'slow_down', retryAfterMs: 2000 }],
    [20, { status: 'slow_down', retryAfterMs: 2000 }],
    [11, { status: 'refused', reason: 'blocked', detail: 'status 11' }],
    [102, { status: 'refused', reason: 'invalid', detail: 'status 102' }],
    [10, { status: 'failed', detail: 'status 10' }],
  ])('status %i', async (status, outcome) => {
    server.treat('submit_sm', status);
    expect(await open().send('Hi')).toEqual(outcome);
  });

  it('a request without an answer fails after ten seconds, and the next one works', async () => {
    const { send, timers } = open();
    server.treat('submit_sm', 'silent');
    const outcome = send('Hi');
    await arrived('submit_sm');
    timers.advance(10_000);
    expect(await outcome).toEqual({ status: 'failed', detail: 'no answer in time' });
    expect(await send('Hi')).toMatchObject({ status: 'sent' });
  });

  it('a connection that breaks fails what was under way, and is made anew', async () => {
    const { send, timers, log } = open();
    server.treat('submit_sm', 'drop');
    expect(await send('Hi')).toMatchObject({ status: 'failed' });
    expect(await send('Hi')).toMatchObject({ status: 'failed' });
    expect(log.at(-1)).toContain('trying again in 1000 ms');
    timers.advance(1000);
    expect(await send('Hi')).toMatchObject({ status: 'sent' });
  });

  it('once a part has left, the others wait for a busy server', async () => {
    const { send, timers } = open();
    server.treat('submit_sm', 0, 88);
    const outcome = send(long);
    await arrived('submit_sm', 2);
    await server.ask('enquire_link');
    timers.advance(2000);
    expect(await outcome).toMatchObject({ status: 'sent', providerId: '1' });
    expect(server.phones.seen).toMatchObject([{ text: long }]);
  });

  it('who is refused the first time tries again later and later, and says what to do', async () => {
    const { timers, log, send } = open({ url: server.url.replace('secret', 'wrong') });
    for (const pauseMs of [1000, 2000, 4000]) {
      expect(await send('Hi')).toMatchObject({ status: 'failed' });
      expect(log.at(-1)).toContain('the password in SMPP_URL is not accepted');
      expect(log.at(-1)).toContain(`${pauseMs} ms`);
      timers.advance(pauseMs);
    }
    expect(log.join()).not.toContain('wrong');
  });

  it('a server that is silent when asked for a sign of life is left for a new connection', async () => {
    const { timers, send, says } = open();
    await send('Hi');
    timers.advance(30_000);
    await arrived('enquire_link');
    await server.ask('enquire_link');
    server.treat('enquire_link', 'silent');
    timers.advance(30_000);
    await arrived('enquire_link', 2);
    timers.advance(10_000);
    await says('no sign of life');
    timers.advance(1000);
    expect(await send('Hi')).toMatchObject({ status: 'sent' });
  });

  it('a server that says goodbye is answered and called again', async () => {
    const { timers, send } = open();
    await send('Hi');
    expect(await server.ask('unbind')).toMatchObject({ command: 'unbind_resp', command_status: 0 });
    timers.advance(1000);
    expect(await send('Hi')).toMatchObject({ status: 'sent' });
  });

  it('stopping waits for what is under way, and says goodbye', async () => {
    const { gateway, send } = open();
    const outcome = send('Hi');
    await arrived('submit_sm');
    await gateway.stop?.();
    expect(await outcome).toMatchObject({ status: 'sent' });
    expect(commands().at(-1)).toBe('unbind');
    expect(await send('Hi')).toMatchObject({ status: 'failed' });
  });
});

describe('receipts', () => {
  const hex = (id: string) => Number(id).toString(16);
  const decimal = (id: string) => String(Number.parseInt(id, 16));
  it.each([
    ['in fields', '27', { form: 'tlv' }],
    ['in words', '27', { form: 'text' }],
    ['padded with zeros', '27', { form: 'text', id: (id: string) => id.padStart(10, '0') }],
    ['hexadecimal where the answer was decimal', '27', { form: 'text', id: hex }],
    ['decimal where the answer was hexadecimal', '27', { form: 'text', id: decimal }],
    ['in capitals', '27', { form: 'tlv', id: (id: string) => hex(id).toUpperCase() }],
  ] as const)('%s find their SMS', async (_, firstId, style) => {
    await server.close();
    server = await startFakeSmpp({ firstId: Number(firstId) });
    const { send, receipts } = open();
    await send('Hi');
    await server.report('27', phone, 'delivered', style);
    expect(receipts()).toEqual([{ providerId: '27', status: 'delivered', at: 1_700_000_000_000 }]);
  });

  it('before the answer to its SMS a receipt comes under every name it may mean', async () => {
    const { send, receipts } = open();
    server.onSubmit((id, to) => void server.report(id, to, 'delivered', { form: 'text' }));
    expect(await send('Hi')).toMatchObject({ providerId: '1' });
    await arrived('deliver_sm_resp');
    expect(receipts()).toMatchObject([{ providerId: '1', address: phone, status: 'delivered' }]);
    await server.report('4660', phone, 'failed', { form: 'text' });
    expect(
      receipts()
        .slice(1)
        .map(({ providerId }) => providerId),
    ).toEqual(['4660', '1234', '18016']);
  });

  it('a long SMS is delivered when all its parts are, and failed when one is', async () => {
    const { send, receipts } = open();
    await send(long);
    await send(long);
    await server.report('2', phone, 'delivered');
    expect(receipts()).toEqual([]);
    await server.report('1', phone, 'delivered');
    await server.report('4', phone, 'failed');
    expect(receipts()).toMatchObject([
      { providerId: '1', status: 'delivered' },
      { providerId: '3', status: 'failed' },
    ]);
  });

  it('notices on the way and what is no text are acknowledged and not passed on', async () => {
    const { heard } = open();
    await bound();
    const from = { source_addr: '380671234567', destination_addr: 'Svoi' };
    for (const fields of [
      { esm_class: 0x20, short_message: 'id:1 stat:ENROUTE' },
      { data_coding: 4, short_message: Buffer.from([1, 2, 3]) },
      { source_addr: 'Bank', short_message: 'hello' },
    ]) {
      expect(await server.deliver({ ...from, ...fields })).toBe(0);
    }
    expect(heard.flatMap((one) => [...(one.receipts ?? []), ...(one.messages ?? [])])).toEqual([]);
  });
});

describe('what people write', () => {
  const from = { source_addr: '380671234567', destination_addr: '4040', data_coding: 8 };
  const part = (number: number, message: string, reference = 7) => ({
    ...from,
    esm_class: 0x40,
    short_message: { udh: Buffer.from([5, 0, 3, reference, 2, number]), message },
  });
  const texts = (heard: readonly Heard[]) =>
    heard.flatMap(({ messages = [] }) => messages.map(({ text }) => text));

  it('a long message is joined, in whichever order its parts come', async () => {
    const { heard } = open();
    await bound();
    for (const fields of [
      part(2, 'світе'),
      part(1, 'Добрий день, ', 8),
      part(1, 'Привіт, '),
      part(2, 'ще раз', 8),
    ]) {
      expect(await server.deliver(fields)).toBe(0);
    }
    expect(texts(heard)).toEqual(['Привіт, світе', 'Добрий день, ще раз']);
  });

  it('parts may be marked by fields too, and the text may stand in the payload', async () => {
    const { heard } = open();
    await bound();
    const sar = { sar_msg_ref_num: 9, sar_total_segments: 2 };
    await server.deliver({ ...from, ...sar, sar_segment_seqnum: 1, short_message: 'раз ' });
    await server.deliver({ ...from, ...sar, sar_segment_seqnum: 2, message_payload: 'два' });
    expect(texts(heard)).toEqual(['раз два']);
  });

  it('a long message whose last part could not be written down comes again whole', async () => {
    const { gateway, heard } = open();
    await bound();
    let failures = 1;
    gateway.listen?.(async (one) => {
      if (one.messages && failures-- > 0) throw new Error('the disk is full');
      heard.push(one);
    });
    expect(await server.deliver(part(1, 'Привіт, '))).toBe(0);
    expect(await server.deliver(part(2, 'світе'))).toBe(100);
    expect(await server.deliver(part(2, 'світе'))).toBe(0);
    expect(texts(heard)).toEqual(['Привіт, світе']);
  });
});

describe('doctor', () => {
  it('looks by a connection of its own when none is open, and leaves nothing behind', async () => {
    const { gateway } = open();
    await gateway.stop?.();
    expect(await gateway.check()).toBe(`smpp at 127.0.0.1:${server.port} as svoi`);
    expect(commands().slice(-2)).toEqual(['bind_transceiver', 'unbind']);
  });

  it('says what to do when there is no server', async () => {
    await server.close();
    await expect(open().gateway.check()).rejects.toThrow(/^smpp: 127.0.0.1:\d+: .*ECONNREFUSED/);
  });
});

it('a server process that is killed is found again when it is back, and no receipt is lost', async () => {
  const start = async (...args: readonly string[]): Promise<{ child: ChildProcess; port: string }> => {
    const child = spawn(process.execPath, programOf('test/support/sms/smpp-process.ts', ...args), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [port] = await once(createInterface(child.stdout ?? process.stdin), 'line');
    return { child, port };
  };
  const end = async ({ child }: { child: ChildProcess }) => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const first = await start();
  const { send, timers, says, until, receipts } = open({ url: `smpp://svoi:secret@127.0.0.1:${first.port}` });
  expect(await send('Hi')).toMatchObject({ status: 'sent', providerId: '1' });
  await end(first);
  const second = await start(first.port, '101');
  // The link may have seen the end of the first server by now, or not yet: either way it comes back.
  await says('trying again');
  timers.advance(1000);
  expect(await send('Hi')).toMatchObject({ status: 'sent', providerId: '101' });
  const told = () => receipts().map(({ providerId }) => providerId);
  await until(() => told().includes('1') && told().includes('101'));
  await end(second);
});
