import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath, startBrowser } from '../support/browser.ts';
import {
  becomeManager,
  chatOn,
  choose,
  layTable,
  putOnCounter,
  sell,
  type Table,
  tap,
  write,
} from '../support/table.ts';

describe.skipIf(chromiumPath === undefined)('a manager who reads and acts on a segment, in a browser', () => {
  let browser: Browser;
  let table: Table;
  let page: Page;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    table = await layTable(browser);
    await table.register();
    page = await table.open('/?lang=en');
  });
  afterEach(() => table.clear());

  const hears = (phone: string, text: string) => chatOn(page, phone).getByText(text).last().waitFor();

  it('asks who bought lately, reads it, writes to them, and the customer hears of it in their own chat', async () => {
    await write(page, 'telegram', '/settings');
    await tap(page, 'Messages from us');
    await tap(page, 'Write to me about offers');
    await putOnCounter(page, 'beans');
    await sell(page);
    await becomeManager(page);

    await write(page, 'manager', '/segment orders>=1 and last_purchse<7d');
    await hears('manager', 'I do not know the word “last_purchse”');
    await choose(page, 'Yes, “last_purchase”', 'manager');
    await hears('manager', '1 customer fits');
    await choose(page, 'Write to them', 'manager');
    await hears('manager', 'What shall we write');
    await write(page, 'manager', 'New beans from Peru are here.');
    await choose(page, 'Now', 'manager');
    await hears('manager', '1 person will get it');
    await choose(page, 'Send', 'manager');
    await hears('telegram', 'New beans from Peru are here.');
    expect(await chatOn(page).getByText('New beans from Peru are here.').count()).toBe(1);
  });
});
