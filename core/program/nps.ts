import { z } from 'zod';

/** When customers are asked how likely they are to recommend the shop. */
export const npsSchema = z
  .strictObject({
    on: z.boolean().default(false),
    ask_after_hours: z.number().min(0).max(720).multipleOf(0.25).default(3),
    at_most_every_days: z.int().min(1).max(3650).default(90),
    only_stores: z.array(z.string().trim().min(1).max(100)).max(1000).default([]),
    min_total_minor: z.int().min(0).default(0),
    pointless_after_hours: z.int().min(1).max(1440).default(72),
  })
  .refine((rules) => rules.pointless_after_hours > rules.ask_after_hours, {
    error: 'pointless_after_hours must be more than ask_after_hours',
    path: ['pointless_after_hours'],
  })
  .prefault({})
  .describe(
    'how likely is it that you recommend us, asked in chat after a purchase: on, ask_after_hours, at_most_every_days one person, only_stores (empty: all), min_total_minor, and pointless_after_hours, when it is too late to ask',
  );

/** When customers are asked, every default filled in. */
export type NpsRules = z.output<typeof npsSchema>;
