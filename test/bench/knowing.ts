import { isDeepStrictEqual } from 'node:util';
import { createIds } from '../../core/ids.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { DAY_MS, localTime } from '../../core/time.ts';
import { computeRfm, rfmStatement } from '../../db/insights/rfm.ts';
import { openDatabase } from '../../db/open.ts';
import { createRandom } from '../../db/random.ts';
import { openReader } from '../../db/reader.ts';
import { countSegment } from '../../db/segments/members.ts';
import { createSvoi } from '../../svoi.ts';
import { load, type ServerProcess, startServer } from './children.ts';
import { type Duck, openDuck } from './duck.ts';
import { makeShop, shopSize } from './knowing_data.ts';
import { type Bench, type Benchmark, type Line, median, ROUNDS, timed } from './measure.ts';
import { chunks, purchaseSource, recordAll } from './workload.ts';

const size = shopSize();
const newPurchases = size.customers / 10;
const { zone, rfm } = defaultProgram;

/** RFM and segments over a million customers and ten million purchases, and what tills notice of it. */
export const knowing: Benchmark = {
  name: 'knowing',
  async run(bench) {
    const path = `${bench.folder}/knowing.db`;
    const now = Date.now();
    bench.progress(`knowing: making ${size.customers} customers with ${size.purchases} purchases`);
    await makeShop(path, size, now);
    return [
      await refreshAll(bench, path, now),
      ...(await countSegments(bench, path, now)),
      await refreshNew(bench, path),
      await besideWebhooks(bench, path),
    ];
  },
};

function question(now: number, full: boolean) {
  const [profile] = rfm.profiles;
  if (!profile) throw new Error('the default program has a profile');
  return { profile, now, zone, full };
}

/** All customers read and scored anew, against DuckDB doing the same from its own table of purchases. */
async function refreshAll(bench: Bench, path: string, now: number): Promise<Line> {
  const reader = openReader(path);
  const duck = await openDuck(reader, bench.folder);
  const day = Math.floor(localTime(now, zone) / DAY_MS);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    let counted: Awaited<ReturnType<Duck['rfm']>> = {};
    theirs.push(
      await timed(async () => {
        counted = await duck.rfm(day);
      }),
    );
    ours.push(
      await timed(async () => {
        const { codes } = await computeRfm(reader, question(now, true));
        if (!isDeepStrictEqual({ ...codes }, counted)) throw new Error('DuckDB counts otherwise');
      }),
    );
    bench.fsync();
    bench.progress(`knowing: refresh, round ${round + 1}`);
  }
  duck.close();
  reader.close();
  const rounds = ours.map((milliseconds, round) => milliseconds / (theirs[round] ?? Number.NaN));
  return {
    what: `RFM of ${size.customers} customers`,
    ours: `${Math.round(median(ours))} ms`,
    baseline: `${Math.round(median(theirs))} ms DuckDB over ${size.purchases} purchases`,
    ratio: median(rounds),
    rounds,
    target: { atMost: 1.5 },
  };
}

/** A cheap one, one as people write them, one over all maps and totals; and one that reads a year of receipts. */
const rules = [
  'orders>=3',
  'age>=25 and gender=f and last_purchase>60d and store=store-1',
  'spent(category=category-3)>500 and not bought(product=sku-7) or rfm=champions and birthday in 30d',
] as const;
const readingReceipts = 'spent(category=category-3, 1y)>500';

/** How many are in a segment. */
async function countSegments(bench: Bench, path: string, now: number): Promise<Line[]> {
  const reader = openReader(path);
  const database = await openDatabase({ url: `file:${path}` });
  const asked = question(now, true);
  await database.write([rfmStatement(asked.profile, await computeRfm(reader, asked))]);
  database.close();
  const lines: Line[] = [];
  for (const rule of [...rules, readingReceipts]) {
    const took: number[] = [];
    for (let round = 0; round < (rule === readingReceipts ? 1 : ROUNDS); round += 1) {
      took.push(await timed(() => countSegment(reader, { rule, program: defaultProgram, now })));
    }
    bench.progress(`knowing: ${rule}`);
    const line = within(`count of ${rule}`, took, 1000);
    lines.push(rule === readingReceipts ? { ...line, target: undefined } : line);
  }
  reader.close();
  return lines;
}

function within(what: string, took: readonly number[], limitMs: number): Line {
  const rounds = took.map((milliseconds) => milliseconds / limitMs);
  const [ours, baseline] = [`${Math.round(median(took))} ms`, `${limitMs} ms`];
  return { what, ours, baseline, ratio: median(rounds), rounds, target: { atMost: 1 } };
}

/** A refresh after a tenth as many purchases as there are customers, posted as tills post them. */
async function refreshNew(bench: Bench, path: string): Promise<Line> {
  const database = await openDatabase({ url: `file:${path}` });
  const reader = openReader(path);
  const clock = { now: () => Date.now() };
  const svoi = await createSvoi({ database, clock, ids: createIds(createRandom()), random: Math.random });
  const next = purchaseSource(size.customers, Date.now() - DAY_MS, size.customers);
  await computeRfm(reader, question(Date.now(), true));
  const took: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (const inputs of chunks(next(newPurchases), 500)) await recordAll(svoi, inputs);
    took.push(await timed(() => computeRfm(reader, question(Date.now(), false))));
    bench.progress(`knowing: refresh after ${newPurchases} purchases, round ${round + 1}`);
  }
  reader.close();
  database.close();
  return within(`RFM after ${newPurchases} new purchases`, took, 250);
}

const connections = 64;
const seconds = 8;

/** What a till waits for while the analyst of the same process refreshes RFM over and over, against when he rests. */
async function besideWebhooks(bench: Bench, path: string): Promise<Line> {
  const server = await startServer('serving.ts', `file:${path}`);
  const [busy, idle]: [number[], number[]] = [[], []];
  const p99 = async (run: string) => {
    const plan = { connections, seconds, customers: size.customers, run: `${run}-${busy.length}` };
    return (await load({ ...plan, url: server.url, key: server.key })).p99;
  };
  await p99('warm');
  for (let round = 0; round < ROUNDS; round += 1) {
    idle.push(await p99('idle'));
    busy.push(await whileRefreshing(server, () => p99('busy')));
    bench.fsync();
    bench.progress(`knowing: webhooks, round ${round + 1}`);
  }
  await server.stop();
  const rounds = busy.map((milliseconds, round) => milliseconds / (idle[round] ?? Number.NaN));
  return {
    what: `webhook p99 while RFM is refreshed, ${connections} connections`,
    ours: `${Math.round(median(busy))} ms`,
    baseline: `${Math.round(median(idle))} ms idle`,
    ratio: median(rounds),
    rounds,
    target: { atMost: 2 },
  };
}

async function whileRefreshing<Result>(server: ServerProcess, body: () => Promise<Result>): Promise<Result> {
  server.refresh(true);
  try {
    return await body();
  } finally {
    server.refresh(false);
  }
}
