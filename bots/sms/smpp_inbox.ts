import type { Pdu } from 'smpp';
import { parsePhone } from '../../core/customers/phone.ts';
import type { Clock } from '../../core/ports.ts';
import type { Log } from '../log.ts';
import type { Timers } from '../timers.ts';
import { describe } from './calls.ts';
import type { Heard } from './gateway.ts';
import { type Delivery, readDelivery } from './smpp_deliveries.ts';
import { type SentIds, spellings } from './smpp_ids.ts';
import type { LinkOptions } from './smpp_link.ts';
import { createJoiner } from './smpp_parts.ts';

/** Who is told what a server delivers. */
export interface InboxOptions {
  readonly ids: SentIds;
  hear(heard: Heard): Promise<void>;
  readonly clock: Clock;
  /** A number in [0, 1): names the messages of this process apart from those of others. */
  random(): number;
  readonly log: Log;
  readonly timers: Timers;
}

/** It was not written down: please deliver it again. (ESME_RX_T_APPN) */
const tryAgain = 100;

/** Takes what the server delivers, and knows what it will deliver again. */
export function createInbox(options: InboxOptions): Pick<LinkOptions, 'take' | 'unacknowledged'> {
  const { clock, log, timers, random, ids, hear } = options;
  const joiner = createJoiner(timers);
  /** SMPP gives a message no id: ours are of this process, and the same for what comes again. */
  const process = `${clock.now().toString(36)}${Math.floor(random() * 2 ** 32).toString(36)}`;
  const again = new Map<string, string>();
  const named = new WeakMap<Pdu, readonly [key: string, id: string]>();
  let count = 0;

  function nameOf(pdu: Pdu, from: string, text: string): string {
    const key = `${from} ${text}`;
    count += 1;
    const id = again.get(key) ?? `${process}-${count}`;
    again.delete(key);
    named.set(pdu, [key, id]);
    return id;
  }

  function heardIn(pdu: Pdu, delivery: Delivery): Heard {
    if (delivery.kind === 'receipt') return receiptsIn(delivery, ids, clock);
    if (delivery.kind === 'other') return {};
    const from = phoneOf(delivery.from);
    if (!from) return {};
    const text = delivery.part ? joiner.add(from, delivery.part, delivery.text) : delivery.text;
    return text === undefined ? {} : { messages: [{ id: nameOf(pdu, from, text), from, text }] };
  }

  return {
    async take(pdu: Pdu): Promise<number> {
      try {
        await hear(heardIn(pdu, readDelivery(pdu)));
        return 0;
      } catch (error) {
        log('error', `sms: what smpp delivered was not committed, it will come again: ${describe(error)}`);
        return tryAgain;
      }
    },
    unacknowledged(pdu: Pdu): void {
      const name = named.get(pdu);
      if (name) again.set(...name);
      if (again.size > 1000) again.clear();
    },
  };
}

function receiptsIn(
  { ids: partIds, state, from, to }: Extract<Delivery, { kind: 'receipt' }>,
  ids: SentIds,
  clock: Clock,
): Heard {
  if (!state) return {};
  const detail = state === 'failed' ? { detail: 'not delivered' } : {};
  const at = clock.now();
  const [address, sender] = [from, to].map(phoneOf);
  const progress = ids.progress(partIds, state, [address ?? '', sender ?? '']);
  if (progress === null) return {};
  if (progress) return { receipts: [{ ...progress, at, ...detail }] };
  // Sent before a restart, or its answer is still on the way: whichever spelling is right will find its message.
  const about = address ? { address } : {};
  const names = [...new Set(partIds.flatMap(spellings))];
  return { receipts: names.map((providerId) => ({ providerId, ...about, status: state, at, ...detail })) };
}

/** A number as servers write it: international, with or without its plus. */
function phoneOf(written: string): string | undefined {
  return parsePhone(`+${written.replace(/\D/g, '')}`, 'UA');
}
