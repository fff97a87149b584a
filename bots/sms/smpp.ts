import { gsmOctets } from '../../core/messaging/segments.ts';
import type { Clock } from '../../core/ports.ts';
import type { SendOutcome } from '../channel.ts';
import type { Log } from '../log.ts';
import { platformTimers, type Timers } from '../timers.ts';
import { slowDownMs } from './calls.ts';
import type { Gateway, Heard, Sms } from './gateway.ts';
import { createSentIds, type SentIds } from './smpp_ids.ts';
import { createInbox } from './smpp_inbox.ts';
import { createLink, type Link, type LinkAnswer, windowSize } from './smpp_link.ts';

/** An account at an SMPP server. */
export interface SmppOptions {
  /** `smpp://user:password@host:port`, or `ssmpp://` over TLS. */
  readonly url: string;
  /** A name, a number in E.164, or a short code. */
  readonly sender: string;
  readonly clock: Clock;
  /** A number in [0, 1): tells the parts of our long messages apart from those before a restart. */
  random(): number;
  readonly log: Log;
  readonly timers?: Timers;
}

/** SMS over SMPP 3.4, for Node only: a connection that stays open, over which receipts and messages come in too. */
export function createSmpp(options: SmppOptions): Gateway {
  const { timers = platformTimers, log } = options;
  const ids = createSentIds();
  let hear = async (_: Heard): Promise<void> => {};
  const inbox = createInbox({ ...options, timers, ids, hear: (heard) => hear(heard) });
  const parts = { endpoint: endpointOf(options.url), ...accountOf(options.url), timers, log };
  const link = createLink({ ...parts, take: inbox.take, unacknowledged: inbox.unacknowledged });
  let reference = Math.floor(options.random() * 256);
  return {
    name: 'smpp',
    // What a contract allows differs; the server says when it is too fast.
    pace: { ratePerSecond: 50, parallel: windowSize },
    async send(sms) {
      reference = (reference + 1) % 256;
      return sendParts(submissionsOf(sms, options.sender, reference), sms.to, { link, ids, timers });
    },
    check: () =>
      check(link, options.url, () => createLink({ ...parts, take: async () => 100, unacknowledged() {} })),
    listen(listener) {
      hear = listener;
    },
    start: link.start,
    stop: link.stop,
  };
}

function endpointOf(url: string) {
  const { hostname: host, port, protocol } = new URL(url);
  const tls = protocol === 'ssmpp:';
  return { host, port: port ? Number(port) : tls ? 3550 : 2775, tls };
}

function accountOf(url: string) {
  const { username, password } = new URL(url);
  return { systemId: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** With the connection of this process, or else with one of our own that is closed again. */
async function check(link: Link, url: string, another: () => Link): Promise<string> {
  const line = `smpp at ${new URL(url).host} as ${accountOf(url).systemId}`;
  if ((await link.fault()) === undefined) return line;
  const probe = another();
  probe.start();
  const fault = await probe.fault();
  await probe.stop();
  if (fault !== undefined) throw new Error(`smpp: ${new URL(url).host}: ${fault}`);
  return line;
}

type Fields = Readonly<Record<string, unknown>>;

/** One submit_sm for each SMS. What belongs together says so in a header of six octets, which is why it holds less. */
function submissionsOf({ to, encoding, parts }: Sms, sender: string, reference: number): Fields[] {
  const isNumber = /^\+?\d+$/.test(sender);
  return parts.map((text, index) => {
    const header = parts.length > 1 ? [5, 0, 3, reference, parts.length, index + 1] : [];
    const octets = encoding === 'gsm7' ? gsmOctets(text) : utf16(text);
    return {
      source_addr_ton: isNumber ? 1 : 5,
      source_addr_npi: isNumber ? 1 : 0,
      source_addr: sender.replace(/^\+/, ''),
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: to.replace(/^\+/, ''),
      esm_class: header.length > 0 ? 0x40 : 0,
      registered_delivery: 1,
      data_coding: encoding === 'gsm7' ? 0 : 8,
      short_message: Buffer.concat([Uint8Array.from(header), octets]),
    };
  });
}

/** Big endian, as SMS want it. */
function utf16(text: string): Uint8Array {
  return Uint8Array.from({ length: 2 * text.length }, (_, at) => {
    const unit = text.charCodeAt(at >> 1);
    return at % 2 === 0 ? unit >> 8 : unit & 0xff;
  });
}

interface Sending {
  readonly link: Link;
  readonly ids: SentIds;
  readonly timers: Timers;
}

/** How often a later part is offered again to a server that is too busy, before the whole is given up. */
const partTries = 4;

/** Sends the parts in order. Once the first is taken there is no way back: the others wait for a busy server. */
async function sendParts(submissions: readonly Fields[], to: string, sending: Sending): Promise<SendOutcome> {
  const partIds: string[] = [];
  for (const fields of submissions) {
    const outcome = await sendPart(fields, sending, partIds.length === 0 ? 1 : partTries);
    if (outcome.status === 'sent') partIds.push(outcome.providerId);
    else if (partIds.length === 0) return outcome;
    else {
      const detail = 'detail' in outcome ? outcome.detail : 'too fast';
      return { status: 'failed', detail: `${partIds.length} of ${submissions.length} parts left: ${detail}` };
    }
  }
  return { status: 'sent', providerId: sending.ids.remember(partIds, to) };
}

async function sendPart(
  fields: Fields,
  { link, timers }: Omit<Sending, 'ids'>,
  tries: number,
): Promise<SendOutcome> {
  const outcome = outcomeOf(await link.submit(fields));
  if (outcome.status !== 'slow_down' || tries <= 1) return outcome;
  await new Promise<void>((resolve) => timers.after(outcome.retryAfterMs, resolve));
  return sendPart(fields, { link, timers }, tries - 1);
}

/** SMPP 3.4, 5.1.3. What concerns the account (its sender, its money) may be put right meanwhile. */
const refusals: Readonly<Record<number, 'blocked' | 'invalid'>> = {
  /** The number; the length, the encoding, and what the server will not take however often it is offered. */
  11: 'blocked',
  1: 'invalid',
  102: 'invalid',
  260: 'invalid',
};

/** Throttled, and a full queue. */
const tooFast = new Set([88, 20]);

function outcomeOf(answer: LinkAnswer): SendOutcome {
  if (answer.status === 'not_bound') return { status: 'failed', detail: answer.detail };
  if (answer.status !== 'answered') {
    const detail = answer.status === 'lost' ? 'the connection broke' : 'no answer in time';
    return { status: 'failed', detail };
  }
  const { command_status: status, ...fields } = answer.pdu;
  if (tooFast.has(status)) return { status: 'slow_down', retryAfterMs: slowDownMs };
  const reason = refusals[status];
  if (reason) return { status: 'refused', reason, detail: `status ${status}` };
  if (status !== 0) return { status: 'failed', detail: `status ${status}` };
  const id = 'message_id' in fields ? fields.message_id : undefined;
  if (typeof id !== 'string' || id === '') return { status: 'failed', detail: 'taken without an id' };
  return { status: 'sent', providerId: id };
}
