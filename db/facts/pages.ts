import type { Coupon, CouponCode } from '../../core/coupons/types.ts';
import {
  type Page,
  type PageFacts,
  type PageInView,
  type PageNeed,
  pageKey,
} from '../../core/journeys/pages.ts';
import { type Row, statement } from '../database.ts';
import { reader, selection } from '../rows.ts';
import * as schema from '../schema.ts';
import { couponFrom } from './coupons.ts';
import { eachRow, type FactSource, type Query } from './source.ts';

/** How many of the newest pages are shown. */
const pagesShown = 20;

const pageOf = reader(schema.pages, 'p_');
const couponCodeOf = reader(schema.couponCodes, 'g_');

type Read = Pick<PageFacts, 'page' | 'lastPages' | 'hasPicture'>;

/** A page as stored, in the words of core. `prefix`: of its columns, as given to `selection`. */
export function pageFrom(row: Row, prefix = ''): Page {
  return (prefix === '' ? plainPageOf(row) : pageOf(row)) as Page;
}

const plainPageOf = reader(schema.pages);

/** Reads pages with their coupons, and what a customer got of those. */
export function pageSource(): FactSource<Read> {
  const pages = new Map<string, PageInView>();
  const pictures = new Set<string>();
  let last: Page[] = [];
  return {
    queries(needs) {
      const asked = needs.pages ?? [];
      const ids = needs.picturesOfPages ?? [];
      return [
        ...(asked.length > 0 ? [pageQuery(asked, pages)] : []),
        ...(ids.length > 0
          ? [
              eachRow(
                statement(
                  'select p.id from json_each(?) i join pictures p on p.id = i.value',
                  JSON.stringify(ids),
                ),
                (row) => pictures.add(String(row.id)),
              ),
            ]
          : []),
        ...(needs.lastPages
          ? [
              {
                statement: statement(
                  'select * from pages order by created_at desc, slug limit ?',
                  pagesShown,
                ),
                take: (rows: readonly Row[]) => {
                  last = rows.map((row) => pageFrom(row));
                },
              },
            ]
          : []),
      ];
    },
    facts: {
      page: (need) => pages.get(pageKey(need)),
      lastPages: () => last,
      hasPicture: (id) => pictures.has(id),
    },
    keys: { pagesToChange: (slugs) => slugs.map((slug) => `page:${slug}`) },
  };
}

/** A page, its coupon, and the newest code of that the customer has, or an account merged into that one. */
function pageQuery(needs: readonly PageNeed[], found: Map<string, PageInView>): Query {
  const rows = needs.map((need) => [pageKey(need), need.slug, need.customerId ?? null]);
  return eachRow(
    statement(
      `select i.value ->> 0 as page_key, ${selection(schema.pages, 'p', 'p_')}, ${selection(schema.coupons, 'c')},
         ${selection(schema.couponCodes, 'g', 'g_')}
       from json_each(?) i join pages p on p.slug = i.value ->> 1
       left join coupons c on c.id = p.coupon_id
       left join coupon_codes g on g.code = (
         select o.code from coupon_codes o where o.coupon_id = p.coupon_id and o.customer_id in (
           select i.value ->> 2 union all select m.id from customers m where m.merged_into = i.value ->> 2)
         order by o.issued_at desc limit 1)`,
      JSON.stringify(rows),
    ),
    (row) =>
      found.set(String(row.page_key), {
        page: pageFrom(row, 'p_'),
        coupon: row.id === null ? undefined : (couponFrom(row) as Coupon),
        given: row.g_code === null ? undefined : (couponCodeOf(row) as CouponCode),
      }),
  );
}

/** What two rounds of reading found: the newer where both have it. */
export function joinPageFacts(first: Read, second: Read): Read {
  return {
    page: (need) => second.page(need) ?? first.page(need),
    lastPages() {
      const newer = second.lastPages();
      return newer.length > 0 ? newer : first.lastPages();
    },
    hasPicture: (id) => second.hasPicture(id) || first.hasPicture(id),
  };
}
