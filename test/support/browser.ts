import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

/** Where Chromium is, if it is installed. */
export const chromiumPath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);

let ofProcess: Promise<Browser> | undefined;

/** The Chromium of all tests of this process: started once, it ends with the process. Whoever opens a page closes it. */
export function theBrowser(): Promise<Browser> {
  ofProcess ??= startBrowser();
  return ofProcess;
}

/** It talks to nobody but the pages a test opens. */
function startBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page that keeps count of what it must not do. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors on the console, exceptions, failed requests, and requests to anywhere but `origin`. */
  readonly complaints: readonly string[];
}

/** Opens a page with nothing remembered. */
export async function openPage(
  browser: Browser,
  origin: string,
  path: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1380, height: 1000 }, ...options });
  context.setDefaultTimeout(40_000);
  const complaints: string[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
      complaints.push(`request to ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} from ${response.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  const page = await context.newPage();
  // The frame with the site's chat may still be on its way: a test waits for what it looks at.
  await page.goto(origin + path, { waitUntil: 'domcontentloaded' });
  return { page, context, complaints };
}
