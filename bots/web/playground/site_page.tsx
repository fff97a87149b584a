import type { FC } from 'hono/jsx';
import type { Locale } from '../../../core/customers/types.ts';
import { Head } from './page.tsx';
import type { Phone } from './phones.ts';
import { playgroundWords } from './words.ts';

interface SiteProps {
  readonly locale: Locale;
  readonly phones: readonly Phone[];
  /** Who has logged in at the made-up shop, and the token by which the shop vouches for him. */
  readonly phone: Phone | undefined;
  readonly session: string | undefined;
}

/** A made-up shop's page with the site chat on it, as a shop would embed it. */
export const SitePage: FC<SiteProps> = ({ locale, phones, phone, session }) => {
  const words = playgroundWords(locale);
  const tag = `<script src="https://…/chat.js" data-locale="${locale}"${session ? ' data-session="…"' : ''}></script>`;
  return (
    <html lang={locale}>
      <Head title={words.site.title} />
      <body class="playground shop-site">
        <main>
          <h1>{words.site.title}</h1>
          <p>{words.site.text}</p>
          <nav class="visitors">
            <a href={`/playground/site?lang=${locale}`} {...(phone ? {} : { 'aria-current': 'page' })}>
              {words.site.visitor}
            </a>
            {phones.map(({ id, number }) => (
              <a
                href={`/playground/site?lang=${locale}&as=${id}`}
                {...(id === phone?.id ? { 'aria-current': 'page' } : {})}
              >
                {words.site.customer} {number}
              </a>
            ))}
          </nav>
          <h2>{words.site.code}</h2>
          <pre>{tag}</pre>
          <p>
            <a href={`/?lang=${locale}`}>{words.site.back}</a>
          </p>
        </main>
        <script src="/chat.js" data-locale={locale} {...(session ? { 'data-session': session } : {})} />
      </body>
    </html>
  );
};
