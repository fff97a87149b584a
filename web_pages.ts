import { Hono } from 'hono';
import type { MessengerLink } from './bots/web/light.tsx';
import { createOfferPages } from './bots/web/offer.tsx';
import { createPicturePages } from './bots/web/pictures.ts';
import { createShortLinks } from './bots/web/short_links.ts';
import { viewPage } from './core/journeys/pages.ts';
import { pageUrl } from './core/messaging/links.ts';
import { openLink } from './core/messaging/reactions.ts';
import { findLink } from './db/links.ts';
import { offerInView } from './db/pages.ts';
import { findPicture } from './db/pictures.ts';
import type { Svoi } from './svoi.ts';

/** What the pages that customers open need of a root. */
export interface WebPageParts {
  links(context: string): readonly MessengerLink[];
  readonly hasSiteChat: boolean;
  /** Told of what went wrong while something was counted. */
  onError(error: unknown): void;
}

/** The short links in messages, the pages of offers, and the pictures of both. */
export function createWebPages(svoi: Svoi, { links, hasSiteChat, onError }: WebPageParts): Hono {
  const { database, clock } = svoi;
  const locale = () => svoi.program().locale;
  const counted = (work: Promise<unknown>) => work.then(() => {}, onError);
  const app = new Hono();
  app.route(
    '/',
    createShortLinks({
      locale,
      find: async (code) => {
        const link = await findLink(database, code);
        return link && personal(link.url, code, svoi.messagingRules().site);
      },
      opened: (code) => counted(svoi.submit(openLink(code))),
    }),
  );
  app.route('/', createPicturePages({ find: (id) => findPicture(database, id) }));
  app.route(
    '/',
    createOfferPages({
      ...{ locale, links, hasSiteChat },
      find: (slug, link) => offerInView(database, { slug, link, now: clock.now() }),
      viewed: (slug) => counted(svoi.submit(viewPage(slug))),
    }),
  );
  return app;
}

/** A page of ours knows by the code who comes, and shows the coupon that was given. */
function personal(url: string, code: string, site: string | undefined): string {
  if (site === undefined || !url.startsWith(pageUrl(site, '')) || !URL.canParse(url)) return url;
  const page = new URL(url);
  page.searchParams.set('l', code);
  return page.href;
}
