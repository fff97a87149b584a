import { z } from '@hono/zod-openapi';
import { ageOn, windowOf } from '../../core/insights/facts/age.ts';
import { factSources, type ProfileFact } from '../../core/insights/facts/types.ts';
import { utc, utcSchema } from '../schemas.ts';

const daySchema = z.iso.date();

/** Something known about a customer beyond the profile, as the API shows it. */
export const factSchema = z
  .object({
    name: z.string().openapi({ example: 'pet' }),
    item: z.int().openapi({ description: 'Which of several, from 1' }),
    value: z.string().openapi({
      description:
        'A weekday is from 1 (Monday) to 7, an hour from 0 to 23; of a child it is `yes`, see `born`',
      example: 'dog',
    }),
    born: z
      .object({ from: daySchema, to: daySchema })
      .nullable()
      .openapi({ description: 'Of a child: the first and last day it may have been born on' }),
    age_months: z
      .object({ from: z.int(), to: z.int() })
      .nullable()
      .openapi({ description: 'Of a child: how old it is today, in whole months' }),
    sure: z.number().openapi({ description: 'From 0 to 1; below 0.5 it is a guess' }),
    source: z.enum(factSources).openapi({ description: 'Who says so; `purchases`: our rules infer it' }),
    because: z
      .object({
        days: z.int().openapi({ description: 'On how many days something was bought that speaks for it' }),
        of_days: z.int().openapi({ description: 'Of how many that could have' }),
        first: daySchema,
        last: daySchema,
        products: z.array(z.string()),
      })
      .nullable(),
    at: utcSchema,
  })
  .openapi('Fact');

/** A fact as the API shows it on `today` (days since 1970 on the program's calendar). */
export function factView(fact: ProfileFact, today: number): z.output<typeof factSchema> {
  const { name, item, value, sure, source, because, at } = fact;
  const window = windowOf(fact);
  return {
    ...{ name, item, value },
    born: window ? { from: dayOf(window.low), to: dayOf(window.high) } : null,
    age_months: window ? ageOn(window, today) : null,
    ...{ sure, source },
    because: because && {
      days: because.days,
      of_days: because.ofDays,
      first: dayOf(because.firstDay),
      last: dayOf(because.lastDay),
      products: [...because.products],
    },
    at: utc(at),
  };
}

function dayOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
