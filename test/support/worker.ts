import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Worker running in workerd, Cloudflare's own runtime, on a free port of loopback. */
export interface RunningWorker {
  readonly url: string;
  /** Does what the cron would do, and resolves when that is done. */
  scheduled(): Promise<void>;
  stop(): Promise<void>;
}

/** Bundles `worker.ts` by `wrangler.toml` and starts it with these settings. Nothing leaves this machine. */
export async function startWorker(settings: Readonly<Record<string, string>>): Promise<RunningWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'svoi-worker-'));
  // wrangler keeps its own things in the home folder, and would fetch and report without these.
  const restoreEnvironment = changeEnvironment({
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    WRANGLER_SEND_METRICS: 'false',
    // Outside the folder, which is gone before wrangler writes its last line.
    WRANGLER_LOG_PATH: join(tmpdir(), 'svoi-wrangler.log'),
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  });
  const { unstable_startWorker } = await import('wrangler');
  const bindings = Object.entries(settings).map(
    ([name, value]) => [name, { type: 'plain_text', value }] as const,
  );
  const worker = await unstable_startWorker({
    config: fileURLToPath(new URL('../../wrangler.toml', import.meta.url)),
    envFiles: [],
    bindings: Object.fromEntries(bindings),
    // `wrangler deploy` takes it from the flags of wrangler.toml.
    build: { nodejsCompatMode: 'v2' },
    dev: {
      server: { hostname: '127.0.0.1', port: 0 },
      inspector: false,
      persist: false,
      watch: false,
      logLevel: 'error',
      remote: false,
      testScheduled: true,
    },
  });
  await worker.ready;
  const url = (await worker.url).origin;
  return {
    url,
    async scheduled() {
      const response = await worker.fetch(
        `${url}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent('* * * * *')}`,
      );
      const outcome = await response.text();
      if (outcome !== 'ok') throw new Error(`the cron ended in ${response.status}: ${outcome}`);
    },
    async stop() {
      await worker.dispose();
      restoreEnvironment();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sets variables of this process, which runs other tests too; call what it returns to set them back. */
function changeEnvironment(values: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
