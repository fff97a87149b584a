import { randomText, safeAlphabet } from '../codes.ts';
import type { CustomerId, NoticeId } from '../ids.ts';
import type { Context } from '../ports.ts';
import type { Button, Reply } from './types.ts';

/** A short link of ours, in one message to one customer. */
export interface ShortLink {
  readonly code: string;
  /** Where it leads: nothing in a request for it has a say in that. */
  readonly url: string;
  readonly noticeId: NoticeId;
  readonly customerId: CustomerId;
  readonly createdAt: number;
  /** When the person first opened it, and how often. */
  readonly openedAt: number | null;
  readonly opened: number;
}

/** What a decision about a short link may ask to know. */
export interface LinkNeeds {
  /** By their codes. */
  readonly links?: readonly string[];
}

/** What it then knows. */
export interface LinkFacts {
  link(code: string): ShortLink | undefined;
}

/** Whose message it is, and under which address of ours the links are to stand; without one they stay as they are. */
export interface Shortening {
  readonly noticeId: NoticeId;
  readonly customerId: CustomerId;
  readonly site: string | undefined;
  readonly context: Pick<Context, 'now' | 'random'>;
}

/** Guessing one of a million links takes a thousand million tries. */
const codeLength = 8;
/** The longest address that is kept. */
const longestUrl = 2000;

/** The code of a short link as it was typed or followed; undefined where it is none. */
export function linkCode(text: string): string | undefined {
  const code = text.toUpperCase();
  const isCode = code.length === codeLength && [...code].every((one) => safeAlphabet.includes(one));
  return isCode ? code : undefined;
}

/** Where the short link of a code is. */
export function shortUrl(site: string, code: string): string {
  return siteUrl(site, `/l/${code}`);
}

/** Where the page of an offer is. */
export function pageUrl(site: string, slug: string): string {
  return siteUrl(site, `/o/${slug}`);
}

function siteUrl(site: string, path: string): string {
  return site.replace(/\/+$/, '') + path;
}

/** A reply whose buttons open short links of this one message, and the rows of those; the same address gets one. */
export function shorten(
  reply: Reply,
  { noticeId, customerId, site, context }: Shortening,
): { readonly reply: Reply; readonly links: readonly ShortLink[] } {
  if (site === undefined || !reply.buttons) return { reply, links: [] };
  const links = new Map<string, ShortLink>();
  const short = (button: Button): Button => {
    if (button.kind !== 'link' || !isShortened(button.url, site)) return button;
    const { url } = button;
    const code = links.get(url)?.code ?? randomText(context.random, safeAlphabet, codeLength);
    const createdAt = context.now;
    links.set(url, { code, url, noticeId, customerId, createdAt, openedAt: null, opened: 0 });
    return { ...button, url: shortUrl(site, code) };
  };
  const buttons = reply.buttons.map((row) => row.map(short));
  if (links.size === 0) return { reply, links: [] };
  const { approved } = reply;
  const template = approved && { approved: { ...approved, buttons: approved.buttons.map(short) } };
  return { reply: { ...reply, buttons, ...template }, links: [...links.values()] };
}

/** A web page of anybody's, and not one of these links already. */
function isShortened(url: string, site: string): boolean {
  return /^https?:\/\//i.test(url) && url.length <= longestUrl && !url.startsWith(shortUrl(site, ''));
}
