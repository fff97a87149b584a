import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { readClaimCode } from '../../core/checkout/claim.ts';
import type { ChannelName, Locale } from '../../core/customers/types.ts';
import { initialLocale } from '../../core/dialogs/types.ts';
import { chatWords } from './frame.tsx';
import { pageAnswer } from './http.ts';

/** A link that opens our chat on a messenger. */
export interface MessengerLink {
  readonly channel: ChannelName;
  readonly url: string;
}

/** What the page about a code of a receipt is made of. */
export interface ClaimPageParts {
  /** Links that open our chat on each messenger and tell it something. */
  links(context: string): readonly MessengerLink[];
}

/**
 * The page that the QR code on a receipt opens where there is no bot to open: the code, and the ways to our chats. It
 * looks nothing up, so that no code can be tried here.
 */
export function createClaimPage({ links }: ClaimPageParts): Hono {
  const app = new Hono();
  app.get('/c/:code', (c) => {
    const code = readClaimCode(c.req.param('code'));
    if (code === undefined) return c.notFound();
    const locale = initialLocale(c.req.header('accept-language'), 'uk');
    const props = { locale, code, messengers: links(`c_${code}`) };
    return pageAnswer(c, <ClaimPage {...props} />, "'none'");
  });
  return app;
}

interface ClaimPageProps {
  readonly locale: Locale;
  readonly code: string;
  readonly messengers: readonly MessengerLink[];
}

const ClaimPage: FC<ClaimPageProps> = ({ locale, code, messengers }) => {
  const words = chatWords(locale);
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{words.claim_title}</title>
        <link rel="stylesheet" href="/chat/files/base.css" />
        <link rel="stylesheet" href="/chat/files/claim.css" />
      </head>
      <body class="claim">
        <main>
          <h1>{words.claim_title}</h1>
          <p class="code">{spaced(code)}</p>
          <p>{words.claim_how}</p>
          {messengers.map(({ channel, url }) => (
            <a href={url}>{`${words.claim_open} ${names[channel]}`}</a>
          ))}
          <a href={`/chat/frame?locale=${locale}#context=c_${code}`}>{words.claim_chat}</a>
        </main>
      </body>
    </html>
  );
};

const names: Readonly<Record<ChannelName, string>> = {
  telegram: 'Telegram',
  viber: 'Viber',
  whatsapp: 'WhatsApp',
  sms: 'SMS',
  web: 'Svoi',
};

/** In threes, as one reads it out. */
function spaced(code: string): string {
  return (code.match(/.{1,3}/g) ?? []).join(' ');
}
