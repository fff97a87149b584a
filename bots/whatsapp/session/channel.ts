import type { Abilities, Channel, OutgoingMessage, SendOutcome } from '../../channel.ts';
import { cutText } from '../../text.ts';
import type { Timers } from '../../timers.ts';
import type { WebContent, WhatsAppClient } from './client.ts';
import type { Identities } from './identities.ts';
import { placeOf } from './incoming.ts';
import { describe } from './life.ts';
import type { Session } from './session.ts';

/**
 * WhatsApp closes numbers that write like machines, and says nowhere how fast a person writes: one message in three
 * seconds, one after the other, is what users of the library get along with.
 */
const abilities: Abilities = {
  buttons: false,
  pictures: true,
  sharePhone: false,
  edits: false,
  receipts: 'read',
  textLimit: 4096,
  ratePerSecond: 1 / 3,
  parallel: 1,
};

/** The text under a picture is shorter than a message. */
const captionLimit = 1024;
/** Nobody writes to the beat of a clock. */
const mostJitterMs = 1500;
/** Within the dispatcher's lease, so that a message is never sent again while its first attempt still runs. */
const sendMs = 20_000;

/** What the channel works with. */
export interface ChannelOptions {
  readonly session: Pick<Session, 'connection'>;
  readonly identities: Identities;
  readonly timers: Timers;
  /** A number in [0, 1). */
  random(): number;
}

/** The shop's own WhatsApp as a channel. */
export function createWhatsAppSessionChannel(options: ChannelOptions): Channel {
  const { session, identities, timers, random } = options;
  return {
    name: 'whatsapp',
    abilities,
    async send(message) {
      await new Promise<void>((resolve) => timers.after(random() * mostJitterMs, resolve));
      const connection = session.connection();
      if ('retryAfterMs' in connection) return { status: 'slow_down', ...connection };
      if ('detail' in connection) return { status: 'failed', ...connection };
      try {
        return await within(timers, sendMs, deliver(connection.client, identities, message));
      } catch (error) {
        return { status: 'failed', detail: describe(error) };
      }
    },
    async fetchPicture(ref, mostBytes) {
      const connection = session.connection();
      if (!('client' in connection)) return { status: 'failed', detail: 'whatsapp is not connected' };
      const { chat, id } = placeOf(ref);
      try {
        const bytes = await within(timers, sendMs, connection.client.download(chat, id));
        if (!bytes) return { status: 'refused', detail: 'the picture is there no more' };
        return bytes.length > mostBytes ? { status: 'too_large' } : { status: 'fetched', bytes };
      } catch (error) {
        return { status: 'failed', detail: describe(error) };
      }
    },
  };
}

async function deliver(
  client: WhatsAppClient,
  identities: Identities,
  message: OutgoingMessage,
): Promise<SendOutcome> {
  const chat = await identities.chatOf(client, message.address);
  if (!chat) return nobody('this number has no WhatsApp');
  const id = await sendTo(client, chat, contentOf(message));
  return id === undefined ? nobody('WhatsApp knows no such chat') : { status: 'sent', providerId: id };
}

/** WhatsApp finds some chats only by their hidden id, and says so: github.com/wwebjs/whatsapp-web.js/issues/145434 */
async function sendTo(
  client: WhatsAppClient,
  chat: string,
  content: WebContent,
): Promise<string | undefined> {
  try {
    return await client.send(chat, content);
  } catch (error) {
    if (!/No LID for user/i.test(describe(error))) throw error;
    const { lid } = await client.namesOf(chat);
    if (lid === undefined || lid === chat) throw error;
    return client.send(lid, content);
  }
}

function contentOf({ text, picture }: OutgoingMessage): WebContent {
  return picture ? { text: cutText(text, captionLimit), image: picture.image } : { text };
}

function nobody(detail: string): SendOutcome {
  return { status: 'refused', reason: 'blocked', detail };
}

function within<Result>(timers: Timers, milliseconds: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const late = new Error(`the page did not answer within ${milliseconds / 1000} s`);
    const cancel = timers.after(milliseconds, () => reject(late));
    work.then(resolve, reject).finally(cancel);
  });
}
