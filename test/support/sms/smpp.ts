import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import smpp, { type Pdu, type Session } from 'smpp';
import { createPhones, type Phones } from './phones.ts';

declare module 'smpp' {
  interface Package {
    createServer(onSession: (session: Session) => void): Server;
  }
}

/** How the server treats what it is given next. `silent` takes it and never answers; `drop` breaks the connection. */
export type Treatment = 'silent' | 'drop' | number;

/** How a receipt is written. `early`: before the answer to the submission it is about. */
export interface ReceiptStyle {
  readonly form?: 'tlv' | 'text';
  readonly id?: (id: string) => string;
}

/** An SMPP server on loopback with one account. */
export interface FakeSmpp {
  readonly url: string;
  readonly port: number;
  readonly phones: Phones;
  /** What came, in order, with its fields. */
  readonly received: readonly Pdu[];
  /** For what comes next, of each command in order. */
  treat(command: 'submit_sm' | 'bind_transceiver' | 'enquire_link', ...how: readonly Treatment[]): void;
  /** Called with the id of each submission before it is answered. */
  onSubmit(listener: (id: string, to: string) => void): void;
  /** Tells what became of a part; resolves with the status of our answer. */
  report(
    id: string,
    to: string,
    state: 'delivered' | 'failed' | 'enroute',
    style?: ReceiptStyle,
  ): Promise<number>;
  /** Delivers any fields; resolves with the status of the answer. */
  deliver(fields: Readonly<Record<string, unknown>>): Promise<number>;
  ask(command: string): Promise<Pdu>;
  /** Resolves when `look` finds something, now or after the next packet. */
  until<Value>(look: () => Value | undefined | false): Promise<Value>;
  /** Breaks every connection, as a network does. */
  breakConnections(): void;
  close(): Promise<void>;
}

const states = { enroute: 1, delivered: 2, failed: 5 } as const;
const spelled = { enroute: 'ENROUTE', delivered: 'DELIVRD', failed: 'UNDELIV' } as const;

/** Starts a server; ids count up from `firstId`. */
export async function startFakeSmpp({ port = 0, firstId = 1 } = {}): Promise<FakeSmpp> {
  const phones = createPhones();
  const received: Pdu[] = [];
  const treatments = new Map<string, Treatment[]>();
  const sessions = new Set<Session>();
  const waiting = new Map<number, (pdu: Pdu) => void>();
  const watchers = new Set<() => void>();
  let onSubmit = (_id: string, _to: string) => {};
  let nextId = firstId;
  let sequence = 0;

  const server = smpp.createServer((session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => sessions.delete(session));
    session.on('pdu', (pdu) => {
      received.push(pdu);
      if (pdu.isResponse()) waiting.get(pdu.sequence_number)?.(pdu);
      else take(session, pdu);
      for (const look of [...watchers]) look();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;

  function take(session: Session, pdu: Pdu): void {
    const how = treatments.get(pdu.command)?.shift();
    const status = how ?? statusFor(pdu);
    if (status === 'drop') session.destroy();
    else if (typeof status === 'number') session.send(answerTo(pdu, status));
  }

  function answerTo(pdu: Pdu, status: number): Pdu {
    if (status !== 0) return pdu.response({ command_status: status });
    if (pdu.command !== 'submit_sm') return pdu.response();
    const id = String(nextId);
    nextId += 1;
    arrive(phones, pdu, id);
    onSubmit(id, `+${field(pdu, 'destination_addr')}`);
    return pdu.response({ message_id: id });
  }

  function statusFor(pdu: Pdu): number {
    if (pdu.command === 'bind_transceiver') {
      if (field(pdu, 'system_id') !== 'svoi') return 15;
      return field(pdu, 'password') === 'secret' ? 0 : 14;
    }
    if (pdu.command !== 'submit_sm') return 0;
    const fault = phones.faults.shift();
    if (fault === 'slow_down') return 88;
    if (fault === 'failed') return 8;
    return fault === 'blocked' || !phones.exists(`+${field(pdu, 'destination_addr')}`) ? 11 : 0;
  }

  function ask(command: string, fields: Readonly<Record<string, unknown>> = {}): Promise<Pdu> {
    const [session] = sessions;
    if (!session) throw new Error('nobody is connected');
    const pdu = new smpp.PDU(command, fields);
    sequence += 1;
    pdu.sequence_number = sequence;
    return new Promise((resolve) => {
      waiting.set(sequence, resolve);
      session.send(pdu);
    });
  }

  const deliver = async (fields: Readonly<Record<string, unknown>>) =>
    (await ask('deliver_sm', fields)).command_status;

  return {
    url: `smpp://svoi:secret@127.0.0.1:${address.port}`,
    port: address.port,
    phones,
    received,
    treat: (command, ...how) => treatments.set(command, [...how]),
    onSubmit(listener) {
      onSubmit = listener;
    },
    report: (id, to, state, style = {}) => deliver(receiptFields(id, to, state, style)),
    deliver,
    ask: (command) => ask(command),
    until: (look) =>
      new Promise((resolve) => {
        const check = () => {
          const found = look();
          if (found === undefined || found === false) return;
          watchers.delete(check);
          resolve(found);
        };
        watchers.add(check);
        check();
      }),
    breakConnections() {
      for (const session of sessions) session.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        for (const session of sessions) session.destroy();
        server.close(() => resolve());
      }),
  };
}

function field(pdu: Pdu, name: string): unknown {
  return name in pdu ? (pdu as unknown as Record<string, unknown>)[name] : undefined;
}

function receiptFields(
  id: string,
  to: string,
  state: keyof typeof states,
  { form = 'tlv', id: spell = (one) => one }: ReceiptStyle,
): Readonly<Record<string, unknown>> {
  const from = {
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: to.replace('+', ''),
    destination_addr: 'Svoi',
  };
  const text = `id:${spell(id)} sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 stat:${spelled[state]} err:000 text:`;
  const said = { esm_class: 4, data_coding: 0, short_message: text };
  return form === 'text'
    ? { ...from, ...said }
    : { ...from, esm_class: 4, receipted_message_id: spell(id), message_state: states[state] };
}

/** Parts of a long message that wait for the others, by number and reference. */
const partial = new WeakMap<Phones, Map<string, { id: string; readonly texts: Map<number, string> }>>();

/** Puts a submission on its phone: at once, or when the last part of it is there. */
function arrive(phones: Phones, pdu: Pdu, id: string): void {
  const to = `+${field(pdu, 'destination_addr')}`;
  const from = String(field(pdu, 'source_addr'));
  const { message, udh } = field(pdu, 'short_message') as { message: string; udh?: readonly Uint8Array[] };
  const [, , reference, total = 1, number = 1] = udh?.[0] ?? [];
  if (total === 1) {
    phones.seen.push({ id, to, from, text: message });
    return;
  }
  const open = partial.get(phones) ?? new Map();
  partial.set(phones, open);
  const key = `${to} ${reference}`;
  const one = open.get(key) ?? { id, texts: new Map<number, string>() };
  open.set(key, one);
  one.texts.set(number, message);
  if (one.texts.size < total) return;
  open.delete(key);
  const text = Array.from({ length: total }, (_, index) => one.texts.get(index + 1)).join('');
  phones.seen.push({ id: one.id, to, from, text });
}
