import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createIds } from '../../core/ids.ts';
import { openDatabase } from '../../db/open.ts';
import { createRandom } from '../../db/random.ts';
import { createShops } from '../../db/shops.ts';
import { startServerProcess } from '../support/server.ts';
import { type Bench, type Benchmark, median, ROUNDS, timed } from './measure.ts';
import { bodyOf, chunks, openRecorded, purchaseSource, recordAll } from './workload.ts';

const customers = 20_000;
const purchases = 40_000;
const batchSize = 500;
/** Batches between a start and the kill: what they wrote is still in the log of the database. */
const batchesPerRound = 4;

/** How long the real server takes from its start to its first answer, killed before with work in its log. */
export const restart: Benchmark = {
  name: 'restart',
  async run(bench) {
    const path = `${bench.folder}/restart.db`;
    const next = purchaseSource(customers, Date.now() - 40 * 86_400_000);
    const key = await prepare(bench, path, next);
    const settings = { DATABASE_URL: `file:${path}`, SVOI_MODE: 'live' };
    const rounds: { ours: number; node: number }[] = [];
    // The first start may have to make the bundle, and finds nothing in the log.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const started = performance.now();
      const server = await startServerProcess(settings);
      const health = await fetch(`${server.url}/healthz`);
      const ours = performance.now() - started;
      if (health.status !== 200) throw new Error(`the server is not well: ${await health.text()}`);
      for (let batch = 0; batch < batchesPerRound; batch += 1) await post(server.url, key, next(batchSize));
      await server.end('SIGKILL');
      if (round > 0) rounds.push({ ours, node: await timed(bareNode) });
      bench.fsync();
    }
    const ratios = rounds.map(({ ours, node }) => ours / node);
    const slowest = Math.max(...rounds.map(({ ours }) => ours));
    return [
      {
        what: `restart after kill -9, ${purchases} purchases`,
        ours: `${Math.round(median(rounds.map(({ ours }) => ours)))} ms, at most ${Math.round(slowest)} ms`,
        baseline: `node alone ${Math.round(median(rounds.map(({ node }) => node)))} ms`,
        ratio: median(ratios),
        rounds: ratios,
        target: { atMost: 12 },
      },
    ];
  },
};

async function prepare(bench: Bench, path: string, next: ReturnType<typeof purchaseSource>): Promise<string> {
  bench.progress(`restart: ${purchases} purchases first`);
  const { svoi, take, close } = await openRecorded(path);
  for (const part of chunks(next(purchases), 2048)) {
    await recordAll(svoi, part);
    take();
  }
  close();
  const database = await openDatabase({ url: `file:${path}` });
  const ids = createIds(createRandom());
  const shops = createShops({ database, ids, clock: { now: () => Date.now() } });
  const added = await shops.add('Bench', 'till');
  database.close();
  if (!added.ok) throw new Error(added.refusal.detail);
  return added.result.key;
}

async function post(url: string, key: string, inputs: Parameters<typeof bodyOf>[0][]): Promise<void> {
  const response = await fetch(`${url}/v1/purchases/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(inputs.map(bodyOf)),
  });
  const answer = await response.text();
  if (response.status !== 200) throw new Error(`a batch was answered ${response.status}: ${answer}`);
}

/** The start of Node itself: what no program of it can be faster than. */
async function bareNode(): Promise<void> {
  await once(spawn(process.execPath, ['-e', '0']), 'exit');
}
