import type { Purchase, PurchaseLine } from '../../core/purchases/types.ts';
import { type Statement, statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insert = {
  purchases: inserter(schema.purchases),
  lines: inserter(schema.purchaseLines),
  refunds: inserter(schema.refunds),
};

const updatePurchases = updater(schema.purchases, [
  ...(['customerId', 'paidAt', 'earned', 'pending', 'refundedMinor', 'redemptionId', 'spent'] as const),
  ...(['releaseAt', 'lotId', 'claimCode', 'claimUntil', 'claimedAt', 'award', 'revision'] as const),
]);

/** Receipts with their lines, what became of them since, and goods brought back. */
export function purchaseStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.purchases, insertPurchases),
    ...forRows(changes.purchaseUpdates, rewritePurchases),
    ...forRows(changes.refunds, (refunds) =>
      insert.refunds(refunds.map((refund) => ({ ...refund, lines: JSON.stringify(refund.lines) }))),
    ),
  ];
}

function insertPurchases(purchases: readonly Purchase[]): Statement[] {
  const lines = purchases.flatMap((purchase) =>
    purchase.lines.map((line, index) => newLine(purchase, line, index)),
  );
  const rows = insert.purchases(purchases.map(purchaseRow));
  return lines.length > 0 ? [rows, insert.lines(lines)] : [rows];
}

/** Property by property: with spreads, an import of half a million lines takes a quarter longer. */
function newLine(
  purchase: Purchase,
  line: PurchaseLine,
  index: number,
): typeof schema.purchaseLines.$inferSelect {
  return {
    purchaseId: purchase.id,
    position: index + 1,
    lineId: line.id,
    sku: line.sku,
    name: line.name,
    category: line.category,
    quantity: line.quantity,
    unitPriceMinor: line.unitPriceMinor,
    amountMinor: line.amountMinor,
    discountMinor: line.discountMinor,
    coveredMinor: line.coveredMinor,
    points: line.points,
    refundedQuantity: line.refundedQuantity,
    refundedMinor: line.refundedMinor,
  };
}

function purchaseRow({ lines: _, ...purchase }: Purchase): typeof schema.purchases.$inferSelect {
  return { ...purchase, award: purchase.award && JSON.stringify(purchase.award) };
}

/** Purchases as they are from now on; of their lines only what was brought back can have changed. */
function rewritePurchases(purchases: readonly Purchase[]): Statement[] {
  const returned = purchases.flatMap((purchase) =>
    purchase.lines.flatMap((line, index) => (isTouched(line) ? [lineRow(purchase, line, index)] : [])),
  );
  const rows = updatePurchases(purchases.map(purchaseRow));
  return returned.length > 0 ? [rows, updateLines(returned)] : [rows];
}

function isTouched(line: PurchaseLine): boolean {
  return line.refundedQuantity > 0 || line.refundedMinor > 0;
}

function lineRow(purchase: Purchase, line: PurchaseLine, index: number) {
  return [purchase.id, index + 1, line.refundedQuantity, line.refundedMinor] as const;
}

function updateLines(rows: readonly (readonly (string | number)[])[]): Statement {
  return statement(
    `update purchase_lines set refunded_quantity = changed.value ->> 2, refunded_minor = changed.value ->> 3
     from json_each(?) as changed
     where purchase_id = changed.value ->> 0 and position = changed.value ->> 1`,
    JSON.stringify(rows),
  );
}
