import type { FC } from 'hono/jsx';
import { type Locale, locales } from '../../../core/customers/types.ts';
import type { Program } from '../../../core/program/program.ts';
import { localeTags } from '../../../locales/formats.ts';
import type { Phone } from './phones.ts';
import { catalogue, goodName } from './till.ts';
import { type PlaygroundWords, playgroundWords } from './words.ts';

interface PageProps {
  readonly locale: Locale;
  readonly program: Pick<Program, 'currency' | 'zone'>;
  readonly phones: readonly Phone[];
}

type Part<Props = object> = FC<{ readonly words: PlaygroundWords } & Props>;

/** The whole page. What changes comes by the feed and is drawn by `client/playground.js`. */
export const PlaygroundPage: FC<PageProps> = ({ locale, program, phones }) => {
  const words = playgroundWords(locale);
  const { currency, zone } = program;
  const settings = { locale, tag: localeTags[locale], currency, zone };
  return (
    <html lang={locale}>
      <Head title={words.title} script="playground.js" />
      <body class="playground" data-settings={JSON.stringify(settings)} data-words={JSON.stringify(words)}>
        <a class="skip" href="#story">
          {words.skip}
        </a>
        <PageHeader words={words} locale={locale} />
        <main>
          <Story words={words} />
          <div class="table">
            <section class="phones" aria-labelledby="phones-title">
              <h2 id="phones-title" class="hidden">
                {words.phones.title}
              </h2>
              {phones.map((phone) => (
                <PhoneView words={words} phone={phone} />
              ))}
            </section>
            <TillView words={words} locale={locale} currency={currency} phones={phones} />
          </div>
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
    <ClockView words={words} />
  </header>
);

const ClockView: Part = ({ words }) => (
  <section class="clock" aria-labelledby="clock-title">
    <h2 id="clock-title" class="hidden">
      {words.clock.title}
    </h2>
    <p class="clock-now">
      <span class="hidden">{words.clock.now}: </span>
      <time id="now" aria-live="polite" />
    </p>
    <div class="clock-jumps">
      {(['day', 'week', 'year'] as const).map((by) => (
        <button type="button" class="quiet" data-jump={by}>
          {words.clock[by]}
        </button>
      ))}
    </div>
  </section>
);

const Story: Part = ({ words }) => (
  <section class="story" id="story" tabindex={-1} aria-labelledby="story-title">
    <h2 id="story-title">{words.guide.title}</h2>
    <ol>
      {(['register', 'sell', 'points', 'year'] as const).map((step) => (
        <li data-step={step}>
          <span class="step-text">{words.guide[step]}</span>
          <span class="step-done hidden" />
        </li>
      ))}
    </ol>
  </section>
);

const PhoneView: Part<{ readonly phone: Phone }> = ({ words, phone }) => {
  const telegram = phone.id === 'telegram';
  const titleId = `${phone.id}-title`;
  return (
    <article class={`phone ${phone.id}`} data-phone={phone.id} aria-labelledby={titleId}>
      <header class="phone-head">
        <h3 id={titleId}>{words.phones[phone.id]}</h3>
        <p>{telegram ? words.phones.telegramHint : words.phones.textHint}</p>
      </header>
      <PhoneSettings words={words} phone={phone} />
      <div class="device">
        <div class="device-bar">
          <span class="avatar" aria-hidden="true">
            S
          </span>
          <span class="who">
            <strong>Svoi</strong>
            <span class="status">{words.phones.bot}</span>
          </span>
        </div>
        <ol
          class="transcript"
          role="log"
          aria-live="polite"
          aria-label={`${words.phones.log}: ${words.phones[phone.id]}`}
          tabindex={0}
        />
        <p class="note" role="status" />
        <div class="begin-here">
          <p class="empty-text">{telegram ? words.phones.emptyTelegram : words.phones.emptyText}</p>
          <button type="button" class="primary begin">
            {telegram ? words.phones.start : words.phones.hello}
          </button>
        </div>
        <Composer words={words} id={phone.id} />
      </div>
    </article>
  );
};

const PhoneSettings: Part<{ readonly phone: Phone }> = ({ words, phone }) => (
  <form class="phone-settings" autocomplete="off">
    <label class="field" for={`${phone.id}-number`}>
      {words.phones.number}
    </label>
    <span class="joined">
      <input
        id={`${phone.id}-number`}
        name="number"
        type="tel"
        value={phone.number}
        title={words.phones.numberHint}
      />
      <button type="submit" class="quiet">
        {words.phones.save}
      </button>
    </span>
    <span class="switches">
      <label>
        <input type="checkbox" name="blocked" checked={phone.blocked} /> {words.phones.blocked}
      </label>
      <label>
        <input type="checkbox" name="offline" checked={phone.offlineAt !== null} /> {words.phones.offline}
      </label>
    </span>
  </form>
);

const Composer: Part<{ readonly id: string }> = ({ words, id }) => (
  <form class="composer" autocomplete="off">
    <input
      type="text"
      name="text"
      id={`${id}-text`}
      maxlength={2000}
      aria-label={words.phones.write}
      placeholder={words.phones.write}
      enterkeyhint="send"
    />
    <button type="submit" class="send" aria-label={words.phones.send}>
      <span aria-hidden="true">↑</span>
    </button>
  </form>
);

interface TillProps {
  readonly locale: Locale;
  readonly currency: string;
  readonly phones: readonly Phone[];
}

const TillView: Part<TillProps> = ({ words, locale, currency, phones }) => (
  <section class="till" aria-labelledby="till-title">
    <header>
      <h2 id="till-title">{words.till.title}</h2>
      <p>{words.till.hint}</p>
    </header>
    <form id="till" autocomplete="off">
      <Goods words={words} locale={locale} currency={currency} />
      <label class="field" for="till-customer">
        {words.till.customer}
      </label>
      <input
        id="till-customer"
        name="customer"
        type="text"
        value={phones[0]?.number}
        placeholder={words.till.anyone}
      />
      <div class="chips">
        {phones.map((phone) => (
          <button type="button" data-customer={phone.id} value={phone.number}>
            {words.channels[phone.channel]}
          </button>
        ))}
        <button type="button" data-customer="" value="">
          {words.till.anyone}
        </button>
      </div>
      <p class="total">
        <span>{words.till.total}</span>
        <output id="till-total" for="till-customer" />
      </p>
      <button type="submit" class="primary">
        {words.till.sell}
      </button>
    </form>
    <div class="receipt" id="receipt" hidden>
      <p class="receipt-line" role="status" />
      <dl class="receipt-points" />
      <button type="button" class="quiet" id="again">
        {words.till.again}
      </button>
      <details>
        <summary>{words.till.details}</summary>
        <h3>{words.till.request}</h3>
        <pre id="receipt-request" tabindex={0} />
        <h3>{words.till.answer}</h3>
        <pre id="receipt-answer" tabindex={0} />
      </details>
    </div>
    <nav class="more">
      <a href="/docs">{words.links.docs}</a>
      <a href={`/playground/site?lang=${locale}`}>{words.links.site}</a>
    </nav>
  </section>
);

const Goods: Part<Omit<TillProps, 'phones'>> = ({ words, locale, currency }) => {
  const money = new Intl.NumberFormat(localeTags[locale], {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  });
  return (
    <ul class="goods" aria-label={words.till.goods}>
      {catalogue.map((good) => {
        const name = goodName(locale, good);
        return (
          <li data-sku={good.sku} data-price={good.priceMinor}>
            <span class="good-name">{name}</span>
            <span class="good-price">{money.format(good.priceMinor / 100)}</span>
            <span class="stepper">
              <button type="button" class="less" aria-label={`${words.till.less} ${name}`} disabled>
                <span aria-hidden="true">−</span>
              </button>
              <output aria-label={`${words.till.quantity} ${name}`}>0</output>
              <button type="button" class="add" aria-label={`${words.till.more} ${name}`}>
                <span aria-hidden="true">+</span>
              </button>
            </span>
          </li>
        );
      })}
    </ul>
  );
};

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
            {(['time', 'channel', 'to', 'category', 'text', 'state', 'attempts'] as const).map((column) => (
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
