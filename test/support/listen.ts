import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

/** Something that answers web requests, on a free port of loopback. */
export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves `fetch` until closed. */
export async function listen(fetch: (request: Request) => Response | Promise<Response>): Promise<Listening> {
  const server = createAdaptorServer({ fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        if ('closeAllConnections' in server) server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
