import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One measured line of the table. */
export interface Line {
  readonly what: string;
  /** What we did and what it is held against, each with its unit. */
  readonly ours: string;
  readonly baseline: string;
  /** The median of the rounds. */
  readonly ratio: number;
  readonly rounds: readonly number[];
  readonly target: { readonly atLeast: number } | { readonly atMost: number } | undefined;
  /** Requests that timed out, failed or were refused, where some could. */
  readonly faults?: number;
}

/** One benchmark: what it is called on the command line, and the lines it measures. */
export interface Benchmark {
  readonly name: string;
  run(bench: Bench): Promise<Line[]>;
}

/** What a benchmark works with. */
export interface Bench {
  /** A folder on the disk where `data/` is, removed afterwards. */
  readonly folder: string;
  /** Times the flush of one page to that disk, once, and keeps it for the percentiles. Milliseconds. */
  fsync(): number;
  /** All flushes timed so far, in milliseconds. */
  readonly fsyncs: readonly number[];
  progress(line: string): void;
}

/** Every ratio is the median of this many rounds. */
export const ROUNDS = 5;

const dataFolder = fileURLToPath(new URL('../../data', import.meta.url));
const page = new Uint8Array(4096).fill(120);

/** Runs `body` with a folder of its own on the disk where a shop's data would be. */
export async function withBench<Result>(body: (bench: Bench) => Promise<Result>): Promise<Result> {
  mkdirSync(dataFolder, { recursive: true });
  const folder = mkdtempSync(`${dataFolder}/bench-`);
  const file = openSync(`${folder}/fsync`, 'w');
  const fsyncs: number[] = [];
  const fsync = () => {
    writeSync(file, page);
    const started = performance.now();
    fsyncSync(file);
    fsyncs.push(performance.now() - started);
    return fsyncs.at(-1) ?? 0;
  };
  try {
    return await body({ folder, fsync, fsyncs, progress: (line) => process.stderr.write(`${line}\n`) });
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The value below which `percent` of the values are; NaN of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Milliseconds that `body` took. */
export async function timed(body: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await body();
  return performance.now() - started;
}

/** Whether a line reached its target and nothing failed; undefined where there is nothing to reach. */
export function reached({ ratio, target, faults }: Line): boolean | undefined {
  if (faults !== undefined && faults > 0) return false;
  if (!target) return faults === undefined ? undefined : true;
  return 'atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost;
}

/** The lines as a table of plain text, with the disk they were measured on. */
export function table(lines: readonly Line[], fsyncs: readonly number[]): string {
  const head = ['line', 'ours', 'against', 'ratio', 'rounds', 'target', ''];
  const rows = [head, ...lines.map(cells)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const text = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const disk = `fsync of a page here: p50 ${percentile(fsyncs, 50).toFixed(2)} ms, p99 ${percentile(fsyncs, 99).toFixed(2)} ms (${fsyncs.length} samples between the rounds)`;
  return [...text.map((line) => line.trimEnd()), '', disk].join('\n');
}

function cells(line: Line): string[] {
  const { what, ours, baseline, ratio, rounds, target } = line;
  const verdict = { true: 'reached', false: 'MISSED', undefined: '' }[String(reached(line))] ?? '';
  const bound = target ? ('atLeast' in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`) : '';
  const wanted = line.faults === undefined ? bound : `${line.faults} faults`;
  const all = rounds.map((round) => round.toFixed(2)).join(' ');
  return [what, ours, baseline, ratio.toFixed(2), all, wanted, verdict];
}
