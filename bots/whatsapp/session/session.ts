import type { Clock } from '../../../core/ports.ts';
import type { Log } from '../../log.ts';
import { createBell, pause, type Timers } from '../../timers.ts';
import type { ClientEvent, CreateClient, WebMessage, WhatsAppClient } from './client.ts';
import { beatMs, type Linked, type SessionFolder } from './folder.ts';
import { describe, type Ending, live } from './life.ts';
import type { LinkState } from './link.ts';

/** A client that can be asked now, or how things are instead. */
export type Connection =
  | { readonly client: WhatsAppClient }
  /** Gone for a moment: it comes back by itself. */
  | { readonly retryAfterMs: number }
  /** Gone for longer, or until somebody links it. */
  | { readonly detail: string };

/** Keeps one browser with the shop's WhatsApp in it: after whatever happens it comes back, and never are there two. */
export interface Session {
  start(): void;
  /** Resolves when no browser is left. */
  stop(): Promise<void>;
  state(): LinkState;
  /** Somebody looks: shows a new code, if none was shown because nobody looked. */
  wake(): void;
  connection(): Connection;
}

/** What a session works with, and who is told. */
export interface SessionOptions {
  readonly createClient: CreateClient;
  readonly folder: SessionFolder;
  readonly pairPhone?: string | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  /** A number in [0, 1). */
  random(): number;
  readonly log: Log;
  /** Called with every new state. */
  onState(state: LinkState): void;
  onMessage(client: WhatsAppClient, message: WebMessage): void;
  onAck(event: Extract<ClientEvent, { kind: 'ack' }>): void;
}

const firstPauseMs = 2000;
const longestPauseMs = 5 * 60_000;
const blockedPauseMs = 60 * 60_000;
/** A browser that stood for so long has recovered from whatever there was. */
const steadyMs = 60_000;
/** So long messages wait for a session that is coming back; then other channels may take them. */
const shortAbsenceMs = 2 * 60_000;
const askAgainMs = 2000;
/** What people wrote while we were away is answered, but not what they will not remember having asked. */
const oldestUnreadMs = 24 * 3_600_000;

/** A session that is not started. */
export function createSession(options: SessionOptions): Session {
  const { folder, timers, log } = options;
  const bell = createBell(timers);
  let abort: AbortController | undefined;
  let running: Promise<void> | undefined;
  let state: LinkState = { kind: 'stopped' };
  let current: WhatsAppClient | undefined;
  /** When messages could last be sent, or began to be waited for; by the clock of `timers`. */
  let awaySince = timers.now();
  let readyAt: number | undefined;
  let again = false;

  function show(next: LinkState): void {
    state = next;
    options.onState(next);
  }

  function ready(client: WhatsAppClient, phone: string | undefined): void {
    const linked = remember(phone);
    again = false;
    readyAt ??= timers.now();
    current = client;
    if (state.kind !== 'connected') show({ kind: 'connected', phone: linked.phone, online: true });
    else online(true);
    takeUnread(client, linked.at, options);
  }

  /** A disk that is full is no reason to be silent. */
  function remember(phone: string | undefined): Linked {
    try {
      return folder.remember(phone);
    } catch (error) {
      log('error', `whatsapp: ${describe(error)}`);
      return { phone, at: options.clock.now() };
    }
  }

  function online(now: boolean): void {
    if (state.kind !== 'connected' || state.online === now) return;
    if (!now) awaySince = timers.now();
    show({ ...state, online: now });
  }

  /** Runs a browser until it ends; whatever breaks is an end as well. */
  async function once(signal: AbortSignal): Promise<Ending> {
    readyAt = undefined;
    let letGo = () => {};
    try {
      letGo = hold(options);
      const { createClient, pairPhone, onMessage: message, onAck: ack } = options;
      return await live({
        createClient,
        timers,
        signal,
        pairPhone,
        again,
        show,
        ready,
        online,
        message,
        ack,
      });
    } catch (error) {
      return { kind: 'broken', detail: describe(error) };
    } finally {
      if (current) awaySince = timers.now();
      current = undefined;
      letGo();
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    for (;;) {
      const ending = await once(signal);
      if (ending.kind === 'stopped') return;
      const wasSteady = readyAt !== undefined && timers.now() - readyAt >= steadyMs;
      failures = wasSteady ? 1 : failures + 1;
      await after(ending, failures, signal);
      if (signal.aborted) return;
    }
  }

  /** What one end leads to, and the pause before the next beginning. */
  async function after(ending: Exclude<Ending, { kind: 'stopped' }>, failures: number, signal: AbortSignal) {
    const backOffMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
    const pauseMs = Math.round(backOffMs * (0.5 + options.random() / 2));
    switch (ending.kind) {
      case 'unused':
        show({ kind: 'asleep' });
        return bell.heard();
      case 'blocked':
        log('error', `whatsapp: WhatsApp does not let this number in (${ending.detail}); look on the phone`);
        show({ kind: 'blocked' });
        return pause(timers, blockedPauseMs, signal);
      case 'logged_out':
        again = true;
        log('error', 'whatsapp: the phone was logged out; link it again with the code that comes now');
        show({ kind: 'logged_out' });
        await forget(folder, log);
        return pause(timers, pauseMs, signal);
      case 'broken':
        log('warn', `whatsapp: ${ending.detail}; starting the browser again in ${pauseMs} ms`);
        show({ kind: 'waiting', detail: ending.detail });
        return pause(timers, pauseMs, signal);
    }
  }

  return {
    start() {
      if (running) return;
      abort = new AbortController();
      awaySince = timers.now();
      running = run(abort.signal);
    },
    async stop() {
      abort?.abort();
      bell.ring();
      await running;
      running = undefined;
      show({ kind: 'stopped' });
    },
    state: () => state,
    wake() {
      if (state.kind === 'asleep') bell.ring();
    },
    connection() {
      if (current && state.kind === 'connected' && state.online) return { client: current };
      const returning = ['starting', 'waiting', 'connected'].includes(state.kind) && folder.linked();
      if (returning && timers.now() - awaySince < shortAbsenceMs) return { retryAfterMs: askAgainMs };
      return { detail: `whatsapp is not connected (${state.kind})` };
    },
  };
}

/** What was written while no browser ran; never what is older than the link: that was for people to read. */
function takeUnread(
  client: WhatsAppClient,
  linkedAt: number,
  { clock, log, onMessage }: SessionOptions,
): void {
  const take = async () => {
    const since = Math.max(linkedAt, clock.now() - oldestUnreadMs);
    for (const message of await client.unread()) if (message.at >= since) onMessage(client, message);
  };
  take().catch((error: unknown) => {
    log('warn', `whatsapp: what came while we were away could not be read: ${describe(error)}`);
  });
}

async function forget(folder: SessionFolder, log: Log): Promise<void> {
  await folder.forget().catch((error: unknown) => {
    log('error', `whatsapp: the old session could not be removed, do it by hand: ${describe(error)}`);
  });
}

/** Takes the folder, and says every now and then that it is ours; returns how to let it go. */
function hold({ folder, timers, log }: SessionOptions): () => void {
  const orLog = (act: () => void) => {
    try {
      act();
    } catch (error) {
      log('warn', `whatsapp: ${describe(error)}`);
    }
  };
  let cancel = () => {};
  const beatLater = () => {
    cancel = timers.after(beatMs, () => {
      orLog(folder.beat);
      beatLater();
    });
  };
  folder.hold();
  beatLater();
  return () => {
    cancel();
    orLog(folder.release);
  };
}
