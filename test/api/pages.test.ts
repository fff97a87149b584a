import { afterEach, beforeEach, expect, test } from 'vitest';
import { problemKinds } from '../../api/errors.ts';
import { outboxDepth } from '../../db/outbox.ts';
import { createMetrics, type Metrics } from '../../metrics.ts';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';

let api: TestApi;
let metrics: Metrics;

beforeEach(async () => {
  metrics = createMetrics(() => outboxDepth(api.svoi.database));
  api = await testApi({ metrics, writer: { onCommit: metrics.commit } });
});
afterEach(() => api.close());

const open = (path: string) => api.call('GET', path, { as: null });

test('the page of the calls asks for nothing from elsewhere and runs no script', async () => {
  const { headers, text } = await open('/docs');
  expect(headers.get('content-type')).toContain('text/html');
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(text).not.toMatch(/<script|style=|\son\w+=|<img|src=/);
  const links = [...text.matchAll(/<link[^>]+href="([^"]+)"/g)].map(([, href]) => href);
  expect(links).toEqual(['/docs/style.css']);
  expect((await open('/docs/style.css')).headers.get('content-type')).toContain('text/css');
});

test('every link within the page, and the type of every problem, leads somewhere', async () => {
  const { text } = await open('/docs');
  const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const links = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(8);
  expect([...links, ...Object.keys(problemKinds)].filter((id) => !ids.has(id))).toEqual([]);
});

test('the command the page shows first works as it stands', async () => {
  const { text } = await open('/docs');
  const shown = /curl http:\/\/localhost(\S+) .*?-d (?:&#39;|')(.*?)(?:&#39;|')<\/code>/s.exec(text);
  const json = shown?.[2]?.replaceAll('&quot;', '"') ?? '';
  const answer = await api.call('POST', shown?.[1] ?? '', { body: json });
  expect(answer.status).toBe(201);
});

test('health says whether the database answers and purchases are written', async () => {
  expect(await open('/healthz')).toMatchObject({ status: 200, body: { status: 'ok', version: 'test' } });
  api.stopWriter();
  expect(await open('/healthz')).toMatchObject({ status: 503, body: { status: 'writer_stopped' } });
});

test('health says when the database does not answer', async () => {
  const broken = await testApi();
  broken.svoi.database.close();
  expect(await broken.call('GET', '/healthz', { as: null })).toMatchObject({
    status: 503,
    body: { status: 'database_unreachable' },
  });
  broken.close();
});

test('metrics count requests by pattern, commits, and messages that wait', async () => {
  await api.call('POST', '/v1/purchases', { body: purchaseBody() });
  await api.call('GET', '/v1/customers/phone:+380671234567');
  await api.call('GET', '/v1/customers/phone:+380671234568');
  await api.call('GET', '/no/such/place');
  const { headers, text } = await open('/metrics');
  expect(headers.get('content-type')).toContain('text/plain');
  for (const line of [
    'svoi_http_request_duration_seconds_count{method="POST",route="/v1/purchases",status="201"} 1',
    'svoi_http_request_duration_seconds_count{method="GET",route="/v1/customers/{ref}",status="200"} 1',
    'svoi_http_request_duration_seconds_count{method="GET",route="/v1/customers/{ref}",status="404"} 1',
    'svoi_http_request_duration_seconds_count{method="GET",route="other",status="404"} 1',
    'svoi_commands_committed_total 1',
    'svoi_commit_duration_seconds_count 1',
    'svoi_outbox_messages{state="queued"} 0',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).not.toContain('380671234567');
});
