import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClaimPage } from '../../../bots/web/claim.tsx';
import { recordRefund } from '../../../core/checkout/refund.ts';
import type { ShopId } from '../../../core/ids.ts';
import { purchaseRules } from '../../../core/program/rules.ts';
import { recordPayment } from '../../../core/purchases/payment.ts';
import { DAY_MS } from '../../../core/time.ts';
import { readRow } from '../../../db/database.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { settleDue } from '../../../jobs.ts';
import { createChatLinks } from '../../../links.ts';
import { converse, testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi();
});
afterEach(() => t.close());

let receipts = 0;

/** A receipt of 1,000.00 without a customer, and the code on it. */
async function aReceipt(more: object = {}) {
  receipts += 1;
  const given = { at: t.clock.now(), externalId: `r-${receipts}`, customer: null, ...more };
  const { id, claim } = (await buy(t.svoi, aPurchase(given))).result;
  if (!claim) throw new Error('the receipt has no code');
  return { id, code: claim.code };
}

async function member(address: string, language = 'en') {
  const chat = testChat(t.svoi, { address, language });
  await chat.contact(`38050000${address}`);
  await chat.say('menu');
  return chat;
}

const said = (heard: readonly { readonly text: string }[]) => heard.map(({ text }) => text).join('\n');
const balance = async (address: string) => {
  const sql = `select available, pending from ledger_transactions l join customers c on c.id = l.customer_id
    where c.phone = ? order by seq desc limit 1`;
  return readRow(t.svoi.database, sql, `+38050000${address}`);
};

describe('a member', () => {
  test('sends the code as it reads on the receipt, and the points are there with their reason', async () => {
    const chat = await member('1001');
    const { code } = await aReceipt();
    const typed = `${code.slice(0, 3)} ${code.slice(3, 6)}-${code.slice(6)}`.toLowerCase();
    await converse(
      chat,
      `> ${typed}
       The receipt brings you 50 points.
       You have 100 points.
       > /history
       +50 points · purchase
       > 1
       Lamp, ₴1,000: 50 points
       You added this receipt yourself, by the code on it.
       Good through 22 November 2027.`,
    );
    expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  });

  test('opens the link on the receipt, in a chat that began long ago', async () => {
    const chat = await member('1001', 'uk');
    const { code } = await aReceipt();
    expect(said(await chat.start(`c_${code}`))).toContain('За чек — 50 балів.');
    expect(said(await chat.start(`c_${code}`))).toContain('Бали за цей чек у вас уже є.');
    expect(await balance('1001')).toEqual({ available: 100, pending: 0 });
  });

  test('may send the link itself, and letters of another keyboard that look the same', async () => {
    const chat = await member('1001', 'ru');
    const { code } = await aReceipt();
    const cyrillic = [...code].map(
      (one) => ({ C: 'С', H: 'Н', K: 'К', M: 'М', P: 'Р', T: 'Т', X: 'Х' })[one] ?? one,
    );
    expect(said(await chat.say(`https://t.me/svoi_bot?start=c_${code}`))).toContain('За чек — 50 баллов.');
    expect(said(await chat.say(cyrillic.join('')))).toContain('Баллы за этот чек у вас уже есть.');
  });

  test('who sends it second is told kindly, and gets nothing', async () => {
    const { code } = await aReceipt();
    const [first, second] = [await member('1001'), await member('1002')];
    await first.say(code);
    expect(said(await second.say(code))).toContain('Somebody already has the points for this receipt.');
    expect(await balance('1002')).toEqual({ available: 50, pending: 0 });
  });

  test('at the same moment as others: one gets the points', async () => {
    const { code } = await aReceipt();
    const chats = await Promise.all(['1001', '1002', '1003', '1004'].map((address) => member(address)));
    const heard = await Promise.all(chats.map((chat) => chat.say(code)));
    const won = heard.filter((one) => said(one).includes('brings you 50 points'));
    expect(won).toHaveLength(1);
    const sum = await readRow(t.svoi.database, 'select sum(remaining) as points from lots');
    expect(sum).toEqual({ points: 4 * 50 + 50 });
  });

  test('is too late at the midnight that ends the last day', async () => {
    const [{ code }, other] = [await aReceipt(), await aReceipt()];
    const chat = await member('1001');
    t.clock.set(Date.parse('2026-12-07T00:00:00+02:00') - 1);
    expect(said(await chat.say(code))).toContain('brings you 50 points');
    t.clock.advance(1);
    expect(said(await chat.say(other.code))).toContain('the time to get the points for this receipt is over');
  });

  test('adds three receipts in a day, and the next one a day later', async () => {
    const chat = await member('1001');
    const codes = [await aReceipt(), await aReceipt(), await aReceipt(), await aReceipt()].map(
      ({ code }) => code,
    );
    for (const code of codes.slice(0, 3)) await chat.say(code);
    expect(said(await chat.say(codes[3] ?? ''))).toContain('At most 3 receipts can be added in a day.');
    t.clock.advance(DAY_MS);
    expect(said(await chat.say(codes[3] ?? ''))).toContain('brings you 50 points');
  });

  test('who tries codes is asked to wait, and a good code then counts', async () => {
    const chat = await member('1001');
    const { code } = await aReceipt();
    for (const last of '34679') {
      expect(said(await chat.say(`CDFGHJKM${last}`))).toContain('We found no receipt with this code.');
    }
    expect(said(await chat.say(code))).toContain(
      'Several codes in a row did not fit. Please try again in 15 minutes.',
    );
    await chat.say('menu');
    t.clock.advance(14 * 60_000);
    expect(said(await chat.say(code))).toContain('Please try again in 1 minute.');
    t.clock.advance(60_000);
    expect(said(await chat.say(code))).toContain('brings you 50 points');
  });

  test('gets what is left of it once goods have come back, and the reason says so', async () => {
    const chat = await member('1001');
    const [{ id, code }, whole] = [await aReceipt(), await aReceipt()];
    const rules = purchaseRules(t.svoi.program());
    const shopId = 'shp_test' as ShopId;
    const refund = { shopId, externalId: 'b-1', purchaseId: id, at: t.clock.now(), amountMinor: 33_333 };
    await t.svoi.submit(recordRefund(refund, rules));
    await t.svoi.submit(
      recordRefund({ shopId, externalId: 'b-2', purchaseId: whole.id, at: t.clock.now() }, rules),
    );
    await converse(
      chat,
      `> ${code}
       brings you 34 points
       > /history
       > 1
       Less 16 points for goods that had come back before: 34 points are left.
       > ${whole.code}
       The goods on this receipt were brought back`,
    );
    await t.svoi.submit(recordRefund({ ...refund, externalId: 'b-3', amountMinor: 66_667 }, rules));
    expect(await balance('1001')).toEqual({ available: 50, pending: 0 });
  });

  test('waits for the payment, or for the return window, as with any purchase', async () => {
    t.close();
    t = await testSvoi({ program: { return_window_days: 12 } });
    const chat = await member('1001');
    const [paid, unpaid] = [await aReceipt(), await aReceipt({ paid: false })];
    expect(said(await chat.say(paid.code))).toContain(
      'The receipt is yours! On 5 December 2026 you get 50 points.',
    );
    expect(said(await chat.say(unpaid.code))).toContain('Once the purchase is paid for, you get 50 points.');
    t.clock.set(Date.parse('2026-12-05T00:00:00+02:00'));
    await settleDue(t.svoi);
    expect(await balance('1001')).toEqual({ available: 100, pending: 50 });
    await t.svoi.submit(recordPayment(unpaid.id, 'till', purchaseRules(t.svoi.program())));
    t.clock.advance(13 * DAY_MS);
    await settleDue(t.svoi);
    expect(await balance('1001')).toEqual({ available: 150, pending: 0 });
    expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  });
});

describe('a stranger', () => {
  test('who opens the link joins first, and the points are there', async () => {
    const { code } = await aReceipt();
    const chat = testChat(t.svoi, { address: '7', language: 'en' });
    expect(said(await chat.start(`c_${code}`))).toContain('The points from your receipt are waiting');
    await converse(
      chat,
      `>> English
       >> contact +380501112233
       The receipt brings you 50 points.
       What shall we call you?
       > ${code}
       You already have the points for this receipt.
       What shall we call you?
       > Olena
       > menu
       You have 100 points.`,
    );
    expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  });

  test('who sends the code first of all joins, on a channel that proves numbers and has no buttons', async () => {
    const { code } = await aReceipt();
    const chat = testChat(t.svoi, { channel: 'whatsapp', language: 'en', provenPhone: '+380501112233' });
    expect(said(await chat.say(code))).toContain('The points from your receipt are waiting');
    await chat.say('3');
    expect(said(await chat.say('1'))).toContain('The receipt brings you 50 points.');
  });

  test('who was too slow hears it after joining', async () => {
    const { code } = await aReceipt();
    const chat = testChat(t.svoi, { address: '7', language: 'en' });
    await chat.start(`c_${code}`);
    await (await member('1001')).say(code);
    const heard = said(await chat.contact('+380501112233'));
    expect(heard).toContain('Somebody already has the points for this receipt.');
  });

  test('whose phone has points already keeps them, and gets those of the receipt too', async () => {
    await buy(t.svoi, aPurchase({ at: t.clock.now(), customer: { phone: '+380500001001' } }));
    const { code } = await aReceipt();
    const chat = testChat(t.svoi, { address: '7', language: 'en' });
    await chat.start(`c_${code}`);
    await chat.contact('+380500001001');
    expect(await balance('1001')).toEqual({ available: 150, pending: 0 });
    expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  });
});

describe('the link of a code', () => {
  const code = 'CDFGHJKM3';
  const clock = { now: () => t.clock.now() };
  const telegram = (publicName = async () => 'svoi_bot') => ({
    channel: { name: 'telegram' as const },
    publicName,
    link: (name: string, context: string) => `https://t.me/${name}?start=${context}`,
  });
  const viber = {
    channel: { name: 'viber' as const },
    publicName: async () => 'svoi',
    link: (name: string, context: string) => `viber://pa?chatURI=${name}&context=${context}`,
  };

  test('leads to the bot once its name is known, to our page before, and nowhere without either', async () => {
    const links = createChatLinks({ messengers: [telegram()], publicUrl: 'https://svoi.example/', clock });
    expect(links.claim(code)).toBe(`https://svoi.example/c/${code}`);
    await links.asked;
    expect(links.claim(code)).toBe(`https://t.me/svoi_bot?start=c_${code}`);
    expect(createChatLinks({ messengers: [], clock }).claim(code)).toBeUndefined();
  });

  test('leads to our page where there are several messengers to choose from, or to the first without one', async () => {
    const messengers = [telegram(), viber];
    const links = createChatLinks({ messengers, publicUrl: 'https://svoi.example/', clock });
    await links.asked;
    expect(links.claim(code)).toBe(`https://svoi.example/c/${code}`);
    const homeless = createChatLinks({ messengers, clock });
    await homeless.asked;
    expect(homeless.claim(code)).toBe(`https://t.me/svoi_bot?start=c_${code}`);
    expect(homeless.all('l_1')).toEqual([
      { channel: 'telegram', url: 'https://t.me/svoi_bot?start=l_1' },
      { channel: 'viber', url: 'viber://pa?chatURI=svoi&context=l_1' },
    ]);
  });

  test('is asked for again a minute after Telegram did not answer', async () => {
    let asked = 0;
    const username = async () => {
      asked += 1;
      if (asked === 1) throw new Error('no network');
      return 'svoi_bot';
    };
    const links = createChatLinks({ messengers: [telegram(username)], clock });
    await links.asked;
    expect([links.claim(code), asked]).toEqual([undefined, 1]);
    t.clock.advance(60_000);
    links.claim(code);
    await Promise.resolve();
    await Promise.resolve();
    expect([links.claim(code), asked]).toEqual([`https://t.me/svoi_bot?start=c_${code}`, 2]);
  });

  test('opens a page with the ways to our chats, in the language of the browser', async () => {
    const page = createClaimPage({
      links: (context) => [
        { channel: 'telegram', url: `https://t.me/svoi_bot?start=${context}` },
        { channel: 'viber', url: `viber://pa?chatURI=svoi&context=${context}` },
      ],
    });
    const answer = await page.request(`/c/${code.toLowerCase()}`, {
      headers: { 'accept-language': 'ru-UA,ru;q=0.9' },
    });
    const html = await answer.text();
    expect(html).toContain('CDF GHJ KM3');
    expect(html).toContain('Баллы с вашего чека');
    expect(html).toContain(`href="https://t.me/svoi_bot?start=c_${code}" rel="noreferrer">Открыть Telegram`);
    expect(html).toContain('>Открыть Viber<');
    expect(html).toContain(`href="/chat/frame?locale=ru#context=c_${code}"`);
    expect(html).not.toMatch(/<script|<link/);
    expect((await page.request('/c/%3Cscript%3E')).status).toBe(404);
  });
});
