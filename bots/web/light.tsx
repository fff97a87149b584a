import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { FC, PropsWithChildren } from 'hono/jsx';
import type { JSX } from 'hono/jsx/jsx-runtime';
import type { ChannelName, Locale } from '../../core/customers/types.ts';
import { type LightOptions, lightPageAnswer } from '../pages.ts';
import { chatWords } from './frame.tsx';

/** The whole look of a light page; its colours are those of base.css. */
const style = `:root{color-scheme:light dark;--paper:#f4f1ea;--card:#fffefb;--ink:#1c2622;--soft:#5c6862;--line:#e2dccf;--brand:#1f6f54;--on:#fff;--tint:#e6f0ea;--focus:#b06a00}
@media(prefers-color-scheme:dark){:root{--paper:#121714;--card:#1a211d;--ink:#e9eeea;--soft:#9daaa3;--line:#2d3832;--brand:#58bd97;--on:#07170f;--tint:#20352b;--focus:#f2b632}}
*{box-sizing:border-box;margin:0}
html{font:17px/1.5 -apple-system,"Segoe UI",Roboto,Inter,"Helvetica Neue",Arial,sans-serif;color:var(--ink);background:var(--paper);-webkit-text-size-adjust:100%}
body{min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:20px}
main{width:min(480px,100%);overflow:hidden;border:1px solid var(--line);border-radius:20px;background:var(--card)}
img{display:block;width:100%;height:auto;background:var(--tint)}
.in{display:grid;gap:18px;padding:26px 24px 28px}
h1{font-size:1.55rem;line-height:1.2;text-wrap:balance;overflow-wrap:anywhere}
.text{white-space:pre-line;overflow-wrap:anywhere}
.soft{color:var(--soft);font-size:.92rem}
.code{display:grid;gap:4px;padding:16px;border:2px dashed var(--brand);border-radius:14px;background:var(--tint);text-align:center}
.code strong{font:600 1.7rem/1.2 ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace;letter-spacing:.05em;overflow-wrap:anywhere}
progress{width:100%;height:12px;accent-color:var(--brand)}
.ways{display:grid;gap:10px;padding:0;list-style:none}
a,button{display:block;width:100%;padding:14px 18px;border:2px solid var(--brand);border-radius:14px;color:var(--brand);text-align:center;text-decoration:none;overflow-wrap:anywhere}
button{background:none;font:inherit;cursor:pointer}
a,button{font-weight:600}
.first{background:var(--brand);color:var(--on)}
a:focus-visible,button:focus-visible{outline:3px solid var(--focus);outline-offset:3px}`;

let hash: Promise<string> | undefined;

/** The hash of the style, by which the page's policy lets it in. */
function styleHash(): Promise<string> {
  hash ??= crypto.subtle
    .digest('SHA-256', new TextEncoder().encode(style))
    .then((digest) => btoa(String.fromCharCode(...new Uint8Array(digest))));
  return hash;
}

/** What stands around a light page. */
interface Frame {
  readonly locale: Locale;
  readonly title: string;
  /** What a messenger shows of it beside a link. */
  readonly about?: string;
  readonly picture?: string | undefined;
}

/** A page of one request that runs no script: light, and the same in every browser. */
export const LightPage: FC<PropsWithChildren<Frame>> = ({ locale, title, about, picture, children }) => (
  <html lang={locale}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <title>{title}</title>
      <meta property="og:title" content={title} />
      {about === undefined ? null : <meta property="og:description" content={about} />}
      {picture === undefined ? null : <meta property="og:image" content={picture} />}
      {html`<style>${raw(style)}</style>`}
    </head>
    <body>
      <main>{children}</main>
    </body>
  </html>
);

/** Answers with a light page. */
export async function lightPage(
  c: Context,
  page: JSX.Element,
  options: Omit<LightOptions, 'styleHash'> = {},
): Promise<Response> {
  return lightPageAnswer(c, page, { ...options, styleHash: await styleHash() });
}

/** A link as it stands on a page. */
export interface Way {
  readonly label: string;
  readonly url: string;
}

/** Where our chats are: on each messenger, and on our own site where there is one. */
export interface ChatPlaces {
  /** Links that open our chat on each messenger and tell it something. */
  links(context: string): readonly MessengerLink[];
  /** Whether there is a chat on our own site. */
  readonly hasSiteChat: boolean;
}

/** A link that opens our chat on a messenger. */
export interface MessengerLink {
  readonly channel: ChannelName;
  readonly url: string;
}

const names: Readonly<Record<ChannelName, string>> = {
  telegram: 'Telegram',
  viber: 'Viber',
  whatsapp: 'WhatsApp',
  sms: 'SMS',
  web: 'Svoi',
};

/** The ways into our chats, each of which is told `context`. */
export function waysToChat(context: string, locale: Locale, { links, hasSiteChat }: ChatPlaces): Way[] {
  const words = chatWords(locale);
  const messengers = links(context).map(({ channel, url }) => ({
    label: `${words.claim_open} ${names[channel]}`,
    url,
  }));
  const ours = { label: words.claim_chat, url: `/chat/frame?locale=${locale}#context=${context}` };
  return hasSiteChat ? [...messengers, ours] : messengers;
}

/** Ways to go, one under the other. */
export const Ways: FC<{ readonly ways: readonly Way[] }> = ({ ways }) => (
  <ul class="ways">
    {ways.map(({ label, url }) => (
      <li>
        <a href={url} rel="noreferrer">
          {label}
        </a>
      </li>
    ))}
  </ul>
);

/** Says kindly that there is nothing here. */
export function goneAnswer(c: Context, locale: Locale, what: 'link' | 'offer'): Promise<Response> {
  const words = chatWords(locale);
  const title = words[`${what}_gone_title`];
  return lightPage(
    c,
    <LightPage locale={locale} title={title}>
      <div class="in">
        <h1>{title}</h1>
        <p class="text">{words[`${what}_gone_how`]}</p>
      </div>
    </LightPage>,
    { status: 404 },
  );
}
