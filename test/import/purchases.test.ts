import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRows } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { type CommandLine, commandLine } from '../support/command.ts';

let line: CommandLine;
beforeEach(async () => {
  line = commandLine();
  await line.run('shop', 'add', 'till');
});
afterEach(() => line.close());

const importFile = (content: string | Uint8Array, ...options: string[]) => {
  line.write('file.csv', content);
  return line.run('import', 'purchases', 'file.csv', '--shop', 'till', ...options);
};

async function rows(sql: string) {
  const database = await openDatabase({ url: line.url });
  const found = await readRows(database, sql);
  database.close();
  return found;
}

/** The report: line, reason and first cell of each row that was left out. */
const leftOut = () =>
  readFileSync(`${line.folder}/file.csv.report.csv`, 'utf8')
    .trim()
    .split('\r\n')
    .slice(1)
    .map((one) => one.replaceAll('"', ''));

const purchases = `select p.external_id as id, p.kind, p.total_minor as total, p.earned, p.store, p.paid_at is not null as paid,
  c.phone, datetime(p.at / 1000, 'unixepoch') as at from purchases p left join customers c on c.id = p.customer_id order by p.external_id`;

describe('what is read', () => {
  it('a file in Russian, with semicolons, commas and two columns for the moment, in the encoding of 1C', async () => {
    const text =
      'Номер чека;Дата;Время;Телефон;Магазин;Артикул;Товар;Кол-во;Цена;Сумма\r\n' +
      '17;21.11.2026;14:30;067 123 45 67;Подол;к-1;Кофе;0,5;1 300,00;600,00\r\n' +
      '17;21.11.2026;14:30;067 123 45 67;Подол;ч-1;Чай;2;45,50;91,00\r\n';
    const bytes = Uint8Array.from(text, (letter) => cp1251(letter));
    const { exit, out } = await importFile(bytes, '--decimal', 'comma', '--encoding', 'windows-1251');
    expect({ exit, out }).toEqual({
      exit: 0,
      out: [
        'Номер чека → id, Дата → at, Время → time, Телефон → phone, Магазин → store, Артикул → sku, Товар → name, Кол-во → quantity, Цена → unit_price, Сумма → amount',
        '1 receipt from 2 rows',
      ],
    });
    expect(await rows(purchases)).toEqual([
      {
        id: '17',
        kind: 'sale',
        total: 69_100,
        earned: 34,
        store: 'Подол',
        paid: 1,
        phone: '+380671234567',
        at: '2026-11-21 12:30:00',
      },
    ]);
    expect(
      await rows(
        'select sku, name, quantity, unit_price_minor as price, amount_minor as amount from purchase_lines',
      ),
    ).toEqual([
      { sku: 'к-1', name: 'Кофе', quantity: 0.5, price: 130_000, amount: 60_000 },
      { sku: 'ч-1', name: 'Чай', quantity: 2, price: 4_550, amount: 9_100 },
    ]);
  });

  it('columns named one by one, or in a file, whatever they are called', async () => {
    line.write(
      'map.yaml',
      'columns: { A: id, B: at, C: amount, D: ignore }\ndates: M/D/YYYY\namounts: minor\nzone: UTC',
    );
    const text = 'A,B,C,D,E\nx,11/2/2026,1000,17,380501234567\n';
    const { out } = await importFile(text, '--map', 'map.yaml', '--map', 'E=phone');
    expect(out[0]).toBe('A → id, B → at, C → amount, E → phone; not used: D');
    expect(await rows(purchases)).toMatchObject([
      { id: 'x', total: 1000, phone: '+380501234567', at: '2026-11-02 00:00:00' },
    ]);
    expect(await rows('select sku, quantity, unit_price_minor as price from purchase_lines')).toEqual([
      { sku: 'total', quantity: 1, price: 1000 },
    ]);
  });

  it('a compressed file with a byte order mark, quoted line breaks and a receipt not yet paid', async () => {
    const text =
      '\ufeffid,date,phone,name,sku,amount,paid\n1,2026-11-01,+380501234567,"Two\nlines, one cell",s,200,no\n2,2026-11-01,,x,s,"1,000.00",yes\n';
    const { exit, errors, out } = await importFile(gzipSync(text));
    expect({ exit, errors, last: out[1] }).toEqual({ exit: 0, errors: [], last: '1 receipt from 2 rows' });
    expect(leftOut()).toEqual([
      '2,name: has a line break or another control character,1,2026-11-01,+380501234567,Two\nlines, one cell,s,200,no',
    ]);
    expect(await rows(purchases)).toMatchObject([{ id: '2', total: 100_000, paid: 1, phone: null }]);
  });

  it('goods brought back, stock written off at no price, and corrections with negative prices are returns', async () => {
    const text =
      'id,date,phone,sku,quantity,price\n1,2026-11-01,+380501234567,a,10,40\n2,2026-11-02,+380501234567,a,-3,40\n3,2026-11-02,,a,-5,0\n4,2026-11-02,,b,1,-110.06\n5,2026-11-02,,gift,1,0\n';
    await importFile(text);
    expect((await rows(purchases)).map(({ id, kind, total, earned }) => [id, kind, total, earned])).toEqual([
      ['1', 'sale', 40_000, 20],
      ['2', 'return', -12_000, -6],
      ['3', 'return', 0, 0],
      ['4', 'return', -11_006, 0],
      ['5', 'sale', 0, 0],
    ]);
  });

  it('nobody is sent a message about history', async () => {
    await importFile('id,date,phone,amount\n1,2026-11-01,+380501234567,200\n');
    expect(await rows('select id from messages')).toEqual([]);
  });
});

describe('what is left out, with line and reason', () => {
  const heading = 'id,date,phone,card,sku,quantity,price';
  it.each([
    [
      '1,2026-11-01,12,,s,1,5',
      'phone: not a phone number; write it like +380671234567 (without + it is read as one of UA)',
    ],
    [
      '1,2026-11-01,,2900000000017,s,1,5',
      'card: not a card number: 13 digits, the last one a check digit (EAN-13)',
    ],
    [
      '1,2026-11-01,,2900000000018,s,1,5',
      'nobody has this card or id; name the customer by phone to make a new one',
    ],
    [',2026-11-01,,,s,1,5', 'id: the id of the receipt is missing'],
    ['1,,,,s,1,5', 'at: the date is missing'],
    [
      '1,11/1/2026,,,s,1,5',
      'at: 11/1/2026 is not a date like 2026-11-22 14:30 or 22.11.2026 14:30; say how dates are written with --dates, like --dates M/D/YYYY H:mm',
    ],
    ['1,1999-11-01,,,s,1,5', 'at: 1999-11-01 is before the year 2000'],
    [
      '1,2126-11-01,,,s,1,5',
      'the purchase is dated in the future: check the clock and the time zone of the till',
    ],
    ['1,2026-11-01,,,,1,5', 'sku: the article is missing'],
    ['1,2026-11-01,,,s,,5', 'quantity: the number is missing'],
    ['1,2026-11-01,,,s,1,"2,5"', 'unit_price: 2,5 is not a number; if it is one, say --decimal comma'],
    ['1,2026-11-01,,,s,0.0001,5', 'quantity: at most three decimals'],
    ['1,2026-11-01,,,s,2000000,5', 'quantity: more than 1000000'],
    ['1,2026-11-01,,,s,1,99999999999999', 'amount: too large to be the sum of one line'],
    ['1,2026-11-01,,,s,1', 'the row has 6 cells, the heading has 7: is a quote or a delimiter missing?'],
    ['1,2026-11-01,,,s,1,5,6', 'the row has 8 cells, the heading has 7: is a quote or a delimiter missing?'],
  ])('%s', async (row, reason) => {
    const { exit, errors } = await importFile(`${heading}\n${row}\n0,2026-11-01,,,s,1,5\n`);
    expect({ exit, errors }).toEqual({ exit: 0, errors: [] });
    expect(leftOut()[0]).toBe(`2,${reason},${row.replaceAll('"', '')}`);
    expect(await rows('select external_id from purchases')).toEqual([{ external_id: '0' }]);
  });

  it('a receipt comes in whole or not at all', async () => {
    await importFile(
      `${heading}\n1,2026-11-01,,,s,1,5\n1,2026-11-01,,,s,x,5\n1,2026-11-01,,,s,1,y\n2,2026-11-01,,,s,1,5`,
    );
    expect(leftOut().map((one) => one.split(',').slice(0, 2))).toEqual([
      ['2', 'left out because of line 3'],
      ['3', 'quantity: x is not a number'],
      ['4', 'unit_price: y is not a number'],
    ]);
    expect(await rows('select external_id from purchases')).toEqual([{ external_id: '2' }]);
  });

  it('a receipt that takes and gives is sent back to be split', async () => {
    const { exit, errors } = await importFile(`${heading}\n1,2026-11-01,,,s,1,5\n1,2026-11-01,,,s,-1,5`);
    expect({ exit, errors }).toEqual({
      exit: 1,
      errors: [`2 rows left out: see ${line.folder}/file.csv.report.csv`],
    });
    expect(leftOut()[0]).toContain(
      'the receipt has amounts above and below zero: give what was brought back an id of its own',
    );
  });

  it('a receipt that is there with other content is left out, and one with the same is there already', async () => {
    await importFile(`${heading}\n1,2026-11-01,,,s,1,5\n2,2026-11-01,,,s,1,5`);
    const { out } = await importFile(`${heading}\n1,2026-11-01,,,s,1,5\n2,2026-11-01,,,s,1,6`);
    expect(out[1]).toBe('1 receipt from 2 rows, 1 of them were there already');
    expect(leftOut()[0]).toBe(
      '3,2 was sent before with other content; send the same body again, or use a new id,2,2026-11-01,,,s,1,6',
    );
  });

  it('rows that were mended in the report can be imported as they are', async () => {
    await importFile(`${heading}\n1,2026-11-01,,,s,one,5`);
    line.write(
      'mended.csv',
      readFileSync(`${line.folder}/file.csv.report.csv`, 'utf8').replace('s,one,5', 's,1,5'),
    );
    const { exit, out } = await line.run('import', 'purchases', 'mended.csv', '--shop', 'till');
    expect({ exit, last: out[1] }).toEqual({ exit: 0, last: '1 receipt from 1 row' });
  });
});

describe('what stops an import before it begins', () => {
  it.each([
    ['', [], /file\.csv is empty: its first line must name the columns$/],
    ['a,b\n1,2', [], /^no column holds "id": say which with --map COLUMN=id; the file has a, b$/],
    [
      'id,date\n1,2',
      [],
      /^no column holds "amount" or "unit_price": say which with --map COLUMN=unit_price; the file has id, date$/,
    ],
    ['id,date,sum\n', ['--map', 'Sum=amount'], /^the file has no column "Sum"; it has id, date, sum$/],
    [
      'id,date,sum\n',
      ['--map', 'sum=money'],
      /^"money" is not a field of purchases; use one of id, at, time, phone, /,
    ],
    ['id,date,a,b\n', ['--map', 'a=amount', '--map', 'b=amount'], /^two columns are mapped to "amount"$/],
    [
      'id,date,sum\n',
      ['--map', 'sum'],
      /^"sum" is neither a \.yaml file nor COLUMN=FIELD, like InvoiceNo=id$/,
    ],
    ['id,date,sum\n', ['--map', 'none.yaml'], /^none\.yaml cannot be read: is it there\?$/],
    ['id,date,sum\n', ['--zone', 'Kyiv'], /^zone: a time zone like Europe\/Kyiv$/],
    [
      'id,date,sum\n',
      ['--dates', 'whenever'],
      /^dates: a format of YYYY MM M DD D HH H mm ss, like M\/D\/YYYY H:mm$/,
    ],
    ['id,date,sum\n', ['--decimal', ','], /^decimal: point or comma$/],
    ['id,date,sum\n', ['--encoding', 'koi9'], /^encoding: "koi9" is not known; try utf-8 or windows-1251$/],
  ])('%j with %j', async (text, options, reason) => {
    const { exit, errors } = await importFile(text, ...options);
    expect({ exit, errors }).toEqual({ exit: 1, errors: [expect.stringMatching(reason)] });
  });

  it('a file in another encoding than was said', async () => {
    const { exit, errors } = await importFile(
      Uint8Array.from('id,date,sum,имя\n', (letter) => cp1251(letter)),
    );
    expect(exit).toBe(1);
    expect(errors[0]).toMatch(/say --encoding windows-1251 if it comes from Excel or 1C$/);
  });

  it('a quote that is never closed, and a compressed file that was cut off', async () => {
    const unclosed = await importFile('id,date,sum\n1,2026-11-01,5\n"2,2026-11-01,5\n3,2026-11-01,5\n');
    expect(unclosed.errors[0]).toMatch(/file\.csv: a quote opened on line 3 or after it is never closed$/);
    const cut = await importFile(gzipSync('id,date,sum\n'.padEnd(5000, '1,2026-11-01,5\n')).subarray(0, 40));
    expect(cut).toMatchObject({ exit: 1, errors: [expect.stringMatching(/unexpected end of file/)] });
  });
});

/** A letter in windows-1251, as far as these tests need it. */
function cp1251(letter: string): number {
  const code = letter.charCodeAt(0);
  return code < 128 ? code : code - 0x410 + 0xc0;
}
