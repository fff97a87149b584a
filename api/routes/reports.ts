import { z } from '@hono/zod-openapi';
import type { CampaignId } from '../../core/ids.ts';
import type { EffectAsked } from '../../core/insights/proof/question.ts';
import { type ReportName, reportNames } from '../../core/insights/reports/types.ts';
import { isCalendarDay } from '../../core/time.ts';
import { createTranslator } from '../../locales/translator.ts';
import { drawn, lookQuery, pictureType, png, svg } from '../answer_report.ts';
import { invalidRequest, ProblemError, problem } from '../errors.ts';
import { type Api, serve } from '../serve.ts';
import { reportSchema, reportView } from '../shapes/report.ts';
import { resultOf, resultView } from './results.ts';

const right = 'reports:read';
const tag = 'Reports';

const day = z
  .string()
  .refine(isCalendarDay, 'a day as YYYY-MM-DD')
  .optional()
  .openapi({ example: '2026-11-01' });

const querySchema = z
  .object({
    from: day.openapi({ description: 'Default: 30 days up to `to`; a year for `returning`' }),
    to: day.openapi({ description: 'The last day; default: today' }),
    profile: z.string().max(30).optional().openapi({ description: 'Which RFM profile; default: the first' }),
    map: z
      .string()
      .regex(/^(rfm|rf|saved|seg_[0-9A-Z]{26})$/, 'rfm, rf, saved, or the id of a segment')
      .optional()
      .openapi({ description: 'Of sizes and moves: `rfm`, `rf`, `saved`, or the id of a segment' }),
    campaign: z.string().max(40).optional().openapi({ description: 'Of `effect`: whose' }),
    journey: z.string().max(40).optional().openapi({ description: 'Of `effect`: whose' }),
    ...lookQuery,
  })
  .refine(({ from, to }) => !from || !to || from <= to, { path: ['to'], error: 'no day before `from`' });

/** The calls about reports: data, and pictures of them. */
export function reportRoutes(api: Api): void {
  serveList(api);
  serveOne(api);
}

function serveList(api: Api): void {
  const schema = z
    .object({ reports: z.array(z.object({ name: z.enum(reportNames), title: z.string() })) })
    .openapi('Reports');
  const translator = createTranslator();
  serve(
    api,
    {
      method: 'get',
      path: '/v1/reports',
      ...{ right, tag },
      summary: 'List the reports there are',
      description: 'Their names, and their titles in the language of the program.',
      answers: { 200: { description: 'All reports', schema } },
    },
    async () => {
      const { locale, zone, currency } = api.parts.program();
      const title = (name: ReportName) =>
        translator.say(locale, { key: `report.title_${name}` }, { zone, currency });
      return { status: 200, body: { reports: reportNames.map((name) => ({ name, title: title(name) })) } };
    },
  );
}

function serveOne(api: Api): void {
  const translator = createTranslator();
  serve(
    api,
    {
      method: 'get',
      path: '/v1/reports/{name}',
      ...{ right, tag },
      summary: 'Read a report, as data or as a picture',
      description:
        'JSON by default; a picture where `Accept` asks for `image/png` or `image/svg+xml`, or the name ends in `.png` or `.svg`. Long periods come by weeks or months. Figures are of last night and what came since; those of buyers, segments and moves of last night.',
      params: z.object({ name: z.string().max(40).openapi({ example: 'revenue' }) }),
      query: querySchema,
      media: [png, svg],
      answers: { 200: { description: 'The report', schema: reportSchema } },
      problems: ['report_not_found', 'result_not_found', 'picture_unavailable', 'rfm_profile_not_found'],
    },
    async ({ params, query, prefers }) => {
      const { locale: wanted, theme, profile, from, to, map } = query;
      const { program, reports } = api.parts;
      const { locale: own, zone, currency, rfm } = program();
      const locale = wanted ?? own;
      const { name, type } = namedBy(params.name, prefers);
      if (name === 'effect') {
        const report = await resultOf(api, effectAsked(query));
        if (type) return { media: await drawn(api, report, type, { locale, theme }) };
        return { status: 200, body: resultView(api, report, locale) };
      }
      if (profile !== undefined && !rfm.profiles.some((one) => one.name === profile)) {
        throw new ProblemError(problem('rfm_profile_not_found', `there is no profile ${profile}`));
      }
      const question = {
        name,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(profile === undefined ? {} : { profile }),
        ...(map === undefined ? {} : { map }),
      };
      const report = await reports.make(question);
      if (type) return { media: await drawn(api, report, type, { locale, theme }) };
      const takeaway = translator.say(locale, report.takeaway, { zone, currency });
      return { status: 200, body: reportView(report, takeaway) };
    },
  );
}

/** Whose result is asked for: that of a campaign or of a journey. */
function effectAsked({
  campaign,
  journey,
  from,
  to,
}: {
  readonly [name in 'campaign' | 'journey' | 'from' | 'to']?: string | undefined;
}): EffectAsked {
  if ((campaign === undefined) === (journey === undefined)) {
    throw new ProblemError(
      invalidRequest([{ parameter: 'campaign', detail: 'name a campaign or a journey' }]),
    );
  }
  if (campaign !== undefined) return { kind: 'campaign', id: campaign as CampaignId };
  const period = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return { kind: 'journey', key: journey ?? '', ...period };
}

/** Which report, and which picture of it; undefined: data. */
function namedBy(text: string, prefers: (types: readonly string[]) => string) {
  const [, base = text, ending] = /^(.*)\.(png|svg|json)$/.exec(text) ?? [];
  const names: readonly (ReportName | 'effect')[] = [...reportNames, 'effect'];
  const name = names.find((known) => known === base);
  if (!name) {
    const detail = `there is no report ${base}; there are: ${names.join(', ')}`;
    throw new ProblemError(problem('report_not_found', detail));
  }
  return { name, type: pictureType(ending, prefers) };
}
