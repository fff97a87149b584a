import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { crowdPrefix } from '../../bots/web/playground/year/people.ts';
import type { CustomerId } from '../../core/ids.ts';
import { DAY_MS } from '../../core/time.ts';
import { readRows } from '../../db/database.ts';
import type { Svoi } from '../../svoi.ts';
import { chromiumPath, startBrowser } from '../support/browser.ts';
import { people } from '../support/campaigns.ts';
import { aPurchase, buy } from '../support/purchases.ts';
import { becomeOwner, chatOn, layTable, type Table, tap, write } from '../support/table.ts';

/** Members on phones that stand on no table, who said yes to offers. */
async function membersElsewhere({ database, clock }: Svoi, count: number): Promise<void> {
  await people(database, count, clock.now());
  const sql = `update addresses set external_id = ? || external_id, revision = revision + 1 where external_id like 'p%'`;
  await database.write([{ sql, args: [crowdPrefix] }]);
}

/** Of those who got the message every other one buys a day later, of those kept apart every fifth. */
async function buyAfter(svoi: Svoi): Promise<void> {
  const members = await readRows(svoi.database, 'select customer_id, arm from campaign_members order by 1');
  const of = (arm: string) => members.filter((member) => member.arm === arm);
  const buyers = [
    ...of('a').filter((_, index) => index % 2 === 0),
    ...of('control').filter((_, index) => index % 5 === 0),
  ];
  for (const { customer_id: id } of buyers) {
    const given = { customer: { id: id as CustomerId }, externalId: `after-${id}` };
    await buy(svoi, aPurchase({ at: svoi.clock.now(), ...given }));
  }
}

describe.skipIf(chromiumPath === undefined)('somebody who writes to many, in a browser', () => {
  let browser: Browser;
  let table: Table;
  let page: Page;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    table = await layTable(browser);
    page = await table.open('/?lang=en');
  });
  afterEach(() => table.clear());

  const hears = (text: string | RegExp) => chatOn(page, 'owner').getByText(text).last().waitFor();

  it('says whom, what and when, sees how it looks, sends it, and two weeks later reads what it changed', async () => {
    const { svoi, clock } = table.here;
    await becomeOwner(page);
    await membersElsewhere(svoi, 300);

    await write(page, 'owner', '/campaign');
    await hears('Whom shall we write to?');
    await tap(page, 'All customers', 'owner');
    await hears('What shall we write?');
    await write(page, 'owner', 'New beans from Peru are here.');
    await tap(page, 'Now', 'owner');
    await hears(/\d+ people will get it\./);
    await hears(/Kept apart to compare with: \d+/);
    await tap(page, 'Send', 'owner');
    await hears(/We are writing to \d+ people\./);
    await table.here.settle();

    clock.advance(DAY_MS);
    await buyAfter(svoi);
    clock.advance(15 * DAY_MS);
    await write(page, 'owner', '/results');
    await chatOn(page, 'owner').getByRole('button', { name: /^✉️/ }).last().click();
    await hears(/Worth doing again: each person brings/);
    await hears(/Buyers: \d/);
    const told = await chatOn(page, 'owner').innerText();
    expect(told).toMatch(/Control group: 1\d\d/);
    expect(told).not.toMatch(/undefined|NaN|null/);
  });
});
