/** What a command says while it runs, and to whom: a terminal, or the door of a running server. */
export interface CommandIo {
  /** A line of its answer. */
  out(line: string): void;
  /** A line about what went wrong. */
  error(line: string): void;
  /** How far it has come: `done` of `total`, and a word about where that is. */
  progress(done: number, total: number, words: string): void;
  /** The folder against which the files it names are found. */
  readonly folder: string;
  /** Aborted when nobody waits for the command any more. */
  readonly signal: AbortSignal;
}

/** What the door sends back, a JSON object a line; the last one is the exit code. */
export type ControlEvent =
  | { readonly out: string }
  | { readonly error: string }
  | { readonly progress: readonly [done: number, total: number, words: string] }
  | { readonly exit: number };

/** A command as it is handed to the door. */
export interface ControlRequest {
  readonly argv: readonly string[];
  readonly folder: string;
}

/** Who may call, and what is done then. */
export interface ControlOptions {
  /** What whoever calls must know. */
  readonly token: string;
  /** Carries out a command; resolves to its exit code. Never throws. */
  run(argv: readonly string[], io: CommandIo): Promise<number>;
}

/**
 * The door by which the command line reaches a running server: `POST /control` with the token carries out a command
 * here and streams what it says. To everybody else there is nothing at this address.
 */
export function createControl({ token, run }: ControlOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    const known = await sameText(request.headers.get('authorization') ?? '', `Bearer ${token}`);
    const command = known && pathname === '/control' ? await readCommand(request) : undefined;
    if (!command) return new Response('Not found\n', { status: 404 });
    return new Response(eventsOf(command, run), { headers: { 'content-type': 'application/x-ndjson' } });
  };
}

async function readCommand(request: Request): Promise<ControlRequest | undefined> {
  if (request.method !== 'POST') return undefined;
  const body: unknown = await request.json().catch(() => undefined);
  return isControlRequest(body) ? body : undefined;
}

function isControlRequest(body: unknown): body is ControlRequest {
  if (typeof body !== 'object' || body === null) return false;
  if (!('argv' in body) || !('folder' in body) || typeof body.folder !== 'string') return false;
  return Array.isArray(body.argv) && body.argv.every((word) => typeof word === 'string');
}

function eventsOf({ argv, folder }: ControlRequest, run: ControlOptions['run']): ReadableStream<Uint8Array> {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async start(controller) {
      const say = (event: ControlEvent) => {
        if (!gone.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
      };
      const exit = await run(argv, {
        out: (line) => say({ out: line }),
        error: (line) => say({ error: line }),
        progress: (...progress) => say({ progress }),
        folder,
        signal: gone.signal,
      });
      say({ exit });
      if (!gone.signal.aborted) controller.close();
    },
    cancel: () => gone.abort(),
  });
}

/** Compares without telling by its time how much was right. */
async function sameText(given: string, wanted: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const [left, right] = (await Promise.all([digest(given), digest(wanted)])).map(
    (hash) => new Uint8Array(hash),
  );
  return left?.every((byte, index) => byte === right?.[index]) ?? false;
}
