import { type Context, Hono } from 'hono';
import type { Locale } from '../../core/customers/types.ts';
import { initialLocale } from '../../core/dialogs/types.ts';
import { linkCode } from '../../core/messaging/links.ts';
import { goneAnswer } from './light.tsx';
import { isOpenedByPerson } from './person.ts';

/** What short links stand on. */
export interface ShortLinkParts {
  /** Where the link of a code leads; undefined where there is none. */
  find(code: string): Promise<string | undefined>;
  /** Counts that a person opened it. What goes wrong with that keeps nobody from where the link leads. */
  opened(code: string): Promise<void>;
  /** The language of pages, where the browser asks for none of ours. */
  locale(): Locale;
}

/**
 * `GET /l/CODE`: leads to the address that was written down with the code, whatever the request says. Programs that look
 * at links are led on as well, and not counted.
 */
export function createShortLinks({ find, opened, locale }: ShortLinkParts): Hono {
  const app = new Hono();
  const gone = (c: Context) =>
    goneAnswer(c, initialLocale(c.req.header('accept-language'), locale()), 'link');
  app.get('/l/:code', async (c) => {
    const code = linkCode(c.req.param('code'));
    const url = code === undefined ? undefined : await find(code);
    if (code === undefined || url === undefined || !URL.canParse(url)) return gone(c);
    if (isOpenedByPerson(c.req.raw)) await opened(code);
    return c.body(null, 302, {
      location: new URL(url).href,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
    });
  });
  return app;
}
