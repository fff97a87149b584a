import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { Locale } from '../../core/customers/types.ts';
import { initialLocale } from '../../core/dialogs/types.ts';
import { chatWords } from './frame.tsx';
import { LightPage, lightPage } from './light.tsx';

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
    return lightPage(c, <ExportPage locale={locale} path={c.req.path} />, { forms: "'self'" });
  });
  app.post(path, async (c) => {
    const list = await take(c.req.param('token'));
    const locale = initialLocale(c.req.header('accept-language'), 'uk');
    if (!list) return lightPage(c, <ExportPage locale={locale} />);
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
    <LightPage locale={locale} title={words.export_title}>
      <div class="in">
        <h1>{words.export_title}</h1>
        <p>{path === undefined ? words.export_over : words.export_how}</p>
        {path === undefined ? null : (
          <form method="post" action={path}>
            <button type="submit" class="first">
              {words.export_take}
            </button>
          </form>
        )}
      </div>
    </LightPage>
  );
};
