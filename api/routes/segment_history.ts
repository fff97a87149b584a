import { z } from '@hono/zod-openapi';
import { dayNumber, dayText } from '../../core/insights/reports/steps.ts';
import { isCalendarDay, localDay } from '../../core/time.ts';
import { ProblemError, problem } from '../errors.ts';
import { identifier } from '../schemas.ts';
import { type Api, serve } from '../serve.ts';

const right = 'segments:read';
const tag = 'Segments';
const params = z.object({
  id: identifier(200).openapi({ description: 'Our id of the segment (`seg_…`), or its name' }),
});

const day = z.string().refine(isCalendarDay, 'a day as YYYY-MM-DD').optional();
const period = {
  from: day.openapi({ description: 'Default: 30 days up to `to`' }),
  to: day.openapi({ description: 'The last day; default: today' }),
};
const defaultDays = 30;

/** The calls about how a saved segment has changed from night to night. */
export function segmentHistoryRoutes(api: Api): void {
  serveHistory(api);
  serveMoves(api);
}

const historySchema = z
  .object({
    days: z.array(
      z.object({
        day: z.string().openapi({ example: '2026-11-22' }),
        customers: z.int(),
        entered: z.int(),
        left: z.int(),
      }),
    ),
  })
  .openapi('SegmentHistory');

function serveHistory(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/segments/{id}/history',
      ...{ right, tag },
      summary: 'Read how a segment grew and shrank',
      description:
        'A line for each night it was counted: its size, and who came and left since the night before. Sizes are kept for 400 days, moves for 90; a night that was missed is missing.',
      params,
      query: z.object(period),
      answers: { 200: { description: 'Nights, the oldest first', schema: historySchema } },
      problems: ['segment_not_found'],
    },
    async ({ params: { id }, query }) => {
      const days = await api.parts.segments.history(await idOf(api, id), periodOf(api, query));
      return { status: 200, body: { days: [...days] } };
    },
  );
}

const movesSchema = z
  .object({
    moves: z.array(z.object({ day: z.string(), customer: z.string() })),
    next: z.string().nullable().openapi({ description: 'The cursor of the next page; null at the end' }),
  })
  .openapi('SegmentMoves');

function serveMoves(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/segments/{id}/moves',
      ...{ right, tag },
      summary: 'List who entered a segment, or who left it',
      description: 'By night, the oldest first. Moves are kept for 90 days.',
      params,
      query: z.object({
        ...period,
        kind: z.enum(['entered', 'left']).default('entered'),
        cursor: z
          .string()
          .regex(/^\d{4}-\d{2}-\d{2}~cus_[0-9A-Z]{26}$/, 'a cursor is what `next` of the page before said')
          .optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
      answers: { 200: { description: 'A page', schema: movesSchema } },
      problems: ['segment_not_found'],
    },
    async ({ params: { id }, query: { kind, cursor, limit, ...days } }) => {
      const [day, customer] = cursor?.split('~') ?? [];
      const after = day === undefined || customer === undefined ? {} : { after: { day, customer } };
      const asked = { ...periodOf(api, days), kind, limit: limit + 1, ...after };
      const found = await api.parts.segments.moves(await idOf(api, id), asked);
      const moves = found.slice(0, limit);
      const last = found.length > limit ? moves.at(-1) : undefined;
      return { status: 200, body: { moves, next: last ? `${last.day}~${last.customer}` : null } };
    },
  );
}

function periodOf(
  { parts: { clock, program } }: Api,
  { from, to }: { from?: string | undefined; to?: string | undefined },
) {
  const last = to ?? localDay(clock.now(), program().zone);
  return { from: from ?? dayText(dayNumber(last) - defaultDays + 1), to: last };
}

async function idOf({ parts }: Api, reference: string): Promise<string> {
  const segment = await parts.segments.find(reference);
  if (segment) return segment.id;
  throw new ProblemError(problem('segment_not_found', `there is no segment "${reference}"`));
}
