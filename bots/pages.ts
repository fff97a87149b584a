import type { Context } from 'hono';
import { html } from 'hono/html';
import type { JSX } from 'hono/jsx/jsx-runtime';

/** The policy of our pages: nothing from elsewhere, nothing inline. */
function contentPolicy(ancestors: string, forms: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    `form-action ${forms}`,
    `frame-ancestors ${ancestors}`,
  ].join('; ');
}

/**
 * An answer with a page of ours. `ancestors` are the sources that may put it in a frame, `forms` those its forms may be
 * sent to.
 */
export function pageAnswer(
  c: Context,
  page: JSX.Element,
  ancestors: string,
  forms = "'none'",
): Response | Promise<Response> {
  return c.html(html`<!doctype html>${page}`, 200, pageHeaders(ancestors, forms));
}

/** How a light page is answered. */
export interface LightOptions {
  readonly styleHash: string;
  readonly status?: 200 | 404 | 503;
  /** Where its forms may be sent to. */
  readonly forms?: "'none'" | "'self'";
}

/**
 * An answer with a page that needs one request: its style stands in it, known to the policy by its hash, and it shows
 * pictures of ours alone.
 */
export function lightPageAnswer(
  c: Context,
  page: JSX.Element,
  { styleHash, status = 200, forms = "'none'" }: LightOptions,
): Response | Promise<Response> {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "img-src 'self'",
    "base-uri 'none'",
    `form-action ${forms}`,
    "frame-ancestors 'none'",
  ].join('; ');
  const headers = { ...pageHeaders("'none'", "'none'"), 'content-security-policy': policy };
  return c.html(html`<!doctype html>${page}`, status, { ...headers, 'x-robots-tag': 'noindex' });
}

function pageHeaders(ancestors: string, forms: string): Record<string, string> {
  return {
    'content-security-policy': contentPolicy(ancestors, forms),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'cache-control': 'no-store',
  };
}
