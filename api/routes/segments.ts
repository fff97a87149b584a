import { z } from '@hono/zod-openapi';
import { locales } from '../../core/customers/types.ts';
import type { CustomerId, SegmentId } from '../../core/ids.ts';
import { explainSegment } from '../../core/insights/segments/explain.ts';
import { parseSegment } from '../../core/segments/parse.ts';
import { changeSegment, removeSegment, type Segment, saveSegment } from '../../core/segments/saved.ts';
import { segmentText } from '../../core/segments/text.ts';
import type { Rule } from '../../core/segments/types.ts';
import { createTranslator } from '../../locales/translator.ts';
import { invalidRequest, ProblemError, problem } from '../errors.ts';
import { identifier } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import {
  memberSchema,
  memberView,
  ruleProblem,
  ruleSchema,
  segmentPostSchema,
  segmentPutSchema,
  segmentView,
  segmentViewSchema,
} from '../shapes/segment.ts';

const tag = 'Segments';

const segmentParams = z.object({
  id: identifier(200).openapi({ description: 'Our id of the segment (`seg_…`), or its name' }),
});

const saving = [
  ...(['segment_name_taken', 'segment_cycle', 'segment_too_large', 'segment_invalid'] as const),
  ...(['segment_name_invalid', 'too_many_segments', 'writer_stopped'] as const),
] as const;

/** The calls by which a shop groups its customers. */
export function segmentRoutes(api: Api): void {
  servePreview(api);
  serveSave(api);
  serveList(api);
  serveRead(api);
  serveChange(api);
  serveRemove(api);
  serveMembers(api);
}

/** A rule of a body, its names checked. Throws 422 with each wrong word. */
async function ruleOf({ parts }: Api, text: string): Promise<Rule> {
  const parsed = parseSegment(text, await parts.segments.catalogue());
  if (parsed.ok) return parsed.rule;
  throw new ProblemError(invalidRequest(parsed.problems.map((one) => ruleProblem(one, '/rule'))));
}

const previewSchema = z
  .strictObject({
    rule: ruleSchema,
    locale: z
      .enum(locales)
      .optional()
      .openapi({ description: 'Language of the explanation; the program’s if left out' }),
    sample: z.int().min(0).max(50).default(5).openapi({ description: 'How many members to show' }),
  })
  .openapi('SegmentPreviewPost');

const previewedSchema = z
  .object({
    rule: z.string().openapi({ description: 'As it is always written' }),
    explanation: z.array(z.string()).openapi({ description: 'A line for each condition' }),
    customers: z.int(),
    reachable: z
      .int()
      .openapi({ description: 'How many of them agreed to offers and have a chat that takes them' }),
    sample: z
      .array(memberSchema)
      .openapi({ description: 'Members at random, the same ones for the same rule' }),
  })
  .openapi('SegmentPreview');

function servePreview(api: Api): void {
  const translator = createTranslator();
  serve(
    api,
    {
      method: 'post',
      path: '/v1/segments/preview',
      right: 'segments:read',
      tag,
      summary: 'Look at a segment before it is saved',
      description: 'How many are in it at this moment, some of them, and what the rule says in words.',
      body: previewSchema,
      examples: {
        drifting: {
          summary: 'Women who have not bought for two months',
          value: { rule: 'age>=25 and gender=f and last_purchase>60d', locale: 'en' },
        },
        often: { summary: 'Who bought twice lately', value: { rule: 'orders(90d)>=2 and not refunded>0' } },
      },
      answers: { 200: { description: 'Who is in it', schema: previewedSchema } },
      problems: ['segment_too_large'],
    },
    async ({ body }) => {
      const { segments, program } = api.parts;
      const rule = await ruleOf(api, body.rule);
      const text = segmentText(rule);
      const counted = await segments.count(text).catch(refuseTooLarge);
      const sample = body.sample === 0 ? [] : await segments.sample(text, body.sample);
      const { zone, currency, locale } = program();
      const say = (line: ReturnType<typeof explainSegment>[number]) =>
        translator.say(body.locale ?? locale, line, { zone, currency });
      const explanation = explainSegment(rule).map(say);
      return { status: 200, body: { rule: text, explanation, ...counted, sample: sample.map(memberView) } };
    },
  );
}

/** With the segments it looks at a rule may be more than is looked at. */
function refuseTooLarge(error: unknown): never {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'segment_too_large') throw error;
  throw new ProblemError(problem('segment_too_large', error.message));
}

function serveSave(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/segments',
      right: 'segments:write',
      tag,
      summary: 'Save a segment',
      description:
        'Who is in it is found at the moment of use. The same rule under the same name again changes nothing and is answered with 200 and `Idempotent-Replay: true`.',
      body: segmentPostSchema,
      examples: {
        vip: {
          summary: 'Who spent much',
          value: { name: 'VIP', rule: 'spent(1y)>=20000 and orders(1y)>=5' },
        },
      },
      answers: {
        201: { description: 'Saved', schema: segmentViewSchema },
        200: { description: 'It had been saved before', schema: segmentViewSchema },
      },
      problems: saving,
    },
    async ({ body, shop }) => {
      const rule = segmentText(await ruleOf(api, body.rule));
      const command = saveSegment({ name: body.name, rule }, `shop:${shop.id}`);
      const { segment, existed } = orRefuse(await api.parts.submit(command)).result;
      if (!existed) return { status: 201, body: segmentView(segment) };
      return { status: 200, body: segmentView(segment), headers: { 'Idempotent-Replay': 'true' } };
    },
  );
}

const listSchema = z
  .object({
    segments: z.array(segmentViewSchema),
    next: z.string().nullable().openapi({ description: 'The cursor of the next page; null at the end' }),
  })
  .openapi('SegmentPage');

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/segments',
      right: 'segments:read',
      tag,
      summary: 'List segments',
      description: 'Newest first, a page at a time.',
      query: z.object({
        cursor: z
          .string()
          .regex(/^seg_[0-9A-Z]{26}$/, 'a cursor is what `next` of the page before said')
          .optional(),
        limit: z.coerce.number().int().min(1).max(100).default(20),
      }),
      answers: { 200: { description: 'A page', schema: listSchema } },
    },
    async ({ query: { cursor, limit } }) => {
      const older = cursor === undefined ? {} : { before: cursor as SegmentId };
      const found = await api.parts.segments.list({ limit: limit + 1, ...older });
      const page = found.slice(0, limit);
      const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { status: 200, body: { segments: page.map(segmentView), next } };
    },
  );
}

function serveRead(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/segments/{id}',
      right: 'segments:read',
      tag,
      summary: 'Read a segment',
      description: 'With how many are in it at this moment.',
      params: segmentParams,
      answers: {
        200: {
          description: 'The segment',
          schema: segmentViewSchema
            .extend({ customers: z.int(), reachable: z.int() })
            .openapi('CountedSegment'),
        },
      },
      problems: ['segment_not_found'],
    },
    async ({ params }) => {
      const segment = await segmentOf(api, params.id);
      return {
        status: 200,
        body: { ...segmentView(segment), ...(await api.parts.segments.count(segment.rule)) },
      };
    },
  );
}

function serveChange(api: Api): void {
  serve(
    api,
    {
      method: 'put',
      path: '/v1/segments/{id}',
      right: 'segments:write',
      tag,
      summary: 'Rename a segment or change its rule',
      description: 'What is left out stays. Segments that look at it by its name follow.',
      params: segmentParams,
      body: segmentPutSchema,
      answers: { 200: { description: 'As it is now', schema: segmentViewSchema } },
      problems: ['segment_not_found', 'segment_changed', ...saving],
    },
    async ({ params, body, shop }) => {
      const { id } = await segmentOf(api, params.id);
      const { name, revision } = body;
      const rule = body.rule === undefined ? undefined : segmentText(await ruleOf(api, body.rule));
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(rule === undefined ? {} : { rule }),
        ...(revision === undefined ? {} : { revision }),
      };
      const { result } = orRefuse(await api.parts.submit(changeSegment(id, change, `shop:${shop.id}`)));
      return { status: 200, body: segmentView(result) };
    },
  );
}

function serveRemove(api: Api): void {
  serve(
    api,
    {
      method: 'delete',
      path: '/v1/segments/{id}',
      right: 'segments:write',
      tag,
      summary: 'Remove a segment',
      description: 'One that others look at stays: the answer names them.',
      params: segmentParams,
      answers: { 200: { description: 'Removed', schema: segmentViewSchema } },
      problems: ['segment_not_found', 'segment_in_use', 'writer_stopped'],
    },
    async ({ params, shop }) => {
      const { id } = await segmentOf(api, params.id);
      const { result } = orRefuse(await api.parts.submit(removeSegment(id, `shop:${shop.id}`)));
      return { status: 200, body: segmentView(result) };
    },
  );
}

const memberPageSchema = z
  .object({
    members: z.array(memberSchema),
    next: z.string().nullable().openapi({ description: 'The cursor of the next page; null at the end' }),
  })
  .openapi('SegmentMemberPage');

function serveMembers(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/segments/{id}/members',
      right: 'segments:read',
      tag,
      summary: 'List who is in a segment',
      description: 'In the order of our ids, a page at a time; each page is who is in it at that moment.',
      params: segmentParams,
      query: z.object({
        cursor: z
          .string()
          .regex(/^cus_[0-9A-Z]{26}$/, 'a cursor is what `next` of the page before said')
          .optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
      answers: { 200: { description: 'A page', schema: memberPageSchema } },
      problems: ['segment_not_found'],
    },
    async ({ params, query: { cursor, limit } }) => {
      const { rule } = await segmentOf(api, params.id);
      const after = cursor === undefined ? {} : { after: cursor as CustomerId };
      const found = await api.parts.segments.members(rule, { limit: limit + 1, ...after });
      const page = found.slice(0, limit);
      const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { status: 200, body: { members: page.map(memberView), next } };
    },
  );
}

async function segmentOf({ parts }: Api, reference: string): Promise<Segment> {
  const segment = await parts.segments.find(reference);
  if (segment) return segment;
  throw new ProblemError(problem('segment_not_found', `there is no segment "${reference}"`));
}
