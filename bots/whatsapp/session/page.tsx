import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { renderSVG } from 'uqr';
import type { Locale } from '../../../core/customers/types.ts';
import { initialLocale } from '../../../core/dialogs/types.ts';
import en from '../../../locales/whatsapp/en.json' with { type: 'json' };
import ru from '../../../locales/whatsapp/ru.json' with { type: 'json' };
import uk from '../../../locales/whatsapp/uk.json' with { type: 'json' };
import { pageAnswer } from '../../pages.ts';
import { sameSecret } from '../../requests.ts';
import type { LinkState } from './link.ts';
import { spacedCode } from './terminal.ts';

type LinkWords = typeof uk;

const words: Readonly<Record<Locale, LinkWords>> = { uk, ru, en };

/** What the page shows, and who may see it. */
export interface LinkPageParts {
  /**
   * Has to stand in the address. That a request comes from this machine proves nothing: behind a proxy all of them do, and
   * whoever sees the code can put a WhatsApp of his own in place of the shop's.
   */
  readonly key: string;
  state(): LinkState;
  /** Somebody looks. */
  wake(): void;
}

/** The page's path, without the key. */
export const linkPath = '/whatsapp/link';

/** The page on which the shop's WhatsApp is linked, and which shows how it is. */
export function createLinkPage({ key, state, wake }: LinkPageParts): Hono {
  const app = new Hono();
  app.get(linkPath, async (c) => {
    if (!(await sameSecret(c.req.query('key') ?? '', key))) return c.notFound();
    wake();
    const locale = initialLocale(c.req.header('accept-language'), 'uk');
    return pageAnswer(c, <LinkPage locale={locale} state={state()} />, "'none'");
  });
  return app;
}

const LinkPage: FC<{ readonly locale: Locale; readonly state: LinkState }> = ({ locale, state }) => {
  const say = words[locale];
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <noscript>
          <meta http-equiv="refresh" content="5" />
        </noscript>
        <title>{say.title}</title>
        <link rel="icon" href="/chat/files/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/chat/files/base.css" />
        <link rel="stylesheet" href="/chat/files/link.css" />
        <script type="module" src="/chat/files/link.js" />
      </head>
      <body class="link">
        <main>
          <h1 id="state" role="status">
            {say[headingOf(state)]}
          </h1>
          <div id="shown">
            <Shown state={state} say={say} />
          </div>
          <p class="risk">{say.risk}</p>
        </main>
      </body>
    </html>
  );
};

function headingOf(state: LinkState): LinkState['kind'] | 'offline' {
  return state.kind === 'connected' && !state.online ? 'offline' : state.kind;
}

interface ShownProps {
  readonly state: LinkState;
  readonly say: LinkWords;
}

const Shown: FC<ShownProps> = ({ state, say }) => {
  switch (state.kind) {
    case 'scan':
      return (
        <>
          {state.again ? <p class="note">{say.again}</p> : null}
          <img class="qr" src={qrUrl(state.qr)} alt={say.scan_alt} width="280" height="280" />
          <Steps steps={[say.scan_step_1, say.scan_step_2, say.scan_step_3]} />
          <p class="soft">{say.scan_fresh}</p>
        </>
      );
    case 'enter':
      return (
        <>
          {state.again ? <p class="note">{say.again}</p> : null}
          <p class="code">{spacedCode(state.code)}</p>
          <p>
            {say.enter_phone} <strong>{state.phone}</strong>
          </p>
          <Steps steps={[say.enter_step_1, say.enter_step_2, say.enter_step_3]} />
          <p class="soft">{say.scan_fresh}</p>
        </>
      );
    case 'connected':
      return (
        <>
          {state.phone ? <p class="code">{state.phone}</p> : null}
          <p>{state.online ? say.connected_how : say.offline_how}</p>
        </>
      );
    case 'waiting':
      return (
        <>
          <p>{say.waiting_how}</p>
          <p class="detail">{state.detail}</p>
        </>
      );
    case 'asleep':
    case 'stopped':
      return null;
    default:
      return <p>{say[`${state.kind}_how`]}</p>;
  }
};

const Steps: FC<{ readonly steps: readonly string[] }> = ({ steps }) => (
  <ol class="steps">
    {steps.map((step) => (
      <li>{step}</li>
    ))}
  </ol>
);

/** Black on white also where all else is dark: phones do not read it the other way round. */
function qrUrl(text: string): string {
  return `data:image/svg+xml,${encodeURIComponent(renderSVG(text, { ecc: 'L', border: 4 }))}`;
}
