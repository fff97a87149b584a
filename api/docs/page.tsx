import type { FC } from 'hono/jsx';
import { Call, type Entry, entriesOf } from './call.tsx';
import type { Document } from './openapi.ts';
import { Prose } from './prose.tsx';
import { Errors, Rules } from './rules.tsx';

/** The documentation as one page. `origin` and `now` make its first command one that works. */
export const Page: FC<{ document: Document; origin: string; now: number }> = ({ document, origin, now }) => {
  const entries = entriesOf(document);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{document.info.title}</title>
        <link rel="stylesheet" href="/docs/style.css" />
      </head>
      <body>
        <Navigation document={document} entries={entries} />
        <main>
          <h1>{document.info.title}</h1>
          <Prose text={document.info.description ?? ''} />
          <Start origin={origin} now={now} />
          {(document.tags ?? []).map((tag) => (
            <section>
              <h2>{tag.name}</h2>
              <Prose text={tag.description ?? ''} />
              {entries
                .filter(({ operation }) => operation.tags?.includes(tag.name))
                .map((entry) => (
                  <Call entry={entry} components={document.components ?? {}} />
                ))}
            </section>
          ))}
          <Rules />
          <Errors />
        </main>
      </body>
    </html>
  );
};

const Navigation: FC<{ document: Document; entries: readonly Entry[] }> = ({ document, entries }) => (
  <nav aria-label="Contents">
    <a class="name" href="#start">
      Svoi API
    </a>
    {(document.tags ?? []).map((tag) => (
      <>
        <p>{tag.name}</p>
        <ul>
          {entries
            .filter(({ operation }) => operation.tags?.includes(tag.name))
            .map(({ operation }) => (
              <li>
                <a href={`#${operation.operationId}`}>{operation.summary}</a>
              </li>
            ))}
        </ul>
      </>
    ))}
    <p>Good to know</p>
    <ul>
      <li>
        <a href="#rules">Keys, limits, signatures</a>
      </li>
      <li>
        <a href="#errors">Errors</a>
      </li>
      <li>
        <a href="/v1/openapi.json">openapi.json</a>
      </li>
    </ul>
  </nav>
);

const Start: FC<{ origin: string; now: number }> = ({ origin, now }) => {
  const purchase = {
    id: `receipt-${Math.floor(now / 1000)}`,
    at: new Date(now - (now % 1000)).toISOString().replace('.000', ''),
    customer: { phone: '+380671234567' },
    lines: [{ sku: 'coffee', name: 'Coffee beans, 1 kg', quantity: 1, unit_price: 64900 }],
  };
  const curl = [
    `curl ${origin}/v1/purchases \\`,
    '  -H "Authorization: Bearer $SVOI_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${JSON.stringify(purchase, null, 2)}'`,
  ].join('\n');
  return (
    <section id="start">
      <h2>The first purchase</h2>
      <p>Make a key for your till or site. It is shown once.</p>
      <pre>
        <code>npm run svoi -- shop add "My till" --scope till{'\n'}export SVOI_KEY=svoi_…</code>
      </pre>
      <p>Post what was bought:</p>
      <pre>
        <code>{curl}</code>
      </pre>
      <p>
        The answer says what the customer earned and has. Sent again, the same purchase is not counted twice.
      </p>
    </section>
  );
};
