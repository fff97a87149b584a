import { z } from 'zod';

/** The eleven segments of recency, frequency and money together, the best first. */
export const rfmSegments = [
  ...(['champions', 'loyal', 'potential_loyalist', 'new_customers', 'promising', 'need_attention'] as const),
  ...(['about_to_sleep', 'at_risk', 'cannot_lose', 'hibernating', 'lost'] as const),
] as const;
export type RfmSegment = (typeof rfmSegments)[number];

/** The seven segments of recency and frequency alone, in the order of a customer's life. */
export const rfSegments = [
  ...(['new', 'promising', 'loyal', 'wandering', 'at_risk', 'dormant', 'lost'] as const),
] as const;
export type RfSegment = (typeof rfSegments)[number];

const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'a colour as #RRGGBB, like #2e7d32');
const title = z.string().trim().min(1).max(40);
const look = z.strictObject({
  colour: colour.optional(),
  titles: z.strictObject({ uk: title.optional(), ru: title.optional(), en: title.optional() }).default({}),
});

const rising = (bounds: readonly number[]) =>
  bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? 0));
const bounds = (of: z.ZodNumber) =>
  z
    .array(of.min(0))
    .min(2)
    .max(4)
    .refine(rising, 'bounds in rising order, none twice, like [30, 90, 180]')
    .describe(
      'one bound fewer than there are scores, whole numbers in rising order, like [30, 90, 180, 365]',
    );

const boundsSchema = z.strictObject({
  recency_days: bounds(z.int()),
  orders: bounds(z.int()),
  paid_minor: bounds(z.int()),
});

const facetName = z.string().trim().min(1).max(120);
const code = /^[1-5]{3}$/;

const profileSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,29}$/)
      .describe('a name of small Latin letters, digits and _, like main or shoes_90'),
    by: z
      .union([z.strictObject({ store: facetName }), z.strictObject({ category: facetName })], {
        error: 'either { store: NAME } or { category: NAME }',
      })
      .optional()
      .describe('either { store: NAME } or { category: NAME }; leave it out for all purchases'),
    days: z
      .int()
      .min(1)
      .max(3650)
      .optional()
      .describe('over how many days purchases count, from 1 to 3650; leave it out for all there ever were'),
    method: z
      .enum(['quintiles', 'bounds', 'clusters'])
      .default('quintiles')
      .describe('quintiles (equal shares of customers), bounds (your own) or clusters (where the gaps are)'),
    scores: z.int().min(3).max(5).default(5).describe('a number of scores from 3 to 5'),
    bounds: boundsSchema.optional(),
    map: z
      .record(z.string().regex(code, 'a code of three scores, like 555'), z.enum(rfmSegments))
      .default({}),
  })
  .superRefine((profile, context) => {
    for (const [path, message] of faultsOf(profile)) context.addIssue({ code: 'custom', path, message });
  });

type Fault = readonly [path: string[], message: string];

function faultsOf({
  method,
  scores,
  bounds,
  map,
}: {
  readonly method: string;
  readonly scores: number;
  readonly bounds?: z.output<typeof boundsSchema> | undefined;
  readonly map: Readonly<Record<string, string>>;
}): Fault[] {
  if (method === 'bounds' && !bounds) {
    const message =
      'bounds here, { recency_days: […], orders: […], paid_minor: […] }: method bounds needs them';
    return [[['bounds'], message]];
  }
  if (method !== 'bounds' && bounds) {
    return [[['bounds'], `no bounds here, or method: bounds: ${method} finds its own`]];
  }
  const lists = Object.entries(bounds ?? {}).filter(([, list]) => list.length !== scores - 1);
  const codes = Object.keys(map).filter((key) => [...key].some((score) => Number(score) > scores));
  return [
    ...lists.map(
      ([name]): Fault => [['bounds', name], `${scores - 1} bounds here: they part ${scores} scores`],
    ),
    ...codes.map((key): Fault => [['map', key], `codes of scores from 1 to ${scores} here`]),
  ];
}

/** How customers are scored by recency, frequency and money, and how the segments look. */
export const rfmSchema = z
  .strictObject({
    profiles: z
      .array(profileSchema)
      .min(1)
      .max(20)
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
        error: 'each profile with a name of its own',
      })
      .prefault([{ name: 'main' }]),
    segments: z.partialRecord(z.enum(rfmSegments), look).default({}),
    rf_segments: z.partialRecord(z.enum(rfSegments), look).default({}),
  })
  .prefault({})
  .describe(
    'profiles that score customers: name, by { store } or { category }, days, method (quintiles, bounds or clusters), scores (3 to 5), bounds { recency_days, orders, paid_minor }, map { "555": champions }; and segments and rf_segments, each with a colour (#RRGGBB) and titles { uk, ru, en }',
  );

/** The rfm section of a program, every default filled in. */
export type RfmRules = z.output<typeof rfmSchema>;

/** One way to score: over all purchases, a store's or a category's; ever, or in the last `days`. */
export type RfmProfile = RfmRules['profiles'][number];

/** What a segment's colour and titles were set to, where the program sets them. */
export type RfmLook = z.output<typeof look>;
