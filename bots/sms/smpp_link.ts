import smpp, { type Endpoint, type Pdu, type Session } from 'smpp';
import type { Log } from '../log.ts';
import type { Timers } from '../timers.ts';
import { createWindow } from './smpp_window.ts';

/** Who we are at an SMPP server, and who answers it. */
export interface LinkOptions {
  readonly endpoint: Endpoint;
  readonly systemId: string;
  readonly password: string;
  /** Takes what the server delivers; resolves with the status to answer, 0 once it is committed. */
  take(pdu: Pdu): Promise<number>;
  /** Called after an answer that the server cannot have got: it will deliver the same again. */
  unacknowledged(pdu: Pdu): void;
  readonly timers: Timers;
  readonly log: Log;
}

/** What became of a request to the server. */
export type LinkAnswer =
  | { readonly status: 'answered'; readonly pdu: Pdu }
  /** Nothing in time, or the connection broke: the server may have taken it all the same. */
  | { readonly status: 'unanswered' | 'lost' }
  /** It never left. */
  | { readonly status: 'not_bound'; readonly detail: string };

/** A connection to an SMPP server that is kept up: bound as transceiver, watched, and made anew when it breaks. */
export interface Link {
  submit(fields: Readonly<Record<string, unknown>>): Promise<LinkAnswer>;
  start(): void;
  /** Resolves once what is under way is answered or given up, and we have said goodbye. */
  stop(): Promise<void>;
  /** Resolves when the attempt under way has ended: why we are not bound, or undefined when we are. */
  fault(): Promise<string | undefined>;
}

/** How many requests may be without an answer at once. */
export const windowSize = 10;

const answerMs = 10_000;
const enquireMs = 30_000;
const firstRetryMs = 1000;
const longestRetryMs = 30_000;

/** A link that does nothing until started. */
export function createLink(options: LinkOptions): Link {
  const { timers, log } = options;
  const window = createWindow(windowSize);
  let talk: Talk | undefined;
  let fault: string | undefined = 'not started';
  let failures = 0;
  let stopping = true;
  let cancelRetry = () => {};
  let waiting: (() => void)[] = [];

  function settle(reason: string | undefined): void {
    fault = reason;
    for (const go of waiting.splice(0)) go();
  }

  function open(): void {
    talk = openTalk(options, {
      bound() {
        failures = 0;
        log('info', `sms: bound to ${options.endpoint.host} as ${options.systemId}`);
        settle(undefined);
      },
      ended(reason) {
        talk = undefined;
        settle(reason);
        if (stopping) return;
        const pauseMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures, 10));
        failures += 1;
        log('warn', `sms: no SMPP connection (${reason}), trying again in ${pauseMs} ms`);
        cancelRetry = timers.after(pauseMs, open);
      },
    });
  }

  async function currentFault(): Promise<string | undefined> {
    if (talk && !talk.isBound()) await new Promise<void>((resolve) => waiting.push(resolve));
    return fault;
  }

  return {
    fault: currentFault,
    async submit(fields) {
      const detail = await currentFault();
      if (!talk || detail !== undefined) return { status: 'not_bound', detail: detail ?? 'not connected' };
      return window.within(async () =>
        talk?.isBound() ? talk.ask('submit_sm', fields) : { status: 'not_bound', detail: 'not connected' },
      );
    },
    start() {
      if (!stopping) return;
      stopping = false;
      open();
    },
    async stop() {
      stopping = true;
      cancelRetry();
      await window.idle();
      await talk?.close();
      waiting = [];
    },
  };
}

/** One connection, from its first packet to its last. */
interface Talk {
  isBound(): boolean;
  ask(command: string, fields?: Readonly<Record<string, unknown>>): Promise<LinkAnswer>;
  close(): Promise<void>;
}

interface TalkEvents {
  bound(): void;
  /** Called once, with the reason. */
  ended(reason: string): void;
}

function openTalk(options: LinkOptions, events: TalkEvents): Talk {
  const { endpoint, timers } = options;
  const session = smpp.connect(endpoint);
  const asked = createAsked(session, timers);
  const serving = new Set<Promise<void>>();
  let state: 'binding' | 'bound' | 'ended' = 'binding';
  let cancelTimer = timers.after(answerMs, () => end('no connection in time'));

  function end(reason: string): void {
    if (state === 'ended') return;
    state = 'ended';
    cancelTimer();
    asked.loseAll();
    session.destroy();
    events.ended(reason);
  }

  async function bind(): Promise<void> {
    const { systemId: system_id, password } = options;
    const answer = await asked.ask('bind_transceiver', { system_id, password, interface_version: 0x34 });
    cancelTimer();
    if (answer.status !== 'answered') return end('no answer to the greeting');
    if (answer.pdu.command_status !== 0) return end(bindFault(answer.pdu.command_status));
    if (state !== 'binding') return;
    state = 'bound';
    watch();
    events.bound();
  }

  /** A connection can be dead without anybody having closed it. */
  function watch(): void {
    cancelTimer = timers.after(enquireMs, async () => {
      const answer = await asked.ask('enquire_link');
      if (answer.status !== 'answered') end('no sign of life');
      else if (state === 'bound') watch();
    });
  }

  async function serve(pdu: Pdu): Promise<void> {
    const status = await options.take(pdu);
    const answer = pdu.response(status === 0 ? { message_id: '' } : { command_status: status });
    const isGone = state === 'ended' || !session.send(answer);
    if (isGone || status !== 0) options.unacknowledged(pdu);
  }

  function answerRequest(pdu: Pdu): void {
    if (pdu.command === 'deliver_sm' || pdu.command === 'data_sm') {
      const work = serve(pdu).finally(() => serving.delete(work));
      serving.add(work);
    } else if (pdu.command !== 'alert_notification') {
      session.send(pdu.response());
      if (pdu.command === 'unbind') end('the server said goodbye');
    }
  }

  session.on(endpoint.tls ? 'secureConnect' : 'connect', () => void bind());
  session.on('pdu', (pdu) => (pdu.isResponse() ? asked.answer(pdu) : answerRequest(pdu)));
  // After a packet it cannot read, the package reads no other.
  session.on('error', (error) => end(error.message));
  session.on('close', () => end('the connection was closed'));
  return {
    isBound: () => state === 'bound',
    ask: asked.ask,
    async close() {
      await Promise.all(serving);
      if (state === 'bound') await asked.ask('unbind');
      end('stopped');
    },
  };
}

/** Requests without an answer yet. The package would wait for one for ever, so the waiting is ours. */
function createAsked(session: Session, timers: Timers) {
  const waiting = new Map<number, (answer: LinkAnswer) => void>();
  let sequence = 0;
  return {
    ask(command: string, fields: Readonly<Record<string, unknown>> = {}): Promise<LinkAnswer> {
      sequence = (sequence % 0x7fffffff) + 1;
      const number = sequence;
      const pdu = new smpp.PDU(command, fields);
      pdu.sequence_number = number;
      return new Promise((resolve) => {
        const cancel = timers.after(answerMs, () => settle({ status: 'unanswered' }));
        const settle = (answer: LinkAnswer) => {
          cancel();
          waiting.delete(number);
          resolve(answer);
        };
        waiting.set(number, settle);
        if (!session.send(pdu)) settle({ status: 'lost' });
      });
    },
    answer: (pdu: Pdu) => waiting.get(pdu.sequence_number)?.({ status: 'answered', pdu }),
    loseAll() {
      for (const settle of [...waiting.values()]) settle({ status: 'lost' });
    },
  };
}

const bindFaults: Readonly<Record<number, string>> = {
  5: 'this account is connected already, and only once at a time',
  13: 'the server let nobody in: is the address right?',
  14: 'the password in SMPP_URL is not accepted',
  15: 'the user in SMPP_URL is not known',
};

function bindFault(status: number): string {
  return bindFaults[status] ?? `the server answered the greeting with status ${status}`;
}
