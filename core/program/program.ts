import { z } from 'zod';
import { isTimeZone } from '../time.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as HH:MM');

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
});

/** The rules as written, every default filled in. */
export type ProgramDefinition = z.output<typeof programSchema>;

/** The rules in force. `version` counts from 1 (the rules a fresh installation starts with). */
export interface Program extends ProgramDefinition {
  readonly version: number;
}

/** The program a fresh installation starts with. */
export const defaultProgram: Program = { version: 1, ...programSchema.parse({}) };
