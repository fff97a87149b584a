import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommand } from '../commands.ts';
import { parseSettings } from '../settings.ts';
import { root, type ServerProcess, startServerProcess } from './support/server.ts';
import { readText, repositoryFiles } from './support/source.ts';

const run = promisify(execFile);
const readme = readText('README.md');

/** The fenced blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(
    ([, text]) => text ?? '',
  );
}

describe('every setting', () => {
  const names = [...readText('settings.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(
    ([, name]) => name ?? '',
  );
  const defaults = new Map(Object.entries(parseSettings({})));

  it('is in the table of the README, with its default', () => {
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (.*?) *\|/gm)];
    const shown = rows.map(([, name = '', value = '']) => [name, value.replaceAll('`', '')]);
    const wanted = names.map((name) => [name, String(defaults.get(name) ?? '')]);
    const bySelf = (row: readonly string[]) => (row[0] === 'SVOI_MODE' ? ['SVOI_MODE', 'by itself'] : row);
    expect(shown).toEqual(wanted.map(bySelf));
  });

  it('is in .env.example, which changes nothing when taken as it is', () => {
    const lines = [...readText('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)];
    expect(lines.map(([, name]) => name)).toEqual(names);
    const taken = Object.fromEntries(lines.map(([, name = '', value]) => [name, value]));
    expect(parseSettings(taken)).toEqual(parseSettings({}));
  });
});

describe('the README', () => {
  it('names every command of the command line', () => {
    const missing = commandsBelow([]).filter((command) => !readme.includes(`\`${command}`));
    expect(missing).toEqual([]);
  });

  it('shows only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    const used = [...readme.matchAll(/npm (?:run (\w+)|(start|test)\b)/g)];
    const unknown = used
      .map(([, script, short]) => script ?? short ?? '')
      .filter((name) => !(name in scripts));
    expect(used.length).toBeGreaterThan(5);
    expect(unknown).toEqual([]);
  });

  it('points only at files that are there', () => {
    const files = new Set(repositoryFiles());
    const targets = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, target = '']) => target);
    const missing = targets.filter(
      (target) => ![...files].some((file) => `${file}/`.startsWith(`${target}/`)),
    );
    expect(missing).toEqual([]);
  });
});

/** All commands, as they are typed without their arguments. */
function commandsBelow(path: readonly string[]): string[] {
  const help = parseCommand([...path, '--help']);
  const list = help.kind === 'said' ? (help.text.split('\nCommands:\n')[1] ?? '') : '';
  const names = [...list.matchAll(/^ {2}(\w+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
  if (names.length === 0) return [path.join(' ')];
  return names.flatMap((name) => commandsBelow([...path, name]));
}

describe('what the README tells a stranger to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'svoi-readme-'));
  const settings = { DATABASE_URL: `file:${join(folder, 'svoi.db')}` };
  const environment = { ...process.env, ...settings };
  const svoi = (...args: string[]) =>
    run(process.execPath, ['run.mjs', 'cli.ts', ...args], { cwd: root, env: environment });
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServerProcess(settings);
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts a server whose page opens', async () => {
    const response = await fetch(server.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<html');
  });

  it.skipIf(!existsSync('/usr/bin/curl'))(
    'connects a shop, whose purchase is answered as shown',
    async () => {
      const { stdout } = await svoi('shop', 'add', 'Main till');
      const key = /svoi_[\w-]{43}/.exec(stdout)?.[0];
      const curl = blocks('sh').find((block) => block.startsWith('curl')) ?? '';
      const command = curl.replace('http://127.0.0.1:3000', server.url);
      const answer = await run('bash', ['-c', command], { env: { ...environment, SVOI_KEY: key } });
      const shown = JSON.parse(blocks('json')[0]?.replaceAll('…', '') ?? '') as object;
      expect(JSON.parse(answer.stdout)).toEqual({
        ...shown,
        id: expect.stringMatching(/^pur_/),
        customer: expect.stringMatching(/^cus_/),
      });
    },
  );

  it('verifies, beside the running server, and ends it cleanly', async () => {
    expect((await svoi('verify')).stdout).toMatch(/^ok: /);
    expect(await server.end('SIGTERM')).toBe(0);
  });
});
