import { expect, it } from 'vitest';
import { createControl } from '../../api/control.ts';

const token = 'a-token-that-nobody-guesses';
const asked: string[][] = [];
const control = createControl({
  token,
  async run(argv, io) {
    asked.push([...argv]);
    io.out('half');
    io.progress(1, 2, 'rows');
    io.error('whole');
    return 3;
  },
});

function request(init: RequestInit & { readonly bearer?: string } = {}, path = '/control'): Request {
  const { bearer = token, ...rest } = init;
  const body = JSON.stringify({ argv: ['shop', 'list'], folder: '/' });
  return new Request(`http://127.0.0.1${path}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${bearer}` },
    ...rest,
  });
}

it('streams what a command says, and how it ended last', async () => {
  const response = await control(request());
  expect(response.status).toBe(200);
  const events = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events).toEqual([{ out: 'half' }, { progress: [1, 2, 'rows'] }, { error: 'whole' }, { exit: 3 }]);
  expect(asked.splice(0)).toEqual([['shop', 'list']]);
});

it.each([
  ['another token', request({ bearer: 'a-token-that-nobody-guesse5' })],
  ['no token', request({ headers: {} })],
  ['another path', request({}, '/')],
  [
    'another method',
    new Request('http://127.0.0.1/control', { headers: { authorization: `Bearer ${token}` } }),
  ],
  ['a body that is no command', request({ body: '{"argv": "shop list", "folder": "/"}' })],
  ['a body that is no JSON', request({ body: 'shop list' })],
])('there is nothing at the door for %s', async (_, wrong) => {
  const response = await control(wrong);
  expect([response.status, await response.text()]).toEqual([404, 'Not found\n']);
  expect(asked).toEqual([]);
});

it('tells the command when nobody listens any more', async () => {
  let aborted: Promise<unknown> | undefined;
  const patient = createControl({
    token,
    run(_, { signal, out }) {
      aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      out('begun');
      return aborted.then(() => 1);
    },
  });
  const response = await patient(request());
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await expect(aborted).resolves.toBeDefined();
});
