import type { Api } from '../serve.ts';

/** `GET /healthz`: whether the database answers and purchases are being written. `GET /metrics`: Prometheus. */
export function healthRoutes({ app, parts }: Api): void {
  app.get('/healthz', async (c) => {
    c.set('route', '/healthz');
    const state = await parts.health.check();
    return c.json({ status: state, version: parts.health.version }, state === 'ok' ? 200 : 503, {
      'Cache-Control': 'no-store',
    });
  });
  const { metrics } = parts;
  if (!metrics) return;
  app.get('/metrics', async (c) => {
    c.set('route', '/metrics');
    const { body, contentType } = await metrics.text();
    return c.body(body, 200, { 'Content-Type': contentType });
  });
}
