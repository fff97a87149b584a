import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import {
  chatOn,
  countNameless,
  pressOn,
  putOnCounter,
  registerOnTelegram,
  tableOfEachTest,
  tap,
  write,
} from '../support/table.ts';

describe.skipIf(chromiumPath === undefined)('the playground in a browser', () => {
  const table = tableOfEachTest();

  it('tells the story: register, buy, read the points, next year they are burned', async () => {
    const page = await table.open('/?lang=en');
    await registerOnTelegram(page);
    await sellBeans(page);
    await page.getByText('+17 points').first().waitFor();
    await expect.poll(() => page.locator('#receipt .figures').textContent()).toMatch(/17Balance67/);
    await tap(page, 'My points');
    await chatOn(page)
      .getByText(/\b67 points/)
      .last()
      .waitFor();
    await page.getByRole('button', { name: '+1 year' }).click();
    await page.locator('#now', { hasText: '2027' }).waitFor();
    // The clock is seen moving; what falls due on the way is done when it stands still again.
    await page.locator('[data-jump=year]:enabled').waitFor();
    await tap(page, 'Menu');
    await tap(page, 'My points');
    await chatOn(page)
      .getByText(/\b0 points|no points/i)
      .last()
      .waitFor();
    await expect.poll(() => page.locator('.story li.taken').count()).toBe(4);
  });

  it('shows the same receipt again as a replay, with request and answer', async () => {
    const page = await table.open('/?lang=en');
    await sellBeans(page);
    await page.locator('.receipt-line', { hasText: '201' }).waitFor();
    await page.getByRole('button', { name: 'The same receipt again' }).click();
    await page.locator('.receipt-line', { hasText: '200' }).waitFor();
    await page.getByText('What went through the API').click();
    const call = page.locator('.calls details[open]');
    await expect.poll(() => call.locator('.answer').textContent()).toContain('Idempotent-Replay: true');
    expect(await call.locator('.request').textContent()).toContain('"phone": "+380675550101"');
  });

  it('registers a phone without buttons by digits', async () => {
    const page = await table.open('/?lang=en');
    const chat = chatOn(page, 'text');
    await page.getByRole('button', { name: 'Hello' }).click();
    await chat.getByText('3. English').waitFor();
    await write(page, 'text', '3');
    await chat.getByText(/1\. Join/).waitFor();
    await write(page, 'text', '1');
    await chat
      .getByText(/50 points/)
      .last()
      .waitFor();
    expect(await chat.locator('.keyboard').count()).toBe(0);
    await write(page, 'text', 'like this (https://shop.example/a?b=1)?');
    await chat.locator('a[href="https://shop.example/a?b=1"]').waitFor();
  });

  it('edits in place what a button leads to, rather than piling messages up', async () => {
    const page = await table.open('/?lang=en');
    await registerOnTelegram(page);
    const before = await chatOn(page).locator('.message').count();
    await tap(page, 'My points');
    await tap(page, 'Menu');
    await tap(page, 'My card');
    await chatOn(page).locator('img').waitFor();
    expect(await chatOn(page).locator('.message').count()).toBe(before);
  });

  it('keeps messages for a phone without network, and shows them when it is back, also after a reload', async () => {
    const page = await table.open('/?lang=en');
    await registerOnTelegram(page);
    const offline = page.locator('[data-phone=telegram] [name=offline]');
    await offline.check();
    await page.locator('.is-offline').waitFor();
    await sellBeans(page);
    await page.locator('#log tr', { hasText: '+17 points' }).waitFor();
    await page.reload();
    await page.locator('.is-offline').waitFor();
    await chatOn(page).locator('.message').first().waitFor();
    expect(await chatOn(page).getByText('+17 points').count()).toBe(0);
    await offline.uncheck();
    await chatOn(page).getByText('+17 points').waitFor();
  });

  it('can be used with the keyboard alone, and the focus is always seen', async () => {
    const page = await table.open('/?lang=en');
    await page.keyboard.press('Tab');
    expect(await page.locator('.skip:focus-visible').count()).toBe(1);
    await pressOn(page, '[data-phone=telegram] .begin');
    await pressOn(page, '[data-phone=telegram] .message:last-child button:text-is("English")');
    await pressOn(page, '[data-phone=telegram] .share_phone');
    await chatOn(page).getByText('50 points').last().waitFor();
    await pressOn(page, '[data-sku=beans] .add');
    await pressOn(page, '#sell');
    await chatOn(page).getByText('+17 points').waitFor();
    await pressOn(page, '[data-jump=year]');
    await page.locator('#now', { hasText: '2027' }).waitFor();
    await page.locator('[data-jump=year]:enabled').waitFor();
  });

  it.each(['uk', 'ru', 'en'])(
    'in %s fits a screen of 360 pixels, and every control has a name',
    async (locale) => {
      const page = await table.open(`/?lang=${locale}`, { viewport: { width: 360, height: 740 } });
      await page.locator('.begin').first().click();
      await chatOn(page).locator('.message').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      expect(await page.locator('html').getAttribute('lang')).toBe(locale);
      expect(await page.evaluate(countNameless)).toBe(0);
    },
  );

  it('has a chat to embed: it opens by a button, knows the customer, and closes by Escape', async () => {
    const page = await table.open('/playground/site?lang=en&as=telegram');
    await page.getByRole('button', { name: 'Chat' }).click();
    const frame = page.frameLocator('iframe');
    await frame.getByRole('button', { name: 'English' }).click();
    await frame.getByRole('button', { name: /Join/ }).click();
    await frame.getByText('50 points').last().waitFor();
    await frame.getByLabel('Write a message').press('Escape');
    await page.locator('iframe').waitFor({ state: 'hidden' });
  });

  it("remembers a visitor's chat over a reload", async () => {
    const page = await table.open('/playground/site?lang=en');
    const chat = page.getByRole('button', { name: 'Chat' });
    const frame = page.frameLocator('iframe');
    await chat.click();
    await frame.getByLabel('Write a message').fill('is anybody there?');
    await frame.getByLabel('Write a message').press('Enter');
    await frame.getByText('is anybody there?').waitFor();
    await page.reload();
    await chat.click();
    await frame.getByText('is anybody there?').waitFor();
  });
});

async function sellBeans(page: Page): Promise<void> {
  await putOnCounter(page, 'beans');
  await page.locator('#sell').click();
}
