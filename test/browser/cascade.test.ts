import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { chatOn, putOnCounter, sell, tableOfEachTest, tap, write } from '../support/table.ts';

describe.skipIf(chromiumPath === undefined)('a message finds its way in a browser', () => {
  const table = tableOfEachTest(async (laid) => {
    await laid.open('/?lang=en');
    await joinOnViber();
  });

  const way = (channel: string) => table.page.locator(`#way li[data-channel=${channel}]`);
  const sms = (text: string | RegExp) => chatOn(table.page, 'sms').getByText(text).first();

  /** Viber proves no number: the code comes to the phone with the SMS. */
  async function joinOnViber(): Promise<void> {
    await table.page.locator('[data-phone=viber] .begin').click();
    await tap(table.page, 'English', 'viber');
    await chatOn(table.page, 'viber').locator('.share_phone').click();
    const text = await sms(/\d{6}/).textContent();
    await write(table.page, 'viber', /\d{6}/.exec(text ?? '')?.[0] ?? '');
    await chatOn(table.page, 'viber')
      .getByText(/50 points/)
      .last()
      .waitFor();
    await table.page.getByRole('button', { name: 'Viber', exact: true }).click();
    await putOnCounter(table.page, 'beans');
  }

  it('by Viber, with the receipt that it arrived, and what that saved against an SMS', async () => {
    await sell(table.page);
    await way('viber').getByText('delivered', { exact: true }).waitFor();
    expect(await table.page.locator('#way li').count()).toBe(1);
    await table.page.locator('#way-costs', { hasText: 'Saved' }).waitFor();
    await expect.poll(() => table.page.locator('#way-costs dd').last().textContent()).toContain('1.20');
  });

  it('by SMS at once when Viber is blocked', async () => {
    await table.page.locator('[data-phone=viber] [name=blocked]').check();
    await table.page.locator('[data-phone=viber].is-blocked').waitFor();
    await sell(table.page);
    await sms('+17 points').waitFor();
    await way('sms').getByText('delivered', { exact: true }).waitFor();
    await expect.poll(() => way('sms').locator('.price').textContent()).toContain('1.20');
  });

  it('by SMS an hour later when Viber is offline; what Viber delivers after that is told as a double', async () => {
    await table.page.locator('[data-phone=viber] [name=offline]').check();
    await table.page.locator('[data-phone=viber].is-offline').waitFor();
    await sell(table.page);
    await way('viber').getByText('sent').waitFor();
    await table.page.getByRole('button', { name: '+1 hour' }).click();
    await sms('+17 points').waitFor();
    await way('viber').getByText('not delivered in time').waitFor();
    await table.page.locator('[data-phone=viber] [name=offline]').uncheck();
    await chatOn(table.page, 'viber').getByText('+17 points').waitFor();
    await way('viber').getByText('delivered', { exact: true }).waitFor();
  });
});
