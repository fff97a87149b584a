/** The process that makes load: autocannon with purchases that are all different. Its plan comes as JSON. */
import autocannon from 'autocannon';
import { bodyOf, purchaseSource } from './workload.ts';

/** What to send, and how hard. */
export interface LoadPlan {
  readonly url: string;
  readonly key: string;
  readonly connections: number;
  readonly seconds: number;
  readonly customers: number;
  /** Keeps the receipts of one run apart from those of another. */
  readonly run: string;
}

/** What came of it. Latencies in milliseconds. */
export interface LoadResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly timeouts: number;
  readonly errors: number;
  readonly refused: number;
}

const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const next = purchaseSource(plan.customers, Date.now() - 86_400_000, plan.customers);
const result = await autocannon({
  url: plan.url,
  connections: plan.connections,
  duration: plan.seconds,
  timeout: 10,
  requests: [
    {
      method: 'POST',
      path: '/v1/purchases',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${plan.key}` },
      setupRequest(request) {
        const [input] = next(1);
        if (!input) throw new Error('the source never ends');
        const body = bodyOf(input);
        return { ...request, body: JSON.stringify({ ...body, id: `${plan.run}-${body.id}` }) };
      },
    },
  ],
});
const summary: LoadResult = {
  perSecond: result.requests.average,
  p50: result.latency.p50,
  p99: result.latency.p99,
  timeouts: result.timeouts,
  errors: result.errors,
  refused: result.non2xx,
};
console.log(JSON.stringify(summary));
