import { z } from '@hono/zod-openapi';
import type { Locale } from '../../core/customers/types.ts';
import type { CampaignId } from '../../core/ids.ts';
import type { EffectAsked } from '../../core/insights/proof/question.ts';
import type { EffectReport } from '../../core/insights/reports/types.ts';
import { isCalendarDay } from '../../core/time.ts';
import { createTranslator } from '../../locales/translator.ts';
import { drawn, lookQuery, pictureType, png, svg } from '../answer_report.ts';
import { ProblemError, problem } from '../errors.ts';
import { type Api, serve } from '../serve.ts';
import { effectSchema, effectView } from '../shapes/effect.ts';

const right = 'reports:read' as const;
const tag = 'Results';

const common = {
  method: 'get',
  ...{ right, tag },
  media: [png, svg],
  answers: { 200: { description: 'The result', schema: effectSchema } },
  problems: ['result_not_found', 'picture_unavailable'],
} as const;

const told =
  'What was sent, delivered, read, opened and answered, who bought, and what that is more than in the control group: with 95 % intervals, p values, costs, profit and a verdict. Who was to be told counts, reached or not. Nothing is compared before it can be. A picture where `Accept` asks for `image/png` or `image/svg+xml`.';

const day = z
  .string()
  .refine(isCalendarDay, 'a day as YYYY-MM-DD')
  .optional()
  .openapi({ example: '2026-11-01' });
const period = {
  from: day.openapi({ description: 'The first day people entered on; default: all of them' }),
  to: day.openapi({ description: 'The last day; default: today' }),
};

/** The calls about what campaigns and journeys changed. */
export function resultRoutes(api: Api): void {
  serveCampaign(api);
  serveJourney(api);
  serveHoldout(api);
}

interface Look {
  readonly locale: Locale | undefined;
  readonly theme: 'light' | 'dark';
}

/** A result as data, or as the picture the caller likes best. */
async function answer(
  api: Api,
  asked: EffectAsked,
  look: Look,
  prefers: (types: readonly string[]) => string,
) {
  const report = await resultOf(api, asked);
  const { locale = api.parts.program().locale, theme } = look;
  const type = pictureType(undefined, prefers);
  if (type) return { media: await drawn(api, report, type, { locale, theme }) };
  return { status: 200, body: resultView(api, report, locale) } as const;
}

/** What something changed. Refuses `result_not_found`. */
export async function resultOf({ parts }: Api, asked: EffectAsked): Promise<EffectReport> {
  const report = await parts.reports.effect(asked);
  if (report) return report;
  const what =
    asked.kind === 'journey' ? `journey ${asked.key}` : `campaign ${'id' in asked ? asked.id : ''}`;
  throw new ProblemError(problem('result_not_found', `there is no ${what}, or no such version of it`));
}

const translator = createTranslator();

/** A result in a language. */
export function resultView({ parts }: Api, report: EffectReport, locale: Locale) {
  return effectView(report, translator.say(locale, report.takeaway, parts.program()), locale);
}

function serveCampaign(api: Api): void {
  serve(
    api,
    {
      ...common,
      path: '/v1/campaigns/{id}/results',
      summary: 'Read what a campaign changed',
      description: told,
      params: z.object({ id: z.string().max(40).openapi({ example: 'cmp_01KANW6Q3J8X5T0G9R2B7C4D6E' }) }),
      query: z.object(lookQuery),
    },
    ({ params, query: { locale, theme }, prefers }) =>
      answer(api, { kind: 'campaign', id: params.id as CampaignId }, { locale, theme }, prefers),
  );
}

function serveJourney(api: Api): void {
  serve(
    api,
    {
      ...common,
      path: '/v1/journeys/{key}/results',
      summary: 'Read what a journey changed',
      description: `${told} Each person counts once, from when he first entered.`,
      params: z.object({ key: z.string().max(40).openapi({ example: 'cart' }) }),
      query: z
        .object({
          ...period,
          version: z.coerce
            .number()
            .int()
            .min(0)
            .optional()
            .openapi({ description: 'Default: all versions' }),
          ...lookQuery,
        })
        .refine(isForward, backward),
    },
    ({ params: { key }, query: { from, to, version, locale, theme }, prefers }) => {
      const asked = {
        kind: 'journey',
        key,
        ...periodOf({ from, to }),
        ...(version === undefined ? {} : { version }),
      } as const;
      return answer(api, asked, { locale, theme }, prefers);
    },
  );
}

function serveHoldout(api: Api): void {
  serve(
    api,
    {
      ...common,
      path: '/v1/results/holdout',
      summary: 'Read what all offers changed',
      description:
        'Everybody who had agreed to offers by `from`, by whether they get any: `holdout_percent` of all customers never do. The days before the program last changed that are left out.',
      query: z.object({ ...period, ...lookQuery }).refine(isForward, backward),
    },
    ({ query: { from, to, locale, theme }, prefers }) =>
      answer(api, { kind: 'holdout', ...periodOf({ from, to }) }, { locale, theme }, prefers),
  );
}

interface Days {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

function isForward({ from, to }: Days): boolean {
  return !from || !to || from <= to;
}

const backward = { path: ['to'], error: 'no day before `from`' };

function periodOf({ from, to }: Days) {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
