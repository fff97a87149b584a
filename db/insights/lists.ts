import type { CustomerId } from '../../core/ids.ts';
import type { Reading } from '../database.ts';
import { type SegmentPageQuestion, segmentWhere } from '../segments/members.ts';

/** The columns of a list of customers, in order; the names are those that an import knows, where it knows them. */
export const listColumns = [
  ...(['id', 'name', 'phone', 'card', 'birthday', 'gender', 'city', 'language', 'registered_at'] as const),
  ...(['orders', 'paid_minor', 'last_purchase_at', 'points', 'offers'] as const),
] as const;

type Cell = string | number | null;

/** A page of a list, and the id it ends with; undefined where nothing comes after it. */
export interface ListPage {
  readonly rows: readonly (readonly Cell[])[];
  readonly last: CustomerId | undefined;
}

/** Customers of a segment with what a shop may take away, in the order of their ids. */
export async function listPage(database: Reading, question: SegmentPageQuestion): Promise<ListPage> {
  const { where, args } = await segmentWhere(database, question);
  // One text a page: reading so many cells one by one would take several times as long.
  const sql = `select json_group_array(json(row)) as page, max(id) as last, count(*) as rows from (
    select c.id, json_array(c.id, c.name, c.phone, c.card, c.birthday, c.gender, c.city, c.locale, c.registered_at,
      c.orders, c.paid_minor, c.last_at, c.points, c.offers) as row
    from customers c where c.id > ? and ${where} order by c.id limit ?)`;
  const [found] = await database.read([{ sql, args: [question.after ?? '', ...args, question.limit] }]);
  const row = found?.[0];
  const isFull = Number(row?.rows ?? 0) === question.limit;
  return {
    rows: JSON.parse(String(row?.page ?? '[]')) as Cell[][],
    last: isFull ? (String(row?.last) as CustomerId) : undefined,
  };
}
