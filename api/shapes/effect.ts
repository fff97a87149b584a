import { z } from '@hono/zod-openapi';
import type { Locale } from '../../core/customers/types.ts';
import type {
  Average,
  Comparison,
  EffectArm,
  EffectSubject,
  Tested,
  Verdict,
} from '../../core/insights/proof/types.ts';
import type { EffectReport } from '../../core/insights/reports/types.ts';
import { MICROS_OF_MINOR } from '../../core/messaging/price.ts';
import { utc, utcOrNull, utcSchema } from '../schemas.ts';

const count = z.int();
const minor = z.int().openapi({ description: 'Minor units' });
const day = z.string().openapi({ example: '2026-11-01' });
const arm = z
  .string()
  .openapi({ example: 'a', description: '`a`, `b`, …; `control`: kept apart to compare with' });

const average = z
  .object({ mean: z.number(), low: z.number(), high: z.number() })
  .openapi({ description: 'With the interval that is sure in 95 of 100 cases' });

const tested = z
  .object({
    difference: z.number(),
    low: z.number(),
    high: z.number(),
    p: z.number(),
    adjusted_p: z.number(),
  })
  .openapi({
    description:
      'A difference a head with its 95 % interval and two-sided p; of what goes on both hold however often they are looked at. `adjusted_p` allows for all variants that are compared',
  });

const armSchema = z.object({
  arm,
  people: count,
  over: count.openapi({
    description: 'For so many of them the days that count are over; averages are theirs',
  }),
  ...{ sent: count, delivered: count, read: count, clicked: count, answered: count },
  delivered_of: count.openapi({
    description:
      'Of so many sent the messenger tells whether they were delivered: a share is of these. Telegram and the chat of the site tell neither this nor whether they were read, SMS not the latter',
  }),
  read_of: count.openapi({ description: 'Of so many sent the messenger tells whether they were read' }),
  left: count.openapi({ description: 'Asked for no more after it' }),
  failed: count,
  no_template: count.openapi({
    description:
      'Not taken by WhatsApp, which takes approved templates only by then, and gone on to the next channel',
  }),
  buyers: count,
  paid: minor.openapi({ description: 'Less what was given back' }),
  discounts: minor,
  points_spent: count,
  points_given: count,
  messages_cost: z.number().openapi({ description: 'Minor units, with fractions' }),
  conversion: average,
  money: average.openapi({ description: 'Minor units a head' }),
});

const comparisonSchema = z.object({
  arm,
  conversion: tested,
  money: tested,
  profit: tested,
  total: z
    .object({
      ...{ sales: minor, margin: minor, discounts: minor, messages: minor, points: minor },
      ...{ profit: minor, profit_low: minor, profit_high: minor },
    })
    .openapi({ description: 'More than in the control group, for everybody in the arm' }),
});

const verdictSchema = z
  .object({
    kind: z.enum(['scale', 'stop', 'no_difference', 'too_early', 'none']),
    arm: arm.optional().openapi({ description: 'Which variant it is about' }),
    because: z
      .enum(['days', 'people', 'buyers', 'nobody', 'no_control', 'uneven', 'at_once'])
      .optional()
      .openapi({
        description:
          'What is missing, or why nothing can be said; `at_once`: it is told to everybody in the moment something happens',
      }),
    smallest_group: count.optional(),
    needed: count.optional(),
    at: utcSchema.nullish().openapi({ description: 'When there will be a verdict, as far as can be told' }),
  })
  .openapi({ description: 'Nothing is compared before there is one of the first three' });

/** What something changed, as the API tells it. */
export const effectSchema = z
  .object({
    name: z.literal('effect'),
    takeaway: z.string().openapi({ description: 'The verdict, in a sentence' }),
    subject: z.object({
      kind: z.enum(['campaign', 'journey', 'holdout']),
      id: z.string().optional(),
      key: z.string().optional(),
      version: z.int().nullish().openapi({ description: 'Null: all versions' }),
      title: z.string().nullable(),
    }),
    ...{ from: day, to: day },
    within_days: count.openapi({ description: 'So many days after an offer purchases count for it' }),
    margin_percent: z.number(),
    preliminary_until: utcSchema.nullable(),
    verdict: verdictSchema,
    arms: z.array(armSchema),
    comparisons: z.array(comparisonSchema),
    strata: count.openapi({
      description:
        'So many groups were compared each by itself, because the part kept apart was changed meanwhile: in more than one, the averages of the arms do not differ by what the comparison says',
    }),
    sample_ratio: z
      .object({
        p: z.number(),
        is_off: z.boolean(),
        sizes: z.array(z.object({ arm, people: count, expected: z.number() })),
      })
      .openapi({ description: 'Whether the arms are as large as they were drawn' }),
  })
  .openapi('Effect');

/** A result in the words of the API, its sentence and title in a language. */
export function effectView(
  report: EffectReport,
  takeaway: string,
  locale: Locale,
): z.output<typeof effectSchema> {
  const { from, to, withinDays, marginPercent, preliminaryUntil, ratio } = report;
  return {
    ...{ name: 'effect', takeaway, from, to },
    subject: subjectView(report.subject, locale),
    within_days: withinDays,
    margin_percent: marginPercent,
    preliminary_until: utcOrNull(preliminaryUntil),
    verdict: verdictView(report.verdict),
    arms: report.arms.map(armView),
    comparisons: report.comparisons.map(comparisonView),
    strata: report.strata,
    sample_ratio: { p: ratio.p, is_off: ratio.isOff, sizes: [...ratio.sizes] },
  };
}

function subjectView(subject: EffectSubject, locale: Locale) {
  switch (subject.kind) {
    case 'campaign':
      return { kind: subject.kind, id: subject.id, title: subject.name };
    case 'journey': {
      const { kind, key, version, names } = subject;
      const title = names[locale] ?? Object.values(names).find((name) => name !== undefined) ?? null;
      return { kind, key, version, title };
    }
    case 'holdout':
      return { kind: subject.kind, title: null };
  }
}

function verdictView(verdict: Verdict): z.output<typeof verdictSchema> {
  switch (verdict.kind) {
    case 'none':
      return { kind: 'none', because: verdict.because };
    case 'too_early':
      return verdict.missing === 'days'
        ? { kind: 'too_early', because: 'days', at: utc(verdict.until) }
        : {
            ...{ kind: 'too_early', because: verdict.missing, smallest_group: verdict.least },
            ...{ needed: verdict.needed, at: utcOrNull(verdict.expectedAt) },
          };
    default:
      return { kind: verdict.kind, arm: verdict.arm };
  }
}

function armView(one: EffectArm): z.output<typeof armSchema> {
  const { paidMinor, discountMinor, pointsSpent, pointsGiven, priceMicros, conversion, money, ...known } =
    one;
  const { deliveredOf, readOf, untemplated, ...counts } = known;
  return {
    ...counts,
    ...{ delivered_of: deliveredOf, read_of: readOf, no_template: untemplated },
    paid: paidMinor,
    discounts: discountMinor,
    points_spent: pointsSpent,
    points_given: pointsGiven,
    messages_cost: priceMicros / MICROS_OF_MINOR,
    conversion: averageView(conversion),
    money: averageView(money),
  };
}

function averageView({ mean, low, high }: Average) {
  return { mean, low, high };
}

function comparisonView({ arm: name, conversion, money, profit, total }: Comparison) {
  return {
    arm: name,
    conversion: testedView(conversion),
    money: testedView(money),
    profit: testedView(profit),
    total: {
      sales: total.salesMinor,
      margin: total.marginMinor,
      discounts: total.discountsMinor,
      messages: total.messagesMinor,
      points: total.pointsMinor,
      profit: total.profitMinor,
      profit_low: total.profitLowMinor,
      profit_high: total.profitHighMinor,
    },
  };
}

function testedView({ difference, low, high, p, adjusted }: Tested) {
  return { difference, low, high, p, adjusted_p: adjusted };
}
