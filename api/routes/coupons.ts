import { z } from '@hono/zod-openapi';
import { fillBatch, MAX_BATCH, orderCodes } from '../../core/coupons/batch.ts';
import { canonicalCode } from '../../core/coupons/codes.ts';
import { createCoupon, stopCoupon } from '../../core/coupons/create.ts';
import { issueCoupon } from '../../core/coupons/issue.ts';
import type { Coupon, CouponBatch } from '../../core/coupons/types.ts';
import type { CouponBatchId, CouponId } from '../../core/ids.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { invalidRequest, ProblemError, problem } from '../errors.ts';
import { parseReference, referenceError, referenceSchema } from '../references.ts';
import { identifier, utcOrNull, utcSchema } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import { codeSchema, codeView, couponPostSchema, couponView, couponViewSchema } from '../shapes/coupon.ts';

const tag = 'Coupons';

/** Codes that are made while the caller waits; more are made in the background. */
const madeAtOnce = 100_000;

const couponParams = z.object({
  id: identifier(200).openapi({ description: 'Our id of the coupon (`cpn_…`), or its name' }),
});

/** The calls by which a shop makes coupons and gives them away. */
export function couponRoutes(api: Api): void {
  serveCreate(api);
  serveList(api);
  serveStop(api);
  serveOrder(api);
  serveCodes(api);
  serveIssue(api);
}

const springExample = {
  name: 'Spring',
  texts: {
    uk: { title: '−10 % на каву' },
    ru: { title: '−10 % на кофе' },
    en: { title: '10% off coffee' },
  },
  effect: { kind: 'percent', percent: 10 },
  applies_to: { categories: ['coffee'] },
  code: { shared: 'SPRING' },
  valid: { until: '2027-05-31' },
  limits: { per_customer: 1, budget_minor: 5_000_000 },
  stacking: 'stackable',
};

const singleExample = {
  name: 'Leaflets of November',
  effect: { kind: 'amount', amount_minor: 5000 },
  code: { pattern: 'LF-####-####' },
  valid: { days_from_issue: 30 },
  conditions: { min_cart_minor: 30_000 },
};

function serveCreate(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/coupons',
      right: 'coupons:write',
      tag,
      summary: 'Make a coupon',
      description:
        'A percent, an amount, a price, a free item, a gift, more points or a free delivery; for everybody with one shared code, for whoever has one of its single codes, or personal. Its name is yours alone: the same coupon again changes nothing and is answered with 200 and `Idempotent-Replay: true`. Leave out what does not apply: `null` is not taken here.',
      body: couponPostSchema,
      examples: {
        shared: { summary: 'One code for everybody', value: springExample },
        single: { summary: 'Single codes on leaflets', value: singleExample },
      },
      answers: {
        201: { description: 'Made', schema: couponViewSchema },
        200: { description: 'It had been made before', schema: couponViewSchema },
      },
      problems: ['coupon_conflict', 'code_taken', 'writer_stopped'],
    },
    async ({ body, shop }) => {
      const { submit, program } = api.parts;
      const command = createCoupon(body, `shop:${shop.id}`, purchaseRules(program()));
      const { result, replayed } = orRefuse(await submit(command));
      const coupon = couponView(await couponOf(api, result.id));
      if (!replayed) return { status: 201, body: coupon };
      return { status: 200, body: coupon, headers: { 'Idempotent-Replay': 'true' } };
    },
  );
}

const listSchema = z
  .object({
    coupons: z.array(couponViewSchema),
    next: z.string().nullable().openapi({ description: 'The cursor of the next page; null at the end' }),
  })
  .openapi('CouponPage');

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/coupons',
      right: 'coupons:write',
      tag,
      summary: 'List coupons',
      description: 'Newest first, a page at a time, with how much of their limits is used up.',
      query: z.object({
        cursor: z
          .string()
          .regex(/^cpn_[0-9A-Z]{26}$/, 'a cursor is what `next` of the page before said')
          .optional(),
        limit: z.coerce.number().int().min(1).max(100).default(20),
      }),
      answers: { 200: { description: 'A page', schema: listSchema } },
    },
    async ({ query: { cursor, limit } }) => {
      const older = cursor === undefined ? {} : { before: cursor as CouponId };
      const found = await api.parts.coupons.list({ limit: limit + 1, ...older });
      const page = found.slice(0, limit);
      const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { status: 200, body: { coupons: page.map(couponView), next } };
    },
  );
}

function serveStop(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/coupons/{id}/stop',
      right: 'coupons:write',
      tag,
      summary: 'Stop a coupon',
      description: 'Nobody can use it from now on, whatever its codes say. Again: the same answer.',
      params: couponParams,
      answers: { 200: { description: 'Stopped', schema: couponViewSchema } },
      problems: ['coupon_not_found', 'writer_stopped'],
    },
    async ({ params, shop }) => {
      const { id } = await couponOf(api, params.id);
      const { result } = orRefuse(await api.parts.submit(stopCoupon(id, `shop:${shop.id}`)));
      return { status: 200, body: couponView(result) };
    },
  );
}

const orderSchema = z
  .strictObject({
    id: identifier(200).openapi({ description: 'Your own id of the batch; the same id is the same batch' }),
    count: z.int().min(1).max(MAX_BATCH),
  })
  .openapi('CouponCodesPost');

const batchSchema = z
  .object({
    id: z.string().openapi({ example: 'cpb_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    coupon: z.string(),
    wanted: z.int(),
    made: z.int(),
    status: z.enum(['making', 'done']),
    finished_at: utcSchema.nullable(),
  })
  .openapi('CouponBatch');

function serveOrder(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/coupons/{id}/codes',
      right: 'coupons:write',
      tag,
      summary: 'Make single codes',
      description: `Up to ${madeAtOnce} are there when the answer comes; more are made in the background, with 202. Post it again with the same body to see how far it is: status 200, \`Idempotent-Replay: true\`. The pattern must allow a thousand times as many codes as there are, so that none can be guessed.`,
      params: couponParams,
      body: orderSchema,
      answers: {
        201: { description: 'Made', schema: batchSchema },
        202: { description: 'Being made', schema: batchSchema },
        200: { description: 'It had been ordered before: how it stands now', schema: batchSchema },
      },
      problems: [
        ...(['coupon_not_found', 'coupon_stopped', 'coupon_has_no_pattern'] as const),
        ...(['pattern_too_short', 'codes_conflict', 'writer_stopped'] as const),
      ],
    },
    async ({ params, body, shop }) => {
      const { id: couponId } = await couponOf(api, params.id);
      const input = { shopId: shop.id, externalId: body.id, couponId, count: body.count };
      const outcome = await api.parts.submit(orderCodes(input, `shop:${shop.id}`));
      const { result, replayed } = orRefuse(outcome);
      if (body.count <= madeAtOnce) await makeAll(api, result.id);
      const batch = batchView(await batchOf(api, result.id));
      if (replayed) return { status: 200, body: batch, headers: { 'Idempotent-Replay': 'true' } };
      return { status: batch.status === 'done' ? 201 : 202, body: batch };
    },
  );
}

/** One commit after the other, until none is left to make. */
async function makeAll({ parts }: Api, id: CouponBatchId): Promise<void> {
  const rules = purchaseRules(parts.program());
  for (let left = 1; left > 0; ) left = orRefuse(await parts.submit(fillBatch(id, rules))).result.left;
}

async function batchOf({ parts }: Api, id: CouponBatchId): Promise<CouponBatch> {
  const batch = await parts.coupons.batch(id);
  if (batch) return batch;
  throw new ProblemError(problem('not_found', `there is no batch ${id}`));
}

function batchView({ id, couponId, wanted, made, finishedAt }: CouponBatch): z.output<typeof batchSchema> {
  const status = finishedAt === null ? 'making' : 'done';
  return { id, coupon: couponId, wanted, made, status, finished_at: utcOrNull(finishedAt) };
}

const codePageSchema = z
  .object({
    codes: z.array(codeSchema),
    next: z.string().nullable().openapi({ description: 'The cursor of the next page; null at the end' }),
  })
  .openapi('CouponCodePage');

function serveCodes(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/coupons/{id}/codes',
      right: 'coupons:write',
      tag,
      summary: 'List the codes of a coupon',
      description:
        'In the order of the codes, a page at a time: to print them, or to see what became of one.',
      params: couponParams,
      query: z.object({
        cursor: identifier(60).optional(),
        batch: z
          .string()
          .regex(/^cpb_[0-9A-Z]{26}$/, 'a batch is named by our id, cpb_…')
          .optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
      answers: { 200: { description: 'A page', schema: codePageSchema } },
      problems: ['coupon_not_found'],
    },
    async ({ params, query: { cursor, batch, limit } }) => {
      const coupon = await couponOf(api, params.id);
      const found = await api.parts.coupons.codes(coupon.id, {
        limit: limit + 1,
        ...(cursor === undefined ? {} : { after: canonicalCode(cursor) }),
        ...(batch === undefined ? {} : { batch: batch as CouponBatchId }),
      });
      const codes = found.slice(0, limit).map((code) => codeView(code, coupon));
      const next = found.length > limit ? (codes.at(-1)?.code ?? null) : null;
      return { status: 200, body: { codes, next } };
    },
  );
}

const issueSchema = z
  .strictObject({
    id: identifier(200).openapi({ description: 'Your own id of it; the same id is the same coupon' }),
    customer: referenceSchema,
  })
  .openapi('CouponIssuePost');

const issuedSchema = z
  .object({
    code: z.string().openapi({ example: '4K7Q-9WXC' }),
    coupon: z.string(),
    customer: z.string(),
    valid_until: utcSchema.nullable(),
  })
  .openapi('IssuedCoupon');

function serveIssue(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/coupons/{id}/issue',
      right: 'coupons:issue',
      tag,
      summary: 'Give a customer a coupon',
      description:
        'With a code of its own that nobody else can use. The customer is told in chat and finds it under "My coupons". A phone or external id that nobody has yet makes a customer.',
      params: couponParams,
      body: issueSchema,
      answers: {
        201: { description: 'Given', schema: issuedSchema },
        200: { description: 'It had been given before: the first answer again', schema: issuedSchema },
      },
      problems: [
        ...(['coupon_not_found', 'coupon_stopped', 'coupon_expired'] as const),
        ...(['customer_not_found', 'issue_conflict', 'writer_stopped'] as const),
      ],
    },
    async ({ params, body, shop }) => {
      const { submit, program } = api.parts;
      const { id: couponId } = await couponOf(api, params.id);
      const reference = parseReference(body.customer, shop, program());
      if (!reference.ok) throw new ProblemError(invalidRequest([referenceError('/customer', reference)]));
      const by = { actor: `shop:${shop.id}`, scope: shop.id, key: body.id };
      const command = issueCoupon({ couponId, customer: reference.ref, ...by }, purchaseRules(program()));
      const { result, replayed } = orRefuse(await submit(command));
      const { code, customer, validUntil } = result;
      const answer = { code, coupon: result.couponId, customer, valid_until: utcOrNull(validUntil) };
      if (!replayed) return { status: 201, body: answer };
      return { status: 200, body: answer, headers: { 'Idempotent-Replay': 'true' } };
    },
  );
}

async function couponOf({ parts }: Api, reference: string): Promise<Coupon> {
  const coupon = await parts.coupons.find(reference);
  if (coupon) return coupon;
  throw new ProblemError(problem('coupon_not_found', `there is no coupon "${reference}"`));
}
