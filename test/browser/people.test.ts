import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath, startBrowser } from '../support/browser.ts';
import { becomeOwner, chatOn, layTable, type Table, tap, write } from '../support/table.ts';

describe.skipIf(chromiumPath === undefined)('people in several chats, in a browser', () => {
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

  it('a link in one messenger opens the other, and both are of one person', async () => {
    for (const label of ['Settings', 'My messengers', 'Connect one more']) await tap(page, label);
    await chatOn(page).getByRole('link', { name: 'Viber' }).last().click();
    await hears('viber', 'This chat is yours now too');
    await hears('viber', 'You have 50 points');
    await hears('telegram', 'One more chat is connected to your account: Viber');
  });

  it('somebody of the staff takes over a chat, answers, and gives it back to the bot', async () => {
    await becomeOwner(page);
    await write(page, 'telegram', '/human');
    await write(page, 'telegram', 'Do you have decaf?');
    await hears('owner', 'Do you have decaf?');
    await tap(page, 'Answer', 'owner');
    await write(page, 'owner', 'Yes, from Colombia.');
    await hears('telegram', 'Yes, from Colombia.');
    const before = await chatOn(page).locator('.message.out').count();
    await write(page, 'telegram', 'Great, thank you');
    await hears('owner', 'Great, thank you');
    expect(await chatOn(page).locator('.message.out').count()).toBe(before);
    await tap(page, 'Close', 'owner');
    await expect.poll(() => chatOn(page).locator('.message.out').count()).toBeGreaterThan(before);
    await write(page, 'telegram', '/points');
    await hears('telegram', 'You have 50 points');
  });
});
