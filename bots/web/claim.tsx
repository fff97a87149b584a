import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { readClaimCode } from '../../core/checkout/claim.ts';
import type { Locale } from '../../core/customers/types.ts';
import { initialLocale } from '../../core/dialogs/types.ts';
import { chatWords } from './frame.tsx';
import { type ChatPlaces, LightPage, lightPage, type Way, Ways, waysToChat } from './light.tsx';

/** What the page about a code of a receipt is made of. */
export type ClaimPageParts = Pick<ChatPlaces, 'links'>;

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
    const ways = waysToChat(`c_${code}`, locale, { links, hasSiteChat: true });
    return lightPage(c, <ClaimPage locale={locale} code={code} ways={ways} />);
  });
  return app;
}

interface ClaimPageProps {
  readonly locale: Locale;
  readonly code: string;
  readonly ways: readonly Way[];
}

const ClaimPage: FC<ClaimPageProps> = ({ locale, code, ways }) => {
  const words = chatWords(locale);
  return (
    <LightPage locale={locale} title={words.claim_title}>
      <div class="in">
        <h1>{words.claim_title}</h1>
        <p class="code">
          <strong>{spaced(code)}</strong>
        </p>
        <p>{words.claim_how}</p>
        <Ways ways={ways} />
      </div>
    </LightPage>
  );
};

/** In threes, as one reads it out. */
function spaced(code: string): string {
  return (code.match(/.{1,3}/g) ?? []).join(' ');
}
