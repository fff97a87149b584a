import { type Outcome, refuse } from '../errors.ts';
import { shareDown, shareHalfUp, splitByLargestRemainder, sum } from '../money.ts';
import type { Purchase, PurchaseLine, Refund } from './types.ts';

/** Some of a line, named by the shop's id of the line, by its article, or by both. */
export interface NamedGoods {
  readonly id?: string;
  readonly sku?: string;
  readonly quantity: number;
}

/**
 * What comes back: goods by line, an amount of money, or (neither) all that is left. Both: these goods, with less
 * given back for them than they cost.
 */
export interface Goods {
  readonly lines?: readonly NamedGoods[];
  readonly amountMinor?: number;
}

/** Why goods cannot come back. */
export type GoodsRefusal = 'line_not_found' | 'more_than_bought' | 'refund_too_large' | 'nothing_left';

/** What has gone back of a purchase in all, and what that stands for. Amounts in minor units. */
export interface GoneBack {
  /** Of what was payable. */
  readonly amountMinor: number;
  /** The part of it that had been paid with points, and how many points that is. */
  readonly coveredMinor: number;
  readonly spent: number;
  /** What coupons had taken off it. */
  readonly discountMinor: number;
  /** Points it had earned. */
  readonly points: number;
  /** Whether nothing is left to go back. */
  readonly whole: boolean;
}

/** What a line costs after coupons, in minor units. */
export function payableOf({ amountMinor, discountMinor }: PurchaseLine): number {
  return amountMinor - discountMinor;
}

/** How much of a line has not come back. */
function quantityLeft({ quantity, refundedQuantity }: PurchaseLine): number {
  return fromThousandths(thousandths(quantity) - thousandths(refundedQuantity));
}

/** The lines once `goods` have come back, or why they cannot; pointers are into the goods. */
export function linesAfter(
  lines: readonly PurchaseLine[],
  goods: Goods,
): Outcome<readonly PurchaseLine[], GoodsRefusal> {
  const { lines: named, amountMinor } = goods;
  if (named === undefined) return amountMinor === undefined ? allBack(lines) : amountBack(lines, amountMinor);
  const returned = goodsBack(lines, named);
  return returned.ok && amountMinor !== undefined ? forLess(lines, returned.result, amountMinor) : returned;
}

/**
 * What has gone back in all. Each figure follows from what came back of each line until now, not from the steps:
 * so any sequence of refunds ends where one of everything does.
 */
export function goneBack({ lines, spent }: Pick<Purchase, 'lines' | 'spent'>): GoneBack {
  const coveredMinor = sum(lines.map((line) => returnedShare(line, line.coveredMinor)));
  const coveredInAllMinor = sum(lines.map((line) => line.coveredMinor));
  return {
    amountMinor: sum(lines.map((line) => line.refundedMinor)),
    coveredMinor,
    spent: coveredInAllMinor === 0 ? 0 : shareDown(spent, coveredMinor, coveredInAllMinor),
    discountMinor: sum(lines.map((line) => returnedShare(line, line.discountMinor))),
    points: sum(lines.map((line) => returnedShare(line, line.points))),
    whole: isWhole(lines),
  };
}

/** What lines lost between two states of a purchase, without those that lost nothing. */
export function backSince(before: readonly PurchaseLine[], after: readonly PurchaseLine[]): Refund['lines'] {
  const back = after.map((line, index) => {
    const was = before[index] ?? line;
    const quantity = fromThousandths(thousandths(line.refundedQuantity) - thousandths(was.refundedQuantity));
    return { position: index + 1, quantity, amountMinor: line.refundedMinor - was.refundedMinor };
  });
  return back.filter((line) => line.quantity > 0 || line.amountMinor > 0);
}

/** The part of a line's `total` that went back with its goods, rounded down; all of it once all of them did. */
function returnedShare(line: PurchaseLine, total: number): number {
  const payable = payableOf(line);
  return payable > 0
    ? shareDown(total, line.refundedMinor, payable)
    : shareDown(total, thousandths(line.refundedQuantity), thousandths(line.quantity));
}

/** Whether all the money has gone back; of goods that cost nothing, all the goods. */
function isWhole(lines: readonly PurchaseLine[]): boolean {
  const costly = lines.filter((line) => payableOf(line) > 0);
  if (costly.length > 0) return costly.every((line) => line.refundedMinor === payableOf(line));
  return lines.every((line) => quantityLeft(line) === 0);
}

function allBack(lines: readonly PurchaseLine[]): Outcome<readonly PurchaseLine[], GoodsRefusal> {
  if (isWhole(lines)) return refuse('nothing_left', 'all of this purchase has come back already');
  const back = (line: PurchaseLine) => ({
    ...line,
    refundedQuantity: line.quantity,
    refundedMinor: payableOf(line),
  });
  return { ok: true, result: lines.map(back) };
}

/** Money without saying for what: spread over the lines by what is left to give back for each. */
function amountBack(
  lines: readonly PurchaseLine[],
  amountMinor: number,
): Outcome<readonly PurchaseLine[], GoodsRefusal> {
  if (isWhole(lines)) return refuse('nothing_left', 'all of this purchase has come back already');
  const left = lines.map((line) => payableOf(line) - line.refundedMinor);
  if (amountMinor > sum(left)) return tooLarge(sum(left));
  return { ok: true, result: withAmounts(lines, splitByLargestRemainder(amountMinor, left)) };
}

function tooLarge(mostMinor: number) {
  return refuse('refund_too_large', `at most ${mostMinor} can be given back`, '/amount');
}

function withAmounts(lines: readonly PurchaseLine[], amountsMinor: readonly number[]) {
  return lines.map((line, index) => ({
    ...line,
    refundedMinor: line.refundedMinor + (amountsMinor[index] ?? 0),
  }));
}

function goodsBack(
  lines: readonly PurchaseLine[],
  named: readonly NamedGoods[],
): Outcome<readonly PurchaseLine[], GoodsRefusal> {
  let after = lines;
  for (const [index, goods] of named.entries()) {
    const returned = someBack(after, goods, `/lines/${index}`);
    if (!returned.ok) return returned;
    after = returned.result;
  }
  return { ok: true, result: after };
}

/** Some of one article: lines that have it are filled in their order. */
function someBack(
  lines: readonly PurchaseLine[],
  goods: NamedGoods,
  pointer: string,
): Outcome<readonly PurchaseLine[], GoodsRefusal> {
  const isMeant = ({ id, sku }: PurchaseLine) =>
    (goods.id === undefined || goods.id === id) && (goods.sku === undefined || goods.sku === sku);
  const meant = lines.filter(isMeant);
  if (meant.length === 0) return refuse('line_not_found', 'the purchase has no such line', pointer);
  const most = sum(meant.map((line) => thousandths(quantityLeft(line))));
  let wanted = thousandths(goods.quantity);
  if (wanted > most) {
    const detail = `only ${fromThousandths(most)} of it is left to bring back`;
    return refuse('more_than_bought', detail, `${pointer}/quantity`);
  }
  const after = lines.map((line) => {
    const some = isMeant(line) ? Math.min(wanted, thousandths(quantityLeft(line))) : 0;
    wanted -= some;
    return some === 0 ? line : lineBack(line, some);
  });
  return { ok: true, result: after };
}

/** The last of a line brings back all that is left to give for it, so that nothing is lost in rounding. */
function lineBack(line: PurchaseLine, someThousandths: number): PurchaseLine {
  const inAll = thousandths(quantityLeft(line));
  const leftMinor = payableOf(line) - line.refundedMinor;
  return {
    ...line,
    refundedQuantity: fromThousandths(thousandths(line.refundedQuantity) + someThousandths),
    refundedMinor: line.refundedMinor + shareHalfUp(leftMinor, someThousandths, inAll),
  };
}

/** The goods as they came back, with `amountMinor` given for all of them: spread by what they cost. */
function forLess(
  before: readonly PurchaseLine[],
  after: readonly PurchaseLine[],
  amountMinor: number,
): Outcome<readonly PurchaseLine[], GoodsRefusal> {
  const cost = after.map((line, index) => line.refundedMinor - (before[index]?.refundedMinor ?? 0));
  if (amountMinor > sum(cost)) return tooLarge(sum(cost));
  const parts = splitByLargestRemainder(amountMinor, cost);
  const given = after.map((line, index) => ({
    ...line,
    refundedMinor: (before[index]?.refundedMinor ?? 0) + (parts[index] ?? 0),
  }));
  return { ok: true, result: given };
}

/** Quantities have up to three decimals; whole thousandths of them add up exactly. */
function thousandths(quantity: number): number {
  return Math.round(quantity * 1000);
}

function fromThousandths(value: number): number {
  return value / 1000;
}
