import type { Statement } from '../../db/database.ts';
import { type Bench, type Benchmark, median, ROUNDS, timed } from './measure.ts';
import { openRaw } from './raw.ts';
import { chunks, openRecorded, purchaseSource, recordAll } from './workload.ts';

const batchSize = 256;
/** As many wait at once as an import or a busy hour keeps waiting. */
const batchesAtOnce = 8;
const blocksPerRound = 5;
const customers = 50_000;

/**
 * Purchases through the domain code, with 2,048 waiting at any time, against the very statements these commit, written
 * raw into a second file of the same schema and durability, 256 purchases a commit.
 */
export const ingest: Benchmark = {
  name: 'ingest',
  async run(bench) {
    const ours = await openRecorded(`${bench.folder}/ingest-ours.db`);
    const raw = await openRaw(`${bench.folder}/ingest-raw.db`);
    const next = purchaseSource(customers, Date.now() - 40 * 86_400_000);

    async function block(): Promise<Round> {
      const inputs = next(batchSize * batchesAtOnce);
      const oursMs = await timed(() => recordAll(ours.svoi, inputs));
      const commits = inBatches(ours.take());
      const rawMs = await timed(async () => commits.forEach(raw.write));
      bench.fsync();
      return { ours: oursMs, raw: rawMs };
    }

    bench.progress(`ingest: ${customers} customers first`);
    for (const part of chunks(next(customers), batchSize)) {
      await recordAll(ours.svoi, part);
      inBatches(ours.take()).forEach(raw.write);
    }
    const rounds = await measureRounds(bench, block);
    ours.close();
    raw.close();
    return [lineOf(rounds)];
  },
};

type Round = { readonly ours: number; readonly raw: number };

/** Our commits put together, or as they are, so that each of the raw side is about one batch. */
function inBatches(commits: readonly (readonly Statement[])[]): Statement[][] {
  const together = Math.max(1, Math.round(commits.length / batchesAtOnce));
  return chunks(commits, together).map((part) => part.flat());
}

async function measureRounds(bench: Bench, block: () => Promise<Round>): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const sum = { ours: 0, raw: 0 };
    for (let index = 0; index < blocksPerRound; index += 1) {
      const one = await block();
      sum.ours += one.ours;
      sum.raw += one.raw;
    }
    rounds.push(sum);
    bench.progress(`ingest: round ${round}, ratio ${(sum.raw / sum.ours).toFixed(2)}`);
  }
  return rounds;
}

function lineOf(rounds: readonly Round[]) {
  const ratios = rounds.map(({ ours, raw }) => raw / ours);
  const purchases = batchSize * batchesAtOnce * blocksPerRound;
  const perSecond = (milliseconds: number) => `${Math.round((purchases * 1000) / milliseconds)} purchases/s`;
  return {
    what: 'ingest through the domain, batches of 256',
    ours: perSecond(median(rounds.map((round) => round.ours))),
    baseline: `${perSecond(median(rounds.map((round) => round.raw)))} raw`,
    ratio: median(ratios),
    rounds: ratios,
    target: { atLeast: 0.8 },
  };
}
