import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { recordPurchase } from '../../core/checkout/record.ts';
import { recordRefund } from '../../core/checkout/refund.ts';
import { eraseCustomer } from '../../core/customers/erase.ts';
import type { CustomerId, PurchaseId, ShopId } from '../../core/ids.ts';
import { programSchema } from '../../core/program/program.ts';
import { purchaseRules, spendingRules } from '../../core/program/rules.ts';
import { recordPayment } from '../../core/purchases/payment.ts';
import { recordReturn } from '../../core/purchases/return.ts';
import type { PurchaseResult, ReceiptLine } from '../../core/purchases/types.ts';
import { requestRedemption } from '../../core/redemptions/request.ts';
import { cancelRedemption, confirmRedemption } from '../../core/redemptions/settle.ts';
import { DAY_MS } from '../../core/time.ts';
import { readRow, readRows, statement } from '../../db/database.ts';
import { applyProgram } from '../../db/programs.ts';
import { customersToRebuild, type RebuildProgress, rebuildFigures } from '../../db/rebuild.ts';
import { settleDue } from '../../jobs.ts';
import type { Svoi } from '../../svoi.ts';
import type { TestChat } from '../support/chat.ts';
import { figuresByHand, storedFigures } from '../support/figures.ts';
import { aPurchase, buy } from '../support/purchases.ts';
import { expectSameRfm } from '../support/rfm.ts';
import { hasLibsqlServer, type LibsqlServer, startLibsqlServer } from '../support/sqld.ts';
import { aColleague, aMember } from '../support/staff.ts';
import { type TestSvoi, testSvoi } from '../support/svoi.ts';

const shopId = 'shp_test' as ShopId;
const people = 3;
const phoneOf = (person: number) => `+38050000001${person}`;

const nat = (max: number) => fc.nat({ max });
const person = nat(people - 1);
const line = fc.record({
  sku: nat(3),
  category: nat(2),
  thousandths: fc.integer({ min: 1, max: 2500 }),
  free: nat(6),
});
const lines = fc.array(line, { minLength: 1, maxLength: 3 });
type Line = typeof line extends fc.Arbitrary<infer One> ? One : never;
const kind = <Kind extends string>(name: Kind) => fc.constant(name);

/** What happens in a shop; `which` picks one of the receipts so far, `days` says how late one is posted. */
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: kind('buy'),
      person,
      lines,
      store: nat(2),
      days: nat(9),
      paid: fc.boolean(),
      gone: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: kind('return'), person, lines, store: nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: kind('nobody buys'), lines, store: nat(2), days: nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: kind('claim'), person, which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: kind('pay'), which: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: kind('bring back'), which: fc.nat(), share: nat(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: kind('spend'),
      person,
      points: fc.integer({ min: 1, max: 60 }),
      how: fc.constantFrom('confirm', 'cancel', 'buy'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: kind('merge'), person, other: person }) },
  { weight: 2, arbitrary: fc.record({ do: kind('unmerge'), person }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: kind('adjust'),
      person,
      points: fc.integer({ min: -30, max: 80 }),
      undo: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: kind('say'),
      person,
      what: fc.constantFrom('menu', 'stop', 'stop:all', 'blocked'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: kind('erase'), person: fc.constant(people - 1), sure: nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: kind('pass'), days: fc.integer({ min: 1, max: 30 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** A shop in which steps happen one after the other, each through the door it has in life. */
class Shop {
  readonly #t: TestSvoi;
  readonly #owner: TestChat;
  readonly #chats: readonly TestChat[];
  readonly #accounts: readonly CustomerId[];
  readonly #receipts: {
    readonly id: PurchaseId;
    readonly lines: readonly ReceiptLine[];
    readonly code?: string;
  }[] = [];
  #count = 0;

  private constructor(
    t: TestSvoi,
    owner: TestChat,
    chats: readonly TestChat[],
    accounts: readonly CustomerId[],
  ) {
    this.#t = t;
    this.#owner = owner;
    this.#chats = chats;
    this.#accounts = accounts;
  }

  static async open(t: TestSvoi): Promise<Shop> {
    const owner = await aColleague(t.svoi, '+380500000200', 'Maria', 'owner');
    const chats: TestChat[] = [];
    const accounts: CustomerId[] = [];
    for (let index = 0; index < people; index += 1) {
      chats.push(await aMember(t.svoi, phoneOf(index), `Person ${'ABC'[index]}`));
      const row = await readRow(t.svoi.database, 'select id from customers where phone = ?', phoneOf(index));
      accounts.push(String(row?.id) as CustomerId);
    }
    return new Shop(t, owner, chats, accounts);
  }

  async take(one: Step): Promise<void> {
    this.#t.clock.advance(1000);
    this.#count += 1;
    if (one.do === 'buy' || one.do === 'nobody buys' || one.do === 'return') return this.#trade(one);
    if (one.do === 'say') return this.#say(one);
    if (one.do === 'spend') return this.#spend(one);
    if (one.do === 'pay' || one.do === 'claim' || one.do === 'bring back') return this.#settle(one);
    if (one.do === 'erase') {
      const id = this.#accounts[one.person] as CustomerId;
      if (one.sure === 0) await this.#t.svoi.submit(eraseCustomer({ id }, 'shop:shp_test'));
      return;
    }
    if (one.do === 'pass') {
      this.#t.clock.advance(one.days * DAY_MS);
      return settleDue(this.#t.svoi);
    }
    if (one.do === 'merge') await this.#byHand(`/merge ${phoneOf(one.person)} ${phoneOf(one.other)}`);
    else if (one.do === 'unmerge') await this.#byHand(`/merge undo ${phoneOf(one.person)}`);
    else await this.#byHand(`/adjust ${phoneOf(one.person)} ${one.points} luck`);
    if (one.do === 'adjust' && one.undo) await this.#undo();
  }

  async #trade(one: Extract<Step, { do: 'buy' | 'nobody buys' | 'return' }>): Promise<void> {
    const { svoi, clock } = this.#t;
    const sign = one.do === 'return' ? -1 : 1;
    const bought = one.lines.map((line, index) => lineOf(line, index, sign));
    const input = aPurchase({
      externalId: `r-${this.#count}`,
      at: clock.now() - ('days' in one ? one.days : 0) * DAY_MS,
      customer: one.do === 'nobody buys' ? null : { phone: phoneOf(one.person) },
      store: one.store === 0 ? null : `store-${one.store}`,
      lines: bought,
    });
    if (one.do === 'return') {
      await svoi.submit(recordReturn(input, purchaseRules(svoi.program())));
      return;
    }
    // Sometimes by the id of an account that was merged into another, or was forgotten.
    const byId =
      one.do === 'buy' && one.gone ? { customer: { id: this.#accounts[one.person] as CustomerId } } : {};
    const paid = one.do === 'nobody buys' || one.paid;
    const { id, claim }: PurchaseResult = (await buy(svoi, { ...input, ...byId, paid })).result;
    this.#receipts.push({ id, lines: bought, ...(claim ? { code: claim.code } : {}) });
  }

  async #settle(one: Extract<Step, { do: 'pay' | 'claim' | 'bring back' }>): Promise<void> {
    const { svoi, clock } = this.#t;
    const codes = this.#receipts.filter(({ code }) => code !== undefined);
    const among = one.do === 'claim' ? codes : this.#receipts;
    const receipt = one.which % 2 === 0 ? among.at(-1) : among[one.which % Math.max(1, among.length)];
    const rules = purchaseRules(svoi.program());
    if (!receipt) return;
    if (one.do === 'pay') await svoi.submit(recordPayment(receipt.id, 'shop:shp_test', rules));
    if (one.do === 'claim') await this.#chats[one.person]?.say(receipt.code ?? '');
    if (one.do !== 'bring back') return;
    const [first] = receipt.lines;
    const goods = [
      {},
      { amountMinor: 1 + (one.which % 300) },
      { lines: [{ id: first?.id ?? '', quantity: first?.quantity ?? 1 }] },
      { lines: [{ id: first?.id ?? '', quantity: 0.001 }] },
      { amountMinor: 100_000 },
    ][one.share];
    const back = {
      shopId,
      externalId: `back-${this.#count}`,
      purchaseId: receipt.id,
      at: clock.now(),
      ...goods,
    };
    await svoi.submit(recordRefund(back, rules));
  }

  async #spend({ person: who, points, how }: Extract<Step, { do: 'spend' }>): Promise<void> {
    const { svoi, clock } = this.#t;
    const rules = spendingRules(svoi.program());
    const customer = { phone: phoneOf(who) };
    const redemption = { shopId, externalId: `pay-${this.#count}` };
    const input = {
      ...redemption,
      payer: { customer },
      points,
      totalMinor: 100_000,
      store: null,
      ttlMs: DAY_MS,
    };
    const asked = await svoi.submit(requestRedemption(input, rules));
    if (!asked.ok) return;
    const { id } = asked.result;
    await this.#chats[who]?.press(`redeem:yes-${id}`);
    if (how !== 'buy') {
      const settle = how === 'confirm' ? confirmRedemption : cancelRedemption;
      await svoi.submit(settle(id, { shopId, actor: 'shop:shp_test' }, rules));
      return;
    }
    const receipt = aPurchase({ externalId: `r-${this.#count}`, at: clock.now(), customer, redemption });
    const outcome = await svoi.submit(recordPurchase(receipt, purchaseRules(svoi.program())));
    if (!outcome.ok) return;
    const back = {
      shopId,
      externalId: `back-${this.#count}`,
      purchaseId: outcome.result.id,
      at: clock.now(),
    };
    await svoi.submit(recordRefund({ ...back, amountMinor: 90_000 }, purchaseRules(svoi.program())));
  }

  async #say({ person: who, what }: Extract<Step, { do: 'say' }>): Promise<void> {
    const chat = this.#chats[who];
    if (what === 'blocked') await chat?.send({ kind: 'blocked' });
    else if (what === 'stop:all') await chat?.press(what);
    else await chat?.say(what);
  }

  /** The last thing done by hand, where it can still be undone. */
  async #undo(): Promise<void> {
    try {
      await this.#owner.tap('Undo');
    } catch {
      // Nothing was done: there is no such button.
    }
  }

  async #byHand(command: string): Promise<void> {
    await settleDue(this.#t.svoi);
    await this.#owner.say(command);
    await this.#owner.press('do:!yes');
  }
}

function lineOf({ sku, category, thousandths, free }: Line, index: number, sign: number): ReceiptLine {
  const unitPriceMinor = free === 0 ? 0 : 10_000;
  return {
    ...{ id: String(index), sku: `sku-${sku}`, name: null },
    category: category === 0 ? null : `category-${category}`,
    quantity: (sign * thousandths) / 1000,
    unitPriceMinor,
    amountMinor: sign * Math.round((thousandths * unitPriceMinor) / 1000),
  };
}

function rebuilt({ database, program, clock }: Svoi, onProgress?: (progress: RebuildProgress) => void) {
  return rebuildFigures({
    ...{ database, zone: program().zone, now: clock.now() },
    nextCustomers: (after) => customersToRebuild(database, after),
    ...(onProgress ? { onProgress } : {}),
  });
}

const seen = new Set<string>();

async function holds(steps: readonly Step[], url?: string): Promise<void> {
  const program = { points_live_days: 20, staff_points_limit: 1_000_000, return_window_days: 3 };
  const t = await testSvoi({ program, ...(url === undefined ? {} : { url }) });
  try {
    const shop = await Shop.open(t);
    for (const one of steps) {
      await shop.take(one);
      await expectSameRfm(t.svoi);
    }
    expect(await storedFigures(t.svoi.database)).toEqual(await figuresByHand(t.svoi.database));
    expect(await rebuilt(t.svoi)).toMatchObject({ moved: 0, differed: 0 });
    for (const what of await happened(t.svoi)) seen.add(what);
  } finally {
    t.close();
  }
}

/** What the histories came to: they would prove little without. */
async function happened({ database }: Svoi): Promise<string[]> {
  const rows = await readRows(
    database,
    `select distinct kind || ' ' || (reason ->> '$.rule') as what from ledger_transactions
     union select 'goods back' from refunds
     union select 'claimed' from purchases where claimed_at is not null
     union select 'unmerged' from merges where undone_at is not null
     union select 'offers refused here' from customers where offers_refused > 0
     union select 'erased' from customers where erased_at is not null`,
  );
  return rows.map(({ what }) => String(what));
}

const { SVOI_LONG } = process.env;
const long = { minLength: 30, maxLength: 50, size: 'max' } as const;

describe('figures and totals are what a count from scratch says', () => {
  test('whatever was bought, brought back, claimed, spent, joined and told apart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, long), (steps) => holds(steps)),
      SVOI_LONG ? { numRuns: 500 } : { numRuns: 8, seed: 3 },
    );
    expect([...seen].sort()).toEqual(
      expect.arrayContaining([
        ...[
          'accrual earn',
          'adjustment erasure',
          'adjustment manual',
          'adjustment undone',
          'claimed',
          'erased',
        ],
        ...['expiry expiry', 'goods back', 'offers refused here', 'pending earn', 'redemption redemption'],
        ...[
          'refund refund_spent',
          'refund return_without_receipt',
          'release return_window',
          'transfer merged',
        ],
        ...['transfer unmerged', 'unmerged', 'welcome welcome'],
      ]),
    );
  }, 120_000);

  describe.skipIf(!hasLibsqlServer)('on a libSQL server', () => {
    let server: LibsqlServer;
    beforeAll(async () => {
      server = await startLibsqlServer();
    });
    afterAll(() => server?.stop());

    test('too', async () => {
      const [steps] = fc.sample(fc.array(step, long), { numRuns: 1, seed: 5 });
      await holds(steps ?? [], server.url);
    }, 60_000);
  });
});

describe('a rebuild', () => {
  let t: TestSvoi;
  beforeEach(async () => {
    t = await testSvoi();
    for (const [index, at] of [
      '2026-11-20T23:30:00Z',
      '2026-11-21T10:00:00Z',
      '2026-11-21T22:30:00Z',
    ].entries()) {
      await buy(t.svoi, aPurchase({ at: Date.parse(at), externalId: `r-${index}`, store: 'k-1' }));
    }
    for (const phone of ['+380671110001', '+380671110002']) {
      await buy(t.svoi, aPurchase({ at: t.clock.now(), externalId: phone, customer: { phone } }));
    }
  });
  afterEach(() => t.close());

  const days = async () => {
    const row = await readRow(t.svoi.database, 'select order_days, first_day from customers order by id');
    return [row?.order_days, row?.first_day];
  };

  test('puts right what somebody changed behind our back, and says of how many customers', async () => {
    const before = await storedFigures(t.svoi.database);
    await t.svoi.database.write([
      statement("update customers set orders = 9 where phone = '+380671110001'"),
      statement("delete from customer_totals where facet = 'store'"),
    ]);
    expect(await rebuilt(t.svoi)).toMatchObject({ customers: 3, differed: 2, moved: 0 });
    expect(await storedFigures(t.svoi.database)).toEqual(before);
    expect(await rebuilt(t.svoi)).toMatchObject({ differed: 0 });
  });

  test('takes days on the calendar of the program, also once that is another', async () => {
    const kyiv = await days();
    await applyProgram(t.svoi.database, programSchema.parse({ zone: 'America/New_York' }), t.clock.now());
    await t.svoi.reloadProgram();
    expect(await rebuilt(t.svoi)).toMatchObject({ purchases: 5, moved: 5, differed: 1 });
    expect([kyiv, await days()]).toEqual([
      [2, 20778],
      [2, 20777],
    ]);
    const row = await readRow(t.svoi.database, 'select local_at, at from purchases order by id');
    expect(Number(row?.local_at) - Number(row?.at)).toBe(-5 * 3_600_000);
  });

  test('that was stopped goes on where it was, within a day', async () => {
    const stopAt = (part: string) => (progress: RebuildProgress) => {
      if (progress.part === part) throw new Error('stopped');
    };
    await expect(rebuilt(t.svoi, stopAt('customers'))).rejects.toThrow('stopped');
    const pages: string[] = [];
    await rebuilt(t.svoi, ({ part }) => pages.push(part));
    expect(pages).toEqual(['customers', 'customers']);
    await expect(rebuilt(t.svoi, stopAt('customers'))).rejects.toThrow('stopped');
    t.clock.advance(25 * 3_600_000);
    pages.length = 0;
    await rebuilt(t.svoi, ({ part }) => pages.push(part));
    expect(pages).toEqual(['purchases', 'customers', 'customers']);
  });
});
