import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath, openPage, startBrowser, type WatchedPage } from '../support/browser.ts';
import { listen } from '../support/listen.ts';
import { type TestPlayground, testPlayground } from '../support/playground.ts';

describe.skipIf(chromiumPath === undefined)('the playground in a browser', () => {
  let browser: Browser;
  let here: TestPlayground;
  let server: Awaited<ReturnType<typeof listen>>;
  let watched: WatchedPage | undefined;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    here = await testPlayground();
    server = await listen((request) => here.app.fetch(request));
  });
  afterEach(async () => {
    expect(watched?.complaints).toEqual([]);
    await watched?.context.close();
    watched = undefined;
    await server.close();
    await here.close();
  });

  async function open(path: string, options: Parameters<typeof openPage>[3] = {}): Promise<Page> {
    watched = await openPage(browser, server.url, path, options);
    await watched.page.locator('body[data-live]').waitFor();
    return watched.page;
  }

  it('tells the story: register, buy, read the points, next year they are burned', async () => {
    const page = await open('/?lang=en');
    await registerOnTelegram(page);
    await sellBeans(page);
    await page.getByText('+17 points').first().waitFor();
    expect(await page.locator('#receipt .figures').textContent()).toMatch(/17Balance67/);
    await tap(page, 'My points');
    await telegram(page)
      .getByText(/\b67 points/)
      .last()
      .waitFor();
    await page.getByRole('button', { name: '+1 year' }).click();
    await page.locator('#now', { hasText: '2027' }).waitFor();
    await tap(page, 'Menu');
    await tap(page, 'My points');
    await telegram(page)
      .getByText(/\b0 points|no points/i)
      .last()
      .waitFor();
    expect(await page.locator('.story li.taken').count()).toBe(4);
  });

  it('shows the same receipt again as a replay, with request and answer', async () => {
    const page = await open('/?lang=en');
    await sellBeans(page);
    await page.locator('.receipt-line', { hasText: '201' }).waitFor();
    await page.getByRole('button', { name: 'The same receipt again' }).click();
    await page.locator('.receipt-line', { hasText: '200' }).waitFor();
    await page.getByText('What went through the API').click();
    const call = page.locator('.calls > li').first();
    expect(await call.locator('.request').textContent()).toContain('"phone": "+380675550101"');
    expect(await call.locator('.answer').textContent()).toContain('Idempotent-Replay: true');
  });

  it('registers a phone without buttons by digits', async () => {
    const page = await open('/?lang=en');
    const phone = page.locator('[data-phone=text]');
    await phone.getByRole('button', { name: 'Hello' }).click();
    await phone.getByText('3. English').waitFor();
    await write(phone, '3');
    await phone.getByText(/1\. Join/).waitFor();
    await write(phone, '1');
    await phone
      .getByText(/50 points/)
      .last()
      .waitFor();
    expect(await phone.locator('.keyboard').count()).toBe(0);
  });

  it('edits in place what a button leads to, rather than piling messages up', async () => {
    const page = await open('/?lang=en');
    await registerOnTelegram(page);
    const before = await telegram(page).locator('.message').count();
    await tap(page, 'My points');
    await tap(page, 'Menu');
    await tap(page, 'My card');
    await telegram(page).locator('img').waitFor();
    expect(await telegram(page).locator('.message').count()).toBe(before);
  });

  it('keeps messages for a phone without network, and shows them when it is back, also after a reload', async () => {
    const page = await open('/?lang=en');
    await registerOnTelegram(page);
    const offline = page.locator('[data-phone=telegram] [name=offline]');
    await offline.check();
    await page.locator('.is-offline').waitFor();
    await sellBeans(page);
    await page.locator('#log tr', { hasText: '+17 points' }).waitFor();
    await page.reload();
    await page.locator('.is-offline').waitFor();
    await telegram(page).locator('.message').first().waitFor();
    expect(await telegram(page).getByText('+17 points').count()).toBe(0);
    await offline.uncheck();
    await telegram(page).getByText('+17 points').waitFor();
  });

  it('can be used with the keyboard alone, and the focus is always seen', async () => {
    const page = await open('/?lang=en');
    await page.keyboard.press('Tab');
    expect(await page.locator('.skip:focus-visible').count()).toBe(1);
    await pressOn(page, '[data-phone=telegram] .begin');
    await pressOn(page, '[data-phone=telegram] .message:last-child button:text-is("English")');
    await pressOn(page, '[data-phone=telegram] .share_phone');
    await telegram(page).getByText('50 points').last().waitFor();
    await pressOn(page, '[data-sku=beans] .add');
    await pressOn(page, '#sell');
    await telegram(page).getByText('+17 points').waitFor();
    await pressOn(page, '[data-jump=year]');
    await page.locator('#now', { hasText: '2027' }).waitFor();
  });

  it.each(['uk', 'ru', 'en'])(
    'in %s fits a screen of 360 pixels, and every control has a name',
    async (locale) => {
      const page = await open(`/?lang=${locale}`, { viewport: { width: 360, height: 740 } });
      await page.locator('.begin').first().click();
      await telegram(page).locator('.message').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      expect(await page.locator('html').getAttribute('lang')).toBe(locale);
      expect(await page.evaluate(countNameless)).toBe(0);
    },
  );

  it('has a chat to embed: it opens by a button, knows the customer, and closes by Escape', async () => {
    const page = await openSite('/playground/site?lang=en&as=telegram');
    await page.getByRole('button', { name: 'Chat' }).click();
    const frame = page.frameLocator('iframe');
    await frame.getByRole('button', { name: 'English' }).click();
    await frame.getByRole('button', { name: /Join/ }).click();
    await frame.getByText('50 points').last().waitFor();
    await frame.getByLabel('Write a message').press('Escape');
    await page.locator('iframe').waitFor({ state: 'hidden' });
  });

  it("remembers a visitor's chat over a reload", async () => {
    const page = await openSite('/playground/site?lang=en');
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

  async function openSite(path: string): Promise<Page> {
    watched = await openPage(browser, server.url, path);
    return watched.page;
  }
});

/** Runs in the page: how many controls a screen reader could not name. */
const countNameless = `[...document.querySelectorAll('button, a, input')].filter(
  (control) => !control.textContent.trim() && !control.ariaLabel && !control.labels?.length,
).length`;

function telegram(page: Page): Locator {
  return page.locator('[data-phone=telegram] .transcript');
}

async function tap(page: Page, label: string): Promise<void> {
  await telegram(page).getByRole('button', { name: label, exact: true }).last().click();
}

async function registerOnTelegram(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await tap(page, 'English');
  await telegram(page).locator('.share_phone').click();
  for (const _ of ['name', 'birthday']) await skipOnce(page);
  await tap(page, 'No, thanks');
  await telegram(page).getByRole('button', { name: 'My points' }).waitFor();
}

async function skipOnce(page: Page): Promise<void> {
  const skip = telegram(page).getByRole('button', { name: 'Skip' }).last();
  const before = await skip.locator('xpath=ancestor::li').textContent();
  await skip.click();
  await expect.poll(() => telegram(page).locator('.message').last().textContent()).not.toBe(before);
}

async function sellBeans(page: Page): Promise<void> {
  await page.locator('[data-sku=beans] .add').click();
  await page.locator('#sell').click();
}

async function write(phone: Locator, text: string): Promise<void> {
  await phone.getByLabel('Message').fill(text);
  await phone.getByRole('button', { name: 'Send' }).click();
}

/** Goes by Tab to what `selector` names, and presses Enter there. */
async function pressOn(page: Page, selector: string): Promise<void> {
  await page.locator(selector).waitFor();
  for (let steps = 0; steps < 80; steps += 1) {
    const focused = page.locator(`${selector}:focus-visible`);
    if ((await focused.count()) > 0) {
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
      return page.keyboard.press('Enter');
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached ${selector}`);
}
