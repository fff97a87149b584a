/**
 * Makes one JavaScript file of a TypeScript program and the packages it uses, which starts three times faster than
 * through a loader and needs 70 MiB less (docs/decisions/0005-speed.md). Plain JavaScript: it runs before there is
 * anything else to run.
 */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'svoi');
/** CommonJS packages ask for Node's own modules with `require`. The name of the import must be like no other. */
const givingRequire = [
  "import { createRequire as requireBesideSources } from 'node:module';",
  `const require = requireBesideSources(${hereOf(root)});`,
].join('\n');
/** What a bundle depends on without importing it. */
const settings = ['build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];

/**
 * The file to run for a program, made anew only when something it was made of has changed. Where the cache cannot be
 * written, it is made for this one run.
 */
export async function bundle(program) {
  const name = relative(root, resolve(program)).replaceAll(/[\\/]/g, '-');
  const script = join(cache, `${name}.mjs`);
  if (isFresh(`${script}.json`)) return script;
  const startedAt = Date.now();
  const { files, inputs } = await make(program, script);
  try {
    keep(files, `${script}.json`, stampsOf(inputs, startedAt));
    return script;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    return putAside(files);
  }
}

/** Whether what was kept was made here, of files that are all as they were. */
function isFresh(stampFile) {
  try {
    const { from, stamps } = JSON.parse(readFileSync(stampFile, 'utf8'));
    return from === root && Object.entries(stamps).every(([path, stamp]) => stampOf(path) === stamp);
  } catch {
    return false;
  }
}

function stampOf(path) {
  const { mtimeMs, size } = statSync(join(root, path));
  return `${mtimeMs} ${size}`;
}

/** A file saved while we read it gets no stamp that could ever fit: the next start makes the bundle again. */
function stampsOf(inputs, startedAt) {
  const endedAt = Date.now();
  const stamp = (path) => {
    const { mtimeMs } = statSync(join(root, path));
    return mtimeMs >= startedAt && mtimeMs <= endedAt ? '' : stampOf(path);
  };
  return Object.fromEntries(inputs.map((path) => [path, stamp(path)]));
}

async function make(program, script) {
  const { build, stop } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [program],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: `node${process.versions.node}`,
    sourcemap: true,
    sourcesContent: false,
    keepNames: true,
    banner: { js: givingRequire },
    plugins: [placesOfSources, leftOutside],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  await stop();
  return { files: outputFiles, inputs: [...Object.keys(metafile.inputs), ...settings] };
}

function hereOf(path) {
  return JSON.stringify(pathToFileURL(path).href);
}

/** Sources find migrations, pages and threads beside themselves, not beside the bundle. */
const placesOfSources = {
  name: 'places of sources',
  setup({ onLoad }) {
    onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
      if (relative(root, path).includes('node_modules')) return undefined;
      const contents = readFileSync(path, 'utf8').replaceAll('import.meta.url', hereOf(path));
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

/**
 * The driver and what makes pictures are native code, viber-bot and whatsapp-web.js find their own files, and the tools of tests are not made to be
 * moved: all are loaded from where they are.
 */
const leftOutside = {
  name: 'left outside',
  setup({ onResolve }) {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const outside = new Set([
      'libsql',
      'viber-bot',
      'whatsapp-web.js',
      'puppeteer',
      '@resvg/resvg-js',
      ...Object.keys(devDependencies),
    ]);
    onResolve({ filter: /^[\w@][^:]*$/ }, ({ path, kind }) => {
      const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
      if (!outside.has(name)) return undefined;
      return { path: kind.startsWith('require') ? path : import.meta.resolve(path), external: true };
    });
  },
};

/** Puts the files in place one by one, each whole: another process may be starting from them. */
function keep(files, stampFile, stamps) {
  mkdirSync(cache, { recursive: true });
  const put = (path, contents) => {
    const half = `${path}.${process.pid}`;
    writeFileSync(half, contents);
    renameSync(half, path);
  };
  for (const { path, contents } of files) put(path, contents);
  put(stampFile, JSON.stringify({ from: root, stamps }));
}

function putAside(files) {
  const folder = mkdtempSync(join(tmpdir(), 'svoi-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const { path, contents } of files) writeFileSync(join(folder, basename(path)), contents);
  const script = files.find(({ path }) => path.endsWith('.mjs'));
  return join(folder, basename(script.path));
}
