import type {
  ChannelName,
  Consent,
  ConsentCategory,
  CustomerRecord,
  CustomerRef,
  Locale,
} from '../core/customers/types.ts';
import type { HistoryItem } from '../core/dialogs/types.ts';
import type { ConsentId, CustomerId, ShopId } from '../core/ids.ts';
import { type Database, type Row, statement } from './database.ts';
import { cartFrom, openCartsStatement } from './facts/carts.ts';
import { inHandFrom, walletStatement } from './facts/coupons.ts';
import { newestOrdersStatement, orderFrom } from './facts/orders.ts';
import { habitsStatement, purchaseFrom } from './facts/purchases.ts';
import { talkFrom, talksSql } from './facts/talks.ts';
import { readFacts } from './facts.ts';
import { historyStatements, readHistory } from './history.ts';
import { reader } from './rows.ts';
import * as schema from './schema.ts';

const lastPurchases = 10;
const mostCoupons = 100;

const consentOf = reader(schema.consents);

/** Who asks for a customer, when, and from when on payments are summed up. */
export interface CustomerView {
  readonly shopId: ShopId;
  readonly now: number;
  readonly paidSince: number;
}

/**
 * A customer with open lots, the newest consents, the ids that shop gave, what was paid, the last purchases, the
 * coupons at hand, the open talk, open carts and the newest orders; nobody erased.
 */
export async function readCustomer(
  database: Database,
  ref: CustomerRef,
  { shopId, now, paidSince }: CustomerView,
) {
  const record = await find(database, ref, now, 'open');
  if (!record) return undefined;
  const { id } = record.customer;
  const [consents = [], externalIds = [], purchases = [], habits = [], wallet = [], talks = [], ...shopping] =
    await database.read([
      statement(
        'select * from consents where id in (select max(id) from consents where customer_id = ? group by category)',
        id,
      ),
      statement(
        'select external_id from external_ids where customer_id = ? and shop_id = ? order by 1',
        id,
        shopId,
      ),
      statement(
        `select * from purchases where customer_id in (select ?1 union all select id from customers where merged_into = ?1)
       order by at desc, id desc limit ${lastPurchases}`,
        id,
      ),
      habitsStatement({ customerId: id, since: paidSince }),
      walletStatement({ customerId: id, limit: mostCoupons, offset: 0 }, now),
      statement(
        `${talksSql} where t.status <> 'closed' and t.address_id in (select id from addresses where customer_id = ?)`,
        id,
      ),
      openCartsStatement(id),
      newestOrdersStatement(id),
    ]);
  const [carts = [], orders = []] = shopping;
  return {
    record,
    paidMinor: Number(habits[0]?.paid_minor ?? 0),
    consents: consents.map(consentFrom),
    externalIds: externalIds.map((row) => String(row.external_id)),
    purchases: purchases.map(purchaseFrom),
    coupons: wallet.map(inHandFrom),
    talk: talks.map(talkFrom)[0],
    carts: carts.map(cartFrom),
    orders: orders.map(orderFrom),
  };
}

/** A page of a customer's transactions, newest first, and whether older ones follow; undefined for nobody. */
export async function readLedger(
  database: Database,
  ref: CustomerRef,
  { limit, beforeSeq }: { readonly limit: number; readonly beforeSeq?: number },
  now: number,
): Promise<{ transactions: HistoryItem[]; more: boolean } | undefined> {
  const record = await find(database, ref, now, 'due');
  if (!record) return undefined;
  const page = { customerId: record.customer.id, limit: limit + 1, beforeSeq };
  const rows = await database.read(historyStatements(page));
  const history = readHistory(rows);
  return { transactions: history.slice(0, limit), more: history.length > limit };
}

async function find(
  database: Database,
  ref: CustomerRef,
  now: number,
  lots: 'due' | 'open',
): Promise<CustomerRecord | undefined> {
  const facts = await readFacts(database, [{ customers: [{ ref, lots }] }], now);
  const record = facts.customer(ref);
  const into = record?.customer.mergedInto;
  if (into) return find(database, { id: into }, now, lots);
  return record?.customer.erasedAt === null ? record : undefined;
}

function consentFrom(row: Row): Consent {
  const { id, customerId, category, channel, granted, locale, ...rest } = consentOf(row);
  return {
    ...rest,
    id: id as ConsentId,
    customerId: customerId as CustomerId,
    category: category as ConsentCategory,
    channel: channel as ChannelName | null,
    granted: granted === 1,
    locale: locale as Locale,
  };
}
