import { shownCode } from '../core/coupons/definition.ts';
import type { Page, PageInView } from '../core/journeys/pages.ts';
import { type Database, readRows } from './database.ts';
import { pageFrom } from './facts/pages.ts';
import { readFacts } from './facts.ts';
import { findLink } from './links.ts';

/** A page by its address, published or not; undefined where there is none. */
export async function findPage(database: Database, slug: string, now: number): Promise<Page | undefined> {
  const facts = await readFacts(database, [{ pages: [{ slug }] }], now);
  return facts.page({ slug })?.page;
}

/** Up to `limit` pages, the newest first, after the page `after`. */
export async function listPages(
  database: Database,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<Page[]> {
  const rows = await readRows(
    database,
    `select p.* from pages p left join pages a on a.slug = ?1
     where a.slug is null or (p.created_at, p.slug) < (a.created_at, a.slug)
     order by p.created_at desc, p.slug desc limit ?2`,
    after ?? null,
    limit,
  );
  return rows.map((row) => pageFrom(row));
}

/**
 * A published page as its visitor sees it: with the code of its coupon for who comes by a link of his own and can use it.
 * Undefined where there is no such page, or it is not published.
 */
export async function offerInView(
  database: Database,
  { slug, link, now }: { readonly slug: string; readonly link: string | undefined; readonly now: number },
): Promise<{ readonly page: Page; readonly code: string | undefined } | undefined> {
  const found = link === undefined ? undefined : await findLink(database, link);
  const need = { slug, customerId: found?.customerId };
  const facts = await readFacts(database, [{ pages: [need] }], now);
  const seen = facts.page(need);
  if (!seen || seen.page.publishedAt === null) return undefined;
  return { page: seen.page, code: found && codeOf(seen, now) };
}

/** The code everybody shares, or the customer's own while it is good. */
function codeOf({ coupon, given }: PageInView, now: number): string | undefined {
  if (!coupon || coupon.stoppedAt !== null) return undefined;
  const { shared } = coupon.definition.code;
  if (shared !== undefined) return shared;
  const isGood = given && given.uses === 0 && (given.validUntil === null || given.validUntil > now);
  return isGood ? shownCode(coupon.definition, given.code) : undefined;
}
