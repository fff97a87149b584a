import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRows } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { type CommandLine, commandLine } from '../support/command.ts';

let line: CommandLine;
beforeEach(async () => {
  line = commandLine();
  await line.run('shop', 'add', 'site');
});
afterEach(() => line.close());

const importFile = (content: string, ...options: string[]) => {
  line.write('people.csv', content);
  return line.run('import', 'customers', 'people.csv', '--shop', 'site', ...options);
};

async function rows(sql: string) {
  const database = await openDatabase({ url: line.url });
  const found = await readRows(database, sql);
  database.close();
  return found;
}

const people = `select c.phone, c.name, c.city, c.birthday, c.gender, c.locale, c.registered_at, e.external_id
  from customers c left join external_ids e on e.customer_id = c.id order by c.phone`;

it('customers come in as the shop knows them, not registered: nobody proved their phones', async () => {
  const { exit, out } = await importFile(
    'Телефон,First name,Last name,Дата рождения,Пол,Язык,Client ID,Marketing,Місто\n' +
      '067 123 45 67,Олена,Коваль,17.05.1990,ж,українська,c-5,так,Львів\n' +
      '380501234567,,,,,,c-6,,\n',
  );
  expect({ exit, last: out[1] }).toEqual({ exit: 0, last: '2 customers from 2 rows' });
  expect(await rows(people)).toEqual([
    {
      phone: '+380501234567',
      name: null,
      city: null,
      birthday: null,
      gender: null,
      locale: null,
      registered_at: null,
      external_id: 'c-6',
    },
    {
      phone: '+380671234567',
      name: 'Олена Коваль',
      city: 'Львів',
      birthday: '1990-05-17',
      gender: 'female',
      locale: 'uk',
      registered_at: null,
      external_id: 'c-5',
    },
  ]);
  expect(await rows('select category, granted, locale from consents')).toEqual([
    { category: 'marketing', granted: 1, locale: 'uk' },
  ]);
});

it('a second file changes what it says and leaves the rest', async () => {
  await importFile('phone,name,birthday\n+380671234567,Olena,1990-05-17\n');
  await importFile('phone,name,gender\n+380671234567,,f\n');
  expect(await rows(people)).toMatchObject([{ name: 'Olena', birthday: '1990-05-17', gender: 'female' }]);
});

it.each([
  [
    '12,,,,',
    'phone: 12 is not a phone number; write it like +380671234567 (without + it is read as one of UA)',
  ],
  [',,,,', 'phone: the phone is missing'],
  ['+380671234567,30.02.1990,,,', 'birthday: 30.02.1990 is not a day like 1990-05-17 or 17.05.1990'],
  ['+380671234567,,other,,', 'gender: other is neither female nor male'],
  ['+380671234567,,,fr,', 'locale: fr is none of uk, ru, en'],
  [
    '+380671234567,30.02.1990,other,,',
    'birthday: 30.02.1990 is not a day like 1990-05-17 or 17.05.1990; gender: other is neither female nor male',
  ],
  ['+380671234567,,,,taken', 'this external_id already belongs to a customer with another phone'],
])('%s is left out', async (row, reason) => {
  await importFile(`phone,birthday,gender,locale,client\n+380501234567,,,,taken\n${row}\n`);
  const report = readFileSync(`${line.folder}/people.csv.report.csv`, 'utf8')
    .replaceAll('"', '')
    .split('\r\n');
  expect(report.slice(1, -1)).toEqual([`3,${reason},${row}`]);
  expect(await rows(people)).toMatchObject([{ phone: '+380501234567' }]);
});
