import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { Locale } from '../../core/customers/types.ts';
import { initialLocale } from '../../core/dialogs/types.ts';
import { chatWords } from './frame.tsx';
import { pageAnswer } from './http.ts';

/** What the page behind a link to a list is made of. */
export interface ExportPageParts {
  /** The list as text, piece by piece, this once; undefined where the link is over. */
  take(token: string): Promise<AsyncGenerator<string> | undefined>;
}

/**
 * The page behind a link to a list of customers. Opening it takes nothing yet: messengers look at links in chats, and
 * the link is good once. The button does.
 */
export function createExportPage({ take }: ExportPageParts): Hono {
  const app = new Hono();
  const path = '/export/:token{[0-9A-Z]{10,64}}';
  app.get(path, (c) => {
    const locale = initialLocale(c.req.header('accept-language'), 'uk');
    return pageAnswer(c, <ExportPage locale={locale} path={c.req.path} />, "'none'", "'self'");
  });
  app.post(path, async (c) => {
    const list = await take(c.req.param('token'));
    const locale = initialLocale(c.req.header('accept-language'), 'uk');
    if (!list) return pageAnswer(c, <ExportPage locale={locale} />, "'none'");
    return c.body(streamOf(list), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="customers.csv"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });
  return app;
}

/** Asks for the next piece when the last one was taken: no more than that is held. */
function streamOf(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

/** With `path` the way to the list, without it the news that the link is over. */
const ExportPage: FC<{ readonly locale: Locale; readonly path?: string }> = ({ locale, path }) => {
  const words = chatWords(locale);
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="no-referrer" />
        <title>{words.export_title}</title>
        <link rel="stylesheet" href="/chat/files/base.css" />
        <link rel="stylesheet" href="/chat/files/claim.css" />
      </head>
      <body class="claim">
        <main>
          <h1>{words.export_title}</h1>
          <p>{path === undefined ? words.export_over : words.export_how}</p>
          {path === undefined ? null : (
            <form method="post" action={path}>
              <button type="submit">{words.export_take}</button>
            </form>
          )}
        </main>
      </body>
    </html>
  );
};
