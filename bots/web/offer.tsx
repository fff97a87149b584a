import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { Locale } from '../../core/customers/types.ts';
import { initialLocale } from '../../core/dialogs/types.ts';
import { type Page, pageSlug } from '../../core/journeys/pages.ts';
import { linkCode } from '../../core/messaging/links.ts';
import { chatWords } from './frame.tsx';
import { type ChatPlaces, goneAnswer, LightPage, lightPage, type Way, Ways, waysToChat } from './light.tsx';
import { isOpenedByPerson } from './person.ts';

/** A page as one visitor sees it. */
export interface OfferInView {
  readonly page: Page;
  /** As people see it: of who came by a link of his own, and has it. */
  readonly code: string | undefined;
}

/** What the pages of offers stand on. */
export interface OfferPageParts extends ChatPlaces {
  /** A published page; `link` is the code of the personal link somebody came by. */
  find(slug: string, link: string | undefined): Promise<OfferInView | undefined>;
  /** Counts that a person looked at it. */
  viewed(slug: string): Promise<void>;
  /** The language of what stands around a page, where the browser asks for none of ours. */
  locale(): Locale;
}

/** What a link into our chat carries for whoever comes from a page. */
function contextOf(slug: string): string {
  return `o_${slug}`;
}

/** `GET /o/SLUG`: the page of an offer, drawn on the server, without a script. */
export function createOfferPages(parts: OfferPageParts): Hono {
  const app = new Hono();
  app.get('/o/:slug', async (c) => {
    const locale = initialLocale(c.req.header('accept-language'), parts.locale());
    const slug = pageSlug(c.req.param('slug'));
    const offer = slug && (await parts.find(slug, linkCode(c.req.query('l') ?? '')));
    if (!offer) return goneAnswer(c, locale, 'offer');
    if (isOpenedByPerson(c.req.raw)) await parts.viewed(offer.page.slug);
    const ways = waysToChat(contextOf(offer.page.slug), locale, parts);
    return lightPage(c, <OfferPage {...offer} locale={locale} ways={ways} address={c.req.url} />);
  });
  return app;
}

interface OfferPageProps extends OfferInView {
  readonly locale: Locale;
  readonly ways: readonly Way[];
  /** Where it was opened: what shows a link with its picture asks for a whole address. */
  readonly address: string;
}

const OfferPage: FC<OfferPageProps> = ({ page, code, locale, ways, address }) => {
  const picture = page.pictureId === null ? undefined : `/p/${page.pictureId}`;
  const shown = picture === undefined ? undefined : new URL(picture, address).href;
  return (
    <LightPage locale={locale} title={page.title} about={page.text.slice(0, 200)} picture={shown}>
      {picture === undefined ? null : <img src={picture} alt="" />}
      <div class="in">
        <h1>{page.title}</h1>
        <p class="text">{page.text}</p>
        {code === undefined ? null : <Code code={code} locale={locale} />}
        <Next page={page} ways={ways} hasCode={code !== undefined} locale={locale} />
      </div>
    </LightPage>
  );
};

const Code: FC<{ readonly code: string; readonly locale: Locale }> = ({ code, locale }) => {
  const words = chatWords(locale);
  return (
    <div class="code">
      <span class="soft">{words.offer_code}</span>
      <strong>{code}</strong>
      <span class="soft">{words.offer_code_how}</span>
    </div>
  );
};

interface NextProps {
  readonly page: Page;
  readonly ways: readonly Way[];
  readonly hasCode: boolean;
  readonly locale: Locale;
}

/** The button where it leads somewhere of its own; else, and for a coupon that is still to be had, into our chats. */
const Next: FC<NextProps> = ({ page, ways, hasCode, locale }) => {
  const { url, button, couponId } = page;
  const [only, ...others] = ways;
  if (url === null && only && others.length === 0) return <First label={button} url={only.url} />;
  const isWaiting = couponId !== null && !hasCode && ways.length > 0;
  return (
    <>
      {url === null ? null : <First label={button} url={url} />}
      {url === null && ways.length > 0 ? <p>{button}</p> : null}
      {url !== null && isWaiting ? <p>{chatWords(locale).offer_coupon}</p> : null}
      {url === null || isWaiting ? <Ways ways={ways} /> : null}
    </>
  );
};

const First: FC<Way> = ({ label, url }) => (
  <a class="first" href={url} rel="noreferrer">
    {label}
  </a>
);
