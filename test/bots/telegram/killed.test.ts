import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeTelegram, type Person, startFakeTelegram } from '../../support/fake-telegram.ts';
import { programOf } from '../../support/server.ts';

let folder: string;
let fake: FakeTelegram;
let olena: Person;
let bot: ChildProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'svoi-killed-'));
  fake = await startFakeTelegram();
  olena = fake.person(501, { language: 'en' });
});
afterEach(async () => {
  await kill();
  await fake.close();
  rmSync(folder, { recursive: true, force: true });
});

async function startBot(): Promise<void> {
  bot = spawn(process.execPath, programOf('test/support/telegram-process.ts'), {
    env: {
      ...process.env,
      DATABASE_URL: `file:${join(folder, 'svoi.db')}`,
      TELEGRAM_BOT_TOKEN: fake.token,
      TELEGRAM_API_ROOT: fake.apiRoot,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (bot.stdout) await once(bot.stdout, 'data');
}

/** As `kill -9`: no handler runs, nothing is flushed. */
async function kill(): Promise<void> {
  if (!bot || bot.exitCode !== null || bot.signalCode !== null) return;
  const exited = once(bot, 'exit');
  bot.kill('SIGKILL');
  await exited;
}

const greetings = () => olena.chat.messages.filter(({ text }) => text.includes('Which language')).length;
/** A question whose answer, coming after all others of the chat, shows that nothing else was on its way. */
async function talkOn(): Promise<void> {
  await olena.tap('English');
  await olena.sees('share your phone number');
}

it('killed while a message is on its way: it is sent after the restart', async () => {
  const held = fake.hold('sendMessage');
  await startBot();
  await olena.start();
  await held.arrived();
  await kill();
  fake.fault('sendMessage', { kind: 'cut' });
  held.release();
  await startBot();
  await olena.sees('Which language');
  await talkOn();
  expect(greetings()).toBe(1);
});

it('killed after an acknowledgement was recorded: that message is not repeated, the next one is not lost', async () => {
  await startBot();
  await olena.start();
  await olena.sees('Which language');
  const held = fake.hold('sendMessage');
  await olena.say('hello?');
  // The second message of a chat leaves only when the first has been recorded.
  await held.arrived();
  await kill();
  fake.fault('sendMessage', { kind: 'cut' });
  held.release();
  await startBot();
  await olena.sees('Sorry, we did not get that');
  await talkOn();
  expect(greetings()).toBe(1);
  expect(olena.chat.messages.filter(({ text }) => text.includes('Sorry, we did not'))).toHaveLength(1);
});

it('killed after the commit, before Telegram knew: the update comes again and is not answered twice', async () => {
  await startBot();
  await fake.until(() => fake.callsOf('getUpdates').length > 0);
  const [confirmation, answer] = [fake.hold('getUpdates'), fake.hold('sendMessage')];
  // The poll that is open already brings the update; the one that would confirm it is held.
  await olena.start();
  await Promise.all([confirmation.arrived(), answer.arrived()]);
  await kill();
  expect(fake.updates.pending).toHaveLength(1);
  fake.fault('sendMessage', { kind: 'cut' });
  answer.release();
  confirmation.release();
  await startBot();
  await olena.sees('Which language');
  await fake.until(() => fake.updates.pending.length === 0);
  await talkOn();
  expect(greetings()).toBe(1);
});
