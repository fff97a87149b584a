import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import {
  becomeOwner,
  chatOn,
  countNameless,
  putOnCounter,
  resultOf,
  sell,
  tableOfEachTest,
  tabTo,
  tap,
  write,
} from '../support/table.ts';

describe.skipIf(chromiumPath === undefined)('points, returns and coupons in a browser', () => {
  const table = tableOfEachTest();

  async function openTable(options: Parameters<typeof table.open>[1] = {}): Promise<Page> {
    await table.register();
    return table.open('/?lang=en', options);
  }

  it('a code on the phone pays at the till; a line brought back is told of in the chat', async () => {
    const page = await openTable();
    await putOnCounter(page, 'beans');
    await page.getByText('Points, coupons, paying later').click();
    await page.locator('#quote', { hasText: 'Points could pay, up to50' }).waitFor();
    await page.getByLabel('Code from the phone').fill(await paymentCode(page));
    await page.getByRole('button', { name: 'Set the points aside' }).click();
    await page.locator('#held', { hasText: 'Set aside: 50 (₴50.00)' }).waitFor();
    await expect.poll(() => page.locator('#till-total').textContent()).toBe('₴299.00');
    expect(await sell(page)).toMatch(/Points earned 14 Points spent 50 Balance 14/);
    await chatOn(page).getByText('Paid with points: 50 points.').waitFor();

    await page.getByText('Receipts of this till').click();
    await page.getByText('Bring back', { exact: true }).click();
    await page.getByLabel('Coffee beans, 250 g (up to 1)').fill('1');
    await page.getByRole('button', { name: 'Bring these back' }).click();
    expect(await resultOf(page, /Brought back/)).toMatch(
      /Money to hand back ₴299.00 Points taken back 14 Points given back 50 Balance 50/,
    );
    await chatOn(page)
      .getByText(/You brought back goods for ₴349/)
      .waitFor();
    await expect.poll(() => page.locator('.receipts em').textContent()).toBe('brought back');
  });

  it('the customer is asked on the phone, and says no: nothing is taken', async () => {
    const page = await openTable();
    await putOnCounter(page, 'mug');
    await page.getByText('Points, coupons, paying later').click();
    await page.getByLabel('Points', { exact: true }).fill('20');
    await page.getByRole('button', { name: 'Set the points aside' }).click();
    await page.locator('#held', { hasText: 'waiting for yes or no' }).waitFor();
    await expect.poll(() => page.locator('#sell').isDisabled()).toBe(true);
    await tap(page, 'No');
    await page.locator('#held', { hasText: 'The customer said no' }).waitFor();
    expect(await sell(page)).toMatch(/Points earned 21 Balance 71/);
    await expect.poll(() => page.locator('.further li.taken').count()).toBe(1);
  });

  it('a receipt of nobody goes to the first phone that reads it', async () => {
    const page = await openTable();
    await page.getByRole('button', { name: 'no customer' }).click();
    await putOnCounter(page, 'beans');
    await sell(page);
    await page.getByAltText('QR code of the receipt').waitFor();
    await expect
      .poll(() => page.evaluate(`document.querySelector('.claim img').naturalWidth`))
      .toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Scan with Telegram' }).click();
    await chatOn(page)
      .getByText(/receipt brings you 17 points/)
      .waitFor();
    await page.getByRole('button', { name: 'Send from WhatsApp' }).click();
    await chatOn(page, 'text').getByText('3. English').waitFor();
    await expect.poll(() => page.locator('.further li.taken').count()).toBe(1);
  });

  it('the owner makes a coupon and issues it to a customer, who uses it at the till', async () => {
    const page = await openTable();
    await becomeOwner(page);
    for (const text of [
      '/coupon new',
      ...['A percentage off', '10', 'Autumn coffee', 'Personal', '30', 'Any'],
    ]) {
      await answerAs(page, 'owner', text);
    }
    await answerAs(page, 'owner', 'Yes, do it');
    await answerAs(page, 'owner', '/issue Autumn coffee 067 555 01 01');
    await chatOn(page, 'owner')
      .getByText(/…0101 has the coupon “Autumn coffee”/)
      .waitFor();
    await tap(page, 'My coupons');
    await tap(page, 'Autumn coffee · until 22/12/26');
    const [code = ''] = await textIn(page, /[0-9A-Z]{4}-[0-9A-Z]{4}/);

    await putOnCounter(page, 'beans');
    await page.getByText('Points, coupons, paying later').click();
    await page.getByLabel('Coupon code').fill(code);
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.locator('#quote', { hasText: 'Discount: Autumn coffee' }).waitFor();
    await expect.poll(() => page.locator('#till-total').textContent()).toBe('₴314.10');
    expect(await sell(page)).toMatch(/Discount −₴34.90 Points earned 15 Balance 65/);
    expect(await page.getByText('Coupon code').count()).toBe(1);
    await expect.poll(() => page.locator('.entered li').count()).toBe(0);
  });

  it('fits 390 pixels with all unfolded, and points are set aside by the keyboard alone', async () => {
    const page = await openTable({ viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
    await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
    await page.locator('[data-sku=press] .add').focus();
    await page.keyboard.press('Enter');
    await page.locator('#quote', { hasText: 'Points could pay' }).waitFor();
    await tabTo(page, '#spend-points');
    await page.keyboard.type('10');
    await page.keyboard.press('Enter');
    await page.locator('#held', { hasText: 'waiting for yes or no' }).waitFor();
    await page.locator('#release').focus();
    await page.keyboard.press('Enter');
    await page.locator('#held', { hasText: 'Cancelled' }).waitFor();
    await tabTo(page, '#coupon-code');
    await page.keyboard.type('no such code');
    await page.keyboard.press('Enter');
    await page.locator('#coupon', { hasText: 'there is no such coupon' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await page.evaluate(countNameless)).toBe(0);
  });
});

/** Taps the button of this label if the newest message has one, else writes it; resolves when it was answered. */
async function answerAs(page: Page, phone: string, text: string): Promise<void> {
  const newest = chatOn(page, phone).locator('.message').last();
  const before = await newest.textContent();
  const button = newest.getByRole('button', { name: text, exact: true });
  if ((await button.count()) > 0) await button.click();
  else await write(page, phone, text);
  // One's own words are the newest message until they are answered.
  await expect
    .poll(async () => {
      const [isAnswer, now] = await newest.evaluate((one) => [
        one.classList.contains('out'),
        one.textContent,
      ]);
      return isAnswer && now !== before;
    })
    .toBe(true);
}

/** The code that "Pay with points" shows. */
async function paymentCode(page: Page): Promise<string> {
  await tap(page, 'Pay with points');
  const [, code = ''] = await textIn(page, /Show this code at the till: (\d{3} \d{3})/);
  return code;
}

/** What is found in the customer's chat, once it is there. */
async function textIn(page: Page, wanted: RegExp): Promise<RegExpExecArray | []> {
  const shown = await chatOn(page).getByText(wanted).last().textContent();
  return wanted.exec(shown ?? '') ?? [];
}
