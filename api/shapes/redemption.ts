import { z } from '@hono/zod-openapi';
import { foldCode } from '../../core/codes.ts';
import type { Program } from '../../core/program/program.ts';
import type { RedemptionInput } from '../../core/redemptions/request.ts';
import { type Redemption, redemptionStatuses } from '../../core/redemptions/types.ts';
import type { Shop } from '../../core/shops.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import { parseReference, referenceError, referenceSchema } from '../references.ts';
import { amountSchema, identifier, utc, utcOrNull, utcSchema, words } from '../schemas.ts';

const maxPoints = 1_000_000_000;

/** Points as a till asks for them. */
export const redemptionPostSchema = z
  .strictObject({
    id: identifier(200).openapi({
      description: 'Your own id of it, new for each; the same id is the same redemption',
    }),
    customer: referenceSchema
      .optional()
      .openapi({ description: 'Who is to be asked; leave it out where a code is shown' }),
    code: identifier(40)
      .optional()
      .openapi({ description: 'The six digits the customer shows; spaces and dashes do no harm' }),
    points: z.int().min(1).max(maxPoints),
    total: amountSchema.openapi({
      description: 'What the purchase costs that the points help to pay, coupons taken off; minor units',
    }),
    store: words(200).nullish().openapi({ description: 'The place, as the customer knows it' }),
    ttl_seconds: z.int().min(60).max(86_400).default(900).openapi({
      description: 'How long the customer has to answer, and then you to confirm. Default: 15 minutes',
    }),
  })
  .refine(
    ({ customer, code }) => (customer === undefined) !== (code === undefined),
    'give either customer or code',
  )
  .openapi('RedemptionPost');

/** What a till asked for, in our words. Throws 422. */
export function redemptionInput(
  body: z.output<typeof redemptionPostSchema>,
  shop: Shop,
  program: Program,
): RedemptionInput {
  const { id: externalId, points, total: totalMinor, ttl_seconds } = body;
  const payer = payerOf(body, shop, program);
  const store = body.store || null;
  return { shopId: shop.id, externalId, payer, points, totalMinor, store, ttlMs: ttl_seconds * 1000 };
}

function payerOf(
  { customer, code = '' }: z.output<typeof redemptionPostSchema>,
  shop: Shop,
  program: Program,
): RedemptionInput['payer'] {
  if (!customer) return { code: foldCode(code) };
  const parsed = parseReference(customer, shop, program);
  if (!parsed.ok) throw new ProblemError(invalidRequest([referenceError('/customer', parsed)]));
  return { customer: parsed.ref };
}

const consentSchema = z.enum(['code', 'chat', 'sms', 'none']).openapi({
  description:
    '`code`: the customer showed one; `chat`: is asked in chat; `sms`: got a code by SMS and tells it to you; `none`: could not be asked',
});

/** The code of the SMS, as the customer tells it. */
export const agreementSchema = z
  .strictObject({
    code: identifier(40).openapi({
      description: 'Six digits; spaces and dashes do no harm',
      example: '123456',
    }),
  })
  .openapi('RedemptionCode');

/** What came of asking for points. */
export const requestedSchema = z
  .object({
    id: z.string().openapi({ example: 'red_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    status: z.enum(redemptionStatuses).openapi({
      description:
        '`held`: go on; `awaiting_customer`: read it again until the customer has answered, or with consent `sms` ask for the code and post it',
    }),
    consent: consentSchema.optional(),
    points: z.int(),
    amount: z.int().openapi({ description: 'What the points pay, minor units' }),
    expires_at: utcSchema.openapi({
      description: 'When the points are free again, or the question is moot; a yes in the chat moves it',
    }),
  })
  .openapi('RequestedRedemption');

/** A redemption as its shop sees it. */
export const redemptionSchema = z
  .object({
    id: z.string().openapi({ example: 'red_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    external_id: z.string().openapi({ description: 'Your own id' }),
    customer: z.string().openapi({ example: 'cus_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    status: z.enum(redemptionStatuses),
    points: z.int(),
    amount: z.int().openapi({ description: 'What the points pay, minor units' }),
    total: z.int(),
    store: z.string().nullable(),
    consent: consentSchema,
    created_at: utcSchema,
    expires_at: utcSchema,
    settled_at: utcSchema.nullable().openapi({ description: 'Null while it is open' }),
    purchase: z.string().nullable().openapi({ description: 'Our id of the purchase it paid for' }),
    returned: z.int().openapi({ description: 'Points that refunds have given back' }),
  })
  .openapi('Redemption');

/** A redemption for an answer at `now`: one whose time is over is expired, even a moment before that is written. */
export function redemptionView(redemption: Redemption, now: number): z.output<typeof redemptionSchema> {
  const { id, externalId, customerId, status, points, amountMinor, totalMinor, store } = redemption;
  const over = redemption.settledAt === null && redemption.expiresAt <= now;
  return {
    ...{ id, external_id: externalId, customer: customerId, status: over ? 'expired' : status },
    ...{ points, amount: amountMinor, total: totalMinor, store, consent: redemption.consent },
    created_at: utc(redemption.createdAt),
    expires_at: utc(redemption.expiresAt),
    settled_at: utcOrNull(over ? redemption.expiresAt : redemption.settledAt),
    purchase: redemption.purchaseId,
    returned: redemption.returned,
  };
}
