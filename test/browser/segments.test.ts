import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import {
  becomeManager,
  chatOn,
  choose,
  putOnCounter,
  sell,
  tableOfEachTest,
  tap,
  write,
} from '../support/table.ts';

describe.skipIf(chromiumPath === undefined)('a manager who reads and acts on a segment, in a browser', () => {
  const table = tableOfEachTest(async (laid) => {
    await laid.register();
    await laid.open('/?lang=en');
  });

  it('asks who bought lately, reads it, writes to them, and the customer hears of it in their own chat', async () => {
    await write(table.page, 'telegram', '/settings');
    await tap(table.page, 'Messages from us');
    await tap(table.page, 'Write to me about offers');
    await putOnCounter(table.page, 'beans');
    await sell(table.page);
    await becomeManager(table.page);

    await write(table.page, 'manager', '/segment orders>=1 and last_purchse<7d');
    await table.hears('manager', 'I do not know the word “last_purchse”');
    await choose(table.page, 'Yes, “last_purchase”', 'manager');
    await table.hears('manager', '1 customer fits');
    await choose(table.page, 'Write to them', 'manager');
    await table.hears('manager', 'What shall we write');
    await write(table.page, 'manager', 'New beans from Peru are here.');
    await choose(table.page, 'Now', 'manager');
    await table.hears('manager', '1 person will get it');
    await choose(table.page, 'Send', 'manager');
    await table.hears('telegram', 'New beans from Peru are here.');
    expect(await chatOn(table.page).getByText('New beans from Peru are here.').count()).toBe(1);
  });
});
