import { isbot } from 'isbot';

/** Headers by which a browser says that it only fetches ahead, or shows a small picture of a page. */
const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const;
const notYet = /prefetch|prerender|preview/i;

/**
 * Whether a person opens this in a browser just now: not a messenger that looks at a link in a chat, not a search engine
 * or a filter of mail, and no browser that fetches ahead.
 */
export function isOpenedByPerson({ method, headers }: Pick<Request, 'method' | 'headers'>): boolean {
  if (method !== 'GET') return false;
  if (purposes.some((name) => notYet.test(headers.get(name) ?? ''))) return false;
  const mode = headers.get('sec-fetch-mode');
  if (mode !== null && mode !== 'navigate') return false;
  const browser = headers.get('user-agent') ?? '';
  // Every browser of people calls itself one of these two; most programs do not even try.
  return /^(Mozilla|Opera)\//.test(browser) && !isbot(browser);
}
