import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCoupon } from '../../../core/coupons/create.ts';
import { converse, type TestChat } from '../../support/chat.ts';
import { aDefinition } from '../../support/coupons.ts';
import { aColleague } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
let maria: TestChat;
beforeEach(async () => {
  t = await testSvoi();
  t.svoi.useSite(() => ({ url: 'https://shop.example', isPublic: true }));
  maria = await aColleague(t.svoi, '+380671230002', 'Maria', 'manager');
});
afterEach(() => t.close());

test('a manager makes a page question by question, publishes it, changes it and takes it back', async () => {
  await t.svoi.submit(
    createCoupon(
      aDefinition({ name: 'Tulips', code: {}, effect: { kind: 'percent', percent: 10 } }),
      'test',
      {
        zone: 'Europe/Kyiv',
      },
    ),
  );
  await converse(
    maria,
    `> /page
     There are no pages yet.
     >> New page
     What is the page called?
     > Spring gifts
     What shall stand on it?
     > A gift with every purchase
     What shall the button say?
     > I want it
     Saved. Nobody sees the page yet
     Spring gifts
     A gift with every purchase
     Button: “I want it”
     Leads into a chat with us
     Not published yet.
     >> Coupon
     Which coupon
     >> Tulips
     Done, changed.
     Gives the coupon “Tulips”, once to each
     >> Where it leads
     > nowhere
     It has to be an address that begins with https://.
     > https://shop.example/gifts
     Leads to https://shop.example/gifts
     >> Title
     > Spring
     Done, changed.
     >> Publish
     Published.
     Address: https://shop.example/o/spring_gifts
     >> All pages
     [Spring · views: 0]
     >> Spring · views: 0
     >> Take back
     Not published yet.`,
  );
});

test('what cannot be on a page is asked for once more, by numbers as well', async () => {
  await converse(
    maria,
    `> /page
     > 1
     What is the page called?
     > ${'x'.repeat(81)}
     Write 1 to 80 characters.
     > 2026
     > Text
     > Go
     Saved.
     >> Picture
     > pic_00000000000000000000000000
     There is no such picture.
     >> No picture
     Done, changed.`,
  );
});

test('a page somebody else has taken away meanwhile is said to be gone', async () => {
  expect((await maria.press('paged:nowhere')).at(-1)?.text).toBe('There is no such page any more.');
});
