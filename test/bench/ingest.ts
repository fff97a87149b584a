import { openDatabase } from '../../db/open.ts';
import { type Bench, type Benchmark, median, ROUNDS, timed } from './measure.ts';
import { chunks, openRecorded, purchaseSource, recordAll } from './workload.ts';

const batchSize = 256;
const batchesPerRound = 40;
const customers = 50_000;

/**
 * Purchases through the domain code in groups of 256, against the very statements these commit, written raw into a
 * second file of the same schema and durability. What the domain needed two commits for, the raw side does in one.
 */
export const ingest: Benchmark = {
  name: 'ingest',
  async run(bench) {
    const ours = await openRecorded(`${bench.folder}/ours.db`);
    const raw = await openDatabase({ url: `file:${bench.folder}/raw.db` });
    const next = purchaseSource(customers, Date.now() - 40 * 86_400_000);

    async function batch(): Promise<{ ours: number; raw: number }> {
      const inputs = next(batchSize);
      const oursMs = await timed(() => recordAll(ours.svoi, inputs));
      const { statements } = ours.take();
      const rawMs = await timed(() => raw.write(statements));
      bench.fsync();
      return { ours: oursMs, raw: rawMs };
    }

    bench.progress(`ingest: ${customers} customers first`);
    for (const part of chunks(next(customers), batchSize)) {
      await recordAll(ours.svoi, part);
      await raw.write(ours.take().statements);
    }
    const rounds = await measureRounds(bench, batch);
    ours.close();
    raw.close();
    return [lineOf(rounds)];
  },
};

type Round = { readonly ours: number; readonly raw: number };

async function measureRounds(bench: Bench, batch: () => Promise<Round>): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const sum = { ours: 0, raw: 0 };
    for (let index = 0; index < batchesPerRound; index += 1) {
      const one = await batch();
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
  const perSecond = (milliseconds: number) =>
    `${Math.round((batchSize * batchesPerRound * 1000) / milliseconds)} purchases/s`;
  return {
    what: 'ingest through the domain, groups of 256',
    ours: perSecond(median(rounds.map((round) => round.ours))),
    baseline: `${perSecond(median(rounds.map((round) => round.raw)))} raw`,
    ratio: median(ratios),
    rounds: ratios,
    target: { atLeast: 0.8 },
  };
}
