import { z } from '@hono/zod-openapi';
import { shownCode } from '../../core/coupons/definition.ts';
import { isCardNumber } from '../../core/customers/card.ts';
import { parsePhone } from '../../core/customers/phone.ts';
import { channelNames, consentCategories, genders, locales } from '../../core/customers/types.ts';
import type { CustomerInput } from '../../core/customers/upsert.ts';
import { viewPoints } from '../../core/ledger/view.ts';
import type { Program } from '../../core/program/program.ts';
import { tierOf } from '../../core/program/rules.ts';
import { isOpenOrder, orderKinds } from '../../core/purchases/orders.ts';
import type { Shop } from '../../core/shops.ts';
import { talkStatuses } from '../../core/talks/types.ts';
import { isCalendarDay, isTimeZone, localDay } from '../../core/time.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import type { CustomerDetails } from '../parts.ts';
import { wrongCard, wrongPhone } from '../references.ts';
import { identifier, utc, utcOrNull, utcSchema, words } from '../schemas.ts';
import { cardShape, cardView } from './card.ts';

const consentsSchema = z
  .strictObject({ service: z.boolean().optional(), marketing: z.boolean().optional() })
  .openapi({ description: 'What the person told you. A "no" said to us is not turned into a "yes".' });

/** A customer as a shop system posts one. */
export const customerPostSchema = z
  .strictObject({
    phone: identifier(40).openapi({ example: '+380671234567' }),
    name: words(200).min(1).nullish(),
    birthday: z
      .string()
      .max(10)
      .refine((day) => isCalendarDay(day) && day >= '1900', 'a day after 1900 as YYYY-MM-DD')
      .nullish()
      .openapi({ format: 'date' }),
    gender: z.enum(genders).nullish(),
    locale: z.enum(locales).nullish(),
    zone: z.string().max(60).refine(isTimeZone, 'a time zone like Europe/Kyiv').nullish(),
    city: words(100).min(1).nullish().openapi({ example: 'Київ' }),
    external_id: identifier(200).optional().openapi({ description: 'Your own id of the customer' }),
    card: z.string().max(40).refine(isCardNumber, wrongCard).optional().openapi({ example: '2900000000018' }),
    consents: consentsSchema.optional(),
  })
  .openapi('CustomerPost', { description: 'What is absent stays as it is; null takes it away.' });

/** What a shop posted, in our words. Throws 422. */
export function customerInput(
  body: z.output<typeof customerPostSchema>,
  shop: Shop,
  program: Program,
  now: number,
): CustomerInput {
  const { phone, external_id, card, consents, ...profile } = body;
  const parsed = parsePhone(phone, program.country);
  const born = profile.birthday ?? '';
  const errors = [
    ...(parsed === undefined ? [{ pointer: '/phone', detail: wrongPhone(program) }] : []),
    ...(born > localDay(now, program.zone) ? [{ pointer: '/birthday', detail: 'a day in the past' }] : []),
  ];
  if (parsed === undefined || errors.length > 0) throw new ProblemError(invalidRequest(errors));
  return {
    shopId: shop.id,
    phone: parsed,
    ...given(profile),
    ...given({ externalId: external_id, card }),
    ...(consents ? { consents: given(consents) } : {}),
  };
}

const pointsSchema = z.object({
  balance: z.int().openapi({ description: 'What can be spent now' }),
  pending: z.int().openapi({ description: 'Waits: for a payment, or for a return window to close' }),
  held: z.int().openapi({ description: 'Set aside at a till' }),
  next_expiry: z
    .object({ points: z.int(), at: utcSchema })
    .nullable()
    .openapi({ description: 'What burns next, and when' }),
});

/** A customer as a shop sees one. */
export const customerSchema = z
  .object({
    id: z.string().openapi({ example: 'cus_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    registered: z
      .boolean()
      .openapi({ description: 'The phone is proved: the customer talked to us in a chat' }),
    created_at: utcSchema,
    registered_at: utcSchema.nullable(),
    registered_in: z
      .string()
      .nullable()
      .openapi({ description: 'Where: a channel, or `shop:shp_…`; null where it was before this was kept' }),
    profile: z.object({
      phone: z.string().nullable(),
      card: z.string().nullable(),
      name: z.string().nullable(),
      birthday: z.string().nullable(),
      gender: z.enum(genders).nullable(),
      locale: z.enum(locales).nullable(),
      zone: z.string().nullable(),
      city: z.string().nullable(),
    }),
    external_ids: z.array(z.string()).openapi({ description: 'Your own ids only' }),
    channels: z.array(
      z.object({
        channel: z.enum(channelNames),
        reachable: z.boolean(),
        last_seen_at: utcSchema
          .nullable()
          .openapi({ description: 'Null where the person never wrote, as on a number only we send SMS to' }),
        preferred: z.boolean().openapi({ description: 'The customer wants to be written to here first' }),
      }),
    ),
    points: pointsSchema,
    tier: z
      .string()
      .nullable()
      .openapi({ description: 'By what was paid lately; null where no tier is reached' }),
    consents: z.array(
      z.object({
        category: z.enum(consentCategories),
        granted: z.boolean(),
        at: utcSchema,
        source: z.string(),
        text_version: z.int(),
      }),
    ),
    last_purchases: z.array(
      z.object({
        id: z.string(),
        external_id: z.string().nullable().openapi({ description: 'Null when another shop posted it' }),
        at: utcSchema,
        store: z.string().nullable(),
        total: z.int(),
        paid: z.boolean(),
        points: z.object({ earned: z.int(), pending: z.int() }),
      }),
    ),
    coupons: z
      .array(
        z.object({
          code: z.string(),
          coupon: z.string(),
          name: z.string(),
          valid_until: utcSchema.nullable(),
        }),
      )
      .openapi({
        description: 'Given to this customer and not used yet, the one that ends first before the others',
      }),
    talk: z
      .object({ id: z.string(), status: z.enum(talkStatuses), opened_at: utcSchema })
      .nullable()
      .openapi({ description: 'The talk with your staff that is open' }),
    cart: z
      .object({
        id: z.string(),
        total: z.int(),
        items: z.array(z.object({ sku: z.string(), name: z.string(), quantity: z.number() })),
        url: z.string().nullable(),
        updated_at: utcSchema,
      })
      .nullable()
      .openapi({ description: 'The open cart, the one changed last' }),
    open_orders: z
      .array(
        z.object({
          ...{ id: z.string(), kind: z.enum(orderKinds), number: z.string(), status: z.string() },
          ...{ total: z.int().nullable(), at: utcSchema, due_at: utcSchema.nullable() },
        }),
      )
      .openapi({ description: 'Orders to be brought, invoices to be paid, documents to be signed' }),
    ...cardShape,
  })
  .openapi('Customer');

/** A customer for an answer to `shop`, with the points as they count at `now`. */
export function customerView(
  details: CustomerDetails,
  shop: Shop,
  now: number,
  program: Program,
): z.output<typeof customerSchema> {
  const { talk, record } = details;
  const { customer, head, lots, addresses } = record;
  const { phone, card, name, birthday, gender, locale, zone, city } = customer;
  const { available, pending, held, nextExpiry } = viewPoints(head.balance, lots, now);
  return {
    id: customer.id,
    registered: customer.registeredAt !== null,
    created_at: utc(customer.createdAt),
    registered_at: utcOrNull(customer.registeredAt),
    registered_in: customer.registeredIn,
    profile: { phone, card, name, birthday, gender, locale, zone, city },
    external_ids: [...details.externalIds],
    channels: addresses.map(({ channel, reachable, lastSeenAt }) => ({
      channel,
      reachable,
      last_seen_at: lastSeenAt === 0 ? null : utc(lastSeenAt),
      preferred: channel === customer.preferredChannel,
    })),
    points: {
      balance: available,
      pending,
      held,
      next_expiry: nextExpiry ? { points: nextExpiry.points, at: utc(nextExpiry.at) } : null,
    },
    tier: tierOf(program, details.paidMinor),
    consents: details.consents.map(({ category, granted, at, source, textVersion }) => ({
      category,
      granted,
      at: utc(at),
      source,
      text_version: textVersion,
    })),
    last_purchases: details.purchases.map((purchase) => purchaseView(purchase, shop)),
    coupons: details.coupons.map(({ code, coupon }) => ({
      code: shownCode(coupon.definition, code.code),
      coupon: coupon.id,
      name: coupon.name,
      valid_until: utcOrNull(code.validUntil),
    })),
    talk: talk ? { id: talk.id, status: talk.status, opened_at: utc(talk.openedAt) } : null,
    ...shoppingView(details),
    ...cardView(details.card),
  };
}

/** What is put aside in a web shop, and what is still to be done about orders. */
function shoppingView({ carts: [cart], orders }: CustomerDetails) {
  return {
    cart: cart
      ? {
          ...{ id: cart.id, total: cart.totalMinor, url: cart.url, updated_at: utc(cart.updatedAt) },
          items: cart.items.map(({ sku, name, quantity }) => ({ sku, name, quantity })),
        }
      : null,
    open_orders: orders.filter(isOpenOrder).map(({ id, kind, number, status, totalMinor, at, dueAt }) => ({
      ...{ id, kind, number, status, total: totalMinor, at: utc(at), due_at: utcOrNull(dueAt) },
    })),
  };
}

function purchaseView(purchase: CustomerDetails['purchases'][number], shop: Shop) {
  const { id, externalId, shopId, at, store, totalMinor, paidAt, earned, pending } = purchase;
  return {
    id,
    external_id: shopId === shop.id ? externalId : null,
    at: utc(at),
    store,
    total: totalMinor,
    paid: paidAt !== null,
    points: { earned, pending },
  };
}

/** What is absent in a body is absent, not undefined. */
function given<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };
}
