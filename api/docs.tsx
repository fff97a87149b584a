import { html } from 'hono/html';
import type { Child, FC } from 'hono/jsx';
import { problemKinds } from './errors.ts';
import { type Document, describeApi, describeKey } from './openapi.ts';
import type { Api } from './serve.ts';
import { stylesheet } from './stylesheet.ts';

const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `GET /v1/openapi.json`, and `/docs`: the same for people, with no script and nothing from elsewhere. */
export function docsRoutes({ app, parts }: Api): void {
  describeKey(app);
  let json: string | undefined;
  app.get('/v1/openapi.json', (c) => {
    c.set('route', '/v1/openapi.json');
    json ??= JSON.stringify(describeApi(app), null, 2);
    return c.body(json, 200, { 'Content-Type': 'application/json' });
  });
  app.get('/docs/style.css', (c) => {
    c.set('route', '/docs/style.css');
    return c.body(stylesheet, 200, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': 'max-age=3600',
    });
  });
  app.get('/docs', (c) => {
    c.set('route', '/docs');
    c.header('Content-Security-Policy', contentSecurityPolicy);
    c.header('Referrer-Policy', 'no-referrer');
    const { origin } = new URL(c.req.url);
    const page = <Page document={describeApi(app)} origin={origin} now={parts.clock.now()} />;
    return c.html(html`<!doctype html>${page}`);
  });
}

type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>;
type Schema = NonNullable<NonNullable<Document['components']>['schemas']>[string];
type Components = NonNullable<Document['components']>;

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const methods = ['get', 'post', 'put', 'delete'] as const;

function entriesOf(document: Document): Entry[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, operation }] : [];
    }),
  );
}

const Page: FC<{ document: Document; origin: string; now: number }> = ({ document, origin, now }) => {
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

const Call: FC<{ entry: Entry; components: Components }> = ({ entry, components }) => {
  const { method, path, operation } = entry;
  const body = jsonOf(operation.requestBody);
  return (
    <article id={operation.operationId}>
      <h3>{operation.summary}</h3>
      <p class="address">
        <span class={`method ${method}`}>{method.toUpperCase()}</span> <code>{path}</code>
      </p>
      <Prose text={operation.description ?? ''} />
      <Parameters operation={operation} />
      {body?.schema && (
        <>
          <h4>Body</h4>
          <Fields schema={body.schema} components={components} />
          {Object.values(body.examples ?? {}).map((example) => (
            <details>
              <summary>{'summary' in example ? example.summary : 'Example'}</summary>
              <Json value={'value' in example ? example.value : example} />
            </details>
          ))}
        </>
      )}
      <h4>Answers</h4>
      <Answers operation={operation} components={components} />
    </article>
  );
};

const Parameters: FC<{ operation: Operation }> = ({ operation }) => {
  const parameters = (operation.parameters ?? []).filter((parameter) => 'name' in parameter);
  if (parameters.length === 0) return null;
  return (
    <>
      <h4>In the address</h4>
      <dl>
        {parameters.map(({ name, required, description }) => (
          <>
            <dt>
              <code>{name}</code> {required ? null : <small>optional</small>}
            </dt>
            <dd>
              <Inline text={description ?? ''} />
            </dd>
          </>
        ))}
      </dl>
    </>
  );
};

const Answers: FC<{ operation: Operation; components: Components }> = ({ operation, components }) => (
  <>
    {Object.entries(operation.responses ?? {}).map(([status, answer]) => {
      const schema = jsonOf(answer)?.schema;
      const description = 'description' in answer ? String(answer.description) : '';
      return schema ? (
        <details>
          <summary>
            <b>{status}</b> <Inline text={description} />
          </summary>
          <Fields schema={schema} components={components} />
        </details>
      ) : (
        <p class="answer">
          <b>{status}</b> <Inline text={description} />
        </p>
      );
    })}
  </>
);

type Content = NonNullable<Exclude<Operation['requestBody'], { $ref: string } | undefined>>['content'];

/** The JSON part of a body or an answer; problems have a media type of their own and a section of their own. */
function jsonOf(holder: object | undefined): Content[string] | undefined {
  const content = holder && 'content' in holder ? (holder.content as Content) : {};
  return content['application/json'];
}

const Fields: FC<{ schema: Schema; components: Components; depth?: number }> = ({
  schema,
  components,
  depth = 0,
}) => {
  const { properties, required = [] } = shapeOf(schema, components);
  if (!properties || depth > 4) return null;
  return (
    <dl>
      {Object.entries(properties).map(([name, property]) => (
        <>
          <dt>
            <code>{name}</code> <small>{typeOf(property, components)}</small>{' '}
            {required.includes(name) ? <small class="required">required</small> : null}
          </dt>
          <dd>
            <Inline text={shapeOf(property, components, false).description ?? ''} />
            <Fields schema={property} components={components} depth={depth + 1} />
          </dd>
        </>
      ))}
    </dl>
  );
};

type Shape = Exclude<Schema, { $ref: string }>;

/** A schema without its indirections: a reference followed, and (unless told not to) an array as its items. */
function shapeOf(schema: Schema, components: Components, intoItems = true): Shape {
  if ('$ref' in schema && schema.$ref) {
    const named = components.schemas?.[schema.$ref.replace('#/components/schemas/', '')];
    return named ? shapeOf(named, components, intoItems) : {};
  }
  const shape = schema as Shape;
  const variant = [...(shape.anyOf ?? []), ...(shape.allOf ?? []), ...(shape.oneOf ?? [])].find(
    (one) => !('type' in one && one.type === 'null'),
  );
  if (variant)
    return {
      ...shapeOf(variant, components, intoItems),
      ...(shape.description ? { description: shape.description } : {}),
    };
  return intoItems && shape.items ? shapeOf(shape.items, components) : shape;
}

function typeOf(schema: Schema, components: Components): string {
  const shape = shapeOf(schema, components, false);
  if (shape.enum) return shape.enum.filter((value) => value !== null).join(' | ');
  const type = [shape.type ?? 'any']
    .flat()
    .filter((name) => name !== 'null')
    .join(' or ');
  if (type === 'array' && shape.items) return `list of ${typeOf(shape.items, components)}`;
  const least = shape.exclusiveMinimum !== undefined ? `more than ${shape.exclusiveMinimum}` : '';
  const byDefault = shape.default === undefined ? '' : `default ${JSON.stringify(shape.default)}`;
  const longest = shape.maxLength ? `up to ${shape.maxLength} characters` : '';
  return [shape.format === 'date-time' ? 'time' : (shape.format ?? type), longest, least, byDefault]
    .filter(Boolean)
    .join(', ');
}

const Rules: FC = () => (
  <section id="rules">
    <h2>Keys, limits, signatures</h2>
    <h3>Keys</h3>
    <p>
      Send <code>Authorization: Bearer svoi_…</code>. A key has a scope: <code>till</code> posts purchases and
      reads customers, <code>site</code> also writes customers, <code>admin</code> may also erase them. Only a
      hash of the key is kept; a lost one is replaced by <code>npm run svoi -- shop rotate NAME</code>, and{' '}
      <code>shop revoke NAME</code> stops it at once.
    </p>
    <h3>Repeating</h3>
    <p>
      Send again whatever you got no answer to. A purchase is known by your own <code>id</code>: the same body
      gets the first answer, with <code>Idempotent-Replay: true</code>; another body under that id is refused.
    </p>
    <h3>Limits</h3>
    <p>
      A body has at most 1 MiB, a batch 8 MiB. A key that calls too often gets 429 with{' '}
      <code>Retry-After</code> in seconds; a batch counts as one request.
    </p>
    <h3>Signatures</h3>
    <p>
      A shop added with <code>--signed</code> signs every change as{' '}
      <a href="https://www.standardwebhooks.com" rel="noreferrer">
        Standard Webhooks
      </a>{' '}
      has it: <code>webhook-id</code>, <code>webhook-timestamp</code> in seconds, and{' '}
      <code>webhook-signature</code>, which is <code>v1,</code> and the base64 of HMAC-SHA256 over{' '}
      <code>id.timestamp.body</code>. A signature older than five minutes is refused.
    </p>
  </section>
);

const Errors: FC = () => (
  <section id="errors">
    <h2>Errors</h2>
    <p>
      Every error is <code>application/problem+json</code>. Program against <code>code</code>;{' '}
      <code>errors</code> names each place in the body by a JSON pointer. <code>X-Request-Id</code> of the
      answer finds it in our log.
    </p>
    <Json
      value={{
        type: '/docs#invalid_request',
        title: problemKinds.invalid_request.title,
        status: 422,
        detail: '/total: must be 80900, the sum of the amounts of the lines',
        code: 'invalid_request',
        errors: [{ pointer: '/total', detail: 'must be 80900, the sum of the amounts of the lines' }],
      }}
    />
    <dl>
      {Object.entries(problemKinds).map(([code, { status, title }]) => (
        <>
          <dt id={code}>
            <code>{code}</code> <small>{status}</small>
          </dt>
          <dd>{title}</dd>
        </>
      ))}
    </dl>
  </section>
);

const Json: FC<{ value: unknown }> = ({ value }) => (
  <pre>
    <code>{JSON.stringify(value, null, 2)}</code>
  </pre>
);

const Prose: FC<{ text: string }> = ({ text }) => (
  <>
    {text.split('\n\n').map((paragraph) => (
      <p>
        <Inline text={paragraph} />
      </p>
    ))}
  </>
);

/** Text with `code` in backticks. */
const Inline: FC<{ text: string }> = ({ text }) => (
  <>{text.split('`').map((part, index): Child => (index % 2 ? <code>{part}</code> : part))}</>
);
