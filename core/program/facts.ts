import { z } from 'zod';

/** The tables of sizes that Svoi brings along: see `core/insights/facts/sizes.ts`. */
export const sizeTables = ['height', 'shoes', 'nappies', 'age_group'] as const;
export type SizeTable = (typeof sizeTables)[number];

/** What a favourite can be of. */
export const favouriteKinds = ['brand', 'category', 'store', 'weekday', 'hour'] as const;
export type FavouriteKind = (typeof favouriteKinds)[number];

const factName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,19}$/, 'a name of up to 20 small Latin letters, digits and _, like pet')
  .refine(
    (name) => name !== 'no_guessing',
    'another name: no_guessing is what customers switch guessing off by',
  );
const attribute = z.string().trim().min(1).max(60);
const wording = z.string().trim().min(1).max(300);
const title = z.string().trim().min(1).max(40).optional();
const titles = z.strictObject({ uk: title, ru: title, en: title });
const chance = z.number().min(0.01).max(0.99);
const withinDays = z.int().min(1).max(3650);
const months = z.number().min(0).max(240);

const ownTable = z.record(z.string(), z.tuple([months, months]));

/** What tells a child's age: the ages a toy is for, or the size of what a child wears. */
const ageSourceSchema = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('age'),
    from: attribute,
    to: attribute,
    unit: z.enum(['months', 'years']).default('years'),
    weight: chance.default(0.2),
  }),
  z.strictObject({
    by: z.literal('size'),
    attribute,
    table: z.union([z.enum(sizeTables), ownTable], {
      error: `one of ${sizeTables.join(', ')}, or your own like { "92": [18, 30] }: size and months of age`,
    }),
    categories: z.array(wording).max(50).default([]),
    weight: chance.default(0.35),
  }),
]);

const childSchema = z.strictObject({
  name: factName,
  kind: z.literal('child'),
  from: z.array(ageSourceSchema).min(1).max(20),
  ahead_days: z.int().min(0).max(730).default(30),
  until_years: z.int().min(1).max(30).default(16),
  most: z.int().min(1).max(9).default(4),
});

const traitSchema = z.strictObject({
  name: factName,
  kind: z.literal('trait'),
  attribute,
  categories: z.record(z.string().trim().min(1).max(40), z.array(wording).max(50)).default({}),
  weight: chance.default(0.3),
  at_least: z.int().min(1).max(100).default(2),
  within_days: withinDays.default(730),
  most: z.int().min(1).max(9).default(1),
  titles: titles.optional(),
});

const favouriteSchema = z.strictObject({
  name: factName,
  kind: z.literal('favourite'),
  of: z.enum(favouriteKinds),
  share: z.number().min(0.01).max(1).default(0.4),
  at_least: z.int().min(1).max(1000).default(4),
  within_days: withinDays.default(365),
});

const ruleSchema = z.discriminatedUnion('kind', [childSchema, traitSchema, favouriteSchema]);

/** A rule by which facts about a customer are inferred from what was bought. */
export type FactRule = z.output<typeof ruleSchema>;
export type ChildRule = z.output<typeof childSchema>;
export type TraitRule = z.output<typeof traitSchema>;
export type FavouriteRule = z.output<typeof favouriteSchema>;
export type AgeSource = z.output<typeof ageSourceSchema>;

const childWords = "дит*/діт*/дет*/малюк*/малыш*/немовл*/child*/kid/kids/kid's/baby/toddler*";
const shoeWords = 'взут*/обув*/shoe*/boot*/sneaker*/sandal*';
const nappyWords = 'підгуз*/памперс*/подгуз*/nappies/nappy/diaper*/pampers';

const shipped: readonly z.input<typeof ruleSchema>[] = [
  {
    name: 'child',
    kind: 'child',
    from: [
      { by: 'age', from: 'age_from', to: 'age_to' },
      { by: 'age', from: 'age_from_months', to: 'age_to_months', unit: 'months' },
      { by: 'size', attribute: 'size', table: 'height', categories: [childWords] },
      { by: 'size', attribute: 'size', table: 'shoes', categories: [`${childWords}+${shoeWords}`] },
      { by: 'size', attribute: 'size', table: 'nappies', categories: [nappyWords], weight: 0.5 },
      { by: 'size', attribute: 'age_group', table: 'age_group' },
    ],
  },
  {
    name: 'pet',
    kind: 'trait',
    attribute: 'pet',
    categories: {
      dog: ['собак*/цуцен*/щенк*/щенят*', 'dog*+food/treat*/toy*/pet*'],
      cat: [
        'кіт/котів/кішк*/кішок/котяч*/кошен*/кот/котов/кошек/кошк*/кошач*/котят*',
        'cat/cats+food/litter/toy*/pet*',
      ],
      bird: ['птах*/папуг*/попуга*', 'птиц*+корм*', 'bird*+food/cage*/pet*'],
      fish: ['акваріум*/аквариум*/aquarium*'],
      rodent: ["гризун*/грызун*/хом'як*/хомяк*/hamster*/rodent*"],
    },
    most: 3,
  },
  { name: 'car', kind: 'trait', attribute: 'car_make', most: 2, within_days: 1460 },
  { name: 'skin_type', kind: 'trait', attribute: 'skin_type' },
  { name: 'brand', kind: 'favourite', of: 'brand', share: 0.3 },
  { name: 'category', kind: 'favourite', of: 'category', share: 0.4 },
  { name: 'store', kind: 'favourite', of: 'store', share: 0.5 },
  { name: 'weekday', kind: 'favourite', of: 'weekday', share: 0.4, at_least: 5 },
  { name: 'hour', kind: 'favourite', of: 'hour', share: 0.5, at_least: 5 },
];

const named = (rules: readonly FactRule[]) => new Set(rules.map(({ name }) => name)).size === rules.length;

/** The section `facts` of a program. */
export const factsSchema = z
  .array(ruleSchema)
  .max(40)
  .refine(named, 'each rule with a name of its own')
  .prefault([...shipped])
  .describe(
    'facts, inferred from what was bought: rules of kind child (from: { by: age, from, to } or { by: size, attribute, table, categories }), trait (attribute, categories: { dog: [собак*] }, most) or favourite (of: brand, category, store, weekday or hour, share, at_least); [] infers nothing',
  );
