import type { PurchaseInput } from '../../core/purchases/types.ts';
import { type ServerProcess, startServer } from './children.ts';
import { type Bench, type Benchmark, median, ROUNDS, timed } from './measure.ts';
import { openRaw } from './raw.ts';
import { bodyOf, chunks, openRecorded, purchaseSource, recordAll } from './workload.ts';

const batchSize = 500;
const batchesPerRound = 12;
const customers = 20_000;

/** `POST /v1/purchases/batch` over HTTP, against the statements of the same purchases written raw, 500 a commit. */
export const batch: Benchmark = {
  name: 'batch',
  async run(bench) {
    const inputs = purchaseSource(
      customers,
      Date.now() - 40 * 86_400_000,
    )(customers + ROUNDS * batchesPerRound * batchSize);
    const parts = chunks(inputs, batchSize);
    bench.progress('batch: recording the statements');
    const statements = await recordStatements(bench, parts);
    const raw = await openRaw(`${bench.folder}/batch-raw.db`);
    const server = await startServer('serving.ts', `file:${bench.folder}/batch-ours.db`);
    const bodies = parts.map((part) => JSON.stringify(part.map(bodyOf)));
    const rounds = Array.from({ length: ROUNDS }, () => ({ ours: 0, raw: 0 }));
    const first = customers / batchSize;
    for (const [index, body] of bodies.entries()) {
      const sum = rounds[Math.floor((index - first) / batchesPerRound)];
      const ours = await timed(() => postBatch(server, body));
      const theirs = await timed(async () => raw.write(statements[index] ?? []));
      // The first batches made the customers.
      if (!sum) continue;
      bench.fsync();
      sum.ours += ours;
      sum.raw += theirs;
    }
    await server.stop();
    raw.close();
    return [lineOf(rounds)];
  },
};

async function recordStatements(bench: Bench, parts: readonly PurchaseInput[][]) {
  const scratch = await openRecorded(`${bench.folder}/batch-scratch.db`);
  const all = [];
  for (const part of parts) {
    await recordAll(scratch.svoi, part);
    all.push(scratch.take().flat());
  }
  scratch.close();
  return all;
}

/** Posts a batch and makes sure that every purchase of it was recorded. */
export async function postBatch(server: ServerProcess, body: string): Promise<void> {
  const { status, text } = await server.post('/v1/purchases/batch', body);
  const count = text.split('"status":201').length - 1;
  if (status !== 200 || count !== batchSize) throw new Error(`batch: ${status} with ${count} recorded`);
}

function lineOf(rounds: readonly { ours: number; raw: number }[]) {
  const ratios = rounds.map(({ ours, raw }) => raw / ours);
  const perSecond = (milliseconds: number) =>
    `${Math.round((batchSize * batchesPerRound * 1000) / milliseconds)} purchases/s`;
  return {
    what: 'POST /v1/purchases/batch of 500',
    ours: perSecond(median(rounds.map((round) => round.ours))),
    baseline: `${perSecond(median(rounds.map((round) => round.raw)))} raw`,
    ratio: median(ratios),
    rounds: ratios,
    target: { atLeast: 0.6 },
  };
}
