import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath, startBrowser } from '../support/browser.ts';
import { chatOn, layTable, putOnCounter, sell, type Table, tap, write } from '../support/table.ts';

describe.skipIf(chromiumPath === undefined)('a message finds its way in a browser', () => {
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
    await joinOnViber();
  });
  afterEach(() => table.clear());

  const way = (channel: string) => page.locator(`#way li[data-channel=${channel}]`);
  const sms = (text: string | RegExp) => chatOn(page, 'sms').getByText(text).first();

  /** Viber proves no number: the code comes to the phone with the SMS. */
  async function joinOnViber(): Promise<void> {
    await page.locator('[data-phone=viber] .begin').click();
    await tap(page, 'English', 'viber');
    await chatOn(page, 'viber').locator('.share_phone').click();
    const text = await sms(/\d{6}/).textContent();
    await write(page, 'viber', /\d{6}/.exec(text ?? '')?.[0] ?? '');
    await chatOn(page, 'viber')
      .getByText(/50 points/)
      .last()
      .waitFor();
    await page.getByRole('button', { name: 'Viber', exact: true }).click();
    await putOnCounter(page, 'beans');
  }

  it('by Viber, with the receipt that it arrived, and what that saved against an SMS', async () => {
    await sell(page);
    await way('viber').getByText('delivered').waitFor();
    expect(await page.locator('#way li').count()).toBe(1);
    await page.locator('#way-costs', { hasText: 'Saved' }).waitFor();
    expect((await page.locator('#way-costs dd').allTextContents()).at(-1)).toContain('1.20');
  });

  it('by SMS at once when Viber is blocked', async () => {
    await page.locator('[data-phone=viber] [name=blocked]').check();
    await page.locator('[data-phone=viber].is-blocked').waitFor();
    await sell(page);
    await sms('+17 points').waitFor();
    await way('sms').getByText('delivered').waitFor();
    expect(await way('sms').locator('.price').textContent()).toContain('1.20');
  });

  it('by SMS an hour later when Viber is offline; what Viber delivers after that is told as a double', async () => {
    await page.locator('[data-phone=viber] [name=offline]').check();
    await page.locator('[data-phone=viber].is-offline').waitFor();
    await sell(page);
    await way('viber').getByText('sent').waitFor();
    await page.getByRole('button', { name: '+1 hour' }).click();
    await sms('+17 points').waitFor();
    await way('viber').getByText('not delivered in time').waitFor();
    await page.locator('[data-phone=viber] [name=offline]').uncheck();
    await chatOn(page, 'viber').getByText('+17 points').waitFor();
    await way('viber').getByText('delivered', { exact: true }).waitFor();
  });
});
