import { postBatch } from './batch.ts';
import { startServer } from './children.ts';
import type { Benchmark } from './measure.ts';
import { bodyOf, purchaseSource } from './workload.ts';

const purchases = 1_000_000;
const customers = 100_000;
const batchSize = 500;
const limitMiB = 256;

/** The memory a server holds once it has taken a million purchases over HTTP. */
export const memory: Benchmark = {
  name: 'memory',
  async run(bench) {
    const server = await startServer('serving.ts', `file:${bench.folder}/memory.db`);
    const next = purchaseSource(customers, Date.now() - 40 * 86_400_000);
    for (let done = 0; done < purchases; done += batchSize) {
      await postBatch(server, JSON.stringify(next(batchSize).map(bodyOf)));
      if ((done + batchSize) % 100_000 === 0) {
        bench.progress(`memory: ${done + batchSize} purchases, ${toMiB((await server.memory()).rss)} MiB`);
        bench.fsync();
      }
    }
    const { rss, peak } = await server.memory();
    await server.stop();
    return [
      {
        what: 'memory of the server after 1M purchases',
        ours: `${toMiB(rss)} MiB, at most ${toMiB(peak)} MiB`,
        baseline: `${limitMiB} MiB`,
        ratio: toMiB(rss) / limitMiB,
        rounds: [],
        target: { atMost: 1 },
      },
    ];
  },
};

function toMiB(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
