import { DAY_MS } from '../../core/time.ts';
import { type Database, type Row, readRows } from '../../db/database.ts';

/** Figures and totals of all customers, by id. */
export type Figures = Record<string, { readonly figures: object; readonly totals: readonly object[] }>;

const figureNames = [
  ...['orders', 'paid_minor', 'refunded_minor', 'first_at', 'last_at', 'order_days', 'first_day', 'last_day'],
  ...[
    'gap_squares',
    'points',
    'points_earned',
    'points_spent',
    'chats',
    'offers',
    'offers_refused',
    'heard_at',
  ],
];

/** What is kept of each customer. */
export async function storedFigures(database: Database): Promise<Figures> {
  const customers = await readRows(database, 'select * from customers');
  const totals = await readRows(database, 'select * from customer_totals order by facet, value');
  return Object.fromEntries(
    customers.map((customer) => [
      String(customer.id),
      {
        figures: Object.fromEntries(figureNames.map((name) => [name, customer[name] ?? null])),
        totals: totals
          .filter((row) => row.customer_id === customer.id)
          .map(({ customer_id: _, ...total }) => ({ ...total })),
      },
    ]),
  );
}

const tables = ['customers', 'purchases', 'purchase_lines', 'ledger_transactions', 'addresses', 'consents'];

type Tables = Record<
  'customers' | 'purchases' | 'lines' | 'transactions' | 'addresses' | 'consents',
  readonly Row[]
>;

/** What should be kept, counted without SQL from the rows it is kept of. */
export async function figuresByHand(database: Database): Promise<Figures> {
  const [customers, purchases, lines, transactions, addresses, consents] = await Promise.all(
    tables.map((table) => readRows(database, `select * from ${table}`)),
  );
  const all = { customers, purchases, lines, transactions, addresses, consents } as Tables;
  return Object.fromEntries(all.customers.map((customer) => [String(customer.id), byHand(customer, all)]));
}

function byHand(customer: Row, all: Tables): Figures[string] {
  const { id, merged_into: mergedInto, erased_at: erasedAt } = customer;
  const isHere = mergedInto === null;
  const mergedHere = all.customers.filter((other) => other.merged_into === id).map((other) => other.id);
  const accounts = new Set(isHere ? [id, ...mergedHere] : []);
  const receipts = all.purchases.filter((row) => accounts.has(row.customer_id ?? ''));
  const transactions = all.transactions.filter((row) => accounts.has(row.customer_id ?? ''));
  const own = transactions
    .filter((row) => row.customer_id === id)
    .sort((a, b) => Number(a.seq) - Number(b.seq));
  const chats = isHere ? all.addresses.filter((row) => row.customer_id === id && row.channel !== 'sms') : [];
  const answers = isHere && erasedAt === null ? all.consents.filter((row) => row.customer_id === id) : [];
  return {
    figures: {
      ...boughtByHand(receipts),
      points: Number(own.at(-1)?.available ?? 0),
      ...pointsByHand(transactions),
      chats: bits(chats.filter((row) => row.reachable === 1)),
      ...offersByHand(answers),
      heard_at: chats.length === 0 ? null : Math.max(...chats.map((row) => Number(row.last_seen_at))),
    },
    totals: totalsByHand(receipts, all.lines),
  };
}

const payable = (row: Row) => Number(row.total_minor) - Number(row.discount_minor);
const isOrder = (row: Row) =>
  row.kind === 'sale' && (payable(row) === 0 || Number(row.refunded_minor) < payable(row));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function boughtByHand(receipts: readonly Row[]) {
  const orders = receipts.filter(isOrder);
  const times = orders.map((row) => Number(row.at));
  const days = [...new Set(orders.map((row) => Math.floor(Number(row.local_at) / DAY_MS)))].sort(
    (a, b) => a - b,
  );
  return {
    orders: orders.length,
    paid_minor: sum(receipts.map((row) => payable(row) - Number(row.refunded_minor))),
    refunded_minor: sum(
      receipts.map((row) => (row.kind === 'return' ? -payable(row) : Number(row.refunded_minor))),
    ),
    first_at: times.length > 0 ? Math.min(...times) : null,
    last_at: times.length > 0 ? Math.max(...times) : null,
    order_days: days.length,
    first_day: days[0] ?? null,
    last_day: days.at(-1) ?? null,
    gap_squares: sum(days.slice(1).map((day, index) => (day - (days[index] ?? 0)) ** 2)),
  };
}

function pointsByHand(transactions: readonly Row[]) {
  let [earned, spent] = [0, 0];
  for (const { kind, points, reason } of transactions) {
    const [some, { rule }] = [Number(points), JSON.parse(String(reason)) as { rule: string }];
    if (['accrual', 'release', 'welcome', 'gift'].includes(String(kind))) earned += some;
    if (kind === 'adjustment' && ((rule === 'manual' && some > 0) || (rule === 'undone' && some < 0)))
      earned += some;
    if (kind === 'redemption' || (kind === 'refund' && some > 0)) spent -= some;
  }
  return { points_earned: earned, points_spent: spent };
}

const channels = ['telegram', 'viber', 'whatsapp', 'web', 'sms'];

function bits(rows: readonly Row[]): number {
  return sum([...new Set(rows.map((row) => 2 ** channels.indexOf(String(row.channel))))]);
}

function offersByHand(answers: readonly Row[]) {
  const marketing = answers
    .filter((row) => row.category === 'marketing')
    .sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
  const newest = new Map(marketing.map((row) => [row.channel, row]));
  const refused = [...newest.values()].filter((row) => row.channel !== null && row.granted === 0);
  return { offers: newest.get(null)?.granted ?? null, offers_refused: bits(refused) };
}

function totalsByHand(receipts: readonly Row[], lines: readonly Row[]): object[] {
  const totals = new Map<
    string,
    { orders: Set<unknown>; thousandths: number; paid: number; times: number[] }
  >();
  for (const receipt of receipts.filter((row) => row.kind === 'return' || isOrder(row))) {
    for (const line of lines.filter((row) => row.purchase_id === receipt.id)) {
      const cost = Number(line.amount_minor) - Number(line.discount_minor);
      const left = cost - Number(line.refunded_minor);
      const isBack = receipt.kind === 'sale' && cost > 0 && left === 0;
      const facets = { store: receipt.store, category: line.category, product: line.sku };
      for (const [facet, value] of Object.entries(facets)) {
        if (isBack || value === null || value === undefined) continue;
        const key = JSON.stringify([facet, value]);
        const total = totals.get(key) ?? { orders: new Set(), thousandths: 0, paid: 0, times: [] };
        totals.set(key, total);
        total.thousandths += Math.round((Number(line.quantity) - Number(line.refunded_quantity)) * 1000);
        total.paid += left;
        if (receipt.kind === 'sale') total.orders.add(receipt.id);
        if (receipt.kind === 'sale') total.times.push(Number(receipt.at));
      }
    }
  }
  return [...totals]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { orders, thousandths, paid, times }]) => ({
      ...{ facet: JSON.parse(key)[0], value: JSON.parse(key)[1], orders: orders.size },
      ...{ quantity: thousandths / 1000, paid_minor: paid },
      first_at: times.length > 0 ? Math.min(...times) : null,
      last_at: times.length > 0 ? Math.max(...times) : null,
    }));
}
