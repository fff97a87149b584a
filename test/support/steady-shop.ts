/**
 * A process that records purchases on the file named by its argument, as fast as they commit, and prints the id of
 * each once it is acknowledged. It ends when it is killed.
 */
import { createIds } from '../../core/ids.ts';
import { openDatabase } from '../../db/open.ts';
import { createSvoi } from '../../svoi.ts';
import { aPurchase, buy } from './purchases.ts';

const [url = '', run = ''] = process.argv.slice(2);
const clock = { now: () => Date.now() };
try {
  const database = await openDatabase({ url });
  const svoi = await createSvoi({ database, clock, ids: createIds(), random: Math.random });
  const till = async (name: string) => {
    for (let count = 0; ; count += 1) {
      const phone = `+38067000000${count % 10}`;
      const externalId = `${run}-${name}-${count}`;
      await buy(svoi, aPurchase({ at: clock.now(), externalId, customer: { phone } }));
      process.stdout.write(`${externalId}\n`);
    }
  };
  await Promise.all(['a', 'b', 'c'].map(till));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
