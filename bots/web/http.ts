import type { Context, ErrorHandler, MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { SvoiError } from '../../core/errors.ts';

export { pageAnswer } from '../pages.ts';

/** Reads a file of `bots/web/client` by its plain name; undefined when there is none. */
export type FileReader = (name: string) => Promise<string | undefined>;

const typeOfSuffix: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** An answer with a client file, or 404. Browsers ask again each time and get 304 when it is the same. */
export async function fileAnswer(c: Context, read: FileReader, name: string): Promise<Response> {
  const type = typeOfSuffix[name.split('.').at(-1) ?? ''];
  const text = type && /^[a-z_]+\.[a-z]+$/.test(name) ? await read(name) : undefined;
  if (text === undefined || type === undefined) return problem(c, 404, 'not_found', 'there is no such file');
  const etag = `"${await digestOf(text)}"`;
  const headers = { etag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
  if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
  return c.body(text, 200, { ...headers, 'content-type': type });
}

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)]
    .slice(0, 16)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** An error as `application/problem+json`, with the stable `code` that clients go by. */
export function problem(c: Context, status: ContentfulStatusCode, code: string, detail: string): Response {
  const body = JSON.stringify({
    type: 'about:blank',
    title: code.replaceAll('_', ' '),
    status,
    code,
    detail,
  });
  return c.body(body, status, { 'content-type': 'application/problem+json' });
}

/**
 * Answers a request that failed, and tells `onFault`; not what fails since Svoi is being stopped, which whoever asked tries
 * again.
 */
export function faultAnswers(onFault: (error: unknown) => void): ErrorHandler {
  return (error, c) => {
    if (error instanceof SvoiError && error.code === 'writer_stopped') {
      c.header('Retry-After', '5');
      return problem(c, 503, 'writer_stopped', error.message);
    }
    onFault(error);
    return problem(c, 500, 'internal', 'the log says why');
  };
}

/**
 * Refuses changes that another site's page asks for with this browser: they carry a foreign `Sec-Fetch-Site` or
 * `Origin`. JSON is required, which a plain form of a foreign page cannot send. Programs send neither header.
 */
export const sameOriginOnly: MiddlewareHandler = createMiddleware(async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const foreign =
    (site !== undefined && site !== 'same-origin') || (origin !== undefined && hostOf(origin) !== ownHost(c));
  if (foreign) return problem(c, 403, 'foreign_origin', 'only pages of this server may ask for this');
  if (!c.req.header('content-type')?.startsWith('application/json')) {
    return problem(c, 415, 'json_expected', 'send content-type: application/json');
  }
  return next();
});

function ownHost(c: Context): string {
  return c.req.header('host') ?? new URL(c.req.url).host;
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}

/** The body as JSON; undefined when it is none, which no schema accepts. */
export async function jsonOf(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    return undefined;
  }
}
