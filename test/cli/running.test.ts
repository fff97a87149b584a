import { existsSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runHandedOver } from '../../cli.ts';
import { openControlDoor } from '../../control.ts';
import { createShops } from '../../db/shops.ts';
import { type CommandLine, commandLine } from '../support/command.ts';
import { type TestSvoi, testSvoi } from '../support/svoi.ts';

/** A Svoi that holds its database, with the door open, and a command line in the next terminal. */
let server: TestSvoi;
let door: { close(): Promise<void> };
let line: CommandLine;
const controlFile = () => `${server.url.slice('file:'.length)}.control`;

beforeEach(async () => {
  server = await testSvoi();
  door = await openControlDoor(server.url, (argv, io) => runHandedOver(argv, server.svoi, io));
  line = commandLine({}, server.url);
});
afterEach(async () => {
  await door.close();
  server.close();
  line.close();
});

it('a shop added beside a running server may call it at once', async () => {
  const { exit, out } = await line.run('shop', 'add', 'till');
  expect(exit).toBe(0);
  expect(await createShops(server.svoi).find(String(out[1]))).toMatchObject({ name: 'till' });
});

it('a program applied beside a running server is in force in it', async () => {
  line.write('p.yaml', 'earn_percent: 9');
  await line.run('program', 'apply', 'p.yaml');
  expect(server.svoi.program()).toMatchObject({ version: 2, earn_percent: 9 });
});

it('an import beside a running server goes through its writer, with files named from where the person stands', async () => {
  await line.run('shop', 'add', 'till');
  line.write(
    'history.csv',
    'id,date,phone,amount\n1,2026-11-01,+380501234567,200\n2,yesterday,+380501234567,10',
  );
  const { exit, out, errors } = await line.run('import', 'purchases', 'history.csv', '--shop', 'till');
  expect({ exit, errors }).toEqual({ exit: 0, errors: [] });
  expect(out.slice(1)).toEqual([
    '1 receipt from 2 rows',
    `1 row left out: see ${line.folder}/history.csv.report.csv`,
  ]);
});

it('what goes wrong in the server is the one line the person reads', async () => {
  const { exit, errors } = await line.run('shop', 'revoke', 'nobody');
  expect({ exit, errors }).toEqual({
    exit: 1,
    errors: ['no shop is called "nobody", or its key was revoked'],
  });
});

it('verify and backup read beside the server, without asking it', async () => {
  await line.run('shop', 'add', 'till');
  await door.close();
  expect(await line.run('verify')).toMatchObject({ exit: 0, out: ['ok: 0 transactions of 0 customers'] });
  expect(await line.run('backup', 'copy.db')).toMatchObject({ exit: 0 });
  const copy = commandLine({}, `file:${line.folder}/copy.db`);
  expect((await copy.run('shop', 'list')).out[0]).toContain('till');
  copy.close();
});

it('restore refuses while the server runs', async () => {
  await line.run('backup', 'copy.db');
  const { exit, errors } = await line.run('restore', 'copy.db');
  expect(exit).toBe(1);
  expect(errors[0]).toContain('already in use by another Svoi process: stop that one first');
});

it('only the owner of the database can read the token, and it is gone when the server is', async () => {
  expect(statSync(controlFile()).mode & 0o777).toBe(0o600);
  await door.close();
  expect(existsSync(controlFile())).toBe(false);
});

it('a door that is shut, or belongs to nobody, is said in one line', async () => {
  await door.close();
  const shut = await line.run('shop', 'list');
  expect(shut.errors[0]).toMatch(/^the database is in use by a process that takes no commands/);
  const stale = { pid: 1234, url: 'http://127.0.0.1:1/control', token: 'x'.repeat(43) };
  writeFileSync(controlFile(), JSON.stringify(stale));
  const dead = await line.run('shop', 'list');
  expect(dead).toEqual({ exit: 1, out: [], errors: ['Svoi runs as process 1234 but does not answer'] });
});
