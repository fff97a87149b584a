import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIds } from '../core/ids.ts';
import { seededRandom } from '../core/seeded_random.ts';
import { plainPlan } from '../core/staff/campaigns.ts';
import { type Database, readRow, type Statement } from '../db/database.ts';
import { openDatabase } from '../db/open.ts';
import { settleNotices } from '../jobs.ts';
import { sendCampaigns } from '../mailings.ts';
import { createSvoi } from '../svoi.ts';
import { people, says, sent, standing } from './support/campaigns.ts';
import { testClock } from './support/clock.ts';
import { newFile } from './support/svoi.ts';

const text = 'Вітаємо, {{customer.first_name}}! У вас {{points.balance, points}}.';

describe('handing over the messages of a campaign', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'svoi-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Tells so many people; resolves to the statements that took, and how each of them is carried out. */
  async function telling(
    count: number,
  ): Promise<{ readonly statements: readonly Statement[]; readonly plans: readonly string[] }> {
    const opened = await openDatabase({ url: `file:${await newFile(mkdtempSync(join(folder, 'shop-')))}` });
    const statements: Statement[] = [];
    const noted = (asked: readonly Statement[]) => {
      statements.push(...asked);
      return asked;
    };
    const database: Database = {
      ...opened,
      read: (asked) => opened.read(noted(asked)),
      write: (asked) => opened.write(noted(asked)),
    };
    const clock = testClock('2026-11-22T12:00:00+02:00');
    const random = seededRandom(1);
    const svoi = await createSvoi({ database, clock, ids: createIds(random), random });
    await people(database, count, clock.now());
    const id = await sent(svoi, {
      content: says(text),
      plan: { ...plainPlan, controlPercent: 0, occasion: 'autumn' },
    });
    let hasBegun = false;
    await sendCampaigns(svoi, async () => {
      // Its audience is written down by now: that looks at all customers, once.
      if (!hasBegun) statements.length = 0;
      hasBegun = true;
    });
    await settleNotices(svoi);
    expect(await standing(opened, id)).toEqual({ told: count });
    const handedOver = await readRow(opened, 'select count(*) as messages from messages');
    expect(handedOver?.messages).toBe(count);
    const plans = await opened.read(
      statements.map(({ sql, args }) => ({ sql: `explain query plan ${sql}`, args })),
    );
    opened.close();
    return { statements, plans: plans.flat().map(({ detail }) => String(detail)) };
  }

  test('takes as many statements for a hundred people as for ten', async () => {
    const [few, many] = [await telling(10), await telling(100)];
    expect(many.statements.length).toBe(few.statements.length);
  });

  test('goes through no table that grows, nor from one member through all others', async () => {
    const { plans } = await telling(20);
    const isShort =
      /VIRTUAL TABLE|CONSTANT ROW|\(subquery-|^SCAN (asked|judged|written|i|campaigns|e USING INDEX early_.*)$/;
    expect(plans.filter((plan) => plan.startsWith('SCAN') && !isShort.test(plan))).toEqual([]);
    expect(plans.filter((plan) => plan.includes('PRIMARY KEY (campaign_id=?)'))).toEqual([]);
    expect(plans).toContain('SEARCH m USING PRIMARY KEY (campaign_id=? AND customer_id=?)');
  });
});
