import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as it arrived. */
export interface Arrived {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** An answer in JSON; `cut` drops the connection instead. */
export type Answered =
  | { readonly status: number; readonly json: unknown; readonly headers?: Readonly<Record<string, string>> }
  | 'cut';

/** An HTTP API of a provider on a free port of loopback. */
export async function startApi(answer: (arrived: Arrived) => Answered) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = new Headers(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const path = request.url ?? '';
    const answered = answer({ path, headers, body: Buffer.concat(chunks).toString() });
    if (answered === 'cut') return void request.socket.destroy();
    response.writeHead(answered.status, { 'content-type': 'application/json', ...answered.headers });
    response.end(JSON.stringify(answered.json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
