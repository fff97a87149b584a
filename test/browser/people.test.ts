import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { jpeg } from '../support/images.ts';
import { becomeOwner, chatOn, tableOfEachTest, tap, write } from '../support/table.ts';

describe.skipIf(chromiumPath === undefined)('people in several chats, in a browser', () => {
  const table = tableOfEachTest(async (laid) => {
    await laid.register();
    await laid.open('/?lang=en');
  });

  it('a link in one messenger opens the other, and both are of one person', async () => {
    for (const label of ['Settings', 'My messengers', 'Connect one more']) await tap(table.page, label);
    await chatOn(table.page).getByRole('link', { name: 'Viber' }).last().click();
    await table.hears('viber', 'This chat is yours now too');
    await table.hears('viber', 'You have 50 points');
    await table.hears('telegram', 'One more chat is connected to your account: Viber');
  });

  it('somebody of the staff takes over a chat, answers, and gives it back to the bot', async () => {
    await becomeOwner(table.page);
    await write(table.page, 'telegram', '/human');
    await write(table.page, 'telegram', 'Do you have decaf?');
    await table.hears('owner', 'Do you have decaf?');
    await tap(table.page, 'Answer', 'owner');
    await write(table.page, 'owner', 'Yes, from Colombia.');
    await table.hears('telegram', 'Yes, from Colombia.');
    const before = await chatOn(table.page).locator('.message.out').count();
    await write(table.page, 'telegram', 'Great, thank you');
    await table.hears('owner', 'Great, thank you');
    expect(await chatOn(table.page).locator('.message.out').count()).toBe(before);
    const cup = { name: 'cup.jpg', mimeType: jpeg.type, buffer: Buffer.from(jpeg.bytes) };
    await table.page.locator('[data-phone=telegram] [name=photo]').setInputFiles(cup);
    await table.hears('telegram', 'Your photo has been passed on.');
    const shown = chatOn(table.page, 'owner').locator('.message', { hasText: 'A photo: …' });
    await shown.locator('img').waitFor();
    await tap(table.page, 'Close', 'owner');
    await expect.poll(() => chatOn(table.page).locator('.message.out').count()).toBeGreaterThan(before);
    await write(table.page, 'telegram', '/points');
    await table.hears('telegram', 'You have 50 points');
  });
});
