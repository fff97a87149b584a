import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientEvent, CreateClient, WhatsAppClient } from '../../../bots/whatsapp/session/client.ts';
import { createWebClients, type WebClientOptions } from '../../../bots/whatsapp/session/webjs.ts';
import { png } from '../../../core/messaging/images.ts';
import { chromiumPath } from '../../support/browser.ts';
import { fakeWhatsApp } from '../../support/fake-whatsapp-web.ts';

/** The page of WhatsApp as whatsapp-web.js knows it, played by ours; and no name of the outside is ever found. */
const pageScript = readFileSync(new URL('../../support/whatsapp-web/page.js', import.meta.url), 'utf8');
const shutIn = { chromiumPath, flags: ['--host-resolver-rules=MAP * ~NOTFOUND'] };

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'svoi-whatsapp-'));
}

function realClients(folder: string, options: Partial<WebClientOptions> = {}): CreateClient {
  const page = `<!doctype html><title>WhatsApp</title><script>${pageScript}</script>`;
  writeFileSync(join(folder, 'ours.html'), page);
  return createWebClients({ folder, page: { version: 'ours', path: folder }, ...shutIn, ...options });
}

/** What people send for a photo. */
const photoBytes = new Uint8Array([255, 216, 255, 217]);

/** The same account, played by the fake of the other tests. */
function fakeClients(): CreateClient {
  const fake = fakeWhatsApp(() => Date.now());
  fake.linked = false;
  const known = fake.person('380501234567');
  known.say('one');
  known.say('two');
  fake.person('380639998877', { lid: '111@lid' }).say('three');
  fake.person('380671112233', { lid: '222@lid', onlyByLid: true });
  fake.person('380930000000', { lid: '333@lid', hidden: true });
  fake.onSent = (person, id, { text, image }) => {
    const { chat } = person;
    setImmediate(() => {
      if (text === 'send me a photo') return person.sendPhoto(photoBytes, 'here');
      if (text === 'log me out') return fake.tell({ kind: 'ended', how: 'logged_out', detail: text });
      for (const ack of [1, 2, 3]) fake.tell({ kind: 'ack', id, chat, ack });
      return person.say(`${image ? 'picture' : 'echo'}: ${text}`, { quotedId: id });
    });
  };
  return (listen) => {
    const client = fake.createClient(listen);
    return {
      ...client,
      async start() {
        await client.start();
        fake.link();
      },
    };
  };
}

/** Whatever a client told, and a way to wait for more. */
function listener() {
  const events: ClientEvent[] = [];
  const waiting: (() => void)[] = [];
  return {
    events,
    listen(event: ClientEvent): void {
      events.push(event);
      for (const look of waiting.splice(0)) look();
    },
    async until(found: (event: ClientEvent) => boolean): Promise<ClientEvent> {
      for (;;) {
        const event = events.find(found);
        if (event) return event;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

/** Processes that name this profile: the browser and all it started. */
function processesOn(folder: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(`--user-data-dir=${folder}`));
}

const kinds = [
  { name: 'the fake', real: false },
  { name: 'whatsapp-web.js in Chromium', real: true },
].filter(({ real }) => !real || chromiumPath);

describe.each(kinds)('a client: $name', ({ real }) => {
  let folder: string;
  let client: WhatsAppClient;
  const told = listener();

  // A browser takes seconds to come up, so the rules share one, and the last of them ends it.
  beforeAll(async () => {
    folder = newFolder();
    client = (real ? realClients(folder) : fakeClients())(told.listen);
    await client.start();
  });
  afterAll(async () => {
    await client?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows a code, is linked, and then is ready under the number of the shop', async () => {
    const ready = await told.until(({ kind }) => kind === 'ready');
    expect(told.events.map(({ kind }) => kind)).toEqual(['qr', 'authenticated', 'ready']);
    expect(ready).toEqual({ kind: 'ready', phone: '+380440000001' });
  });

  it('knows what people wrote before, oldest first, and nothing of groups', async () => {
    const unread = await client.unread();
    expect(unread).toMatchObject([
      { chat: '380501234567@c.us', text: 'one', fromMe: false, type: 'chat' },
      { chat: '380501234567@c.us', text: 'two' },
      { chat: '111@lid', text: 'three' },
    ]);
    expect(new Set(unread.map(({ id }) => id)).size).toBe(3);
    expect(Math.abs((unread[0]?.at ?? 0) - Date.now())).toBeLessThan(120_000);
  });

  it('finds the chat of a number, if it has WhatsApp', async () => {
    expect(await client.chatOf('380501234567')).toBe('380501234567@c.us');
    expect(await client.chatOf('404404404')).toBeUndefined();
  });

  it('tells the phone behind a hidden id, if WhatsApp does', async () => {
    expect(await client.namesOf('111@lid')).toMatchObject({ phone: '380639998877@c.us' });
    expect(await client.namesOf('333@lid')).not.toHaveProperty('phone');
    expect(await client.namesOf('380671112233@c.us')).toMatchObject({ lid: '222@lid' });
  });

  it.each([
    { what: 'a text', content: { text: 'Бали: *312*\n_&_ 🎁' }, echo: 'echo: Бали: *312*\n_&_ 🎁' },
    {
      what: 'a picture',
      content: { text: 'Card', image: png(new Uint8Array([1, 2, 3])) },
      echo: 'picture: Card',
    },
  ])('sends $what under one id: in acks, and where it is quoted', async ({ content, echo }) => {
    const id = await client.send('380501234567@c.us', content);
    const answer = await told.until((event) => event.kind === 'message' && event.message.quotedId === id);
    expect(answer).toMatchObject({ message: { chat: '380501234567@c.us', text: echo, type: 'chat' } });
    const acks = told.events.flatMap((event) => (event.kind === 'ack' && event.id === id ? [event.ack] : []));
    expect(acks).toEqual([1, 2, 3]);
  });

  it('refuses a chat that goes only by its hidden id, in the words of WhatsApp; there it can be written to', async () => {
    await expect(client.send('380671112233@c.us', { text: 'Hi' })).rejects.toThrow(/No LID for user/);
    expect(await client.send('222@lid', { text: 'Hi' })).toBeTypeOf('string');
  });

  it('knows no chat of nobody', async () => {
    expect(await client.send('404404404@c.us', { text: 'Hi' })).toBeUndefined();
  });

  it('tells of a photo, and hands it out by where it stands', async () => {
    await client.send('380501234567@c.us', { text: 'send me a photo' });
    const heard = await told.until((event) => event.kind === 'message' && event.message.type === 'image');
    const message = heard.kind === 'message' ? heard.message : undefined;
    expect(message).toMatchObject({ text: 'here', picture: { bytes: photoBytes.length } });
    expect(await client.download(message?.chat ?? '', message?.id ?? '')).toEqual(photoBytes);
    expect(await client.download('380501234567@c.us', 'NONE')).toBeUndefined();
  });

  it('answers that it is alive', async () => {
    expect(await client.alive()).toBe(true);
  });

  it('logged out by the phone it says so; stopped, it leaves nothing behind', async () => {
    await client.send('380501234567@c.us', { text: 'log me out' });
    expect(await told.until(({ kind }) => kind === 'ended')).toMatchObject({ how: 'logged_out' });
    await client.stop();
    await client.stop();
    if (real) await nothingLeft(folder);
  });
});

/** The helpers of a browser end a moment after it. */
async function nothingLeft(folder: string): Promise<void> {
  await expect.poll(() => processesOn(folder)).toEqual([]);
}

function kill(line = ''): void {
  process.kill(Number.parseInt(line, 10), 'SIGKILL');
}

describe.skipIf(!chromiumPath)('Chromium', () => {
  let folder: string;
  beforeAll(() => {
    folder = newFolder();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('shows a code to type, where the number is known; killed, it is a client that ended', async () => {
    const told = listener();
    const client = realClients(folder, { pairPhone: '+380440000001' })(told.listen);
    await client.start();
    expect(await told.until(({ kind }) => kind === 'code')).toEqual({ kind: 'code', code: 'ABCD1234' });
    kill(processesOn(folder).find((line) => !line.includes('--type=')));
    expect(await told.until(({ kind }) => kind === 'ended')).toMatchObject({ how: 'broken' });
    await expect(client.send('380501234567@c.us', { text: 'Hi' })).rejects.toThrow();
    await client.stop();
  });

  it('that is stopped while it comes up leaves nothing behind, the next one takes its profile, and a page that crashes ends it', async () => {
    const client = realClients(folder)(() => {});
    const starting = client.start().catch(() => 'not started');
    await client.stop();
    expect(await starting).toBe('not started');
    await nothingLeft(folder);
    const heard = listener();
    const next = realClients(folder)(heard.listen);
    await next.start();
    await heard.until(({ kind }) => kind === 'ready');
    // One of them shows the page, another one waits for the next.
    processesOn(folder)
      .filter((line) => line.includes('--type=renderer'))
      .forEach(kill);
    const crashed = { kind: 'ended', how: 'broken', detail: expect.stringMatching(/^the page crashed/) };
    expect(await heard.until(({ kind }) => kind === 'ended')).toEqual(crashed);
    await next.stop();
    await nothingLeft(folder);
  });

  it('that does not find WhatsApp is a client that does not start, with words for it', async () => {
    const client = createWebClients({ folder, ...shutIn })(() => {});
    await expect(client.start()).rejects.toThrow(/ERR_NAME_NOT_RESOLVED/);
    await client.stop();
    await nothingLeft(folder);
  });
});

it('without Chromium a client does not start, and says what to do', async () => {
  const client = createWebClients({ folder: '/nowhere', chromiumPath: '/nowhere/chromium' })(() => {});
  await expect(client.start()).rejects.toThrow(/CHROMIUM_PATH/);
  await client.stop();
});
