import { z } from '@hono/zod-openapi';
import type { CouponId, PictureId } from '../../core/ids.ts';
import {
  changePage,
  createPage,
  type Page,
  type PageInput,
  pageLimits,
  publishPage,
} from '../../core/journeys/pages.ts';
import { ProblemError, problem } from '../errors.ts';
import { urlSchema, utc, utcOrNull, utcSchema } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';

const tag = 'Campaigns';

const slugSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'lower case letters, digits and underscores, a letter first')
  .openapi({ example: 'spring_gifts', description: 'Its address, after `/o/`' });

const line = (most: number) => z.string().trim().min(1).max(most);

const contentSchema = z.strictObject({
  title: line(pageLimits.title).openapi({ example: 'Spring gifts' }),
  text: line(pageLimits.text).openapi({ description: 'Line breaks are kept' }),
  button: line(pageLimits.button).openapi({ example: 'I want it' }),
  url: urlSchema
    .nullable()
    .optional()
    .openapi({ description: 'Where the button leads; left out or null: into a chat with the shop' }),
  picture: z
    .string()
    .max(40)
    .nullable()
    .optional()
    .openapi({ description: '`pic_…` of `POST /v1/pictures`' }),
  coupon: z
    .string()
    .max(40)
    .nullable()
    .optional()
    .openapi({ description: '`cpn_…`: given in the chat to who comes by the page, once to each' }),
});

const postSchema = contentSchema
  .extend({
    slug: slugSchema.optional().openapi({ description: 'Left out: one is made of the title' }),
    is_published: z.boolean().default(false).openapi({ description: 'Whether everybody sees it at once' }),
  })
  .openapi('PagePost');

const putSchema = contentSchema.partial().extend({ is_published: z.boolean().optional() }).openapi('PagePut');

const pageSchema = z
  .object({
    slug: slugSchema,
    address: z.string().openapi({
      example: 'https://loyalty.example.com/o/spring_gifts',
      description: 'Where it is; without the host where none is set',
    }),
    title: z.string(),
    text: z.string(),
    button: z.string(),
    url: z.string().nullable(),
    picture: z.string().nullable(),
    coupon: z.string().nullable(),
    is_published: z.boolean(),
    published_at: utcSchema.nullable(),
    created_at: utcSchema,
    created_by: z.string().openapi({ description: '`staff:stf_…`, `shop:shp_…`' }),
    views: z.int().openapi({ description: 'How often people looked at it' }),
  })
  .openapi('Page');

const params = z.object({ slug: slugSchema });

const content = ['page_invalid', 'coupon_not_found', 'coupon_stopped', 'picture_not_found'] as const;

/** The calls about pages of offers. */
export function pageRoutes(api: Api): void {
  serveCreate(api);
  serveList(api);
  serveRead(api);
  servePut(api);
}

function pageView({ parts }: Api, page: Page): z.output<typeof pageSchema> {
  const { slug, title, text, button, url, pictureId, couponId, publishedAt, createdBy, views } = page;
  return {
    ...{ slug, address: parts.pages.urlOf(slug), title, text, button, url, picture: pictureId },
    ...{ coupon: couponId, is_published: publishedAt !== null, published_at: utcOrNull(publishedAt) },
    ...{ created_at: utc(page.createdAt), created_by: createdBy, views },
  };
}

function inputOf({ picture, coupon, ...rest }: z.output<typeof putSchema>): PageInput {
  const { title, text, button, url } = rest;
  return {
    ...(title === undefined ? {} : { title }),
    ...(text === undefined ? {} : { text }),
    ...(button === undefined ? {} : { button }),
    ...(url === undefined ? {} : { url }),
    ...(picture === undefined ? {} : { pictureId: picture as PictureId | null }),
    ...(coupon === undefined ? {} : { couponId: coupon as CouponId | null }),
  };
}

function serveCreate(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/pages',
      right: 'campaigns:write',
      tag,
      summary: 'Make a page',
      description:
        'A light page for an offer or a coupon, at a short address of ours. Messages of campaigns and journeys lead to it by its slug.',
      body: postSchema,
      examples: {
        landing: {
          summary: 'Into a chat',
          value: {
            title: 'Spring gifts',
            text: 'A gift with every purchase over 500.\nUntil the end of March.',
            button: 'I want it',
          },
        },
        landing_shop: {
          summary: 'Into the web shop, seen at once',
          value: {
            slug: 'new_shoes',
            title: 'New shoes',
            text: 'They are here.',
            button: 'Look',
            url: 'https://shop.example.com/shoes',
            is_published: true,
          },
        },
      },
      answers: { 201: { description: 'It is made', schema: pageSchema } },
      problems: ['page_slug_taken', 'page_slug_invalid', ...content, 'writer_stopped'],
    },
    async ({ body: { slug, is_published, ...body }, shop }) => {
      const actor = `shop:${shop.id}`;
      const { title, text, button } = body;
      const input = { ...inputOf(body), title, text, button, ...(slug === undefined ? {} : { slug }) };
      const made = orRefuse(await api.parts.submit(createPage(input, actor))).result;
      const page = is_published ? await published(api, made.slug, true, actor) : made;
      return { status: 201, body: pageView(api, page) };
    },
  );
}

async function published({ parts }: Api, slug: string, isPublished: boolean, actor: string): Promise<Page> {
  return orRefuse(await parts.submit(publishPage(slug, isPublished, actor))).result;
}

const querySchema = z.object({
  cursor: slugSchema.optional().openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/pages',
      right: 'campaigns:read',
      tag,
      summary: 'All pages',
      description: 'The newest first, published or not.',
      query: querySchema,
      answers: {
        200: {
          description: 'Pages',
          schema: z.object({ pages: z.array(pageSchema), next: z.string().nullable() }).openapi('Pages'),
        },
      },
    },
    async ({ query: { cursor, limit } }) => {
      const found = await api.parts.pages.list(limit + 1, cursor);
      const shown = found.slice(0, limit);
      const next = found.length > limit ? (shown.at(-1)?.slug ?? null) : null;
      return { status: 200, body: { pages: shown.map((page) => pageView(api, page)), next } };
    },
  );
}

function serveRead(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/pages/{slug}',
      right: 'campaigns:read',
      tag,
      summary: 'One page',
      description: 'What stands on it, and how often people looked at it.',
      params,
      answers: { 200: { description: 'The page', schema: pageSchema } },
      problems: ['page_not_found'],
    },
    async ({ params: { slug } }) => {
      const page = await api.parts.pages.find(slug);
      if (!page) throw new ProblemError(problem('page_not_found', `there is no page "${slug}"`));
      return { status: 200, body: pageView(api, page) };
    },
  );
}

function servePut(api: Api): void {
  serve(
    api,
    {
      method: 'put',
      path: '/v1/pages/{slug}',
      right: 'campaigns:write',
      tag,
      summary: 'Change a page, publish it, take it back',
      description: 'What is left out stays as it is. Safe to repeat.',
      params,
      body: putSchema,
      examples: {
        landing_shown: { summary: 'Let everybody see it', value: { is_published: true } },
      },
      answers: { 200: { description: 'It is so from now on', schema: pageSchema } },
      problems: ['page_not_found', ...content, 'writer_stopped'],
    },
    async ({ params: { slug }, body: { is_published, ...body }, shop }) => {
      const actor = `shop:${shop.id}`;
      const changed = orRefuse(await api.parts.submit(changePage(slug, inputOf(body), actor))).result;
      const page = is_published === undefined ? changed : await published(api, slug, is_published, actor);
      return { status: 200, body: pageView(api, page) };
    },
  );
}
