import { startServer } from './children.ts';
import { type Benchmark, median, percentile, ROUNDS, timed } from './measure.ts';
import { bodyOf, purchaseSource } from './workload.ts';

const customers = 1000;
const perRound = 300;

/** One purchase after the other over a kept connection, each beside one flush of a page to the same disk. */
export const single: Benchmark = {
  name: 'single',
  async run(bench) {
    const server = await startServer('serving.ts', `file:${bench.folder}/single.db`);
    const bodies = purchaseSource(
      customers,
      Date.now() - 86_400_000,
    )(customers + ROUNDS * perRound).map((input) => JSON.stringify(bodyOf(input)));
    const one = async (body: string) => {
      const { status, text } = await server.post('/v1/purchases', body);
      if (status !== 201) throw new Error(`a purchase was answered ${status}: ${text}`);
    };
    for (const body of bodies.slice(0, customers)) await one(body);
    const rounds: { ours: number; p99: number; fsync: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const ours: number[] = [];
      const flushes: number[] = [];
      const start = customers + round * perRound;
      for (const body of bodies.slice(start, start + perRound)) {
        ours.push(await timed(() => one(body)));
        flushes.push(bench.fsync());
      }
      rounds.push({ ours: median(ours), p99: percentile(ours, 99), fsync: median(flushes) });
    }
    await server.stop();
    const ratios = rounds.map(({ ours, fsync }) => ours / fsync);
    const middle = (of: (round: (typeof rounds)[number]) => number) => median(rounds.map(of)).toFixed(2);
    return [
      {
        what: 'one purchase over HTTP',
        ours: `p50 ${middle((round) => round.ours)} ms, p99 ${middle((round) => round.p99)} ms`,
        baseline: `fsync p50 ${middle((round) => round.fsync)} ms`,
        ratio: median(ratios),
        rounds: ratios,
        target: { atMost: 2.5 },
      },
    ];
  },
};
