import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordPurchase } from '../../core/checkout/record.ts';
import { expirePoints } from '../../core/customers/expiry.ts';
import { createIds } from '../../core/ids.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import type { Database } from '../../db/database.ts';
import { readRow, readRows, statement } from '../../db/database.ts';
import { verifyLedger } from '../../db/verify.ts';
import { createSvoi, type Svoi } from '../../svoi.ts';
import { aPurchase, buy } from '../support/purchases.ts';
import { testClock } from '../support/svoi.ts';

/** A kind of database under test. */
export interface DatabaseUnderTest {
  /** Another way in to the same database: a connection of its own, where there may be several. */
  connect(): Promise<Database>;
  stop(): Promise<void>;
}

/** What must hold on every kind of database; the same stories for each. */
export function databaseContract(name: string, start: () => Promise<DatabaseUnderTest>): void {
  describe(name, () => {
    const clock = testClock('2026-11-22T12:00:00+02:00');
    let underTest: DatabaseUnderTest;
    let database: Database;
    let svoi: Svoi;
    let phones = 0;
    const newPhone = () => `+38067${String(++phones).padStart(7, '0')}`;
    const join = async () =>
      createSvoi({ database: await underTest.connect(), clock, ids: createIds(), random: Math.random });

    beforeAll(async () => {
      underTest = await start();
      database = await underTest.connect();
      svoi = await join();
    });
    afterAll(() => underTest.stop());

    it('a purchase makes the customer, and its points can be read back', async () => {
      const { result } = await buy(svoi, aPurchase({ at: clock.now(), externalId: 'made' }));
      expect(result.points).toEqual({ earned: 50, pending: 0, spent: 0, balance: 50 });
      const row = await readRow(
        database,
        'select c.phone, t.available from customers c join ledger_transactions t on t.customer_id = c.id where c.id = ?',
        result.customer,
      );
      expect(row).toEqual({ phone: '+380671234567', available: 50 });
    });

    it('the same purchase again changes nothing and gets the first answer', async () => {
      const input = aPurchase({ at: clock.now(), externalId: 'again', customer: { phone: newPhone() } });
      const first = await buy(svoi, input);
      const second = await buy(svoi, input);
      expect(second).toEqual({ ...first, replayed: true });
      const other = await buy(await join(), input);
      expect(other).toEqual({ ...first, replayed: true });
    });

    it('the same id with another body is refused', async () => {
      const input = aPurchase({ at: clock.now(), externalId: 'conflict', customer: { phone: newPhone() } });
      await buy(svoi, input);
      const changed = recordPurchase({ ...input, store: 'other' }, purchaseRules(svoi.program()));
      expect(await svoi.submit(changed)).toMatchObject({
        ok: false,
        refusal: { code: 'purchase_conflict' },
      });
    });

    it('two processes writing for the same customers lose nothing and double nothing', async () => {
      const other = await join();
      const customers = Array.from({ length: 5 }, newPhone);
      const inputs = Array.from({ length: 60 }, (_, index) =>
        aPurchase({
          at: clock.now(),
          externalId: `race-${index}`,
          customer: { phone: customers[index % 5] ?? '' },
        }),
      );
      const outcomes = await Promise.all(inputs.flatMap((input) => [buy(svoi, input), buy(other, input)]));
      expect(outcomes.filter((outcome) => outcome.replayed)).toHaveLength(60);
      const rows = await readRows(
        database,
        `select count(*) as transactions, max(t.seq) as seq, max(t.available) as available
         from customers c join ledger_transactions t on t.customer_id = c.id
         where c.phone in (select value from json_each(?)) group by c.phone`,
        JSON.stringify(customers),
      );
      expect(rows).toEqual(Array(5).fill({ transactions: 12, seq: 12, available: 600 }));
    });

    it('an unknown phone at two doors at once makes one customer', async () => {
      const other = await join();
      const customer = { phone: newPhone() };
      const [one, two] = await Promise.all([
        buy(svoi, aPurchase({ at: clock.now(), externalId: 'door-1', customer })),
        buy(other, aPurchase({ at: clock.now(), externalId: 'door-2', customer })),
      ]);
      expect(one.result.customer).toBe(two.result.customer);
      expect([one.result.points.balance, two.result.points.balance].sort()).toEqual([100, 50]);
    });

    it('points are written off at the midnight they expire, once', async () => {
      const at = clock.now();
      const { result } = await buy(
        svoi,
        aPurchase({ at, externalId: 'expiring', customer: { phone: newPhone() } }),
      );
      if (!result.customer) throw new Error('the purchase names a customer');
      clock.set(Date.parse('2027-11-22T23:59:59.999+02:00'));
      expect(await svoi.submit(expirePoints(result.customer))).toMatchObject({ result: { expired: 0 } });
      clock.advance(1);
      expect(await svoi.submit(expirePoints(result.customer))).toMatchObject({ result: { expired: 50 } });
      expect(await svoi.submit(expirePoints(result.customer))).toMatchObject({ result: { expired: 0 } });
      clock.set(at);
    });

    it.each(['ledger_transactions', 'ledger_entries', 'lots'])(
      'rows of %s cannot be changed or removed',
      async (table) => {
        await expect(database.write([statement(`update ${table} set points = points + 1`)])).rejects.toThrow(
          'append-only',
        );
        await expect(database.write([statement(`delete from ${table}`)])).rejects.toThrow('append-only');
      },
    );

    it('a batch with one bad statement writes none of it', async () => {
      const good = statement('insert into values_kept (name, value) values (?, ?)', 'half', 'written');
      await expect(database.write([good, statement('insert into nowhere values (1)')])).rejects.toThrow();
      expect(await readRow(database, 'select * from values_kept where name = ?', 'half')).toBeUndefined();
    });

    it('after all of it every ledger adds up', async () => {
      const { fault, transactions } = await verifyLedger(database);
      expect(fault).toBeUndefined();
      expect(transactions).toBeGreaterThan(60);
    });
  });
}
