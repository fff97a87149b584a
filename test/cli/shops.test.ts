import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command.ts';

let line: CommandLine;
beforeEach(() => {
  line = commandLine();
});
afterEach(() => line.close());

it('a key is printed once, when the shop is added', async () => {
  const added = await line.run('shop', 'add', 'till 1');
  expect(added).toEqual({
    exit: 0,
    errors: [],
    out: [
      'shop "till 1" added (scope till); keep this, it is not shown again:',
      expect.stringMatching(/^svoi_[\w-]{43}$/),
    ],
  });
  const listed = await line.run('shop', 'list');
  expect(listed.out).toEqual([
    expect.stringMatching(/^till 1 {2}till {3}shp_\w{26} {2}since \d{4}-\d\d-\d\d$/),
  ]);
});

it('a shop that must sign gets a secret with its key, and new ones of both when its key is rotated', async () => {
  const added = await line.run('shop', 'add', 'web', '--scope', 'site', '--signed');
  expect(added.out[2]).toMatch(/^whsec_[\w+/=]+ {2}\(the secret it signs with\)$/);
  const rotated = await line.run('shop', 'rotate', 'web');
  expect(rotated.out[0]).toBe('shop "web" has a new key (scope site); keep this, it is not shown again:');
  expect(rotated.out.slice(1)).not.toEqual(added.out.slice(1));
});

it('a revoked shop stays in the list, and cannot be revoked or rotated again', async () => {
  await line.run('shop', 'add', 'old');
  expect((await line.run('shop', 'revoke', 'old')).out).toEqual(['shop "old" may not call any more']);
  expect((await line.run('shop', 'list')).out[0]).toContain('revoked');
  for (const verb of ['revoke', 'rotate']) {
    const { exit, errors } = await line.run('shop', verb, 'old');
    expect({ exit, errors }).toEqual({
      exit: 1,
      errors: ['no shop is called "old", or its key was revoked'],
    });
  }
});

it('two shops never have one name', async () => {
  await line.run('shop', 'add', 'till');
  const { exit, errors } = await line.run('shop', 'add', 'till');
  expect({ exit, errors }).toEqual({
    exit: 1,
    errors: ['there is a shop "till" already; rotate its key, or use another name'],
  });
});
