import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { main } from '../../cli.ts';
import { readRows } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { type CommandLine, commandLine } from '../support/command.ts';
import { programOf } from '../support/server.ts';

const opened: CommandLine[] = [];

afterEach(() => {
  for (const line of opened.splice(0)) line.close();
});

/** Two rows a receipt; every hundredth has a row nobody can read. */
function history(receipts: number): string {
  const lines = ['id,date,phone,sku,quantity,price'];
  for (let index = 0; index < receipts; index += 1) {
    const phone = `+38050${String(1_000_000 + (index % 700))}`;
    const day = String((index % 28) + 1).padStart(2, '0');
    const row = (sku: string, quantity: string) =>
      `r-${index},2026-10-${day} 12:00,${phone},${sku},${quantity},${(index % 90) + 10}.50`;
    lines.push(row('tea', '1'), row('cup', index % 100 === 99 ? 'two' : '2'));
  }
  return lines.join('\n');
}

async function newShop(receipts: number): Promise<CommandLine> {
  const line = commandLine();
  opened.push(line);
  await line.run('shop', 'add', 'tea');
  line.write('history.csv', history(receipts));
  return line;
}

/** Starts the import in a process of its own and kills it once it says that it has done `rows`. */
async function killAfter(rows: number, { folder, url }: CommandLine): Promise<void> {
  const command = ['import', 'purchases', `${folder}/history.csv`, '--shop', 'tea'];
  const argv = programOf('test/support/import-child.ts', ...command);
  const running = spawn(process.execPath, argv, { env: { ...process.env, DATABASE_URL: url } });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    running.once('exit', (_, signal) => resolve(signal)),
  );
  for await (const words of createInterface({ input: running.stdout })) {
    if (Number.parseInt(words.replaceAll(',', ''), 10) >= rows) running.kill('SIGKILL');
  }
  expect(await ended).toBe('SIGKILL');
}

async function everything({ url, folder }: CommandLine) {
  const database = await openDatabase({ url });
  const rows = (sql: string) => readRows(database, sql);
  const all = {
    purchases: await rows(
      `select p.external_id, p.at, p.total_minor, p.earned, c.phone, group_concat(l.sku || l.amount_minor) as lines
       from purchases p join customers c on c.id = p.customer_id join purchase_lines l on l.purchase_id = p.id
       group by p.id order by p.external_id`,
    ),
    ledger: await rows(
      `select c.phone, t.seq, t.kind, t.points, t.available, p.external_id from ledger_transactions t
       join customers c on c.id = t.customer_id join purchases p on p.id = t.reference order by c.phone, t.seq`,
    ),
    messages: await rows('select id from messages'),
    imports: await rows('select rows_done, rejected from imports where finished_at is not null'),
    report: readFileSync(`${folder}/history.csv.report.csv`, 'utf8'),
  };
  database.close();
  return all;
}

it('an import killed again and again comes to the same as one that ran through', async () => {
  const [broken, whole] = [await newShop(5000), await newShop(5000)];
  const argv = (line: CommandLine) => ['import', 'purchases', `${line.folder}/history.csv`, '--shop', 'tea'];

  await killAfter(1000, broken);
  await killAfter(6000, broken);
  const last = await broken.run(...argv(broken));
  expect(last.exit).toBe(0);
  expect(last.out[1]).toMatch(/^going on after [\d,]+ rows of an earlier start$/);
  expect((await broken.run('verify')).out).toEqual(['ok: 4,950 transactions of 693 customers']);

  const through = await whole.run(...argv(whole));
  expect(through.out.slice(1)).toEqual([
    '4,950 receipts from 10,000 rows',
    `100 rows left out: see ${whole.folder}/history.csv.report.csv`,
  ]);
  expect(await everything(broken)).toEqual(await everything(whole));
}, 180_000);

it('an import that was finished finds everything there when it is started again', async () => {
  const line = await newShop(300);
  const argv = ['import', 'purchases', `${line.folder}/history.csv`, '--shop', 'tea'];
  await line.run(...argv);
  const before = await everything(line);
  const again = await line.run(...argv);
  expect(again.out[1]).toBe('297 receipts from 600 rows, 297 of them were there already');
  expect(await everything(line)).toEqual(before);
});

it('an import that is interrupted settles what it has begun, and goes on from there', async () => {
  const line = await newShop(2000);
  const stop = new AbortController();
  const argv = ['import', 'purchases', 'history.csv', '--shop', 'tea'];
  const said: string[] = [];
  const exit = await main(
    argv,
    { DATABASE_URL: line.url },
    {
      out: () => {},
      error: (text) => said.push(text),
      progress: () => stop.abort(),
      folder: line.folder,
      signal: stop.signal,
    },
  );
  expect({ exit, said }).toEqual({ exit: 1, said: ['interrupted; start it again to go on from here'] });

  const database = await openDatabase({ url: line.url });
  const [done] = await readRows(
    database,
    'select rows_done, rejected, (select count(*) from purchases) as receipts from imports',
  );
  database.close();
  expect(done?.rows_done).toBe(2 * Number(done?.receipts) + Number(done?.rejected));
  const { out } = await line.run(...argv);
  expect(out[1]).toBe(
    `going on after ${Number(done?.rows_done).toLocaleString('en')} rows of an earlier start`,
  );
  expect(out[2]).toMatch(/ from 4,000 rows$/);
});
