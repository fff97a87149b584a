import { z } from '@hono/zod-openapi';
import { locales } from '../../core/customers/types.ts';
import { type Report, type ReportName, reportNames, themes } from '../../core/insights/reports/types.ts';
import { isCalendarDay } from '../../core/time.ts';
import { createTranslator } from '../../locales/translator.ts';
import { ProblemError, problem } from '../errors.ts';
import { type Api, serve } from '../serve.ts';
import { reportSchema, reportView } from '../shapes/report.ts';

const right = 'reports:read';
const tag = 'Reports';
const png = 'image/png';
const svg = 'image/svg+xml';

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
    locale: z
      .enum(locales)
      .optional()
      .openapi({ description: 'The language of words; default: the program’s' }),
    theme: z.enum(themes).default('light').openapi({ description: 'Of a picture' }),
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
      problems: ['report_not_found', 'picture_unavailable', 'rfm_profile_not_found'],
    },
    async ({ params, query: { locale: wanted, theme, profile, from, to, map }, prefers }) => {
      const { program, reports } = api.parts;
      const { locale: own, zone, currency, rfm } = program();
      const { name, type } = namedBy(params.name, prefers);
      if (profile !== undefined && !rfm.profiles.some((one) => one.name === profile)) {
        throw new ProblemError(problem('rfm_profile_not_found', `there is no profile ${profile}`));
      }
      const locale = wanted ?? own;
      const question = {
        name,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(profile === undefined ? {} : { profile }),
        ...(map === undefined ? {} : { map }),
      };
      const report = await reports.make(question);
      if (type) return { media: await picture(api, report, type, { locale, theme }) };
      const takeaway = translator.say(locale, report.takeaway, { zone, currency });
      return { status: 200, body: reportView(report, takeaway) };
    },
  );
}

/** Which report, and which picture of it; undefined: data. */
function namedBy(text: string, prefers: (types: readonly string[]) => string) {
  const [, base = text, ending] = /^(.*)\.(png|svg|json)$/.exec(text) ?? [];
  const name = reportNames.find((known) => known === base);
  if (!name) {
    const detail = `there is no report ${base}; there are: ${reportNames.join(', ')}`;
    throw new ProblemError(problem('report_not_found', detail));
  }
  const liked = prefers(['application/json', png, svg]);
  const types: Readonly<Record<string, string | undefined>> = { png, svg, json: undefined };
  const type = ending === undefined ? (liked === 'application/json' ? undefined : liked) : types[ending];
  return { name, type };
}

type Look = Parameters<Api['parts']['reports']['svg']>[1];

async function picture(
  { parts: { reports } }: Api,
  report: Report,
  type: string,
  look: Look,
): Promise<Response> {
  const headers = { 'Content-Type': type, 'Cache-Control': 'private, no-store' };
  if (type === svg) return new Response(await reports.svg(report, look), { headers });
  if (!reports.png) {
    throw new ProblemError(
      problem('picture_unavailable', 'there is nothing here that makes PNG; ask for .svg'),
    );
  }
  return new Response(new Uint8Array(await reports.png(report, look)), { headers });
}
