import type { FC } from 'hono/jsx';
import { type Locale, locales } from '../../../core/customers/types.ts';
import type { Program } from '../../../core/program/program.ts';
import { localeTags } from '../../../locales/formats.ts';
import { PhoneView } from './phone_view.tsx';
import { isStaff, type Phone } from './phones.ts';
import { TillView } from './till_view.tsx';
import { type PlaygroundWords, playgroundWords } from './words.ts';

interface PageProps {
  readonly locale: Locale;
  readonly program: Pick<Program, 'currency' | 'zone'>;
  readonly phones: readonly Phone[];
  /** By which the shop's site vouches for the customer with the first phone. */
  readonly session: string;
}

type Part<Props = object> = FC<{ readonly words: PlaygroundWords } & Props>;

/** The whole page. What changes comes by the feed and is drawn by `client/playground.js`. */
export const PlaygroundPage: FC<PageProps> = ({ locale, program, phones, session }) => {
  const words = playgroundWords(locale);
  const { currency, zone } = program;
  const settings = { locale, tag: localeTags[locale], currency, zone };
  const customers = phones.filter((phone) => !isStaff(phone));
  return (
    <html lang={locale}>
      <Head title={words.title} script="playground.js" />
      <body class="playground" data-settings={JSON.stringify(settings)} data-words={JSON.stringify(words)}>
        <a class="skip" href="#story">
          {words.skip}
        </a>
        <PageHeader words={words} locale={locale} />
        <ClockView words={words} />
        <main>
          <Story words={words} />
          <div class="table">
            <section class="phones" aria-labelledby="phones-title">
              <h2 id="phones-title" class="hidden">
                {words.phones.title}
              </h2>
              {customers.map((phone) => (
                <PhoneView words={words} phone={phone} />
              ))}
              <SiteView words={words} locale={locale} session={session} />
              <WayView words={words} />
            </section>
            <TillView words={words} locale={locale} currency={currency} phones={customers.filter(isPerson)} />
          </div>
          <StaffView words={words} phones={phones.filter(isStaff)} />
          <LogView words={words} />
        </main>
        <p class="toast" id="toast" role="status" aria-live="polite" />
        <noscript>{words.noscript}</noscript>
      </body>
    </html>
  );
};

/** The head of the playground's pages. */
export const Head: FC<{ readonly title: string; readonly script?: string }> = ({ title, script }) => (
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>{title}</title>
    <link rel="icon" href="/playground/files/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/playground/files/base.css" />
    <link rel="stylesheet" href="/playground/files/messages.css" />
    <link rel="stylesheet" href="/playground/files/playground.css" />
    {script ? <script type="module" src={`/playground/files/${script}`} /> : null}
  </head>
);

const names: Readonly<Record<Locale, string>> = { uk: 'Українська', ru: 'Русский', en: 'English' };

const PageHeader: Part<{ readonly locale: Locale }> = ({ words, locale }) => (
  <header class="top">
    <div class="brand">
      <h1>Svoi</h1>
      <p>{words.tagline}</p>
    </div>
    <nav class="links" aria-label={words.language}>
      {locales.map((other) => (
        <a
          href={`/?lang=${other}`}
          lang={other}
          title={names[other]}
          {...(other === locale ? { 'aria-current': 'page' } : {})}
        >
          {other.toUpperCase()}
        </a>
      ))}
    </nav>
  </header>
);

const ClockView: Part = ({ words }) => (
  <section class="clock" aria-labelledby="clock-title">
    <h2 id="clock-title" class="hidden">
      {words.clock.title}
    </h2>
    <p class="clock-now">
      <span class="hidden">{words.clock.now}: </span>
      <time id="now" />
    </p>
    <div class="clock-jumps">
      {(['hour', 'day', 'week', 'birthday', 'year'] as const).map((by) => (
        <button type="button" class="quiet" data-jump={by}>
          {words.clock[by]}
        </button>
      ))}
    </div>
    <p class="hidden" role="status" id="clock-said" />
    <progress id="clock-way" max={1} aria-label={words.clock.busy} hidden />
  </section>
);

const Story: Part = ({ words }) => (
  <section class="story" id="story" tabindex={-1} aria-labelledby="story-title">
    <h2 id="story-title">{words.guide.title}</h2>
    <Steps texts={words.guide.steps} />
    <details class="further">
      <summary>{words.guide.further}</summary>
      <Steps texts={words.guide.furtherSteps} />
    </details>
  </section>
);

const Steps: FC<{ readonly texts: Readonly<Record<string, string>> }> = ({ texts }) => (
  <ol>
    {Object.entries(texts).map(([step, text]) => (
      <li data-step={step}>
        <span class="step-text">{text}</span>
      </li>
    ))}
  </ol>
);

/** The phone with the SMS is somebody's who has another one on the table. */
function isPerson({ channel }: Phone): boolean {
  return channel !== 'sms';
}

/** The shop's site with its chat, as the customer of the first phone sees it who is signed in there. */
const SiteView: Part<{ readonly locale: Locale; readonly session: string }> = ({
  words,
  locale,
  session,
}) => (
  <article class="phone web" aria-labelledby="site-title">
    <header class="phone-head">
      <h3 id="site-title">{words.phones.site.title}</h3>
      <p>{words.phones.site.hint}</p>
    </header>
    <iframe
      class="device"
      title={words.phones.site.title}
      loading="lazy"
      src={`/chat/frame?locale=${locale}#fixed&session=${encodeURIComponent(session)}`}
    />
  </article>
);

/** The way of the newest message that was not a direct answer: channel by channel, with receipts and prices. */
const WayView: Part = ({ words }) => (
  <section class="way" aria-labelledby="way-title">
    <header>
      <h2 id="way-title">{words.way.title}</h2>
      <p>{words.way.hint}</p>
    </header>
    <p class="empty" id="way-empty">
      {words.way.empty}
    </p>
    <p class="way-text" id="way-text" />
    <ol class="way-steps" id="way" aria-live="polite" />
    <dl class="figures" id="way-costs" />
  </section>
);

/** The people behind the counter, folded away until they are needed. */
const StaffView: Part<{ readonly phones: readonly Phone[] }> = ({ words, phones }) => (
  <details class="staff" id="staff">
    <summary>
      <h2>{words.staff.title}</h2> <span>{words.staff.hint}</span>
    </summary>
    <div class="phones">
      {phones.map((phone) => (
        <PhoneView words={words} phone={phone} />
      ))}
    </div>
  </details>
);

const LogView: Part = ({ words }) => (
  <section class="log" aria-labelledby="log-title">
    <header>
      <h2 id="log-title">{words.log.title}</h2>
      <p>{words.log.hint}</p>
    </header>
    <section class="log-scroll" aria-labelledby="log-title" tabindex={0}>
      <table>
        <thead>
          <tr>
            {(['time', 'channel', 'to', 'category', 'text', 'state', 'price'] as const).map((column) => (
              <th scope="col" class={`col-${column}`}>
                {words.log[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody id="log" />
      </table>
      <p class="empty" id="log-empty">
        {words.log.empty}
      </p>
    </section>
  </section>
);
