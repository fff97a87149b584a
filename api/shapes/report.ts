import { z } from '@hono/zod-openapi';
import { type EffectReport, type Report, reportNames } from '../../core/insights/reports/types.ts';
import { effectSchema } from './effect.ts';

const count = z.int();
const day = z
  .string()
  .openapi({ example: '2026-11-01', description: 'YYYY-MM-DD; of a week or month, the first' });
const step = z.enum(['day', 'week', 'month']);
const place = {
  key: z
    .string()
    .openapi({ example: 'champions', description: 'A part of an RFM map, or the id of a segment' }),
  title: z.string().optional(),
  colour: z.string().optional().openapi({ example: '#1b7837' }),
};
const minor = z.int().openapi({ description: 'Minor units' });
const common = { takeaway: z.string().openapi({ description: 'What stands out, in a sentence' }) };

const shapes = [
  z.object({
    name: z.literal('rfm'),
    ...common,
    profile: z.string(),
    about: z.string().optional(),
    day,
    scores: count,
    customers: count,
    paid_minor: minor,
    segments: z.array(z.object({ ...place, customers: count, paid_minor: minor })),
    cells: z.array(
      z.object({
        recency: count,
        frequency: count,
        customers: count,
        paid_minor: minor,
        segment: z.string(),
      }),
    ),
  }),
  z.object({
    name: z.literal('segment_sizes'),
    ...common,
    map: z.string(),
    ...{ from: day, to: day, step },
    days: z.array(day),
    places: z.array(z.object({ ...place, sizes: z.array(count.nullable()) })),
  }),
  z.object({
    name: z.literal('segment_moves'),
    ...common,
    map: z.string(),
    ...{ from: day, to: day },
    places: z.array(z.object(place)),
    moves: z.array(z.object({ was: z.string().nullable(), became: z.string().nullable(), customers: count })),
  }),
  z.object({
    name: z.literal('registrations'),
    ...common,
    ...{ from: day, to: day, step },
    points: z.array(z.object({ day, registered: count, sales: count, member_sales: count })),
  }),
  z.object({
    name: z.literal('nps'),
    ...common,
    ...{ from: day, to: day, step },
    points: z.array(z.object({ day, promoters: count, passives: count, detractors: count })),
  }),
  z.object({
    name: z.literal('returning'),
    ...common,
    ...{ from: day, to: day, day },
    months: z.array(z.object({ day, buyers: count, returning: count })),
    cohorts: z.array(z.object({ day, customers: count, back: z.array(count) })),
  }),
  z.object({
    name: z.literal('revenue'),
    ...common,
    ...{ from: day, to: day, step },
    points: z.array(
      z.object({
        day,
        ...{ member_sales: count, member_minor: minor, other_sales: count, other_minor: minor },
        points_minor: minor.openapi({ description: 'The part of the members’ that was paid with points' }),
      }),
    ),
  }),
  effectSchema,
] as const;

/** A report as the API tells it. */
export const reportSchema = z
  .discriminatedUnion('name', shapes)
  .openapi('Report', { example: { name: reportNames[6] } });

/** A report in the words of the API: names in snake case, the sentence in a language. */
export function reportView(
  report: Exclude<Report, EffectReport>,
  takeaway: string,
): z.output<typeof reportSchema> {
  const view = inSnakeCase({ ...report, takeaway });
  return reportSchema.parse(view);
}

function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    inSnakeCase(part),
  ]);
  return Object.fromEntries(entries);
}
