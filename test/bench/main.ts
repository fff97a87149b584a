import { batch } from './batch.ts';
import { dispatch } from './dispatch.ts';
import { ingest } from './ingest.ts';
import { knowing } from './knowing.ts';
import { type Benchmark, type Line, table, withBench } from './measure.ts';
import { memory } from './memory.ts';
import { planner } from './planner.ts';
import { reporter } from './reporter.ts';
import { restart } from './restart.ts';
import { single } from './single.ts';
import { webhook } from './webhook.ts';

const benchmarks: readonly Benchmark[] = [
  ingest,
  batch,
  single,
  webhook,
  restart,
  memory,
  dispatch,
  planner,
  knowing,
  reporter,
];

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown) {
  const names = benchmarks.map((benchmark) => benchmark.name).join(', ');
  console.error(`There is no benchmark "${unknown}"; there are: ${names}`);
  process.exit(1);
}

await withBench(async (bench) => {
  const lines: Line[] = [];
  for (const benchmark of benchmarks) {
    if (wanted.length === 0 || wanted.includes(benchmark.name)) lines.push(...(await benchmark.run(bench)));
  }
  console.log(table(lines, bench.fsyncs));
});
