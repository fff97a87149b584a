import { expect } from 'vitest';
import { programSchema } from '../../core/program/program.ts';
import { computeRfm } from '../../db/insights/rfm.ts';
import type { Svoi } from '../../svoi.ts';

const [profile] = programSchema.parse({}).rfm.profiles;

/** What is computed from those alone whose figures changed is what is computed from everybody. */
export async function expectSameRfm({ database, clock, program }: Svoi): Promise<void> {
  if (!profile) throw new Error('the default program has a profile');
  const question = { profile, now: clock.now(), zone: program().zone };
  const changed = await computeRfm(database, question);
  // Another reader remembers nothing.
  const everybody = await computeRfm({ read: (statements) => database.read(statements) }, question);
  expect(changed).toEqual(everybody);
}
