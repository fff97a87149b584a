/**
 * The other end of a channel, in a process of its own: a Bot API that takes so many calls in any second and answers 429
 * to the rest. Its cap comes as argument; asked for its counts, it tells them.
 */
import { createServer, type IncomingMessage } from 'node:http';

/** What the provider saw. */
export interface ProviderCounts {
  readonly accepted: number;
  readonly refused: number;
  /** What was accepted in a second, from the second one on, as a part of the cap. */
  readonly share: number;
  /** Connections that were opened for all of it. */
  readonly connections: number;
}

const warmUpMs = 1000;

const cap = Number(process.argv[2]);
const recent: number[] = [];
let accepted = 0;
let refused = 0;
let first = 0;
let last = 0;
let steady = 0;
let connections = 0;

/** Whether a call fits into the second that ends now. */
function admit(now: number): boolean {
  while (recent.length > 0 && (recent[0] ?? now) <= now - 1000) recent.shift();
  if (recent.length >= cap) return false;
  recent.push(now);
  return true;
}

function answer(now: number): { readonly status: number; readonly body: object } {
  if (!admit(now)) {
    refused += 1;
    const description = 'Too Many Requests: retry after 1';
    return { status: 429, body: { ok: false, error_code: 429, description, parameters: { retry_after: 1 } } };
  }
  accepted += 1;
  first ||= now;
  last = now;
  if (now - first >= warmUpMs) steady += 1;
  return { status: 200, body: { ok: true, result: { message_id: accepted } } };
}

async function drain(request: IncomingMessage): Promise<void> {
  for await (const _ of request);
}

const server = createServer(async (request, response) => {
  const { status, body } = answer(performance.now());
  await drain(request);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
});
server.on('connection', () => {
  connections += 1;
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  process.send?.({ port: address.port });
});
process.on('message', () => {
  const seconds = (last - first - warmUpMs) / 1000;
  const counts: ProviderCounts = { accepted, refused, share: steady / (cap * seconds), connections };
  process.send?.(counts);
});
process.on('disconnect', () => process.exit());
