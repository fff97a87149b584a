import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeTelegram, startFakeTelegram } from './support/fake-telegram.ts';
import { programOf, root, type ServerProcess, startServerProcess } from './support/server.ts';

const run = promisify(execFile);
const phone = '380671234567';
let folder: string;
let fake: FakeTelegram;
let servers: ServerProcess[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'svoi-server-'));
  fake = await startFakeTelegram();
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.end('SIGKILL');
  await fake.close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = () => ({
  DATABASE_URL: `file:${join(folder, 'svoi.db')}`,
  TELEGRAM_BOT_TOKEN: fake.token,
  TELEGRAM_API_ROOT: fake.apiRoot,
});

async function start(): Promise<ServerProcess> {
  const server = await startServerProcess(settings());
  servers.push(server);
  return server;
}

async function addShop(): Promise<string> {
  const env = { ...process.env, ...settings() };
  const { stdout } = await run(process.execPath, programOf('cli.ts', 'shop', 'add', 'Till'), { env });
  return /svoi_[\w-]{43}/.exec(stdout)?.[0] ?? '';
}

/** Just now: what is older waits for the end of the quiet hours, and this test runs at night too. */
const boughtAt = new Date().toISOString();

function buy(server: ServerProcess, key: string, id: string): Promise<Response> {
  return fetch(`${server.url}/v1/purchases`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      id,
      at: boughtAt,
      customer: { phone: `+${phone}` },
      lines: [{ sku: 'lamp', quantity: 1, unit_price: 94_000 }],
    }),
  });
}

/** Until every message sent has been recorded: what the outbox still holds stands in the metrics. */
async function nothingWaits(server: ServerProcess): Promise<void> {
  const waiting = /svoi_outbox_messages\{state="\w+"\} [1-9]/;
  while (waiting.test(await (await fetch(`${server.url}/metrics`)).text()));
}

test('a real bot’s customer registers, is told about a purchase, and finds the points again after a kill -9', async () => {
  const first = await start();
  const olena = fake.person(501, { language: 'en', phone });
  await olena.start();
  await olena.sees('Which language');
  await olena.tap('English');
  await olena.sees('share your phone number');
  await olena.tap('Share my number');
  await olena.sees('You have just got 50 points');

  const key = await addShop();
  expect((await buy(first, key, 'r-1')).status).toBe(201);
  expect((await olena.sees('+47 points')).text).toContain('97 points');

  await nothingWaits(first);
  await first.end('SIGKILL');
  const second = await start();
  expect((await buy(second, key, 'r-1')).headers.get('idempotent-replay')).toBe('true');
  await olena.say('/points');
  await olena.sees('You have 97 points');
  const told = fake.callsOf('sendMessage').filter(({ text }) => text.includes('+47 points'));
  expect(told).toHaveLength(1);
  expect(await second.end('SIGTERM')).toBe(0);
});

test('with a real channel there is no playground, and its page leads to the documentation', async () => {
  const server = await start();
  const page = await fetch(server.url, { redirect: 'manual' });
  expect([page.status, page.headers.get('location')]).toEqual([302, '/docs']);
  const phoneDoor = await fetch(`${server.url}/playground/till`, { method: 'POST', body: '{}' });
  expect(phoneDoor.status).toBe(404);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('svoi_commands_committed_total');
});

test('a signal in the middle of a jump of the clock ends the playground in good order, and so does one while it starts', async () => {
  const playground = { DATABASE_URL: settings().DATABASE_URL };
  const first = await startServerProcess(playground);
  servers.push(first);
  const jump = fetch(`${first.url}/playground/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: first.url },
    body: JSON.stringify({ by: 'year' }),
  }).catch(() => undefined);
  expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
  expect(await first.end('SIGTERM')).toBe(0);
  await jump;
  // It says where it listens, and then makes up a year.
  const second = await startServerProcess({
    ...playground,
    DATABASE_URL: `file:${join(folder, 'year.db')}`,
    PLAYGROUND_HISTORY: 'year',
  });
  servers.push(second);
  expect(await second.end('SIGTERM')).toBe(0);
});

test('a wrong setting stops the start with one line that says what to put there', async () => {
  const env = { ...process.env, ...settings(), PORT: 'http' };
  const failed = await run(process.execPath, programOf('server.ts'), { env }).catch((error) => error);
  expect(failed.code).toBe(1);
  expect(failed.stderr.trim()).toBe('PORT: a port number like 3000');
});

test('a program is started as it is now: changed since, it is bundled anew, and still knows where its source is, in stacks too', async () => {
  mkdirSync(join(root, 'data'), { recursive: true });
  const program = join(root, 'data', 'started-by-a-test.ts');
  const here = pathToFileURL(program).href;
  const started = async () => (await run(process.execPath, programOf(program))).stdout.trim();
  for (const word of ['first', 'changed']) {
    const lines = [`const word: string = '${word}';`, 'const { stack } = new Error();'];
    writeFileSync(program, [...lines, 'console.log(word, import.meta.url, stack);'].join('\n'));
    const said = `${word} ${here} Error\n    at ${program}:2:19\n`;
    for (const _ of ['made', 'kept']) expect((await started()).slice(0, said.length)).toBe(said);
  }
  rmSync(program);
});
