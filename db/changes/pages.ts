import type { Page } from '../../core/journeys/pages.ts';
import { type Statement, statement } from '../database.ts';
import { inserter } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insertPages = inserter(schema.pages);

/** Pages of offers, and how often they were looked at. */
export function pageStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.pages, insertPages),
    ...forRows(changes.pageUpdates, updatePages),
    ...forRows(changes.pageViews, countViews),
  ];
}

/** All but the views, which others count meanwhile. */
function updatePages(pages: readonly Page[]): Statement {
  const rows = pages.map((page) => [
    ...[page.slug, page.title, page.text, page.pictureId, page.button, page.url, page.couponId],
    ...[page.publishedAt, page.revision],
  ]);
  return statement(
    `update pages set title = p.value ->> 1, text = p.value ->> 2, picture_id = p.value ->> 3,
       button = p.value ->> 4, url = p.value ->> 5, coupon_id = p.value ->> 6, published_at = p.value ->> 7,
       revision = p.value ->> 8
     from json_each(?) p where pages.slug = p.value ->> 0`,
    JSON.stringify(rows),
  );
}

function countViews(slugs: readonly string[]): Statement {
  return statement(
    `update pages set views = views + seen.times
     from (select value as slug, count(*) as times from json_each(?) group by 1) seen where pages.slug = seen.slug`,
    JSON.stringify(slugs),
  );
}
