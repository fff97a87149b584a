import type { Client, LocalAuth } from 'whatsapp-web.js';
import { extensionOf, type Image } from '../../../core/messaging/images.ts';
import {
  chromiumFlags,
  findChromium,
  loadPackage,
  sandboxFlags,
  type WhatsAppWebPackage,
} from './browser.ts';
import type { ClientEvent, CreateClient, WebContent, WhatsAppClient } from './client.ts';
import { describe } from './life.ts';
import { endingOf, messageOf, unreadScript } from './raw.ts';

/** How whatsapp-web.js is started. */
export interface WebClientOptions {
  /** Where the browser's profile is kept, in `session` below it. */
  readonly folder: string;
  readonly chromiumPath?: string | undefined;
  /** The number that types a code, instead of scanning one. */
  readonly pairPhone?: string | undefined;
  /** A page to show in place of web.whatsapp.com: `${version}.html` in a folder. */
  readonly page?: { readonly version: string; readonly path: string };
  /** More flags for Chromium. */
  readonly flags?: readonly string[];
}

/** The page gives itself half a minute, which a small machine needs twice. */
const authTimeoutMs = 90_000;
/** A browser that does not end when asked is ended. */
const closeMs = 5000;

type Listen = (event: ClientEvent) => void;

/** Clients over whatsapp-web.js, which holds WhatsApp's page in Chromium. */
export function createWebClients(options: WebClientOptions): CreateClient {
  return (listen) => createWebClient(options, listen);
}

function createWebClient(options: WebClientOptions, listen: Listen): WhatsAppClient {
  let library: WhatsAppWebPackage | undefined;
  let client: Client | undefined;
  let starting: Promise<void> | undefined;
  let stopping = false;

  async function open(): Promise<void> {
    const executablePath = findChromium(options.chromiumPath);
    library = await loadPackage();
    const auth = new library.LocalAuth({ dataPath: options.folder });
    const made = new library.Client(clientOptions(options, auth, executablePath));
    // The folder is ours to remove, once no browser runs on it.
    auth.logout = async () => {};
    auth.afterBrowserInitialized = async () => {
      if (stopping) throw new Error('stopped while starting');
      watch(made, listen);
    };
    client = made;
    guard(made, options, listen);
    subscribe(made, listen);
    await made.initialize();
  }

  const page = () => {
    if (!client?.pupPage) throw new Error('the page is not open');
    return client.pupPage;
  };
  const running = () => {
    if (!library || !client || stopping) throw new Error('the browser is not running');
    return { library, client };
  };
  return {
    start() {
      starting ??= open();
      return starting;
    },
    async stop() {
      stopping = true;
      await close(client);
      await starting?.catch(() => undefined);
      // It may have come up only now.
      await close(client);
    },
    async chatOf(digits) {
      return (await running().client.getNumberId(digits))?._serialized;
    },
    async namesOf(chat) {
      const [names] = await running().client.getContactLidAndPhone([chat]);
      return { ...(names?.lid ? { lid: names.lid } : {}), ...(names?.pn ? { phone: names.pn } : {}) };
    },
    send: (chat, content) => send(running(), chat, content),
    download: (chat, id) => download(running().client, `false_${chat}_${id}`),
    async unread() {
      const found: unknown = await page().evaluate(unreadScript);
      return Array.isArray(found) ? found.flatMap((raw) => messageOf(raw) ?? []) : [];
    },
    alive: async () => (await page().evaluate('1 + 1')) === 2,
  };
}

function clientOptions(options: WebClientOptions, authStrategy: LocalAuth, executablePath: string) {
  const { pairPhone, page, flags = [] } = options;
  return {
    ...{ authStrategy, authTimeoutMs },
    puppeteer: {
      executablePath,
      args: [...chromiumFlags, ...sandboxFlags(), ...flags],
      // Over a pipe Chromium ends with us, even when we are killed; signals are the server's to answer.
      ...{ pipe: true, handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
    },
    ...(pairPhone ? { pairWithPhoneNumber: { phoneNumber: pairPhone.replace(/\D/g, '') } } : {}),
    ...(page
      ? {
          webVersion: page.version,
          webVersionCache: { type: 'local', path: page.path, strict: true } as const,
        }
      : {}),
  };
}

/**
 * The library calls some of its methods and looks at nothing that comes of them: a page that reloads at the wrong moment
 * would end our process with an unhandled rejection. What fails there is the end of this client, no more.
 */
function guard(client: Client, { page }: WebClientOptions, listen: Listen): void {
  const broken = (error: unknown) => listen({ kind: 'ended', how: 'broken', detail: describe(error) });
  for (const name of ['inject', 'requestPairingCode', 'destroy']) wrap(client, name, broken);
  // It keeps a copy of every page that comes, for later: nobody uses it, and reading it may fail unheard.
  if (!page) Reflect.set(client, 'initWebVersionCache', async () => {});
}

function wrap(client: Client, name: string, onError: (error: unknown) => void): void {
  const method: unknown = Reflect.get(client, name);
  if (typeof method !== 'function') throw new Error(`whatsapp-web.js has no ${name}: it is another version`);
  Reflect.set(client, name, async (...given: readonly unknown[]): Promise<unknown> => {
    try {
      return await Reflect.apply(method, client, given);
    } catch (error) {
      return onError(error);
    }
  });
}

function watch({ pupBrowser, pupPage }: Client, listen: Listen): void {
  // A pipe to a browser that was killed may fail after puppeteer has let go of it, and nobody would hear the error.
  for (const pipe of pupBrowser?.process()?.stdio ?? []) pipe?.on('error', () => {});
  const broken = (detail: string) => listen({ kind: 'ended', how: 'broken', detail });
  pupBrowser?.on('disconnected', () => broken('the browser is gone'));
  pupPage?.on('error', (error) => broken(`the page crashed: ${describe(error)}`));
  pupPage?.on('close', () => broken('the page was closed'));
}

function subscribe(client: Client, listen: Listen): void {
  client.on('qr', (qr) => listen({ kind: 'qr', qr }));
  client.on('code', (code) => listen({ kind: 'code', code }));
  client.on('authenticated', () => listen({ kind: 'authenticated' }));
  client.on('ready', () => {
    const { server, user } = client.info.wid;
    listen({ kind: 'ready', phone: server === 'c.us' ? `+${user}` : undefined });
  });
  client.on('auth_failure', (detail) => listen({ kind: 'ended', how: 'broken', detail }));
  client.on('change_state', (state) => listen({ kind: 'online', online: String(state) === 'CONNECTED' }));
  client.on('disconnected', (reason) => listen(endingOf(String(reason))));
  client.on('message', ({ rawData }) => {
    const message = messageOf(rawData);
    if (message) listen({ kind: 'message', message });
  });
  client.on('message_ack', ({ rawData }, ack) => {
    const message = messageOf(rawData);
    if (message?.fromMe) listen({ kind: 'ack', id: message.id, chat: message.chat, ack });
  });
}

async function send(
  { library, client }: { readonly library: WhatsAppWebPackage; readonly client: Client },
  chat: string,
  { text, image }: WebContent,
): Promise<string | undefined> {
  const media = image && mediaOf(library, image);
  const more = { linkPreview: false, parseVCards: false, ...(media ? { caption: text } : {}) };
  const sent = await client.sendMessage(chat, media ?? text, more);
  return messageOf(sent?.rawData)?.id;
}

/** By the name that the page gives to what others wrote. */
async function download(client: Client, name: string): Promise<Uint8Array | undefined> {
  const message = await client.getMessageById(name);
  const media = await message?.downloadMedia();
  return media && new Uint8Array(Buffer.from(media.data, 'base64'));
}

function mediaOf(library: WhatsAppWebPackage, { type, bytes }: Image) {
  const name = `picture.${extensionOf(type)}`;
  return new library.MessageMedia(type, Buffer.from(bytes).toString('base64'), name);
}

async function close(client: Client | undefined): Promise<void> {
  const browser = client?.pupBrowser;
  const process = browser?.process();
  const kill = setTimeout(() => process?.kill('SIGKILL'), closeMs);
  if (browser?.connected) await browser.close().catch(() => undefined);
  // A browser that went by itself, after a log-out, may still be on its way out.
  const isGone = !process || process.exitCode !== null || process.signalCode !== null;
  if (!isGone) await new Promise((resolve) => process.once('exit', resolve));
  clearTimeout(kill);
}
