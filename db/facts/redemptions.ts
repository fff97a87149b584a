import type { CustomerId } from '../../core/ids.ts';
import {
  type PaymentCode,
  type Redemption,
  type RedemptionFacts,
  type RedemptionRef,
  redemptionKey,
} from '../../core/redemptions/types.ts';
import { type Row, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { eachRow, type FactSource, type Query } from './source.ts';

const redemptionOf = reader(schema.redemptions);
const codeOf = reader(schema.paymentCodes);

/** Reads redemptions by our id or the shop's, and payment codes. */
export function redemptionSource(): FactSource<Pick<RedemptionFacts, 'redemption' | 'paymentCode'>> {
  const redemptions = new Map<string, Redemption>();
  const codes = new Map<string, PaymentCode>();
  const idOf = (ref: RedemptionRef) => redemptions.get(redemptionKey(ref))?.id;
  return {
    queries(needs) {
      const refs = needs.redemptions ?? [];
      const shown = needs.paymentCodes ?? [];
      return [
        ...(refs.length > 0 ? [redemptionQuery(refs, redemptions)] : []),
        ...(shown.length > 0 ? [codeQuery(shown, codes)] : []),
      ];
    },
    facts: {
      redemption: (ref) => redemptions.get(redemptionKey(ref)),
      paymentCode: (code) => codes.get(code),
    },
    keys: {
      redemptions: (refs) => refs.flatMap((ref) => [redemptionKey(ref), idOf(ref) ?? redemptionKey(ref)]),
      paymentCodes: (codes) => codes.map((code) => `code:${code}`),
    },
  };
}

function redemptionQuery(refs: readonly RedemptionRef[], found: Map<string, Redemption>): Query {
  const rows = refs.map((ref) => ('id' in ref ? [ref.id] : [null, ref.shopId, ref.externalId]));
  return eachRow(
    statement(
      `select r.* from json_each(?) i join redemptions r on r.id = coalesce(i.value ->> 0,
         (select id from redemptions where shop_id = i.value ->> 1 and external_id = i.value ->> 2))`,
      JSON.stringify(rows),
    ),
    (row) => {
      const redemption = redemptionFrom(row);
      found.set(redemption.id, redemption);
      found.set(redemptionKey(redemption), redemption);
      found.set(redemptionKey({ shopId: redemption.shopId, externalId: redemption.externalId }), redemption);
    },
  );
}

/** A redemption as stored, in the words of core. */
export function redemptionFrom(row: Row): Redemption {
  const { taken, ...redemption } = redemptionOf(row);
  return { ...(redemption as Omit<Redemption, 'taken'>), taken: JSON.parse(taken) as Redemption['taken'] };
}

function codeQuery(codes: readonly string[], found: Map<string, PaymentCode>): Query {
  return eachRow(
    statement(
      `select c.code, coalesce(m.merged_into, c.customer_id) as customer_id, c.created_at, c.expires_at
       from json_each(?) i join payment_codes c on c.code = i.value join customers m on m.id = c.customer_id`,
      JSON.stringify(codes),
    ),
    (row) => {
      const { customerId, ...code } = codeOf(row);
      found.set(code.code, { ...code, customerId: customerId as CustomerId });
    },
  );
}
