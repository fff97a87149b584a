import { describe, expect, it } from 'vitest';
import { crowdPrefix } from '../../bots/web/playground/year/people.ts';
import type { CustomerId } from '../../core/ids.ts';
import { DAY_MS } from '../../core/time.ts';
import { readRows } from '../../db/database.ts';
import type { Svoi } from '../../svoi.ts';
import { chromiumPath } from '../support/browser.ts';
import { people } from '../support/campaigns.ts';
import { aPurchase, buy } from '../support/purchases.ts';
import { becomeOwner, chatOn, tableOfEachTest, tap, write } from '../support/table.ts';

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
  const table = tableOfEachTest(async (laid) => {
    await laid.open('/?lang=en');
  });

  it('says whom, what and when, sees how it looks, sends it, and two weeks later reads what it changed', async () => {
    const { svoi, clock } = table.here;
    await becomeOwner(table.page);
    await membersElsewhere(svoi, 300);

    await write(table.page, 'owner', '/campaign');
    await table.hears('owner', 'Whom shall we write to?');
    await tap(table.page, 'All customers', 'owner');
    await table.hears('owner', 'What shall we write?');
    await write(table.page, 'owner', 'New beans from Peru are here.');
    await tap(table.page, 'Now', 'owner');
    await table.hears('owner', /\d+ people will get it\./);
    await table.hears('owner', /Kept apart to compare with: \d+/);
    await tap(table.page, 'Send', 'owner');
    await table.hears('owner', /We are writing to \d+ people\./);
    await table.here.settle();

    clock.advance(DAY_MS);
    await buyAfter(svoi);
    clock.advance(15 * DAY_MS);
    await write(table.page, 'owner', '/results');
    await chatOn(table.page, 'owner').getByRole('button', { name: /^✉️/ }).last().click();
    await table.hears('owner', /Worth doing again: each person brings/);
    await table.hears('owner', /Buyers: \d/);
    const told = await chatOn(table.page, 'owner').innerText();
    expect(told).toMatch(/Control group: 1\d\d/);
    expect(told).not.toMatch(/undefined|NaN|null/);
  });
});
