import { z } from 'zod';
import { channelNames, locales } from '../customers/types.ts';
import { isTimeZone } from '../time.ts';
import { factsSchema } from './facts.ts';
import { npsSchema } from './nps.ts';
import { rfmSchema } from './rfm.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as HH:MM');

const tierSchema = z.strictObject({
  name: z.string().trim().min(1).max(40),
  spend_minor: z.int().min(0),
});

/** Tiers in order: no name twice, each asking for more than the one before it. */
function climbs(tiers: readonly z.output<typeof tierSchema>[]): boolean {
  const names = new Set(tiers.map(({ name }) => name));
  const rising = tiers.every(
    (tier, index) => index === 0 || tier.spend_minor > (tiers[index - 1]?.spend_minor ?? 0),
  );
  return names.size === tiers.length && rising;
}

/** Where a message goes, step by step: each waits so long for its receipt before the next is tried. */
const cascadeSchema = z.strictObject({
  order: z.enum(['listed', 'preferred', 'cheapest']).default('preferred'),
  steps: z
    .array(
      z.strictObject({
        channel: z.enum(channelNames),
        wants: z.enum(['accepted', 'delivered', 'read']).default('delivered'),
        wait_minutes: z.int().min(1).max(10_080).default(15),
      }),
    )
    .min(1)
    .max(channelNames.length)
    .refine((steps) => new Set(steps.map(({ channel }) => channel)).size === steps.length, {
      error: 'each channel once',
    }),
});

const cascade = (...channels: readonly (typeof channelNames)[number][]) =>
  cascadeSchema.parse({ steps: channels.map((channel) => ({ channel })) });

/** A price in minor units, to the ten-thousandth of one. */
const priceSchema = z.number().min(0).max(1_000_000).multipleOf(0.0001);

/** All the rules of a program, as a shop writes them in YAML or JSON. Unknown keys are refused. */
export const programSchema = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'a currency code of three letters, like UAH')
    .default('UAH')
    .describe('a currency code of three letters, like UAH'),
  zone: z
    .string()
    .refine(isTimeZone, 'a time zone like Europe/Kyiv')
    .default('Europe/Kyiv')
    .describe('a time zone like Europe/Kyiv'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'a country code of two letters, like UA')
    .default('UA')
    .describe('the country of national phone numbers, two letters, like UA'),
  locale: z
    .enum(['uk', 'ru', 'en'])
    .default('uk')
    .describe('uk, ru or en: the language for people whose own we do not speak'),
  point_value: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(100)
    .describe('what a point is worth in minor units (kopecks), a whole number from 1 to 1000000'),
  earn_percent: z
    .number()
    .min(0)
    .max(100)
    .multipleOf(0.01)
    .default(5)
    .describe('percent of the money paid that comes back as points, from 0 to 100, up to two decimals'),
  welcome_points: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(50)
    .describe('points for registering, a whole number from 0 to 1000000'),
  max_spend_percent: z
    .int()
    .min(0)
    .max(100)
    .default(50)
    .describe('up to this percent of a purchase can be paid with points, a whole number from 0 to 100'),
  points_live_days: z
    .int()
    .min(1)
    .max(36_500)
    .default(365)
    .describe('how many days points live, a whole number from 1 to 36500'),
  return_window_days: z
    .int()
    .min(0)
    .max(365)
    .default(0)
    .describe('how many days after the payment points wait, in case goods come back; 0: they count at once'),
  refund_policy: z
    .enum(['take_available', 'go_negative'])
    .default('take_available')
    .describe(
      'what a refund does when its points are spent already: take_available takes what is there, go_negative leaves a debt',
    ),
  grace_days: z
    .int()
    .min(0)
    .max(365)
    .default(14)
    .describe('how many days spent points live that come back after they would have burned, from 0 to 365'),
  claim_days: z
    .int()
    .min(1)
    .max(365)
    .default(14)
    .describe('for how many days a receipt without a customer can be claimed, from 1 to 365'),
  claims_per_day: z
    .int()
    .min(0)
    .max(1000)
    .default(3)
    .describe('how many receipts one person may claim in 24 hours, from 0 to 1000'),
  tiers: z
    .array(tierSchema)
    .max(20)
    .refine(climbs, 'each tier with a name of its own, and more to spend than the one before it')
    .default([])
    .describe(
      'tiers, the lowest first, like [{ name: silver, spend_minor: 500000 }]: what must have been spent within tier_days',
    ),
  tier_days: z
    .int()
    .min(1)
    .max(3650)
    .default(365)
    .describe('over how many days spending counts for a tier, from 1 to 3650'),
  staff_points_limit: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(500)
    .describe('how many points staff may give or take at once; more waits for a second person'),
  staff_actions_per_day: z
    .int()
    .min(0)
    .max(10_000)
    .default(20)
    .describe(
      'how many gifts and corrections one of the staff may make in 24 hours; more wait for a second person',
    ),
  campaign_limit: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(1000)
    .describe('to how many people a manager may write at once; for more a second person must agree'),
  quiet_hours: z
    .strictObject({ from: clockTime, to: clockTime })
    .default({ from: '21:00', to: '09:00' })
    .describe('when nobody is written to, from and to as HH:MM, like { from: "21:00", to: "09:00" }'),
  marketing_messages_in_7_days: z
    .int()
    .min(0)
    .max(100)
    .default(3)
    .describe('at most so many offers to one person in 7 days, a whole number from 0 to 100'),
  cascades: z
    .strictObject({
      code: cascadeSchema.default(cascade('telegram', 'viber', 'whatsapp', 'web', 'sms')),
      service: cascadeSchema.default(cascade('telegram', 'viber', 'whatsapp', 'web', 'sms')),
      marketing: cascadeSchema.default(cascade('telegram', 'viber', 'whatsapp', 'web')),
    })
    .prefault({})
    .describe(
      'for code, service and marketing: order (listed, preferred or cheapest) and steps, each a channel with wants (accepted, delivered or read) and wait_minutes',
    ),
  prices: z
    .strictObject({
      viber: z.strictObject({ session: priceSchema.default(0), outside: priceSchema }).optional(),
      whatsapp: z
        .strictObject({
          session: priceSchema.default(0),
          utility: priceSchema,
          marketing: priceSchema,
          authentication: priceSchema,
        })
        .optional(),
      sms: z
        .strictObject({
          segment: priceSchema,
          countries: z.record(z.string().regex(/^[A-Z]{2}$/), priceSchema).default({}),
        })
        .optional(),
    })
    .prefault({})
    .describe(
      'what messages cost you, in minor units: viber { session, outside }, whatsapp { session, utility, marketing, authentication }, sms { segment, countries: { PL: 150 } }',
    ),
  sms_transliterate: z
    .boolean()
    .default(false)
    .describe('whether SMS are written in Latin letters where that takes fewer of them'),
  whatsapp_templates: z
    .record(
      z.string(),
      z.strictObject({
        name: z.string().regex(/^[a-z0-9_]{1,512}$/, 'the name of an approved template'),
        languages: z.partialRecord(z.enum(locales), z.string().regex(/^[a-z]{2}(_[A-Z]{2})?$/)).default({}),
        variables: z.array(z.string()).max(20).default([]),
        buttons: z.int().min(0).max(10).default(0),
      }),
    )
    .default({})
    .describe(
      'WhatsApp Cloud: for each of our texts by key the approved template that says the same: { name, languages: { uk: uk }, variables: [points, balance], buttons: 1 }, where buttons counts its quick replies',
    ),
  whatsapp_approved: z
    .record(z.string().regex(/^[a-z0-9_]{1,512}$/, 'the name of a template'), z.array(z.enum(locales)))
    .default({})
    .describe(
      'WhatsApp Cloud: which templates made of the texts of journeys and campaigns Meta has approved, in which languages; written by `npm run svoi -- whatsapp sync`',
    ),
  code_limits: z
    .strictObject({
      per_phone_a_day: z.int().min(1).max(1000).default(5),
      per_asker_a_day: z.int().min(1).max(100_000).default(10),
      a_day: z.int().min(1).max(10_000_000).default(1000),
      spend_a_day: z.int().min(0).max(1_000_000_000).default(100_000),
    })
    .prefault({})
    .describe(
      'one-time codes within 24 hours: per_phone_a_day, per_asker_a_day, a_day, and spend_a_day in minor units for those by SMS',
    ),
  rewards: z
    .array(z.strictObject({ name: z.string().trim().min(1).max(60), points: z.int().min(1).max(10_000_000) }))
    .max(50)
    .default([])
    .describe('what points can be saved up for, like [{ name: coffee, points: 100 }]'),
  carts: z
    .strictObject({
      left_after_minutes: z.int().min(1).max(10_080).default(60),
      forgotten_after_days: z.int().min(1).max(365).default(14),
    })
    .prefault({})
    .describe(
      'carts of web shops: left_after_minutes without a change a cart counts as left, forgotten_after_days it is forgotten',
    ),
  proof: z
    .strictObject({
      control_percent: z.number().min(0).max(50).default(10),
      holdout_percent: z.number().min(0).max(50).default(0),
      within_days: z.int().min(1).max(365).default(14),
      margin_percent: z.number().min(0).max(100).default(30),
    })
    .prefault({})
    .describe(
      'what offers are compared with: control_percent of each audience get nothing, holdout_percent of all customers never get offers, within_days after an offer purchases count, margin_percent of a sale is yours',
    ),
  silence: z
    .strictObject({
      after_days: z.int().min(1).max(3650).default(90),
      offers: z.int().min(1).max(1000).default(6),
      then_every_days: z.int().min(1).max(365).default(30),
    })
    .prefault({})
    .describe(
      'who has not read, opened or answered the last offers within after_days gets at most one in then_every_days',
    ),
  rfm: rfmSchema,
  facts: factsSchema,
  nps: npsSchema,
  talks: z
    .strictObject({
      bot_returns_minutes: z.int().min(1).max(10_080).default(60),
      script: z.string().trim().max(4000).default(''),
    })
    .prefault({})
    .describe(
      'talks with people: bot_returns_minutes after the last word the bot answers again; script: what your staff see on top',
    ),
});

/** The rules as written, every default filled in. */
export type ProgramDefinition = z.output<typeof programSchema>;

/** The rules in force. `version` counts from 1 (the rules a fresh installation starts with). */
export interface Program extends ProgramDefinition {
  readonly version: number;
}

/** The program a fresh installation starts with. */
export const defaultProgram: Program = { version: 1, ...programSchema.parse({}) };
