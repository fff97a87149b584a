import type { Hono } from 'hono';
import { SvoiError } from '../../../core/errors.ts';
import type { Clock } from '../../../core/ports.ts';
import type { EventHandler, Messenger, ReceiptHandler } from '../../channel.ts';
import type { Log } from '../../log.ts';
import { platformTimers, type Timers } from '../../timers.ts';
import { chatLink } from '../start.ts';
import { findChromium, findPackage } from './browser.ts';
import { createWhatsAppSessionChannel } from './channel.ts';
import type { CreateClient } from './client.ts';
import { openSessionFolder, type SessionFolder } from './folder.ts';
import { createIdentities } from './identities.ts';
import { createInbox } from './inbox.ts';
import type { LinkState } from './link.ts';
import { createLinkPage, linkPath } from './page.tsx';
import { createSession } from './session.ts';
import { terminalText } from './terminal.ts';
import { createWebClients } from './webjs.ts';

/** The shop's own WhatsApp, and who is told what happens in its chats. */
export interface WhatsAppSessionOptions {
  /** Where the session is kept; nobody else may read it. */
  readonly folder: string;
  readonly chromiumPath?: string | undefined;
  /** The shop's number, to be linked by a code typed on the phone instead of a QR code. */
  readonly pairPhone?: string | undefined;
  readonly handle: EventHandler;
  readonly receive: ReceiptHandler;
  readonly clock: Clock;
  readonly log: Log;
  /** Shows a text to whoever started Svoi: codes to link with, of several lines. */
  print(text: string): void;
  /** Where this server is reached on its own machine, like `http://localhost:3000`; asked for when it listens. */
  url(): string;
  readonly timers?: Timers;
  /** A number in [0, 1). */
  readonly random?: () => number;
  /** Another browser than Chromium with WhatsApp's page in it. */
  readonly createClient?: CreateClient;
}

/** WhatsApp as the shop's phone has it, by a browser that is linked to the phone. */
export interface WhatsAppSession extends Messenger {
  start(): void;
  stop(): Promise<void>;
  /** The page on which the phone is linked, to be mounted at the root. */
  readonly app: Hono;
  /** The address of that page, with the key that opens it; new with every start. */
  linkUrl(): string;
  state(): LinkState;
}

/** Joins the parts of one session; nothing runs before `start`. */
export function createWhatsAppSession(options: WhatsAppSessionOptions): WhatsAppSession {
  const { clock, log, timers = platformTimers, random = Math.random, pairPhone } = options;
  const { createClient = createWebClients(options) } = options;
  const folder = openSessionFolder(options.folder, clock);
  const key = newKey();
  const linkUrl = () => `${options.url()}${linkPath}?key=${key}`;
  const identities = createIdentities();
  const inbox = createInbox({ ...options, identities, timers });
  const session = createSession({
    ...{ createClient, folder, pairPhone, clock, timers, random, log },
    onState(state) {
      const text = terminalText(state, linkUrl());
      if (text !== undefined) options.print(text);
    },
    onMessage: inbox.take,
    onAck: inbox.tell,
  });
  return {
    channel: createWhatsAppSessionChannel({ session, identities, timers, random }),
    app: createLinkPage({ key, state: session.state, wake: session.wake }),
    linkUrl,
    state: session.state,
    start: session.start,
    async stop() {
      await session.stop();
      await inbox.empty();
    },
    paths: [],
    webhook: async () => new Response('nobody calls here', { status: 404 }),
    setup: async () => ['whatsapp: nothing to register; start Svoi and link the phone by the code it shows'],
    check: async () => check(options, folder),
    publicName: async () => publicName(folder, pairPhone),
    link: chatLink,
  };
}

/** Without a browser: a second one on the same session would end the first. */
function check({ chromiumPath }: WhatsAppSessionOptions, folder: SessionFolder): string {
  findPackage();
  const chromium = findChromium(chromiumPath);
  const linked = folder.linked();
  if (!linked) {
    throw new SvoiError(
      'whatsapp_not_linked',
      'no phone is linked: start Svoi and scan the code it shows, in the terminal or on the page it names',
    );
  }
  return `linked${linked.phone ? ` as ${linked.phone}` : ''}, the session is kept in ${folder.path}, the browser is ${chromium}`;
}

function publicName(folder: SessionFolder, pairPhone: string | undefined): string {
  const phone = folder.linked()?.phone ?? pairPhone;
  if (phone === undefined)
    throw new SvoiError('whatsapp_not_linked', 'no phone is linked, so its number is not known');
  return phone.replace(/\D/g, '');
}

/** 128 bits, as an address can carry them. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
