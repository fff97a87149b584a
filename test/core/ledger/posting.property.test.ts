import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CustomerId, createIds } from '../../../core/ids.ts';
import { openPosting, type Posting, type TakenPoints } from '../../../core/ledger/posting.ts';
import { sealedText } from '../../../core/ledger/seal.ts';
import { emptyHead, type LedgerTransaction, type Lot } from '../../../core/ledger/types.ts';
import { findFault, type StoredTransaction } from '../../../core/ledger/verify.ts';
import { points } from '../../../core/points.ts';
import { sha256 } from '../../../db/hash.ts';
import { seededRandom } from '../../support/svoi.ts';

const day = 86_400_000;
const start = Date.parse('2026-11-22T10:00:00Z');
const customerId = 'cus_1' as CustomerId;
const why = { happenedAt: start, actor: 'shop:shp_1', reason: { rule: 'manual', note: 'test' } } as const;

/** A ledger that is opened anew for each operation, as decisions do, with all open lots. */
function ledger() {
  const ids = createIds(seededRandom(7));
  const written: LedgerTransaction[] = [];
  const lots = new Map<string, Lot>();
  let now = start;
  return {
    written,
    lots,
    now: () => now,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    balance: () => written.at(-1)?.balance ?? emptyHead(customerId).balance,
    run<Result>(act: (posting: Posting) => Result): Result {
      const head = { customerId, seq: written.length, hash: '', balance: this.balance() };
      const open = [...lots.values()].filter((lot) => lot.remaining > 0);
      const posting = openPosting(head, open, { now, ids, random: () => 0 });
      posting.expireDue(now);
      const result = act(posting);
      for (const transaction of posting.transactions) {
        written.push(transaction);
        for (const lot of transaction.lots) lots.set(lot.id, lot);
        for (const move of transaction.moves) {
          const lot = lots.get(move.lotId);
          if (lot) lots.set(lot.id, { ...lot, remaining: points(lot.remaining + move.points) });
        }
      }
      return result;
    },
  };
}

type Ledger = ReturnType<typeof ledger>;

function faultOf({ written, lots }: Ledger) {
  let hash = '';
  const transactions: StoredTransaction[] = written.map((transaction) => {
    const sealable = { ...transaction, reason: JSON.stringify(transaction.reason) };
    hash = sha256(sealedText(hash, sealable));
    return { ...sealable, hash };
  });
  return findFault({ customerId, transactions, lots: [...lots.values()] }, sha256);
}

const amount = fc.integer({ min: 1, max: 400 });
const operation = fc.oneof(
  fc.record({ do: fc.constant('earn' as const), amount, days: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant('hold' as const), amount }),
  fc.record({ do: fc.constant('spend' as const) }),
  fc.record({ do: fc.constant('cancel' as const) }),
  fc.record({ do: fc.constant('give back' as const) }),
  fc.record({ do: fc.constant('take back' as const), amount, mayOwe: fc.boolean() }),
  fc.record({ do: fc.constant('pass' as const), days: fc.integer({ min: 1, max: 30 }) }),
);

describe('whatever happens to points', () => {
  test('open lots hold what is available, nothing is made or lost, and each seal fits', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const l = ledger();
        const held: (readonly TakenPoints[])[] = [];
        const spent: (readonly TakenPoints[])[] = [];
        const sum = (taken: readonly TakenPoints[]) =>
          points(taken.reduce((all, one) => all + one.points, 0));
        for (const one of operations) {
          if (one.do === 'pass') l.pass(one.days * day);
          l.run((posting) => {
            const available = Math.max(0, posting.balance.available);
            if (one.do === 'earn') posting.earn('accrual', points(one.amount), l.now() + one.days * day, why);
            if (one.do === 'hold' && available >= one.amount)
              held.push(posting.hold(points(one.amount), why));
            if (one.do === 'take back')
              posting.takeBack(points(one.amount), () => why, { mayOwe: one.mayOwe });
            if (one.do === 'spend') {
              const taken = held.pop();
              if (taken) posting.spend(sum(taken), why);
              if (taken) spent.push(taken);
            }
            const back = one.do === 'cancel' ? held.pop() : one.do === 'give back' ? spent.pop() : undefined;
            if (back && one.do === 'cancel') posting.cancelHold(back, l.now() + 14 * day, why);
            if (back && one.do === 'give back') posting.giveBack(back, l.now() + 14 * day, why);
          });
          expect(l.balance().held).toBe(held.reduce((all, taken) => all + sum(taken), 0));
        }
        expect(faultOf(l)).toBeUndefined();
      }),
      { seed: 20_261_122, numRuns: 300 },
    );
  });
});

test('points that are held burn first, and go back to the very lots they came from', () => {
  const l = ledger();
  l.run((posting) => posting.earn('accrual', points(100), start + 30 * day, why));
  l.run((posting) => posting.earn('accrual', points(100), start + 10 * day, why));
  const taken = l.run((posting) => posting.hold(points(130), why));
  expect(taken.map((one) => [one.expiresAt, one.points])).toEqual([
    [start + 10 * day, 100],
    [start + 30 * day, 30],
  ]);
  l.run((posting) => posting.cancelHold(taken, start + 14 * day, why));
  expect([...l.lots.values()].map((lot) => lot.remaining)).toEqual([100, 100]);
});

test('points whose lot has burned meanwhile come back in a lot with the grace that was asked for', () => {
  const l = ledger();
  l.run((posting) => posting.earn('accrual', points(100), start + day, why));
  const taken = l.run((posting) => posting.hold(points(60), why));
  l.run((posting) => posting.spend(points(60), why));
  l.pass(2 * day);
  l.run((posting) => posting.giveBack(taken, l.now() + 14 * day, why));
  const open = [...l.lots.values()].filter((lot) => lot.remaining > 0);
  expect(open).toMatchObject([{ remaining: 60, expiresAt: l.now() + 14 * day }]);
  expect(l.balance()).toEqual({ available: 60, pending: 0, held: 0 });
});

test('a debt is repaid by the points that come next, before they can be spent', () => {
  const l = ledger();
  l.run((posting) => posting.earn('accrual', points(50), start + 30 * day, why));
  const taken = l.run((posting) => posting.hold(points(50), why));
  l.run((posting) => posting.spend(points(50), why));
  l.run((posting) => posting.takeBack(points(50), () => why, { mayOwe: true }));
  expect(l.balance().available).toBe(-50);
  l.run((posting) => posting.earn('accrual', points(20), start + 30 * day, why));
  expect(l.balance().available).toBe(-30);
  l.run((posting) => posting.giveBack(taken, start + day, why));
  expect(l.balance().available).toBe(20);
  expect([...l.lots.values()].map((lot) => lot.remaining)).toEqual([20, 0]);
  expect(faultOf(l)).toBeUndefined();
});

test('what is taken back comes out of the lot it was earned in first, then of those that burn first', () => {
  const l = ledger();
  l.run((posting) => posting.earn('accrual', points(40), start + 5 * day, why));
  const own = l.run((posting) => posting.earn('accrual', points(30), start + 30 * day, why)).lots[0]?.id;
  l.run((posting) => posting.takeBack(points(50), () => why, { own: own ?? null }));
  expect([...l.lots.values()].map((lot) => lot.remaining)).toEqual([20, 0]);
});

test('who is forgotten leaves nothing behind, held and owed points neither', () => {
  const l = ledger();
  l.run((posting) => posting.earn('accrual', points(100), start + 30 * day, why));
  l.run((posting) => posting.hold(points(40), why));
  l.run((posting) => posting.takeBack(points(80), () => why, { mayOwe: true }));
  l.run((posting) => posting.forfeitAll(why));
  expect(l.balance()).toEqual({ available: 0, pending: 0, held: 0 });
  expect(faultOf(l)).toBeUndefined();
});
