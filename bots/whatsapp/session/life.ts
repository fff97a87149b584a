import type { Timers } from '../../timers.ts';
import type { ClientEvent, CreateClient, WebMessage, WhatsAppClient } from './client.ts';
import type { LinkState } from './link.ts';

/** Why one browser ended. */
export type Ending =
  | { readonly kind: 'stopped' }
  /** Codes were shown, and nobody used one. */
  | { readonly kind: 'unused' }
  | { readonly kind: 'logged_out' | 'blocked' | 'broken'; readonly detail: string };

/** What one browser's life is made of, and who is told. */
export interface LifeOptions {
  readonly createClient: CreateClient;
  readonly timers: Timers;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The number that is to type a code instead of scanning. */
  readonly pairPhone?: string | undefined;
  /** The session had been logged out, and codes are shown for that reason. */
  readonly again: boolean;
  show(state: LinkState): void;
  /** Messages can be sent from now on. Called again after each time the page came back by itself. */
  ready(client: WhatsAppClient, phone: string | undefined): void;
  /** Whether the page has a connection; only after `ready`. */
  online(online: boolean): void;
  message(client: WhatsAppClient, message: WebMessage): void;
  ack(event: Extract<ClientEvent, { kind: 'ack' }>): void;
}

/** WhatsApp's page takes half a minute on a small machine; what takes longer than these has come to a stop. */
const patience = {
  start: { ms: 120_000, detail: 'the page of WhatsApp did not come up' },
  qr: { ms: 90_000, detail: 'the QR code was not renewed' },
  code: { ms: 240_000, detail: 'the code was not renewed' },
  authenticated: { ms: 180_000, detail: 'linked, but the messages did not come' },
  offline: { ms: 300_000, detail: 'the page found no connection to WhatsApp for five minutes' },
} as const;
/** A browser costs some hundred megabytes: it is not kept up for a code that nobody scans. */
const linkingMs = 10 * 60_000;
const checkEveryMs = 60_000;
const checkAnswerMs = 30_000;

/** Runs one browser from its start until it ends, by itself or by `signal`; resolves when it is gone. */
export async function live(options: LifeOptions): Promise<Ending> {
  const { timers, signal } = options;
  let end = (_: Ending) => {};
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  const watch = createWatch(timers, (ending) => end(ending));
  const client = options.createClient((event) => {
    watch.saw(event, client);
    if (event.kind === 'ended') end({ kind: event.how, detail: event.detail });
    else if (!signal.aborted) tell(event, client, options);
  });
  const stop = () => end({ kind: 'stopped' });
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  else {
    options.show({ kind: 'starting' });
    watch.begin();
    client.start().catch((error: unknown) => end({ kind: 'broken', detail: describe(error) }));
  }
  const ending = await ended;
  watch.close();
  signal.removeEventListener('abort', stop);
  await client.stop();
  return ending;
}

/** An error in a line: the page's own stack says nothing to anybody. */
export function describe(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.split('\n', 1)[0]?.slice(0, 300) ?? '';
}

function tell(event: Exclude<ClientEvent, { kind: 'ended' }>, client: WhatsAppClient, options: LifeOptions) {
  const { again, pairPhone = '' } = options;
  switch (event.kind) {
    case 'qr':
      return options.show({ kind: 'scan', qr: event.qr, again });
    case 'code':
      return options.show({ kind: 'enter', code: event.code, phone: pairPhone, again });
    case 'authenticated':
      return options.show({ kind: 'starting' });
    case 'ready':
      return options.ready(client, event.phone);
    case 'online':
      return options.online(event.online);
    case 'message':
      return options.message(client, event.message);
    case 'ack':
      return options.ack(event);
  }
}

/** Looks that each stage leads to the next, and that a page which should answer does. */
function createWatch(timers: Timers, end: (ending: Ending) => void) {
  let cancelStage = () => {};
  let cancelLinking: (() => void) | undefined;
  let cancelCheck: (() => void) | undefined;
  let closed = false;

  function expectMore({ ms, detail }: { readonly ms: number; readonly detail: string }): void {
    cancelStage();
    cancelStage = timers.after(ms, () => end({ kind: 'broken', detail }));
  }

  function check(client: WhatsAppClient): void {
    cancelCheck = timers.after(checkEveryMs, () => {
      const detail = 'the page does not answer any more';
      const silent = timers.after(checkAnswerMs, () => end({ kind: 'broken', detail }));
      const heard = (alive: boolean) => {
        silent();
        if (closed) return;
        if (alive) check(client);
        else end({ kind: 'broken', detail });
      };
      cancelCheck = silent;
      client.alive().then(heard, () => heard(false));
    });
  }

  function linked(): void {
    cancelStage();
    cancelLinking?.();
  }

  return {
    begin: () => expectMore(patience.start),
    saw(event: ClientEvent, client: WhatsAppClient): void {
      if (closed) return;
      switch (event.kind) {
        case 'qr':
        case 'code':
          cancelLinking ??= timers.after(linkingMs, () => end({ kind: 'unused' }));
          expectMore(patience[event.kind]);
          break;
        case 'authenticated':
          linked();
          expectMore(patience.authenticated);
          break;
        case 'ready':
          linked();
          if (!cancelCheck) check(client);
          break;
        case 'online':
          if (event.online) cancelStage();
          else expectMore(patience.offline);
      }
    },
    close(): void {
      closed = true;
      linked();
      cancelCheck?.();
    },
  };
}
