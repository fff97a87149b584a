import { z } from '@hono/zod-openapi';
import type { Locale } from '../../core/customers/types.ts';
import type { CouponId } from '../../core/ids.ts';
import type { CampaignFigures, MemberCounts, PricedAudience } from '../../core/journeys/campaigns/figures.ts';
import { addressSchema, approvedSchema } from '../../core/journeys/definition.ts';
import {
  type Campaign,
  type CampaignContent,
  type CampaignGift,
  type CampaignMessage,
  type CampaignPlan,
  type CampaignTiming,
  campaignScreens,
  campaignStates,
  memberStates,
  mostVariants,
} from '../../core/staff/campaigns.ts';
import { isCalendarDay } from '../../core/time.ts';
import { amountSchema, identifier, timeSchema, utc, utcOrNull, utcSchema, words } from '../schemas.ts';
import { ruleSchema } from './segment.ts';

/** A text in the languages it was written in. */
function texts(most: number) {
  const one = words(most).min(1).optional();
  return z
    .strictObject({ uk: one, ru: one, en: one })
    .refine((all) => Object.values(all).some((text) => text !== undefined), 'a text in one of uk, ru, en');
}

const slug = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'lower case letters, digits and underscores');

const buttonSchema = z
  .union([
    z.strictObject({
      label: texts(40),
      // A schema of core may be older than what gives schemas `openapi`: a copy of it is not.
      url: addressSchema.clone().openapi({ example: 'https://shop.example/spring' }),
    }),
    z.strictObject({ label: texts(40), page: slug }),
    z.strictObject({ label: texts(40), opens: z.enum(campaignScreens) }),
  ])
  .openapi('CampaignButton', {
    description: 'A link (variables are filled in), a page of ours by its address, or a screen of the chat.',
  });

const messageSchema = z
  .strictObject({
    text: texts(3000).openapi({
      description:
        'A template: `GET /v1/templates/variables` lists what it may name. Who reads none of these languages gets the program’s, or the first there is',
      example: { uk: 'Вітаємо, {{customer.first_name}}!', en: 'Hello, {{customer.first_name}}!' },
    }),
    picture: z
      .union([z.enum(['coupon', 'card']), z.string().regex(/^pic_\w{26}$/, 'pic_… of an uploaded picture')])
      .optional(),
    buttons: z.array(z.array(buttonSchema).min(1).max(3)).max(6).default([]),
    whatsapp: approvedSchema.optional().openapi({
      description:
        'The approved template that says the same on WhatsApp more than 24 hours after a person’s last word, a language each: its `values` are templates like texts, in the order of its parameters; it has the first `buttons` buttons too, links as `PUBLIC_URL/l/{{1}}`. Without one, and without one that Meta approved of this very text (`npm run svoi -- whatsapp templates`), the message goes by the other channels',
      example: {
        uk: {
          template: 'spring_sale',
          values: ['{{customer.first_name}}', '{{points.balance, points}}'],
          buttons: 1,
        },
      },
    }),
  })
  .openapi('CampaignMessage');

const whenSchema = z
  .union([
    z.literal('now'),
    z.strictObject({ at: timeSchema }),
    z.strictObject({
      local: z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d$/, 'a local time like 2026-12-24T10:00')
        .refine((text) => isCalendarDay(text.slice(0, 10)), 'a day of the calendar'),
    }),
    z.strictObject({ usual_hour: z.literal(true), from: timeSchema.optional() }),
  ])
  .openapi('CampaignWhen', {
    description:
      '`now`: as soon as it is sent; `at`: at this moment; `local`: at this time where each customer lives; `usual_hour`: at the hour each one is usually there, within a day. Quiet hours are kept.',
  });

const audience = {
  segment: identifier(200)
    .optional()
    .openapi({ description: 'A saved segment, by our id or its name; without it and `rule`: everybody' }),
  rule: ruleSchema.optional(),
  coupon: identifier(200)
    .optional()
    .openapi({ description: 'By our id or its name: everybody who is told gets a code of his own' }),
  points: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .openapi({ description: 'Points for everybody who is told' }),
  control_percent: z
    .number()
    .min(0)
    .max(50)
    .optional()
    .openapi({ description: 'Percent that gets nothing, to compare with; the program’s if left out' }),
  occasion: slug
    .optional()
    .openapi({ description: 'Whatever is told of one occasion is told once, by the first' }),
  engaged_only: z.boolean().default(false).openapi({
    description: 'Only those who read an offer or wrote within the days the program calls silence',
  }),
};

/** Whom a campaign would reach. */
export const campaignCountSchema = z.strictObject(audience).openapi('CampaignCountPost');

/** A campaign to be written down. */
export const campaignPostSchema = z
  .strictObject({
    name: identifier(60).openapi({ example: 'Spring' }),
    message: messageSchema.optional(),
    variants: z
      .record(z.string().regex(/^[a-z]$/, 'a letter: a, b, …'), messageSchema)
      .refine((all) => Object.keys(all).length > 1 && Object.keys(all).length <= mostVariants, {
        error: `2 to ${mostVariants} of them`,
      })
      .optional()
      .openapi({
        description: 'Several ways of saying it: each customer gets one, drawn by hash, in equal shares',
      }),
    ...audience,
    points_live_days: z.int().min(1).max(3650).optional(),
    when: whenSchema.default('now'),
    good_for_hours: z
      .int()
      .min(1)
      .max(8760)
      .optional()
      .openapi({ description: 'Better not said at all so long after its moment' }),
    budget: amountSchema
      .optional()
      .openapi({ description: 'Minor units: the most that messages, coupons and points may cost' }),
    weight: z
      .int()
      .min(0)
      .max(100)
      .default(50)
      .openapi({ description: 'Of several offers that meet, the one with the highest goes first' }),
  })
  .refine(({ message, variants }) => (message === undefined) !== (variants === undefined), {
    error: 'give message or variants',
  })
  .openapi('CampaignPost');

type CampaignPost = z.output<typeof campaignPostSchema>;

/** What everybody gets along with a message, as a body says it; `coupon` as it was found. */
export function giftOf(
  body: Pick<CampaignPost, 'points' | 'points_live_days'>,
  coupon: { readonly id: CouponId; readonly name: string } | undefined,
): CampaignGift | null {
  if (coupon) return { coupon: coupon.id, name: coupon.name };
  return body.points === undefined ? null : { points: body.points, liveDays: body.points_live_days ?? null };
}

/** What is said, as a body says it. */
export function contentOf(body: CampaignPost, gift: CampaignGift | null): CampaignContent {
  const { message, variants = message ? { a: message } : {} } = body;
  const all = Object.entries(variants).map(([name, one]) => [name, messageFrom(one)]);
  return { variants: Object.fromEntries(all), gift };
}

function messageFrom(message: z.output<typeof messageSchema>): CampaignMessage {
  const { text, picture, buttons, whatsapp } = message;
  return {
    text: given(text),
    ...(picture === undefined ? {} : { picture }),
    buttons: buttons.map((row) => row.map((button) => ({ ...button, label: given(button.label) }))),
    ...(whatsapp === undefined ? {} : { whatsapp }),
  };
}

function given(all: z.output<ReturnType<typeof texts>>): Partial<Record<Locale, string>> {
  return Object.fromEntries(Object.entries(all).filter(([, text]) => text !== undefined));
}

/** When it goes out and who is kept apart, as a body says it. */
export function planOf(body: z.output<typeof campaignCountSchema> & Partial<CampaignPost>): CampaignPlan {
  const { when = 'now', good_for_hours: hours, budget, weight = 50 } = body;
  return {
    timing: timingOf(when),
    goodForMs: hours === undefined ? null : hours * 3_600_000,
    budgetMinor: budget ?? null,
    ...{ controlPercent: body.control_percent ?? null, holdoutPercent: null, weight },
    ...{ occasion: body.occasion ?? null, engagedOnly: body.engaged_only },
  };
}

function timingOf(when: CampaignPost['when']): CampaignTiming {
  if (when === 'now') return { kind: 'now' };
  if ('at' in when) return { kind: 'at', at: Date.parse(when.at) };
  if ('local' in when) return { kind: 'local', day: when.local.slice(0, 10), time: when.local.slice(11) };
  return { kind: 'usual', at: when.from === undefined ? null : Date.parse(when.from) };
}

function whenView(timing: CampaignTiming): CampaignPost['when'] {
  switch (timing.kind) {
    case 'now':
      return 'now';
    case 'at':
      return { at: utc(timing.at) };
    case 'local':
      return { local: `${timing.day}T${timing.time}` };
    case 'usual':
      return { usual_hour: true, ...(timing.at === null ? {} : { from: utc(timing.at) }) };
  }
}

/** A campaign as shops see it. */
export const campaignSchema = z
  .object({
    id: z.string().openapi({ example: 'cmp_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    name: z.string(),
    rule: z
      .string()
      .nullable()
      .openapi({ description: 'The segment as it is always written; null: everybody' }),
    state: z.enum(campaignStates),
    reason: z.enum(['budget', 'too_many', 'segment', 'coupon', 'refused']).nullable().openapi({
      description:
        'Why it ended otherwise than by telling all; `budget` while it is sent: all of it is set aside for messages on their way, and what they do not need goes to others',
    }),
    variants: z.record(z.string(), messageSchema),
    coupon: z.string().nullable(),
    points: z.int().nullable(),
    when: whenSchema,
    good_for_hours: z.number().nullable(),
    budget: z.int().nullable(),
    spent: z.int().openapi({
      description:
        'Minor units: what was handed over so far costs, and may cost at most where it is on its way: messages, coupons and points',
    }),
    control_percent: z.number().nullable(),
    weight: z.int(),
    occasion: z.string().nullable(),
    engaged_only: z.boolean(),
    created_by: z.string(),
    created_at: utcSchema,
    starts_at: utcSchema.nullable(),
    frozen_at: utcSchema.nullable(),
    finished_at: utcSchema.nullable(),
    revision: z.int(),
  })
  .openapi('Campaign');

/** A campaign for an answer. */
export function campaignView(campaign: Campaign): z.output<typeof campaignSchema> {
  const { id, name, rule, state, reason, content, plan, revision } = campaign;
  const { gift } = content;
  const variants = Object.entries(content.variants).map(([letter, { text, picture, buttons, whatsapp }]) => [
    letter,
    {
      ...{ text, buttons },
      ...(picture === undefined ? {} : { picture }),
      ...(whatsapp === undefined ? {} : { whatsapp }),
    },
  ]);
  return {
    ...{ id, name, rule: rule === '' ? null : rule, state, reason, variants: Object.fromEntries(variants) },
    coupon: gift !== null && 'coupon' in gift ? gift.coupon : null,
    points: gift !== null && 'points' in gift ? gift.points : null,
    when: whenView(plan.timing),
    good_for_hours: plan.goodForMs === null ? null : plan.goodForMs / 3_600_000,
    ...{ budget: plan.budgetMinor, spent: Math.ceil(campaign.spentMicros / 10_000) },
    ...{ control_percent: plan.controlPercent, weight: plan.weight, occasion: plan.occasion },
    ...{
      engaged_only: plan.engagedOnly,
      created_by: campaign.createdBy,
      created_at: utc(campaign.createdAt),
    },
    ...{ starts_at: utcOrNull(campaign.startsAt), frozen_at: utcOrNull(campaign.frozenAt) },
    ...{ finished_at: utcOrNull(campaign.finishedAt), revision },
  };
}

const membersSchema = z
  .object(
    Object.fromEntries(memberStates.map((state) => [state, z.int()])) as Record<
      (typeof memberStates)[number],
      z.ZodInt
    >,
  )
  .openapi({ description: 'People of the audience, by what became of them' });

/** What became of a campaign so far. */
export const figuresSchema = z
  .object({
    members: membersSchema,
    underway: z.int(),
    reached: z.int(),
    read: z.int(),
    failed: z.int(),
    dropped: z.int().openapi({ description: 'Had enough offers, or did not want them any more' }),
    stopped: z.int(),
    cost: z.int().openapi({ description: 'Minor units: what its messages cost so far' }),
    budget_left: z.int().nullable().openapi({
      description:
        'Minor units: of its budget neither spent nor set aside for what is on its way; null: it has none',
    }),
  })
  .openapi('CampaignFigures');

/** Figures for an answer. */
export function figuresView(figures: CampaignFigures): z.output<typeof figuresSchema> {
  const { underway, reached, read, failed, frequency, refused, stopped, priceMicros } = figures;
  const { budgetLeftMicros } = figures;
  return {
    members: membersView(figures.members),
    ...{ underway, reached, read, failed, dropped: frequency + refused, stopped },
    cost: Math.round(priceMicros / 10_000),
    budget_left: budgetLeftMicros === null ? null : Math.floor(budgetLeftMicros / 10_000),
  };
}

function membersView(members: MemberCounts) {
  return Object.fromEntries(memberStates.map((state) => [state, members[state] ?? 0])) as Record<
    (typeof memberStates)[number],
    number
  >;
}

/** Whom a campaign would reach as things are now. */
export const countedSchema = z
  .object({
    people: z.int().openapi({ description: 'Who would be told' }),
    channels: z.array(z.object({ channel: z.string(), people: z.int() })),
    untemplated: z.int().openapi({
      description:
        'So many of `people` would get nothing: on WhatsApp only, silent for a day, and what they would be told has no approved template',
    }),
    others: membersSchema,
    cost: z.int().nullable().openapi({ description: 'Minor units; null: a price is missing in the program' }),
    gifts: z.int().openapi({ description: 'Minor units: what coupons or points are worth at most' }),
  })
  .openapi('CampaignCount');

/** Counts for an answer. */
export function countedView(look: PricedAudience): z.output<typeof countedSchema> {
  const { people, channels, untemplated, others, priceMicros, giftMicros } = look;
  return {
    ...{ people, channels: [...channels], untemplated, others: membersView(others) },
    cost: priceMicros === null ? null : Math.round(priceMicros / 10_000),
    gifts: Math.round(giftMicros / 10_000),
  };
}
