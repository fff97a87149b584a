import fc from 'fast-check';
import { recordPurchase } from '../../core/checkout/record.ts';
import { expirePoints } from '../../core/customers/expiry.ts';
import { register } from '../../core/customers/register.ts';
import type { CustomerChanges, CustomerFacts, CustomerNeeds } from '../../core/customers/types.ts';
import type { CustomerId, PurchaseId, ShopId } from '../../core/ids.ts';
import type { LedgerChanges } from '../../core/ledger/types.ts';
import type { Command, Submitted } from '../../core/ports.ts';
import { purchaseRules, welcomeRules } from '../../core/program/rules.ts';
import { recordPayment } from '../../core/purchases/payment.ts';
import { recordReturn } from '../../core/purchases/return.ts';
import type { PurchaseInput } from '../../core/purchases/types.ts';
import { DAY_MS } from '../../core/time.ts';
import type { AnyCommand } from '../../db/writer.ts';
import type { TestSvoi } from './svoi.ts';

/** Something that can happen in a shop; `person` counts the shop's few customers from 0. */
export type Happening =
  | { readonly kind: 'buys'; readonly person: number; readonly amounts: number[]; readonly paid: boolean }
  | { readonly kind: 'returns'; readonly person: number; readonly amounts: number[] }
  | { readonly kind: 'registers'; readonly person: number }
  /** Pays for the oldest purchase that waits for it. */
  | { readonly kind: 'pays' }
  | { readonly kind: 'days pass'; readonly days: number };

/** How many people shop in a generated history. */
export const people = 4;

const person = fc.nat({ max: people - 1 });
const amounts = fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 4 });

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('buys' as const), person, amounts, paid: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('returns' as const), person, amounts }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('registers' as const), person }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pays' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('days pass' as const), days: fc.integer({ min: 1, max: 400 }) }),
  },
);

/** Histories of a shop, most of them long enough for points to be earned, taken back and burned. */
export const histories = (length: number) =>
  fc.array(happening, { minLength: length / 2, maxLength: length, size: 'max' });

/** What was submitted, so that it can be submitted again. */
export interface Played {
  readonly command: AnyCommand<unknown>;
  readonly outcome: Submitted<unknown>;
}

const shopId = 'shp_test' as ShopId;
const phoneOf = (index: number) => `+38050000000${index}`;

/** Lets a history happen: every step is a real command through the writer; points due at the end are burned. */
export async function play(history: readonly Happening[], { svoi, clock }: TestSvoi): Promise<Played[]> {
  const played: Played[] = [];
  const unpaid: PurchaseId[] = [];
  const rules = purchaseRules(svoi.program());

  async function submit<Result>(command: AnyCommand<Result>): Promise<Result | undefined> {
    const outcome = await svoi.submit(command);
    played.push({ command, outcome });
    return outcome.ok ? outcome.result : undefined;
  }

  async function happen(step: Happening, index: number): Promise<void> {
    switch (step.kind) {
      case 'buys': {
        const result = await submit(recordPurchase(receipt(index, step, clock.now(), step.paid), rules));
        if (result && !step.paid) unpaid.push(result.id);
        return;
      }
      case 'returns':
        await submit(
          recordReturn(
            receipt(index, { ...step, amounts: step.amounts.map((a) => -a) }, clock.now(), true),
            rules,
          ),
        );
        return;
      case 'registers':
        await submit(registration(phoneOf(step.person), welcomeRules(svoi.program())));
        return;
      case 'pays': {
        const id = unpaid.shift();
        if (id) await submit(recordPayment(id, 'shop:shp_test', rules));
        return;
      }
      case 'days pass':
        clock.advance(step.days * DAY_MS);
    }
  }

  for (const [index, step] of history.entries()) await happen(step, index);
  for (const id of await customerIds(svoi)) await submit(expirePoints(id));
  return played;
}

async function customerIds(svoi: TestSvoi['svoi']): Promise<CustomerId[]> {
  const [rows] = await svoi.database.read([{ sql: 'select id from customers order by id', args: [] }]);
  return (rows ?? []).map((row) => String(row.id) as CustomerId);
}

function receipt(
  index: number,
  { person, amounts }: { readonly person: number; readonly amounts: readonly number[] },
  at: number,
  paid: boolean,
): PurchaseInput {
  return {
    shopId,
    externalId: `r-${index}`,
    at,
    customer: { phone: phoneOf(person) },
    store: null,
    cartId: null,
    paid,
    lines: amounts.map((amountMinor, line) => ({
      id: null,
      sku: `sku-${line}`,
      name: null,
      category: null,
      quantity: Math.sign(amountMinor) || 1,
      unitPriceMinor: Math.abs(amountMinor),
      amountMinor,
    })),
  };
}

/** Registers a phone without a chat: nobody can be asked there, so tills take points unasked. */
export function registration(
  phone: string,
  rules: ReturnType<typeof welcomeRules>,
): Command<CustomerNeeds, CustomerFacts, CustomerChanges & LedgerChanges, { readonly balance: number }> {
  return {
    name: 'test.register',
    needs: { customers: [{ ref: { phone } }] },
    decide(facts, context) {
      const found = facts.customer({ phone });
      const { changes, balance } = register(phone, found, { registeredIn: null }, rules, 'customer', context);
      return { ok: true, changes, result: { balance } };
    },
  };
}
