import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Import, parseSource, readText, repositoryFiles, type Source } from './support/source.ts';

const files = repositoryFiles();
const sources = files.filter((path) => /\.tsx?$/.test(path)).map(parseSource);
const products = sources.filter(({ path }) => !path.startsWith('test/'));
const inCore = sources.filter(({ path }) => path.startsWith('core/'));

/** What breaks a rule, each as a line that says where: an empty list is what every test wants. */
function breaches(of: readonly Source[], breach: (source: Source) => readonly string[]): string[] {
  return of.flatMap((source) => breach(source).map((what) => `${source.path}: ${what}`));
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '.';
}

describe('imports go one way', () => {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    core: ['core'],
    db: ['db', 'core'],
    locales: ['locales', 'core'],
    bots: ['bots', 'core', 'locales'],
    api: ['api', 'core', 'locales'],
  };

  it.each(Object.entries(allowed))('%s imports only %j', (folder, folders) => {
    const of = products.filter(({ path }) => folderOf(path) === folder);
    const strays = breaches(of, ({ imports }) =>
      imports.flatMap(({ from, file }) => (file && !folders.includes(folderOf(file)) ? [from] : [])),
    );
    expect(strays).toEqual([]);
  });

  /** From the innermost outwards; a part may import itself and what stands before it. */
  const chain = [
    ...['ledger', 'audit', 'customers', 'redemptions', 'purchases', 'coupons', 'checkout', 'program'],
    ...['segments', 'staff', 'talks', 'messaging', 'journeys', 'insights', 'dialogs'],
  ];
  const rank = (path: string) => chain.indexOf(path.split('/').slice(1, -1)[0] ?? '');

  it('core has no part that the chain does not know', () => {
    const parts = inCore.filter(({ path }) => path.split('/').length > 2 && rank(path) < 0);
    expect(parts.map(({ path }) => path)).toEqual([]);
  });

  it('inside core no part imports one further out', () => {
    const outward = breaches(inCore, ({ path, imports }) =>
      imports.flatMap(({ from, file }) => (file && rank(file) > rank(path) ? [from] : [])),
    );
    expect(outward).toEqual([]);
  });

  it('a channel imports no sibling, and what channels share imports no channel', () => {
    const channelOf = (path: string) => (path.split('/').length > 2 ? path.split('/')[1] : undefined);
    const bots = products.filter(({ path }) => path.startsWith('bots/'));
    const siblings = breaches(bots, ({ path, imports }) =>
      imports.flatMap(({ from, file }) => {
        const channel = file?.startsWith('bots/') ? channelOf(file) : undefined;
        return channel && channel !== channelOf(path) ? [from] : [];
      }),
    );
    expect(siblings).toEqual([]);
  });

  it('nothing imports a root but another root', () => {
    const folders = products.filter(({ path }) => path.includes('/'));
    const roots = breaches(folders, ({ imports }) =>
      imports.flatMap(({ from, file }) => (file && !file.includes('/') ? [from] : [])),
    );
    expect(roots).toEqual([]);
  });

  it('core, api and bots use Web standards only, so that they run in Workers too', () => {
    // A browser and a TCP connection: loaded by the server only, where they are set.
    const onNode = /^bots\/(whatsapp\/session\/|sms\/smpp)/;
    const portable = products.filter(
      ({ path }) => ['core', 'api', 'bots'].includes(folderOf(path)) && !onNode.test(path),
    );
    const builtIn = ({ from }: Import) => from.startsWith('node:') || ['fs', 'path', 'crypto'].includes(from);
    expect(breaches(portable, ({ imports }) => imports.filter(builtIn).map(({ from }) => from))).toEqual([]);
  });
});

describe('the source', () => {
  it('takes time and randomness from outside in core', () => {
    const impure =
      /\b(Date\.now\(|new Date\(\)|Math\.random|performance\.now|crypto\.|process\.|set(Timeout|Interval)\(|fetch\()/g;
    expect(breaches(inCore, ({ text }) => text.match(impure) ?? [])).toEqual([]);
  });

  it('has no function longer than 70 lines', () => {
    const long = breaches(products, ({ functions }) =>
      functions
        .filter(({ ownLines }) => ownLines > 70)
        .map(({ name, line, ownLines }) => `${name}, line ${line}, has ${ownLines} lines`),
    );
    expect(long).toEqual([]);
  });

  it('says before every export what it is', () => {
    expect(breaches(products, ({ undocumented }) => undocumented)).toEqual([]);
  });

  it('never uses the type that turns checks off', () => {
    expect(breaches(sources, ({ anyLines }) => anyLines.map((line) => `any in line ${line}`))).toEqual([]);
    expect(breaches(sources, ({ text }) => text.match(/@ts-(ignore|nocheck)\b(?!\|)/g) ?? [])).toEqual([]);
  });

  it('leaves nothing for later, and no test that shuts the others out', () => {
    const later = /\b(TO[D]O|FIX[M]E|XX[X]|(it|describe|test)\.onl[y]\()/g;
    expect(breaches(sources, ({ text }) => text.match(later) ?? [])).toEqual([]);
  });

  it('names no path of one machine', () => {
    const written = files.filter((path) =>
      /\.(tsx?|mjs|js|json|md|toml|ya?ml|sh|sql)$|\.ci\/run$/.test(path),
    );
    const home = /(?<![\w.:/-])\/(home|Users|root|work)\/[\w-]+/g;
    const found = written.flatMap((path) =>
      (readText(path).match(home) ?? []).map((hit) => `${path}: ${hit}`),
    );
    expect(found).toEqual([]);
  });
});

describe('packages', () => {
  const manifest = z
    .object({
      scripts: z.record(z.string(), z.string()),
      dependencies: z.record(z.string(), z.string()),
      devDependencies: z.record(z.string(), z.string()),
      optionalDependencies: z.record(z.string(), z.string()),
    })
    .parse(JSON.parse(readText('package.json')));

  it('are pinned to one version each', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('come from whatever registry npm is set to', () => {
    expect(readText('package-lock.json').match(/"resolved": "https?:[^"]*/g) ?? []).toEqual([]);
  });

  it('are in the lockfile for every platform, or npm ci would refuse it on the others', () => {
    const entry = z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() });
    const { packages } = z
      .object({ packages: z.record(z.string(), entry) })
      .parse(JSON.parse(readText('package-lock.json')));
    const paths = Object.keys(packages);
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !paths.some((known) => known.endsWith(`node_modules/${name}`)))
        .map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('are all imported by something, and nothing is imported that is not asked for', () => {
    const { dependencies, optionalDependencies } = manifest;
    const known = new Set(Object.keys({ ...dependencies, ...optionalDependencies }));
    const nameOf = (from: string) => from.split('/', from.startsWith('@') ? 2 : 1).join('/');
    const strangers = breaches(
      products.filter(({ path }) => !/(^|\/)\w+\.config\.ts$/.test(path)),
      ({ imports }) =>
        imports
          .filter(({ from, file }) => !file && !/^(node|cloudflare):/.test(from) && !known.has(nameOf(from)))
          .map(({ from }) => from),
    );
    expect(strangers).toEqual([]);
    const used = new Set(products.flatMap(({ imports }) => imports.map(({ from }) => nameOf(from))));
    // Not imported by a source: esbuild by build.mjs; the font is a file.
    const others = ['esbuild', '@expo-google-fonts/noto-sans'];
    const idle = Object.keys(dependencies).filter((name) => !used.has(name) && !others.includes(name));
    expect(idle).toEqual([]);
  });
});

describe('migrations', () => {
  const journal = z
    .object({ entries: z.array(z.object({ idx: z.number(), when: z.number(), tag: z.string() })) })
    .parse(JSON.parse(readText('db/migrations/meta/_journal.json')));

  it('are later one than the other, or the migrator would silently skip one', () => {
    const times = journal.entries.map(({ when }) => when);
    expect(times.every((when, index) => index === 0 || when > (times[index - 1] ?? 0))).toBe(true);
    expect(journal.entries.map(({ idx }) => idx)).toEqual(journal.entries.map((_, index) => index));
  });

  it('are all in the journal', () => {
    const written = files.filter((path) => /^db\/migrations\/[^/]+\.sql$/.test(path)).sort();
    expect(journal.entries.map(({ tag }) => `db/migrations/${tag}.sql`)).toEqual(written);
  });
});
