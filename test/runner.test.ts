import { describe, expect, it } from 'vitest';
import { createBackground, eachInTurn } from '../runner.ts';
import { deferred } from './support/deferred.ts';

describe('work in the background', () => {
  it('runs one at a time, and once more after any number of calls that came meanwhile', async () => {
    const background = createBackground();
    const gates = [deferred(), deferred(), deferred()];
    let runs = 0;
    const call = background.oneAtATime(async () => {
      runs += 1;
      await gates[runs - 1]?.promise;
    }, expectNone);
    call();
    call();
    call();
    expect(runs).toBe(1);
    gates[0]?.resolve();
    await settled();
    expect(runs).toBe(2);
    gates[1]?.resolve();
    await settled();
    expect(runs).toBe(2);
    call();
    expect(runs).toBe(3);
    gates[2]?.resolve();
    await background.end();
  });

  it('goes on after a failure, which is told', async () => {
    const background = createBackground();
    const told: unknown[] = [];
    const call = background.oneAtATime(
      async () => Promise.reject(new Error('no')),
      (error) => told.push(error),
    );
    call();
    await settled();
    call();
    await settled();
    expect(told).toEqual([new Error('no'), new Error('no')]);
  });

  it('has ended only when what is under way has ended, starts nothing after that, and tells of no failure', async () => {
    const background = createBackground();
    const gate = deferred();
    let runs = 0;
    const run = async () => {
      runs += 1;
      await gate.promise;
      throw new Error('the database is closed');
    };
    const call = background.oneAtATime(run, expectNone);
    call();
    call();
    background.every(1, run, expectNone);
    expect(runs).toBe(2);
    let hasEnded = false;
    const end = background.end().then(() => {
      hasEnded = true;
    });
    await settled();
    expect(hasEnded).toBe(false);
    gate.resolve();
    await end;
    call();
    await settled();
    expect(runs).toBe(2);
  });
});

it('each kind of work has its turn, and the first failure is told once all had theirs', async () => {
  const done: string[] = [];
  const work = (name: string, fails: boolean) => async () => {
    done.push(name);
    if (fails) throw new Error(name);
  };
  await expect(eachInTurn(null, [work('a', true), work('b', false), work('c', true)])).rejects.toThrow('a');
  expect(done).toEqual(['a', 'b', 'c']);
});

function expectNone(error: unknown): void {
  throw error;
}

/** Everything that can go on without us has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
