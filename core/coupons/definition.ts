import { z } from 'zod';
import { MAX_AMOUNT_MINOR } from '../money.ts';
import { isCalendarDay } from '../time.ts';
import {
  alphabetFault,
  type CodePattern,
  canonicalCode,
  defaultAlphabet,
  hasRoomFor,
  patternFault,
  personalPattern,
  showCode,
} from './codes.ts';
import { endMoment, firstMoment } from './moments.ts';

/** The days of the week as a definition names them, from Monday on. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** However few codes are made, a pattern must have room for so many: the others are there so that none is guessed. */
const leastCodes = 1000;

const mostUses = 1_000_000_000;

function whole(min: number, max: number, what: string) {
  const error = `put ${what}, a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error }).describe(`${what}, from ${min} to ${max}`);
}

function hundredths(min: number, max: number, what: string) {
  const error = `put ${what}, from ${min} to ${max}, with up to two decimals`;
  return z
    .number({ error })
    .min(min, { error })
    .max(max, { error })
    .multipleOf(0.01, { error })
    .describe(`${what}, from ${min} to ${max}, with up to two decimals`);
}

function money(min: number, what: string) {
  return whole(min, MAX_AMOUNT_MINOR, `${what} in minor units (kopecks, cents)`);
}

function line(max: number, what: string) {
  const error = `put ${what}: 1 to ${max} characters on one line`;
  return z
    .string({ error })
    .trim()
    .min(1, { error })
    .max(max, { error })
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), { error })
    .describe(what);
}

function list(what: string) {
  const error = `put a list of 1 to 1000 ${what}`;
  return z
    .array(line(200, `one of the ${what}`), { error })
    .min(1, { error })
    .max(1000, { error })
    .describe(what);
}

function group<Shape extends z.core.$ZodLooseShape>(shape: Shape, example: string) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? `put ${example}` : undefined),
  });
}

const worth = money(0, 'what it is worth to the customer, to compare it with other coupons').optional();

const effects = [
  group(
    {
      kind: z.literal('percent'),
      percent: hundredths(0.01, 100, 'the percent taken off'),
      max_discount_minor: money(1, 'the most it takes off').optional(),
    },
    '{"kind": "percent", "percent": 10}',
  ),
  group(
    { kind: z.literal('amount'), amount_minor: money(1, 'what it takes off') },
    '{"kind": "amount", "amount_minor": 5000}',
  ),
  group(
    {
      kind: z.literal('fixed_price'),
      price_minor: money(0, 'what a piece then costs'),
      quantity: whole(1, 1_000_000, 'how many pieces at most').optional(),
    },
    '{"kind": "fixed_price", "price_minor": 9900}',
  ),
  group(
    { kind: z.literal('free_item'), quantity: whole(1, 1_000_000, 'how many pieces are free').default(1) },
    '{"kind": "free_item"}',
  ),
  group(
    {
      kind: z.literal('gift'),
      sku: line(100, 'the article given'),
      name: line(200, 'its name').optional(),
      quantity: whole(1, 1_000_000, 'how many are given').default(1),
      worth_minor: worth,
    },
    '{"kind": "gift", "sku": "mug"}',
  ),
  group(
    { kind: z.literal('multiplier'), times: hundredths(1.01, 50, 'how many times the points are earned') },
    '{"kind": "multiplier", "times": 2}',
  ),
  group(
    {
      kind: z.literal('free_delivery'),
      skus: list('articles that are the delivery on a receipt').optional(),
      worth_minor: worth,
    },
    '{"kind": "free_delivery"}',
  ),
] as const;

const effectSchema = z
  .discriminatedUnion('kind', effects, {
    error:
      'put an object whose kind is percent, amount, fixed_price, free_item, gift, multiplier or free_delivery',
  })
  .describe('what it gives');

const momentFault = 'put a day like 2026-12-31, or a time with its offset like 2026-12-31T18:00:00+02:00';
const exactMoment = z.iso.datetime({ offset: true });
const moment = z
  .string({ error: momentFault })
  .refine((text) => isCalendarDay(text) || exactMoment.safeParse(text).success, { error: momentFault });

const clockFault = 'put a time of day as HH:MM';
const clockTime = z.string({ error: clockFault }).regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: clockFault });
const yes = (what: string) => z.literal(true, { error: `put true, or leave it out` }).describe(what);

const validSchema = group(
  {
    from: moment.describe('not before this day or time').optional(),
    until: moment.describe('through this day, or until this time').optional(),
    days_from_issue: whole(
      0,
      36_500,
      'how many days after the day it was issued it is still good, to the end of the day',
    ).optional(),
    until_end_of_month: yes('good through the month it was issued in').optional(),
    weekdays: z
      .array(z.enum(weekdays, { error: `put some of ${weekdays.join(', ')}` }), {
        error: 'put a list like ["mon", "tue"]',
      })
      .min(1, { error: 'put at least one day, or leave it out' })
      .describe('only on these days')
      .optional(),
    hours: group({ from: clockTime, to: clockTime }, '{"from": "09:00", "to": "12:00"}')
      .refine(({ from, to }) => from !== to, { error: 'put two different times, or leave it out' })
      .describe('only at these hours, in the zone of the program; "to" before "from" goes over midnight')
      .optional(),
  },
  '{"until": "2026-12-31"}',
);

const limitsSchema = group(
  {
    per_customer: whole(1, mostUses, 'how often one customer may use it').optional(),
    per_code: whole(
      1,
      mostUses,
      'how often one code may be used (by default once, a shared one without end)',
    ).optional(),
    total: whole(1, mostUses, 'how often it may be used in all').optional(),
    budget_minor: money(1, 'the most it may take off in all').optional(),
  },
  '{"total": 500}',
);

const conditionsSchema = group(
  {
    min_cart_minor: money(1, 'the least a cart must cost before coupons').optional(),
    stores: list('stores it is good in').optional(),
    tiers: list('tiers of customers it is for').optional(),
    first_purchase: yes('only for a customer who has not bought before').optional(),
  },
  '{"min_cart_minor": 50000}',
);

const codeFault = 'put at least 3 letters or digits, like SPRING';
const codeSchema = group(
  {
    shared: line(40, 'one code for everybody')
      .refine((text) => canonicalCode(text).length >= 3, { error: codeFault })
      .optional(),
    pattern: line(24, 'how single codes look: "#" is a random character')
      .superRefine(saying(patternFault))
      .optional(),
    alphabet: line(64, 'what "#" stands for').superRefine(saying(alphabetFault)).optional(),
  },
  '{"shared": "SPRING"} or {"pattern": "SP-####-####"}',
);

const textSchema = group(
  {
    title: line(100, 'what the customer reads first'),
    terms: line(500, 'what else there is to know').optional(),
  },
  '{"title": "10% off coffee"}',
);

/** A coupon as a shop writes it. Unknown keys are refused. */
export const couponSchema = group(
  {
    name: line(100, 'a name of its own, for you'),
    texts: group(
      { uk: textSchema.optional(), ru: textSchema.optional(), en: textSchema.optional() },
      '{"uk": {"title": "…"}}',
    )
      .describe('what customers read, by language; the name where there is none')
      .default({}),
    effect: effectSchema,
    applies_to: group(
      { skus: list('articles').optional(), categories: list('categories').optional() },
      '{"categories": ["coffee"]}',
    )
      .describe('what it is good for: articles, categories or both; left out, the whole cart')
      .default({}),
    code: codeSchema
      .describe('left out, it is personal: each code is made for one customer when the coupon is issued')
      .default({}),
    valid: validSchema.describe('when it is good').default({}),
    limits: limitsSchema.describe('how often, and for how much money').default({}),
    conditions: conditionsSchema.describe('for which carts and whom').default({}),
    stacking: z
      .enum(['exclusive', 'best', 'stackable'], { error: 'put exclusive, best or stackable' })
      .describe(
        'beside other coupons: exclusive, used alone; best, of those that say so only the one the customer has most of; stackable, with all but exclusive ones',
      )
      .default('exclusive'),
  },
  'an object with a name and an effect',
).superRefine(checkTogether);

/** A coupon as written, every default filled in. */
export type CouponDefinition = z.output<typeof couponSchema>;

/** What a coupon gives. */
export type CouponEffect = CouponDefinition['effect'];

type Written = Pick<CouponDefinition, 'effect' | 'applies_to' | 'code' | 'valid' | 'limits'>;

/** What is wrong with parts that are right each by itself. */
function checkTogether(coupon: Written, { addIssue }: z.core.$RefinementCtx): void {
  const { effect, applies_to, code, valid, limits } = coupon;
  const say = (path: string[], message: string) => addIssue({ code: 'custom', path, message });
  if (code.shared !== undefined && code.pattern !== undefined) {
    say(['code'], 'put either shared or pattern');
  }
  if (code.pattern?.includes('#') && !hasRoomFor(leastCodes, patternOf(coupon))) {
    say(['code', 'pattern'], 'put more "#": such codes could be guessed');
  }
  if (code.alphabet !== undefined && code.pattern === undefined) {
    say(['code', 'alphabet'], 'put it beside a pattern, or leave it out');
  }
  if (effect.kind === 'fixed_price' && !applies_to.skus && !applies_to.categories) {
    say(['applies_to'], 'put the skus or categories that get this price');
  }
  if (effect.kind === 'multiplier' && limits.budget_minor !== undefined) {
    say(['limits', 'budget_minor'], 'leave it out: a multiplier takes no money off; put total instead');
  }
  if (valid.from !== undefined && valid.until !== undefined && !isBefore(valid.from, valid.until)) {
    say(['valid', 'until'], 'put a time after "from"');
  }
}

function saying(fault: (text: string) => string | undefined) {
  return (text: string, { addIssue }: z.core.$RefinementCtx) => {
    const message = fault(text);
    if (message !== undefined) addIssue({ code: 'custom', message });
  };
}

function isBefore(from: string, until: string): boolean {
  return firstMoment(from, 'UTC') < endMoment(until, 'UTC');
}

/** How the codes of a coupon that has no shared one look. */
export function patternOf({ code }: Pick<CouponDefinition, 'code'>): CodePattern {
  return { pattern: code.pattern ?? personalPattern, alphabet: code.alphabet ?? defaultAlphabet };
}

/** A canonical code of a coupon as people see it. */
export function shownCode({ code }: Pick<CouponDefinition, 'code'>, canonical: string): string {
  if (code.shared !== undefined && canonicalCode(code.shared) === canonical) return code.shared;
  return showCode(canonical, patternOf({ code }).pattern);
}
