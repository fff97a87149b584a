import {
  type Coupon,
  type CouponBatch,
  type CouponCode,
  type CouponFacts,
  type CouponInHand,
  type CouponUse,
  type CouponWalletNeed,
  reservationKey,
  walletKey,
} from '../../core/coupons/types.ts';
import { type Row, type Statement, statement } from '../database.ts';
import { reader, selection } from '../rows.ts';
import * as schema from '../schema.ts';
import { asAsked, eachRow, type FactSource, type Needs, type Query } from './source.ts';

const couponRow = reader(schema.coupons);
const prefixedCouponRow = reader(schema.coupons, 'coupon_');
const codeRow = reader(schema.couponCodes);
const batchRow = reader(schema.couponBatches);
const useRow = reader(schema.couponUses);

type Source = FactSource<
  Pick<
    CouponFacts,
    | 'coupon'
    | 'couponBatch'
    | 'couponCodesWanted'
    | 'couponCode'
    | 'couponUses'
    | 'couponUsesOf'
    | 'couponWallet'
  >
>;

type Found = ReturnType<typeof nothingYet>;

function nothingYet() {
  return {
    coupons: new Map<string, Coupon>(),
    batches: new Map<string, CouponBatch>(),
    wanted: new Map<string, number>(),
    codes: new Map<string, CouponCode>(),
    uses: new Map<string, CouponUse>(),
    usesOf: new Map<string, number>(),
    wallets: new Map<string, CouponInHand[]>(),
  };
}

/** Reads coupons, their codes, batches and uses. */
export function couponSource(): Source {
  const found = nothingYet();
  return {
    queries: (needs, now) => [
      ...couponQueries(needs, found),
      ...codeQueries(needs, now, found),
      ...useQueries(needs, now, found),
      ...(needs.couponWallets ?? []).map((need) => walletQuery(need, now, found)),
    ],
    facts: {
      coupon: (id) => found.coupons.get(id),
      couponBatch: (id) => found.batches.get(id),
      couponCodesWanted: (id) => found.wanted.get(id) ?? 0,
      couponCode: (code) => found.codes.get(code),
      couponUses: () => [...found.uses.values()],
      couponUsesOf: (couponId, customerId) => found.usesOf.get(`${couponId} ${customerId}`) ?? 0,
      couponWallet: (need) => found.wallets.get(walletKey(need)) ?? [],
    },
    keys: {
      coupons: asAsked,
      couponBatches: asAsked,
      couponReservations: (reservations) => reservations.map(reservationKey),
      couponCodes: (codes) =>
        codes.flatMap((code) => [
          `coupon:${code}`,
          ...(found.codes.get(code)?.couponId ? [String(found.codes.get(code)?.couponId)] : []),
        ]),
    },
  };
}

/** A query over a list of values, left out where there are none. */
function over(values: readonly unknown[], sql: string, take: (row: Row) => void): Query[] {
  return values.length > 0 ? [eachRow(statement(sql, JSON.stringify(values)), take)] : [];
}

function couponQueries(needs: Needs, found: Found): Query[] {
  return [
    ...over(needs.coupons ?? [], 'select c.* from json_each(?) i join coupons c on c.id = i.value', (row) =>
      keepCoupon(couponFrom(row), found),
    ),
    ...over(
      needs.couponBatches ?? [],
      'select b.* from json_each(?) i join coupon_batches b on b.id = i.value',
      (row) => {
        const batch = batchRow(row) as CouponBatch;
        found.batches.set(batch.id, batch);
      },
    ),
    ...over(
      needs.couponCounts ?? [],
      `select i.value as id, (select coalesce(sum(wanted), 0) from coupon_batches where coupon_id = i.value) as wanted
       from json_each(?) i`,
      (row) => found.wanted.set(String(row.id), Number(row.wanted)),
    ),
  ];
}

function codeQueries(needs: Needs, now: number, found: Found): Query[] {
  const codes = needs.couponCodes ?? [];
  if (codes.length === 0) return [];
  return [
    ...over(
      codes,
      `select k.*, ${selection(schema.coupons, 'c', 'coupon_')} from json_each(?) i
       join coupon_codes k on k.code = i.value join coupons c on c.id = k.coupon_id`,
      (row) => {
        const code = codeRow(row) as CouponCode;
        found.codes.set(code.code, code);
        keepCoupon(couponFrom(row, prefixedCouponRow), found);
      },
    ),
    ...over(
      codes,
      `select u.* from json_each(?) i join coupon_uses u on u.code = i.value and u.status = 'reserved'`,
      (row) => keepUse(row, found),
    ),
    eachRow(
      statement(
        `select u.* from coupon_uses u where u.status = 'reserved' and u.expires_at <= ?1 and u.coupon_id in
           (select k.coupon_id from json_each(?2) i join coupon_codes k on k.code = i.value)`,
        now,
        JSON.stringify(codes),
      ),
      (row) => keepUse(row, found),
    ),
  ];
}

function useQueries(needs: Needs, now: number, found: Found): Query[] {
  const keep = (row: Row) => keepUse(row, found);
  const customers = needs.couponCustomers ?? [];
  return [
    ...over(
      (needs.couponReservations ?? []).map(({ shopId, reservation }) => [shopId, reservation]),
      `select u.* from json_each(?) i join coupon_uses u
         on u.shop_id = i.value ->> 0 and u.reservation = i.value ->> 1 and u.reservation is not null`,
      keep,
    ),
    ...over(
      needs.couponPurchases ?? [],
      'select u.* from json_each(?) i join coupon_uses u on u.purchase_id = i.value and u.purchase_id is not null',
      keep,
    ),
    ...(customers.length > 0 ? [customerQuery(customers, now, found)] : []),
  ];
}

/** A reservation whose time is over no longer counts, whether or not the job has released it. */
function customerQuery(customers: NonNullable<Needs['couponCustomers']>, now: number, found: Found): Query {
  return eachRow(
    statement(
      `select i.value ->> 0 as coupon_id, i.value ->> 1 as customer_id, count(u.id) as uses from json_each(?2) i
       left join coupon_uses u on u.customer_id in (select i.value ->> 1 union all
         select id from customers where merged_into = i.value ->> 1) and u.coupon_id = i.value ->> 0
         and (u.status = 'used' or (u.status = 'reserved' and u.expires_at > ?1))
       group by 1, 2`,
      now,
      JSON.stringify(customers.map(({ couponId, customerId }) => [couponId, customerId])),
    ),
    (row) => found.usesOf.set(`${row.coupon_id} ${row.customer_id}`, Number(row.uses)),
  );
}

function walletQuery(need: CouponWalletNeed, now: number, found: Found): Query {
  return {
    statement: walletStatement(need, now),
    take: (rows) => found.wallets.set(walletKey(need), rows.map(inHandFrom)),
  };
}

/** The codes of a customer that can still be used at `now`, the one that ends first before the others. */
export function walletStatement({ customerId, limit, offset }: CouponWalletNeed, now: number): Statement {
  return statement(
    `select k.*, ${selection(schema.coupons, 'c', 'coupon_')} from coupon_codes k
     join coupons c on c.id = k.coupon_id
     where k.customer_id = ? and (k.valid_until is null or k.valid_until > ?) and c.stopped_at is null
       and k.uses < coalesce(c.definition ->> '$.limits.per_code', 1)
     order by k.valid_until is null, k.valid_until, k.issued_at, k.code limit ? offset ?`,
    customerId,
    now,
    limit,
    offset,
  );
}

/** A row of `walletStatement` in the words of core. */
export function inHandFrom(row: Row): CouponInHand {
  return { code: codeRow(row) as CouponCode, coupon: couponFrom(row, prefixedCouponRow) };
}

function keepCoupon(coupon: Coupon, found: Found): void {
  found.coupons.set(coupon.id, coupon);
}

function keepUse(row: Row, found: Found): void {
  const use = useRow(row) as CouponUse;
  found.uses.set(use.id, use);
}

/** A coupon as stored, in the words of core. */
export function couponFrom(row: Row, read = couponRow): Coupon {
  const { definition, ...coupon } = read(row);
  return {
    ...(coupon as Omit<Coupon, 'definition'>),
    definition: JSON.parse(definition) as Coupon['definition'],
  };
}
