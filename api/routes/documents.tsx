import { html } from 'hono/html';
import { describeApi, describeKey } from '../docs/openapi.ts';
import { Page } from '../docs/page.tsx';
import { stylesheet } from '../docs/stylesheet.ts';
import type { Api } from '../serve.ts';

const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `GET /v1/openapi.json`, and `/docs`: the same for people, with no script and nothing from elsewhere. */
export function documentRoutes(api: Api): void {
  const { app, parts } = api;
  describeKey(app);
  let json: string | undefined;
  app.get('/v1/openapi.json', (c) => {
    c.set('route', '/v1/openapi.json');
    json ??= JSON.stringify(describeApi(api), null, 2);
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
    const page = <Page document={describeApi(api)} origin={origin} now={parts.clock.now()} />;
    return c.html(html`<!doctype html>${page}`);
  });
}
