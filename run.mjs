/**
 * Runs a part of Svoi on a fresh clone too: `node run.mjs server.ts`, `node run.mjs test [vitest arguments]`,
 * `node run.mjs check`. Plain JavaScript, and only what Node brings along: it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const root = fileURLToPath(new URL('.', import.meta.url));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.svoi-installed');
/** What a shop runs needs no compiler and no test tools: an installation without them is complete. */
const programs = ['server.ts', 'cli.ts'];

const [target, ...rest] = process.argv.slice(2);
if (!target) fail('name what to run: node run.mjs server.ts, cli.ts, test, check or a .ts file');
refuseOldNode();
process.chdir(root);
installWhatIsMissing();
if (target === 'test') process.exitCode = await test(rest);
else if (target === 'check') process.exitCode = await check(rest);
else await runProgram(target);

function fail(line) {
  console.error(line);
  process.exit(1);
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Svoi needs Node.js 20.19 or newer, this is ${process.versions.node}: install one from nodejs.org`);
}

function installWhatIsMissing() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = `${createHash('sha256').update(lock).digest('hex')} ${process.platform} ${process.arch}`;
  if (isInstalled(JSON.parse(lock).packages, stamp)) return;
  console.error('Installing packages (npm ci), once…');
  const [command, ...first] = npm();
  const { status } = spawnSync(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32' && first.length === 0,
  });
  if (status !== 0) fail('npm ci failed, the lines above say why; run it again when that is settled');
  writeFileSync(stampFile, stamp);
}

/** The npm that started us, so that both are the same version. */
function npm() {
  const path = process.env.npm_execpath ?? '';
  return path.endsWith('npm-cli.js') ? [process.execPath, path] : ['npm'];
}

/** Whether each package of the lock is there in its version, for this platform. */
function isInstalled(wanted, stamp) {
  const kept = join(modules, '.package-lock.json');
  if (!existsSync(kept)) return false;
  const there = JSON.parse(readFileSync(kept, 'utf8')).packages;
  const stamped = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = there[path];
    if (!found) return !isNeeded(entry, stamped);
    return found.version === entry.version && fits(entry) && existsSync(join(root, path, 'package.json'));
  });
}

/** Of the optional ones only those made for this platform; npm may leave out even these, and once it did, it may. */
function isNeeded(entry, stamped) {
  if ((entry.dev || entry.devOptional) && programs.includes(target)) return false;
  if (!entry.optional && !entry.devOptional) return true;
  return !stamped && Boolean(entry.os) && !entry.libc && fits(entry);
}

function fits({ os, cpu }) {
  return (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch));
}

/** Runs a TypeScript program in this very process, so that signals and the exit code are its own. */
async function runProgram(path) {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { bundle } = await import('./build.mjs');
  const script = await bundle(path);
  // Under load the heap would grow to four times what is alive: half as much again is plenty, and saves 70 MiB.
  setFlagsFromString('--heap-growing-percent=50');
  nameSources(script);
  process.argv.splice(1, 2, resolve(path));
  await import(pathToFileURL(script).href);
}

/**
 * Lets stacks name lines of the sources. Their map is read once somebody looks at a stack: read at each start, as Node would,
 * it took a tenth of the time and 10 MiB.
 */
function nameSources(script) {
  const here = pathToFileURL(script).href.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const places = new RegExp(`${here}:(\\d+):(\\d+)`, 'g');
  let map;
  const sourceOf = (place, line, column) => {
    map ??= mapOf(script);
    const { originalSource, originalLine, originalColumn } = map.findEntry(line - 1, column - 1);
    if (originalSource === undefined) return place;
    return `${resolve(dirname(script), originalSource)}:${originalLine + 1}:${originalColumn + 1}`;
  };
  Error.prepareStackTrace = (error, frames) => {
    const stack = [Error.prototype.toString.call(error), ...frames].join('\n    at ');
    return stack.replaceAll(places, sourceOf);
  };
}

/** A map that is gone by now names nothing: the stack is told as it is. */
function mapOf(script) {
  const path = `${script}.map`;
  const nothing = { version: 3, sources: [], names: [], mappings: '' };
  return new SourceMap(existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : nothing);
}

/** All tests, or those the arguments name. The last line counts them. */
async function test(args, failedBefore = 0, passedBefore = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'svoi-summary-'));
  const summary = join(folder, 'summary.json');
  const reporters = ['--reporter=default', '--reporter=./test/support/summary.ts'];
  const code = await tool('vitest/vitest.mjs', ['run', ...reporters, ...args], { SVOI_SUMMARY: summary });
  const crashed = { passed: 0, failed: 1, skipped: 0 };
  const counts = existsSync(summary) ? JSON.parse(readFileSync(summary, 'utf8')) : crashed;
  rmSync(folder, { recursive: true });
  const failed = counts.failed + failedBefore || Number(code !== 0);
  console.log(`${counts.passed + passedBefore} passed, ${failed} failed, ${counts.skipped} skipped`);
  return failed === 0 ? 0 : 1;
}

/** Format, lint and types, each counted as one test, then all tests. */
async function check(args) {
  const format = await tool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings']);
  const types = await tool('typescript/bin/tsc', ['--noEmit']);
  // What runs in a browser knows the DOM, and nothing of Node.
  const pages = await tool('typescript/bin/tsc', ['--project', 'bots/web/client']);
  const codes = [format, types, pages];
  for (const [index, name] of ['format and lint', 'types', 'types of pages'].entries()) {
    console.log(`${name}: ${codes[index] === 0 ? 'passed' : 'failed'}`);
  }
  const failed = codes.filter((code) => code !== 0).length;
  return await test(args, failed, codes.length - failed);
}

/** Runs a tool of node_modules; resolves to its exit code. */
function tool(path, args, environment = {}) {
  const child = spawn(process.execPath, [join(modules, path), ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  // Ctrl-C reaches the tool by itself, since it shares our terminal: we only wait for it to end.
  const forward = (signal) => child.kill(signal);
  const wait = () => {};
  process.on('SIGINT', wait);
  process.on('SIGTERM', forward);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', forward);
      resolve(code ?? 1);
    });
  });
}
