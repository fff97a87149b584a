/** The process that is measured: the API over a file, as `server.ts` joins it, with nothing else going on. */
import { serve } from '@hono/node-server';
import { analystOnThread } from '../../analyst_on_thread.ts';
import { createApi } from '../../api/app.ts';
import { createIds } from '../../core/ids.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { openDatabase } from '../../db/open.ts';
import { createRandom } from '../../db/random.ts';
import { createShops } from '../../db/shops.ts';
import { apiParts } from '../../http.ts';
import { consentTexts } from '../../locales/consents.ts';
import { createMetrics } from '../../metrics.ts';
import { createSvoi } from '../../svoi.ts';

const clock = { now: () => Date.now() };
const ids = createIds(createRandom());
const database = await openDatabase({ url: process.argv[2] ?? '' });
const metrics = createMetrics(async () => ({}));
const svoi = await createSvoi({ database, clock, ids, random: Math.random, onCommit: metrics.commit });
const shops = createShops({ database, clock, ids });
const added = await shops.add('Bench', 'till');
if (!added.ok) throw new Error(added.refusal.detail);
const unlimited = { perSecond: 1e9, burst: 1e9 };
const app = createApi(
  apiParts(svoi, {
    shops,
    metrics,
    consentTexts,
    version: 'bench',
    writerStopped: () => false,
    log: { error: (details, message) => console.error(message, details) },
    limits: { key: unlimited, strangers: unlimited },
  }),
);
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.send?.({ port, key: added.result.key });
});
const analyst = analystOnThread({ url: process.argv[2] ?? '' });
let refreshing = false;

/** Refreshes RFM over and over, as one who looks at it all day: everybody, as by night. */
async function refresh(): Promise<void> {
  const [profile] = defaultProgram.rfm.profiles;
  while (refreshing && profile) {
    await analyst.ask('rfm', { profile, now: clock.now(), zone: defaultProgram.zone, full: true });
  }
}

process.on('message', (message) => {
  if (message === 'refresh') {
    refreshing = true;
    void refresh();
    return;
  }
  if (message === 'rest') {
    refreshing = false;
    return;
  }
  process.send?.({ rss: process.memoryUsage.rss(), peak: process.resourceUsage().maxRSS * 1024 });
});
process.on('disconnect', () => {
  server.close();
  analyst.close();
  database.close();
  process.exit();
});
