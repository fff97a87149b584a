import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Bus } from './bus.ts';

/** One event of a stream. With an `id`, a browser that reconnects says how far it had come. */
export interface StreamEvent {
  readonly event: string;
  readonly id?: string;
  readonly data: unknown;
}

/** What a stream shows. */
export interface StreamSource {
  readonly bus: Bus;
  wants(topic: string): boolean;
  /** The events since the last call; the first call begins with what the client has not seen yet. */
  read(): Promise<readonly StreamEvent[]>;
  /** How often to look when the bus is silent, and to send a sign of life. */
  readonly heartbeatMs: number;
}

/**
 * Answers with server-sent events for as long as the client listens. It listens to the bus before it first reads, so
 * nothing falls in between; and it reads at every heartbeat too, so what another process wrote arrives as well.
 */
export function streamEvents(c: Context, source: StreamSource): Response {
  c.header('X-Accel-Buffering', 'no');
  return streamSSE(c, async (stream) => {
    const listener = source.bus.listen(source.wants);
    stream.onAbort(() => listener.close());
    try {
      await stream.write('retry: 1000\n\n');
      while (!stream.aborted && !stream.closed) {
        const sent = await sendAll(stream, await source.read());
        const news = await listener.next(source.heartbeatMs);
        if (!news && !sent) await stream.write(': still here\n\n');
      }
    } finally {
      listener.close();
    }
  });
}

async function sendAll(stream: SSEStreamingApi, events: readonly StreamEvent[]): Promise<boolean> {
  for (const { event, id, data } of events) {
    await stream.writeSSE({ event, data: JSON.stringify(data), ...(id === undefined ? {} : { id }) });
  }
  return events.length > 0;
}
