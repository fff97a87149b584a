import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What starts a TypeScript program of the repository, named by its path there, as `npm start` does. */
export function programOf(path: string, ...args: readonly string[]): string[] {
  return [join(root, 'run.mjs'), path, ...args];
}

/** The real server as a process of its own. */
export interface ServerProcess {
  /** Where it listens. */
  readonly url: string;
  /** Sends a signal; resolves to the exit code, null when the signal itself ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** Starts the server as `npm start` does, with these settings; resolves when it says where it listens. */
export async function startServerProcess(settings: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const child = spawn(process.execPath, programOf('server.ts'), {
    env: { ...process.env, LOG_LEVEL: 'error', PORT: '0', PLAYGROUND_HISTORY: 'none', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await addressOf(child);
  return {
    url,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the server has no output to read');
  for await (const line of createInterface(child.stdout)) {
    const address = /http:\/\/(localhost|127\.0\.0\.1):\d+/.exec(line)?.[0];
    if (address) return address;
  }
  throw new Error('the server ended before it listened');
}
