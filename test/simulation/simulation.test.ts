import { test } from 'vitest';
import { simulate } from './run.ts';

const seeds = Number(process.env.SVOI_SEEDS ?? 1000);
const length = Number(process.env.SVOI_STEPS ?? 250);

test('a thousand shops', () => {
  for (let seed = 1; seed <= seeds; seed += 1) simulate(seed, length);
}, 600_000);
