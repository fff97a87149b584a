import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { analystHere } from '../analyst.ts';
import { analystOnThread } from '../analyst_on_thread.ts';
import { type NightlyTask, runNightly } from '../nightly.ts';
import { aPurchase, buy } from './support/purchases.ts';
import { testSvoi } from './support/svoi.ts';

it('a long look in a thread of its own sees what was committed, and what it throws is thrown', async () => {
  const { svoi, url, clock, close } = await testSvoi();
  const analyst = analystOnThread({ url });
  try {
    expect(await analyst.ask('customers', null)).toBe(0);
    await buy(svoi, aPurchase({ at: clock.now() }));
    expect(await analyst.ask('customers', null)).toBe(1);
    expect(await analystHere(svoi.database).ask('customers', null)).toBe(1);
    await expect(analyst.ask('nothing' as 'customers', null)).rejects.toThrow();
    expect(await analyst.ask('customers', null)).toBe(1);
  } finally {
    analyst.close();
    close();
  }
});

it('a thread nobody asks ends by itself, and the next question gets another', async () => {
  const { svoi, url, clock, close } = await testSvoi();
  const analyst = analystOnThread({ url }, 1);
  const ended: Promise<unknown>[] = [];
  const watch = (worker: Worker) => void ended.push(once(worker, 'exit'));
  process.on('worker', watch);
  try {
    for (const threads of [1, 2]) {
      expect(await analyst.ask('customers', null)).toBe(0);
      expect(ended).toHaveLength(threads);
      await Promise.all(ended);
    }
    await buy(svoi, aPurchase({ at: clock.now() }));
    expect(await analyst.ask('customers', null)).toBe(1);
  } finally {
    process.off('worker', watch);
    analyst.close();
    close();
  }
});

it('work of the night is done once a day, after three, and one task that fails is tried again without the others', async () => {
  const { svoi, clock, close } = await testSvoi({ at: '2026-11-22T02:00:00+02:00' });
  const done: string[] = [];
  let fails = true;
  const tasks: NightlyTask[] = [
    { name: 'one', run: async (_, day) => void done.push(`one ${day}`) },
    {
      name: 'two',
      async run() {
        if (fails) throw new Error('no room');
        done.push('two');
      },
    },
    { name: 'three', run: async () => void done.push('three') },
  ];
  await runNightly(svoi, tasks);
  expect(done).toEqual([]);
  clock.advance(60 * 60_000);
  await expect(runNightly(svoi, tasks)).rejects.toThrow('no room');
  expect(done).toEqual(['one 2026-11-22', 'three']);
  fails = false;
  await runNightly(svoi, tasks);
  await runNightly(svoi, tasks);
  expect(done).toEqual(['one 2026-11-22', 'three', 'two']);
  close();
});
