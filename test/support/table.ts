import type { Browser, Locator, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { platformTimers } from '../../bots/timers.ts';
import { openPage, theBrowser, type WatchedPage } from './browser.ts';
import { type Listening, listen } from './listen.ts';
import { type TestPlayground, testPlayground } from './playground.ts';

type PageOptions = Parameters<typeof openPage>[3];

/** A playground that is served, with the page that was opened last. */
interface Table {
  /** What is served. */
  readonly here: TestPlayground;
  /** The phone with buttons is a customer's already, and shows the menu. */
  register(): Promise<void>;
  /** Opens a page of the playground; `/` waits until it is live. */
  open(path: string, options?: PageOptions): Promise<Page>;
  /** Closes all. Fails when the page complained of anything. */
  clear(): Promise<void>;
}

/** Serves a new playground for `browser`. */
async function layTable(browser: Browser): Promise<Table> {
  const here: TestPlayground = await testPlayground(platformTimers);
  const server: Listening = await listen((request) => here.app.fetch(request));
  let watched: WatchedPage | undefined;
  return {
    here,
    async register() {
      for (const said of [{ kind: 'start' }, { kind: 'share' }, { kind: 'text', text: '/menu' }]) {
        await here.act('telegram', said);
      }
    },
    async open(path, options = {}) {
      watched = await openPage(browser, server.url, path, options);
      if (path.startsWith('/?')) await watched.page.locator('body[data-live]').waitFor();
      return watched.page;
    },
    async clear() {
      const complaints = watched?.complaints ?? [];
      await watched?.context.close();
      await server.close();
      await here.close();
      expect(complaints).toEqual([]);
    },
  };
}

/** The table of the test that is under way. */
export interface TableOfTest extends Pick<Table, 'here' | 'register' | 'open'> {
  /** The page that was opened last. */
  readonly page: Page;
  /** Waits for words in the chat on a phone. */
  hears(phone: string, text: string | RegExp): Promise<void>;
}

/** Lays a new table before each test of a `describe`, all in one browser, and clears it afterwards. */
export function tableOfEachTest(
  prepare: (table: TableOfTest) => Promise<unknown> = async () => {},
): TableOfTest {
  let browser: Browser;
  let table: Table;
  let page: Page;
  const ofTest: TableOfTest = {
    get here() {
      return table.here;
    },
    get page() {
      return page;
    },
    register: () => table.register(),
    async open(path, options) {
      page = await table.open(path, options);
      return page;
    },
    hears: (phone, text) => chatOn(page, phone).getByText(text).last().waitFor(),
  };
  beforeAll(async () => {
    browser = await theBrowser();
  });
  beforeEach(async () => {
    table = await layTable(browser);
    await prepare(ofTest);
  });
  afterEach(() => table.clear());
  return ofTest;
}

/** The chat on a phone. */
export function chatOn(page: Page, phone = 'telegram'): Locator {
  return page.locator(`[data-phone=${phone}] .transcript`);
}

/** Taps the newest button of this label in the chat on a phone. */
export async function tap(page: Page, label: string, phone = 'telegram'): Promise<void> {
  await chatOn(page, phone).getByRole('button', { name: label, exact: true }).last().click();
}

/** Writes into the chat on a phone. */
export async function write(page: Page, phone: string, text: string): Promise<void> {
  const element = page.locator(`[data-phone=${phone}]`);
  await element.getByLabel('Message').fill(text);
  await element.locator('.send').click();
}

/** Joins on the phone with buttons, without telling more than the number. */
export async function registerOnTelegram(page: Page): Promise<void> {
  await page.locator('[data-phone=telegram] .begin').click();
  await tap(page, 'English');
  await chatOn(page).locator('.share_phone').click();
  for (const _ of ['name', 'birthday']) await skipOnce(page);
  await tap(page, 'No, thanks');
  await chatOn(page).getByRole('button', { name: 'My points' }).waitFor();
}

async function skipOnce(page: Page): Promise<void> {
  const skip = chatOn(page).getByRole('button', { name: 'Skip' }).last();
  const before = await skip.locator('xpath=ancestor::li').textContent();
  await skip.click();
  await expect.poll(() => chatOn(page).locator('.message').last().textContent()).not.toBe(before);
}

/** Unfolds what stands behind the counter, opens the one-time link on the owner's phone, and proves the number. */
export async function becomeOwner(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Behind the counter' }).click();
  await page.getByRole('button', { name: 'Open the link' }).click();
  await tap(page, 'English', 'owner');
  await chatOn(page, 'owner').locator('.share_phone').click();
  await chatOn(page, 'owner').getByText('Welcome to the team!').waitFor();
}

/** Opens the manager's one-time link: the phone has WhatsApp, which proves the number by itself, and no buttons. */
export async function becomeManager(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Behind the counter' }).click();
  await page.locator('[data-phone=manager] .begin').click();
  await choose(page, 'Join', 'manager');
  await chatOn(page, 'manager').getByText('Welcome to the team!').waitFor();
}

/** Answers with the number that stands before a label in the newest message that offers it. */
export async function choose(page: Page, label: string, phone: string): Promise<void> {
  const numbered = new RegExp(`^(\\d+)\\W+${label}$`, 'm');
  const offering = chatOn(page, phone)
    .locator('.message')
    .filter({ hasText: new RegExp(`\\d+\\W+${label}`) });
  const [, number = ''] = numbered.exec(await offering.last().innerText()) ?? [];
  await write(page, phone, number);
}

/** Puts one more of a good on the counter. */
export async function putOnCounter(page: Page, sku: string): Promise<void> {
  await page.locator(`[data-sku=${sku}] .add`).click();
}

/** Sells what is on the counter; resolves with what the till then shows. */
export async function sell(page: Page): Promise<string> {
  await page.locator('#sell').click();
  return resultOf(page, /accepted|waiting/);
}

/** What the till shows of the last thing done there, once its first line reads as `line` says. */
export async function resultOf(page: Page, line: RegExp): Promise<string> {
  await page.locator('#receipt .receipt-line', { hasText: line }).waitFor();
  return (await page.locator('#receipt').innerText()).replaceAll('\n', ' ');
}

/** Runs in the page: how many controls a screen reader could not name. */
export const countNameless = `[...document.querySelectorAll('button, a, input, summary')].filter(
  (control) => !control.textContent.trim() && !control.ariaLabel && !control.labels?.length,
).length`;

/** Goes by Tab to what `selector` names, where the focus must be seen. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor();
  for (let steps = 0; steps < 120; steps += 1) {
    if ((await page.locator(`${selector}:focus-visible`).count()) > 0) {
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached ${selector}`);
}

/** Goes by Tab to what `selector` names, and presses Enter there. */
export async function pressOn(page: Page, selector: string): Promise<void> {
  await tabTo(page, selector);
  await page.keyboard.press('Enter');
}
