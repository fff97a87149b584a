import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ApiMetrics } from './api/parts.ts';

/** Everything that is counted, as Prometheus reads it. */
export interface Metrics extends ApiMetrics {
  /** A group was committed: how many commands at once, and how long it took. */
  commit(commands: number, milliseconds: number): void;
  /** An attempt to send a message came to `outcome`. */
  sent(channel: string, outcome: string): void;
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Counts of one process. `outboxDepth` is asked at each scrape: how many messages are in each state. */
export function createMetrics(outboxDepth: () => Promise<Readonly<Record<string, number>>>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'svoi_http_request_duration_seconds',
    help: 'Requests by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  const commands = new Counter({
    name: 'svoi_commands_committed_total',
    help: 'Commands committed',
    registers: [registry],
  });
  const commits = new Histogram({
    name: 'svoi_commit_duration_seconds',
    help: 'Time of one atomic commit to disk',
    buckets: secondsBuckets,
    registers: [registry],
  });
  const groups = new Histogram({
    name: 'svoi_commit_group_size',
    help: 'Commands that shared one commit',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers: [registry],
  });
  const sends = new Counter({
    name: 'svoi_messages_sent_total',
    help: 'Attempts to send a message by channel and outcome',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
  });
  new Gauge({
    name: 'svoi_outbox_messages',
    help: 'Messages in the outbox by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [state, count] of Object.entries(await outboxDepth())) this.set({ state }, count);
    },
  });
  return {
    request: (method, route, status, seconds) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    commit(count, milliseconds) {
      commands.inc(count);
      commits.observe(milliseconds / 1000);
      groups.observe(count);
    },
    sent: (channel, outcome) => sends.inc({ channel, outcome }),
    text: async () => ({ body: await registry.metrics(), contentType: registry.contentType }),
  };
}
