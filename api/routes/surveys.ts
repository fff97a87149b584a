import { z } from '@hono/zod-openapi';
import { recordSurvey } from '../../core/dialogs/staff/surveys.ts';
import { type NpsGrouping, npsGroupings } from '../../core/insights/nps/figures.ts';
import type { NpsFigure } from '../../core/insights/nps/score.ts';
import type { Shop } from '../../core/shops.ts';
import { DAY_MS, isCalendarDay, localDay } from '../../core/time.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import { parseReference, referenceError, referenceSchema } from '../references.ts';
import { EARLIEST_TIME, identifier, timeSchema, words } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import { purchaseIdOf } from './refunds.ts';

const postSchema = z
  .strictObject({
    id: identifier(200).openapi({ description: 'Your own id of the answer; the same id is the same answer' }),
    customer: referenceSchema,
    score: z.int().min(0).max(10).openapi({ description: 'From 0 to 10' }),
    reason: words(1000).optional().openapi({ description: 'Why, in the customer’s own words' }),
    purchase: identifier(200)
      .optional()
      .openapi({ description: 'Your id of the purchase, or ours (`pur_…`)' }),
    store: words(100).min(1).optional().openapi({ description: 'Where no purchase says it' }),
    at: timeSchema.openapi({ description: 'When the customer answered' }),
  })
  .openapi('SurveyPost');

const surveySchema = z.object({ id: z.string(), customer: z.string() }).openapi('Survey');

const figureShape = {
  answers: z.int(),
  promoters: z.int().openapi({ description: '9 and 10' }),
  passives: z.int().openapi({ description: '7 and 8' }),
  detractors: z.int().openapi({ description: '0 to 6' }),
  nps: z
    .number()
    .nullable()
    .openapi({ description: 'The share of promoters less that of detractors, from -100 to 100' }),
  margin: z
    .number()
    .nullable()
    .openapi({ description: 'How far the true index may be from it, in 95 of 100 cases' }),
  enough: z.boolean().openapi({ description: 'False where too few answered to say anything' }),
};

const npsSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    total: z.object(figureShape),
    asked: z.int().openapi({ description: 'How many were asked in a chat within the period, and reached' }),
    answered: z.int().openapi({ description: 'How many of them have answered' }),
    response_rate: z.number().nullable().openapi({ description: 'The share of them, from 0 to 1' }),
    groups: z.array(
      z.object({
        key: z.string().nullable().openapi({ description: 'The first day, the store, or `stf_…`' }),
        name: z.string().nullable(),
        ...figureShape,
      }),
    ),
  })
  .openapi('Nps');

const calendarDay = z.string().refine(isCalendarDay, 'a day as YYYY-MM-DD').openapi({ format: 'date' });

const querySchema = z.object({
  from: calendarDay.optional().openapi({ description: 'Default: 90 days before `to`' }),
  to: calendarDay.optional().openapi({ description: 'The last day, included. Default: today' }),
  by: z.enum(npsGroupings).default('month'),
});

/** The longest period that is looked at, in days. */
const longestDays = 3660;

/** The calls about what customers think of the shop. */
export function surveyRoutes(api: Api): void {
  servePost(api);
  serveNps(api);
}

function servePost(api: Api): void {
  const example = {
    ...{ id: 'survey-51', customer: { phone: '+380671234567' }, score: 9 },
    ...{ reason: 'Швидко і привітно', at: '2026-11-20T15:00:00+02:00' },
  };
  serve(
    api,
    {
      method: 'post',
      path: '/v1/surveys',
      right: 'surveys:write',
      tag: 'Surveys',
      summary: 'Record an answer you collected',
      description:
        'How likely a customer is to recommend you, asked by you. It counts in the index, and as having been asked: the bot waits as long as the program says before it asks this person. An answer from 0 to 6 of the last day is told to your managers at once. Post it again with the same body as often as you like.',
      body: postSchema,
      examples: { answer: { summary: 'A nine', value: example } },
      answers: {
        201: { description: 'Recorded', schema: surveySchema },
        200: { description: 'It had been recorded before', schema: surveySchema },
      },
      problems: [
        ...(['customer_not_found', 'purchase_not_found', 'survey_conflict', 'survey_mismatch'] as const),
        ...(['in_the_future', 'writer_stopped'] as const),
      ],
    },
    async ({ body, shop }) => {
      const { submit, program } = api.parts;
      const { result, replayed } = orRefuse(
        await submit(recordSurvey(await surveyInput(api, body, shop), program())),
      );
      if (!replayed) return { status: 201, body: result };
      return { status: 200, body: result, headers: { 'idempotent-replay': 'true' } };
    },
  );
}

async function surveyInput(api: Api, body: z.output<typeof postSchema>, shop: Shop) {
  const { id, customer, score, reason, purchase, store } = body;
  const parsed = parseReference(customer, shop, api.parts.program());
  const at = Date.parse(body.at);
  const errors = [
    ...(parsed.ok ? [] : [referenceError('/customer', parsed)]),
    ...(at < EARLIEST_TIME ? [{ pointer: '/at', detail: 'a time after the year 2000' }] : []),
  ];
  if (!parsed.ok || errors.length > 0) throw new ProblemError(invalidRequest(errors));
  return {
    ...{ shopId: shop.id, externalId: id, customer: parsed.ref, score, at },
    ...(reason === undefined || reason.trim() === '' ? {} : { reason: reason.trim() }),
    ...(purchase === undefined ? {} : { purchaseId: await purchaseIdOf(api, shop, purchase) }),
    ...(store === undefined ? {} : { store }),
  };
}

function serveNps(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/nps',
      right: 'reports:read',
      tag: 'Surveys',
      summary: 'Read the index of recommendation',
      description:
        'The share of promoters less that of detractors with its margin, and how many of those asked have answered: over the period, and by spans of time, by store, or by who sold it.',
      query: querySchema,
      answers: { 200: { description: 'The index', schema: npsSchema } },
    },
    async ({ query }) => {
      const period = periodOf(api, query);
      const found = await api.parts.nps(period);
      const { asked, answered } = found;
      return {
        status: 200,
        body: {
          ...{ from: period.from, to: period.to, total: figureView(found.total), asked, answered },
          response_rate: asked === 0 ? null : Math.round((answered / asked) * 1000) / 1000,
          groups: found.groups.map(({ key, name, ...figure }) => ({ key, name, ...figureView(figure) })),
        },
      };
    },
  );
}

function periodOf(api: Api, { from, to, by }: z.output<typeof querySchema>) {
  const today = localDay(api.parts.clock.now(), api.parts.program().zone);
  const last = to ?? today;
  const first = from ?? new Date(Date.parse(last) - 89 * DAY_MS).toISOString().slice(0, 10);
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  if (days < 1 || days > longestDays) {
    const detail = `a day from ${longestDays} days before \`to\` up to it`;
    throw new ProblemError(invalidRequest([{ parameter: 'from', detail }]));
  }
  return { from: first, to: last, by: by satisfies NpsGrouping };
}

function figureView({ answers, promoters, passives, detractors, index, margin, enough }: NpsFigure) {
  return { answers, promoters, passives, detractors, nps: index, margin, enough };
}
