import type { Hono } from 'hono';
import type { Messenger } from './bots/channel.ts';
import { type MessengerParts, openMessengers, smsOver } from './messengers.ts';

/** What else messengers need that only run where Node does. */
export interface NodeMessengerParts extends MessengerParts {
  /** Shows a text to whoever started Svoi: codes to link a phone with, of several lines. */
  print(text: string): void;
  /** Where this server is reached on its own machine; asked for when it listens. */
  url(): string;
  /** A number in [0, 1). */
  random(): number;
}

/** All messengers that are configured, and the pages they bring along. */
export interface NodeMessengers {
  readonly messengers: readonly Messenger[];
  readonly pages: readonly Hono[];
}

/** Opens what is configured. What only runs in Node is loaded only when it is wanted. */
export async function openNodeMessengers(parts: NodeMessengerParts): Promise<NodeMessengers> {
  const session = await whatsAppSession(parts);
  const smpp = await smsOverSmpp(parts);
  return {
    messengers: [...openMessengers(parts), ...(session ? [session] : []), ...(smpp ? [smpp] : [])],
    pages: session ? [session.app] : [],
  };
}

async function whatsAppSession(parts: NodeMessengerParts) {
  const { settings, receipts } = parts;
  if (settings.WHATSAPP_MODE !== 'session') return undefined;
  const { createWhatsAppSession } = await import('./bots/whatsapp/session/whatsapp.ts');
  return createWhatsAppSession({
    ...parts,
    receive: receipts,
    folder: settings.WHATSAPP_SESSION_DIR,
    chromiumPath: settings.CHROMIUM_PATH,
    pairPhone: settings.WHATSAPP_PAIR_PHONE,
  });
}

async function smsOverSmpp(parts: NodeMessengerParts): Promise<Messenger | undefined> {
  const { SMS_PROVIDER, SMPP_URL: url, SMS_SENDER: sender } = parts.settings;
  if (SMS_PROVIDER !== 'smpp' || !url || !sender) return undefined;
  const { createSmpp } = await import('./bots/sms/smpp.ts');
  return smsOver(createSmpp({ ...parts, url, sender }), parts);
}
