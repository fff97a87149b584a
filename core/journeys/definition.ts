import { z } from 'zod';
import { locales } from '../customers/types.ts';
import { isAddressTemplate } from './templates/written.ts';

/** A span of time as journeys write it: `30m`, `2h`, `3d`, `2w`. */
const span = z.string().regex(/^\d{1,4}[mhdw]$/, 'a time like 30m, 2h, 3d or 2w');
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as HH:MM');
const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'a name of lower case letters, digits and underscores');

/** What is written for people, a text a language; the program's language stands in where one is missing. */
const texts = z
  .partialRecord(z.enum(locales), z.string().trim().min(1).max(3000))
  .refine((all) => Object.keys(all).length > 0, 'a text in at least one of uk, ru, en');

/** What the data of an event, a cart or a document must be, by name: `shipped`, `!=paid`, `>=100000`, `new, paid`. */
const conditions = z.record(name, z.union([z.string().min(1).max(200), z.number(), z.boolean()]));

/** What a customer can switch off by itself. */
export const topics = ['points', 'orders', 'reminders', 'greetings', 'offers', 'surveys'] as const;
export type Topic = (typeof topics)[number];

/** Where a button leads, with variables in it. */
export const addressSchema = z
  .string()
  .min(1)
  .max(2000)
  .refine(isAddressTemplate, 'an address like https://shop.example/sale, or one variable like {{cart.url}}');

const button = z.union([
  z.strictObject({ label: texts, url: addressSchema }),
  z.strictObject({
    label: texts,
    /** A screen of the chat, an action on what the run is about, or a page of ours. */
    opens: z.enum([
      'menu',
      'points',
      'coupons',
      'history',
      'card',
      'human',
      'cart',
      'decline',
      'later',
      'never',
    ]),
  }),
  z.strictObject({ label: texts, page: name }),
]);

/** What Meta approved in one language: its name, and what fills its parameters, in their order. */
const approved = z.strictObject({
  template: z.string().regex(/^[a-z0-9_]{1,512}$/, 'the name of an approved template, like birthday_gift'),
  /** As Meta calls it; left out: that of the text. */
  language: z
    .string()
    .regex(/^[a-z]{2}(_[A-Z]{2})?$/, 'a language as Meta calls it, like uk or en_US')
    .optional(),
  values: z.array(z.string().trim().min(1).max(500)).max(20).default([]),
  /** So many of the first buttons of the message it has too. */
  buttons: z.int().min(0).max(10).default(0),
});

/** The approved template that says a message on WhatsApp a day after the person's last word, a language each. */
export const approvedSchema = z.partialRecord(z.enum(locales), approved);

const message = z.strictObject({
  text: texts,
  /** What is drawn or shown above the text: the cart's list, the coupon as QR, or a kept picture `pic_…`. */
  picture: z.union([z.enum(['cart', 'coupon', 'card']), z.string().regex(/^pic_/)]).optional(),
  buttons: z.array(z.array(button).min(1).max(3)).max(6).default([]),
  whatsapp: approvedSchema.optional(),
});

/** What is said, as it is written: texts by language, a picture, rows of buttons. */
export const messageSchema = message;

const messageStep = z.strictObject({
  message: z.union([
    message,
    z.strictObject({
      /** Each customer gets one of them, drawn by hash, in equal shares. */
      variants: z.record(z.string().regex(/^[a-z]$/), message).refine((all) => Object.keys(all).length > 1, {
        error: 'two variants or more, like a and b',
      }),
    }),
  ]),
  /** Better not said at all later than this. */
  good_for: span.optional(),
});

const condition = z.union([
  z.strictObject({ read: z.boolean() }),
  z.strictObject({ clicked: z.boolean() }),
  z.strictObject({ answered: z.boolean() }),
  z.strictObject({ bought: z.boolean() }),
  z.strictObject({ nps: z.string().regex(/^(<=?|>=?|=)\d{1,2}$/, 'like <=6 or >=9') }),
  z.strictObject({ segment: z.string().min(1).max(2000) }),
  z.strictObject({ data: conditions }),
  /** Until the day that a journey by a date is about; below zero: since then. */
  z.strictObject({ days_left: z.string().regex(/^(<=?|>=?|=)-?\d{1,3}$/, 'like >=2 or =0') }),
]);

const waitStep = z.strictObject({
  wait: z.union([
    span,
    z.strictObject({ until: clockTime }),
    z.strictObject({ for: name, at_most: span }),
    /** So many days before (-) or after the day that a journey by a date is about: whoever comes later goes on at once. */
    z.strictObject({ until_day: z.int().min(-365).max(365), at: clockTime.default('10:00') }),
  ]),
});

/** One thing a journey does, as written. */
export type StepDefinition =
  | z.output<typeof messageStep>
  | z.output<typeof waitStep>
  | { readonly coupon: string }
  | { readonly points: number; readonly live_days?: number | undefined }
  | { readonly tag: string }
  | { readonly untag: string }
  | {
      readonly if: z.output<typeof condition>;
      readonly do: readonly StepDefinition[];
      readonly else?: readonly StepDefinition[] | undefined;
    }
  | {
      readonly staff: {
        readonly text: Partial<Record<(typeof locales)[number], string>>;
        readonly to: 'managers' | 'manager';
      };
    }
  | { readonly survey: true }
  | { readonly stop: true };

const step: z.ZodType<StepDefinition> = z.lazy(() =>
  z.union([
    messageStep,
    waitStep,
    /** A coupon by its id or name, given to the customer: `coupon.code` in the messages after it. */
    z.strictObject({ coupon: z.string().trim().min(1).max(100) }),
    z.strictObject({ points: z.int().min(1).max(1_000_000), live_days: z.int().min(1).max(3650).optional() }),
    z.strictObject({ tag: name }),
    z.strictObject({ untag: name }),
    z.strictObject({ if: condition, do: z.array(step).max(40), else: z.array(step).max(40).optional() }),
    z.strictObject({
      staff: z.strictObject({ text: texts, to: z.enum(['managers', 'manager']).default('managers') }),
    }),
    z.strictObject({ survey: z.literal(true) }),
    z.strictObject({ stop: z.literal(true) }),
  ]),
);

/** What starts a journey. */
const trigger = z.union([
  /** Something of ours or of a shop; `after`: only once so much time has passed, when it still holds. */
  z.strictObject({ event: name, where: conditions.optional(), after: span.optional() }),
  /** A day of each year or of a document: `birthday`, `fact.wedding_day`, `order.due_at`; so many days before (-) or after. */
  z.strictObject({
    date: z
      .string()
      .regex(/^(birthday|fact\.[a-z0-9_]+|order\.due_at)$/, 'birthday, fact.NAME or order.due_at'),
    days: z.int().min(-365).max(365).default(0),
    at: clockTime.default('10:00'),
    where: conditions.optional(),
    /** Who turns out to be meant up to so many days after that still enters; left out: nobody does. */
    late_days: z.int().min(1).max(60).optional(),
  }),
  /** Coming to a segment or leaving it, as seen each night. */
  z.strictObject({
    segment: z.string().min(1).max(2000),
    move: z.enum(['enter', 'leave']).default('enter'),
    at: clockTime.default('10:00'),
  }),
  /** Every day, week (1: Monday) or month, to all that `who` names. */
  z.strictObject({
    every: z.enum(['day', 'week', 'month']),
    on: z.int().min(1).max(31).optional(),
    at: clockTime.default('10:00'),
  }),
  /** Points that burn in so many days, those who lose most first. */
  z.strictObject({
    points_burn_in: z.int().min(1).max(365),
    at_least: z.int().min(1).default(1),
    at: clockTime.default('10:00'),
  }),
  /** So close to the next reward or tier: within so many points, or so much money in minor units. */
  z.strictObject({
    near: z.enum(['reward', 'tier']),
    within: z.int().min(1),
    at: clockTime.default('10:00'),
  }),
]);

/** A journey as it is written in YAML or JSON. Unknown keys are refused. */
export const journeySchema = z.strictObject({
  key: name.describe('a name of lower case letters, digits and underscores, like cart'),
  name: texts.describe('what the staff call it, a text a language, like { uk: "Кошик", en: "Cart" }'),
  about: texts.optional().describe('what it is for, a text a language'),
  category: z
    .enum(['service', 'marketing'])
    .describe('service, or marketing: offers need a yes of the customer, and few of them go out'),
  topic: z.enum(topics).describe(`what the customer can switch off: ${topics.join(', ')}`),
  weight: z
    .int()
    .min(0)
    .max(100)
    .default(50)
    .describe('of several offers that meet, the one with the highest goes first: 0 to 100'),
  when: trigger.describe(
    'what starts it: { event: cart_left }, { date: birthday, days: -7 }, { segment: "rf=at_risk" }, { every: week }, { points_burn_in: 7 } or { near: reward, within: 50 }',
  ),
  who: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .describe('who may enter, a segment like "orders>=2 and reachable=yes"; left out: everybody'),
  again: z
    .union([z.enum(['always', 'once']), span])
    .default('always')
    .describe('how often one customer may enter: always, once, or not again within a time like 30d'),
  occasion: name
    .optional()
    .describe(
      'what its first message is about, like new_year_2027: of all journeys and campaigns that tell of it one reaches the customer',
    ),
  occasion_again: span
    .optional()
    .describe(
      'after so long the occasion may be told of again, like 60d: before that, whoever entered one journey of it enters no other',
    ),
  while: conditions
    .optional()
    .describe('what the cart or the order must still be before each step, like { state: open }'),
  goal: z
    .enum(['purchase', 'click', 'answer', 'none'])
    .default('none')
    .describe('what it is for, purchase, click, answer or none: reached, it ends'),
  control: z
    .number()
    .min(0)
    .max(50)
    .optional()
    .describe(
      'percent of those who enter that get nothing, to compare with: 0 to 50; left out: as the program says for offers, 0 for service',
    ),
  steps: z
    .array(step)
    .min(1)
    .max(60)
    .describe(
      'what is done, step by step: message, wait, coupon, points, tag, untag, if, staff, survey, stop',
    ),
});

/** A journey as written, every default filled in. */
export type JourneyDefinition = z.output<typeof journeySchema>;
export type Trigger = JourneyDefinition['when'];
export type MessageDefinition = z.output<typeof message>;
/** Approved templates by language. */
export type ApprovedNames = z.output<typeof approvedSchema>;
export type ButtonDefinition = z.output<typeof button>;
export type ConditionDefinition = z.output<typeof condition>;
export type DataConditions = z.output<typeof conditions>;
/** Texts by language. */
export type Texts = z.output<typeof texts>;
