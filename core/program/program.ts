import { z } from 'zod';
import { isTimeZone } from '../time.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as HH:MM');

/** All the rules of a program, as a shop writes them in YAML or JSON. Unknown keys are refused. */
export const programSchema = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'a currency code of three letters, like UAH')
    .default('UAH'),
  zone: z.string().refine(isTimeZone, 'a time zone like Europe/Kyiv').default('Europe/Kyiv'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'a country code of two letters, like UA')
    .default('UA'),
  locale: z.enum(['uk', 'ru', 'en']).default('uk'),
  /** What a point is worth, in minor units. */
  point_value: z.int().min(1).max(1_000_000).default(100),
  /** Percent of the money paid that comes back as points, up to two decimals. */
  earn_percent: z.number().min(0).max(100).multipleOf(0.01).default(5),
  welcome_points: z.int().min(0).max(1_000_000).default(50),
  /** Up to this percent of a purchase can be paid with points. */
  max_spend_percent: z.int().min(0).max(100).default(50),
  points_live_days: z.int().min(1).max(36_500).default(365),
  quiet_hours: z.strictObject({ from: clockTime, to: clockTime }).default({ from: '21:00', to: '09:00' }),
  marketing_messages_in_7_days: z.int().min(0).max(100).default(3),
});

/** The rules as written, every default filled in. */
export type ProgramDefinition = z.output<typeof programSchema>;

/** The rules in force. `version` counts from 1 (the rules a fresh installation starts with). */
export interface Program extends ProgramDefinition {
  readonly version: number;
}

/** The program a fresh installation starts with. */
export const defaultProgram: Program = { version: 1, ...programSchema.parse({}) };
