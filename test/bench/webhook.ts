import { load, type ServerProcess, startServer } from './children.ts';
import type { LoadResult } from './load.ts';
import { type Bench, type Benchmark, type Line, median, ROUNDS } from './measure.ts';

const seconds = 4;
const customers = 20_000;

/** Single posts from many connections, against a bare node:http handler that parses the same and keeps nothing. */
export const webhook: Benchmark = {
  name: 'webhook',
  async run(bench) {
    const ours = await startServer('serving.ts', `file:${bench.folder}/webhook.db`);
    const bare = await startServer('bare.ts');
    const lines: Line[] = [];
    for (const connections of [64, 256, 1000]) lines.push(await measure(bench, { ours, bare }, connections));
    await ours.stop();
    await bare.stop();
    return lines;
  },
};

type Servers = { readonly ours: ServerProcess; readonly bare: ServerProcess };

async function measure(bench: Bench, { ours, bare }: Servers, connections: number): Promise<Line> {
  const rounds: { ours: LoadResult; bare: LoadResult }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const plan = { connections, seconds, customers, run: `${connections}-${round}` };
    rounds.push({
      bare: await load({ ...plan, ...target(bare) }),
      ours: await load({ ...plan, ...target(ours) }),
    });
    for (let index = 0; index < 10; index += 1) bench.fsync();
    bench.progress(`webhook: ${connections} connections, round ${round + 1}`);
  }
  const ratios = rounds.map((round) => round.ours.perSecond / round.bare.perSecond);
  const middle = (of: (result: LoadResult) => number, which: 'ours' | 'bare') =>
    Math.round(median(rounds.map((round) => of(round[which]))));
  const told = (which: 'ours' | 'bare') =>
    `${middle((r) => r.perSecond, which)}/s, p50 ${middle((r) => r.p50, which)} ms, p99 ${middle((r) => r.p99, which)} ms`;
  const faults = rounds.reduce((sum, { ours: r }) => sum + r.timeouts + r.errors + r.refused, 0);
  return {
    what: `webhook, ${connections} connections`,
    ours: told('ours'),
    baseline: `${told('bare')} bare`,
    ratio: median(ratios),
    rounds: ratios,
    target: undefined,
    faults,
  };
}

function target({ url, key }: ServerProcess) {
  return { url, key };
}
