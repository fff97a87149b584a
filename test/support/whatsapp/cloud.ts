import type { Messenger } from '../../../bots/channel.ts';
import { createWhatsAppCloud, type WhatsAppCloudOptions } from '../../../bots/whatsapp/cloud/cloud.ts';
import type { IncomingEvent } from '../../../core/dialogs/types.ts';
import type { Receipt } from '../../../core/messaging/receipts.ts';
import { type TestClock, testClock } from '../clock.ts';
import { type FakeWhatsApp, startFakeWhatsApp } from '../fake-whatsapp.ts';
import { type Listening, listen } from '../listen.ts';

/** WhatsApp by Cloud API on a fake Graph API, with its webhook registered. */
export interface CloudTest {
  readonly fake: FakeWhatsApp;
  readonly whatsapp: Messenger;
  readonly clock: TestClock;
  readonly events: readonly IncomingEvent[];
  readonly receipts: readonly Receipt[];
  readonly log: readonly string[];
  /** Where our webhook listens, without its path. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts both sides. `options` go before what a shop would have set. */
export async function startCloud(
  options: Partial<WhatsAppCloudOptions> = {},
  clock: TestClock = testClock('2026-11-22T12:00:00+02:00'),
): Promise<CloudTest> {
  const fake = await startFakeWhatsApp(clock);
  const events: IncomingEvent[] = [];
  const receipts: Receipt[] = [];
  const log: string[] = [];
  const whatsapp = createWhatsAppCloud({
    ...{ token: fake.token, phoneNumberId: fake.phoneNumberId, apiRoot: fake.apiRoot, clock },
    ...{ appSecret: fake.appSecret, verifyToken: fake.verifyToken },
    handle: async (event) => void events.push(event),
    receipts: async (all) => void receipts.push(...all),
    templates: () => ({}),
    log: (level, message) => void log.push(`${level} ${message}`),
    ...options,
  });
  const server: Listening = await listen((request) => whatsapp.webhook(request));
  fake.callback = `${server.url}/whatsapp`;
  return {
    ...{ fake, whatsapp, clock, events, receipts, log, url: server.url },
    async close() {
      await server.close();
      await fake.close();
    },
  };
}
