import { type AuditChanges, auditEntries } from '../audit/types.ts';
import type { Coupon, CouponCode, CouponFacts, CouponNeeds } from '../coupons/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { CouponId, CustomerId, PictureId } from '../ids.ts';
import { inLatin } from '../messaging/latin.ts';
import type { Command, Context, Decision } from '../ports.ts';

/** A page for an offer or a coupon, as the staff or a shop made it. */
export interface Page {
  /** Its address, after `/o/`. */
  readonly slug: string;
  readonly title: string;
  readonly text: string;
  readonly pictureId: PictureId | null;
  /** What the button says. */
  readonly button: string;
  /** Where the button leads; null: into a chat with us. */
  readonly url: string | null;
  /** What whoever comes by that button gets, once. */
  readonly couponId: CouponId | null;
  readonly createdBy: string;
  readonly createdAt: number;
  /** Null: not yet, or not any more. */
  readonly publishedAt: number | null;
  /** How often a person looked at it. */
  readonly views: number;
  readonly revision: number;
}

/** A page as a decision sees it, with its coupon, and the newest code of it that the customer ever got. */
export interface PageInView {
  readonly page: Page;
  readonly coupon: Coupon | undefined;
  readonly given: CouponCode | undefined;
}

/** One page, and whom its coupon is for. */
export interface PageNeed {
  readonly slug: string;
  readonly customerId?: CustomerId | undefined;
}

/** What a decision about pages may ask to know. */
export interface PageNeeds extends CouponNeeds {
  readonly pages?: readonly PageNeed[];
  /** Those to be written: nobody else decides about them in the same group. */
  readonly pagesToChange?: readonly string[];
  /** The newest ones. */
  readonly lastPages?: true;
  readonly picturesOfPages?: readonly PictureId[];
}

/** What it then knows. */
export interface PageFacts extends CouponFacts {
  page(need: PageNeed): PageInView | undefined;
  lastPages(): readonly Page[];
  hasPicture(id: PictureId): boolean;
}

/** What it may write. An update holds the whole row, its revision one ahead; views are counted apart. */
export interface PageChanges extends AuditChanges {
  readonly pages?: readonly Page[];
  readonly pageUpdates?: readonly Page[];
  /** Pages a person just looked at. */
  readonly pageViews?: readonly string[];
}

/** A use case over pages. */
export type PageCommand<Result> = Command<PageNeeds, PageFacts, PageChanges, Result>;

/** What somebody says of a page; what is left out stays, or is none. */
export interface PageInput {
  readonly title?: string;
  readonly text?: string;
  readonly button?: string;
  readonly url?: string | null;
  readonly pictureId?: PictureId | null;
  readonly couponId?: CouponId | null;
}

/** A new page. Without a slug one is made of the title. */
export interface NewPage extends PageInput {
  readonly slug?: string;
  readonly title: string;
  readonly text: string;
  readonly button: string;
}

/** Characters of what stands on a page, and of its address. */
export const pageLimits = { title: 80, text: 3000, button: 40, url: 2000, slug: 40 } as const;

const slugPattern = /^[a-z][a-z0-9_]{0,39}$/;

/** The key under which a page is kept among the facts. */
export function pageKey({ slug, customerId = '' as CustomerId }: PageNeed): string {
  return `page:${slug} ${customerId}`;
}

/** The address of a page as it was followed; undefined where it can be none. */
export function pageSlug(text: string): string | undefined {
  const slug = text.toLowerCase();
  return slugPattern.test(slug) ? slug : undefined;
}

/** Addresses that a title suggests, the plainest first: `spring_gifts`, `spring_gifts_2`, … */
export function slugsFor(title: string): readonly string[] {
  const latin = inLatin(title)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[\d_]+/, '')
    .slice(0, pageLimits.slug - 3)
    .replace(/_+$/, '');
  const plain = latin === '' ? 'page' : latin;
  return [plain, ...Array.from({ length: 98 }, (_, index) => `${plain}_${index + 2}`)];
}

/**
 * Makes a page; nobody sees it before it is published. Refuses `page_slug_invalid`, `page_slug_taken`, `page_invalid`,
 * `coupon_not_found`, `coupon_stopped`, `picture_not_found`.
 */
export function createPage(input: NewPage, actor: string): PageCommand<Page> {
  const slugs = input.slug === undefined ? slugsFor(input.title) : [input.slug];
  return {
    name: 'page.create',
    needs: {
      ...needsOf(input),
      pages: slugs.map((slug) => ({ slug })),
      pagesToChange: slugs.slice(0, 1),
    },
    decide(facts, context) {
      if (!slugs.every((slug) => slugPattern.test(slug))) {
        return refuse(
          'page_slug_invalid',
          'put lower case letters, digits and underscores, a letter first, 40 at most',
          '/slug',
        );
      }
      const slug = slugs.find((one) => !facts.page({ slug: one }));
      if (slug === undefined) return refuse('page_slug_taken', 'another page has this address', '/slug');
      const page: Page = {
        ...{ slug, url: null, pictureId: null, couponId: null, ...defined(input) },
        ...{ title: input.title, text: input.text, button: input.button },
        ...{ createdBy: actor, createdAt: context.now, publishedAt: null, views: 0, revision: 1 },
      };
      const checked = checkedPage(page, input, facts);
      if (!checked.ok) return checked;
      const audit = audited('page.save', page, actor, facts, context);
      return { ok: true, changes: { pages: [page], audit }, result: page };
    },
  };
}

/** Changes a page, also one that is published. Refuses `page_not_found` and what `createPage` does of its content. */
export function changePage(slug: string, input: PageInput, actor: string): PageCommand<Page> {
  return onPage('page.change', slug, input, (page, facts, context) => {
    const next: Page = { ...page, ...defined(input), revision: page.revision + 1 };
    const checked = checkedPage(next, input, facts);
    if (!checked.ok) return checked;
    if (isSame(page, next)) return { ok: true, changes: {}, result: page };
    const audit = audited('page.save', next, actor, facts, context);
    return { ok: true, changes: { pageUpdates: [next], audit }, result: next };
  });
}

/** Lets everybody see a page, or nobody any more. Refuses `page_not_found`. */
export function publishPage(slug: string, isPublished: boolean, actor: string): PageCommand<Page> {
  return onPage('page.publish', slug, {}, (page, facts, context) => {
    if (isPublished === (page.publishedAt !== null)) return { ok: true, changes: {}, result: page };
    const publishedAt = isPublished ? context.now : null;
    const next: Page = { ...page, publishedAt, revision: page.revision + 1 };
    const act = isPublished ? 'page.publish' : 'page.withdraw';
    return {
      ok: true,
      changes: { pageUpdates: [next], audit: audited(act, next, actor, facts, context) },
      result: next,
    };
  });
}

/** Counts that a person looked at a page. Many are counted in one commit. */
export function viewPage(slug: string): PageCommand<Record<string, never>> {
  return {
    name: 'page.view',
    needs: {},
    decide: () => ({ ok: true, changes: { pageViews: [slug] }, result: {} }),
  };
}

function onPage(
  name: string,
  slug: string,
  input: PageInput,
  decide: (page: Page, facts: PageFacts, context: Context) => Decision<PageChanges, Page>,
): PageCommand<Page> {
  return {
    name,
    needs: { ...needsOf(input), pages: [{ slug }], pagesToChange: [slug] },
    decide(facts, context) {
      const page = facts.page({ slug })?.page;
      return page ? decide(page, facts, context) : refuse('page_not_found', 'there is no page here');
    },
  };
}

function needsOf({ couponId, pictureId }: PageInput): PageNeeds {
  return {
    auditChains: ['house'],
    ...(couponId ? { coupons: [couponId] } : {}),
    ...(pictureId ? { picturesOfPages: [pictureId] } : {}),
  };
}

/** Only what was said. */
function defined({ title, text, button, url, pictureId, couponId }: PageInput): Partial<Page> {
  return {
    ...(title === undefined ? {} : { title }),
    ...(text === undefined ? {} : { text }),
    ...(button === undefined ? {} : { button }),
    ...(url === undefined ? {} : { url }),
    ...(pictureId === undefined ? {} : { pictureId }),
    ...(couponId === undefined ? {} : { couponId }),
  };
}

const contents = ['title', 'text', 'button', 'url', 'pictureId', 'couponId'] as const;

function isSame(page: Page, next: Page): boolean {
  return contents.every((name) => page[name] === next[name]);
}

/** Whether everything on a page is there and fits, and what was just named exists. */
function checkedPage(page: Page, { couponId, pictureId }: PageInput, facts: PageFacts): Outcome<Page> {
  for (const name of ['title', 'text', 'button'] as const) {
    const { length } = page[name].trim();
    const most = pageLimits[name];
    if (length === 0 || length > most) {
      return refuse('page_invalid', `put 1 to ${most} characters`, `/${name}`);
    }
  }
  if (page.url !== null && !isWebAddress(page.url)) {
    return refuse('page_invalid', 'put an address that begins with https:// or http://', '/url');
  }
  if (couponId) {
    const coupon = facts.coupon(couponId);
    if (!coupon) return refuse('coupon_not_found', 'there is no coupon with this id', '/coupon');
    if (coupon.stoppedAt !== null) {
      return refuse('coupon_stopped', 'the shop has stopped this coupon', '/coupon');
    }
  }
  if (pictureId && !facts.hasPicture(pictureId)) {
    return refuse('picture_not_found', 'there is no picture with this id', '/picture');
  }
  return { ok: true, result: page };
}

/** Whether a text is the address of a web page that can be kept whole. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/?#]\S*$/i.test(text) && text.length <= pageLimits.url;
}

function audited(action: string, page: Page, actor: string, facts: PageFacts, context: Context) {
  return auditEntries([{ chain: 'house', action, actor, reference: page.slug }], facts, context);
}
