import { z } from '@hono/zod-openapi';
import { type Locale, locales } from '../../core/customers/types.ts';
import { adviceOf, titleOf } from '../../core/insights/rfm/advice.ts';
import { lookOf, rfSegmentOfCode, segmentOfCode } from '../../core/insights/rfm/maps.ts';
import {
  type RfmProfile,
  type RfmResult,
  type RfmSegment,
  type RfmSize,
  type RfSegment,
  rfmSegments,
  rfSegments,
} from '../../core/insights/rfm/types.ts';
import { DAY_MS } from '../../core/time.ts';
import { createTranslator } from '../../locales/translator.ts';
import { invalidRequest, ProblemError, problem } from '../errors.ts';
import { utc, utcSchema } from '../schemas.ts';
import { type Api, serve } from '../serve.ts';

const right = 'rfm:read';
const tag = 'RFM';
const paramsSchema = z.object({ profile: z.string().max(30).openapi({ example: 'main' }) });

const sizeSchema = {
  customers: z.int(),
  orders: z.int(),
  paid: z.int().openapi({ description: 'What was paid less what was given back' }),
};

const profileSchema = z
  .object({
    name: z.string(),
    by: z
      .union([z.object({ store: z.string() }), z.object({ category: z.string() })])
      .nullable()
      .openapi({ description: 'Purchases of which store or category; null: all' }),
    days: z.int().nullable().openapi({ description: 'Purchases of so many days; null: all there were' }),
    method: z.enum(['quintiles', 'bounds', 'clusters']),
    scores: z.int(),
  })
  .openapi('RfmProfile');

const segmentSchema = z.object({
  title: z.string(),
  advice: z.string().openapi({ description: 'What to do about it' }),
  colour: z.string().openapi({ example: '#1b7837' }),
  ...sizeSchema,
});

const resultSchema = profileSchema
  .extend({
    day: z.iso.date().openapi({ description: 'The day that recency was counted to' }),
    computed_at: utcSchema,
    cuts: z
      .object({
        recency_days: z.array(z.number()),
        orders: z.array(z.number()),
        paid: z.array(z.number()),
      })
      .nullable()
      .openapi({
        description:
          'The bounds between scores, rising; a value equal to one scores as those below it. Null while nobody has bought anything',
      }),
    customers: z.int(),
    segments: z.array(segmentSchema.extend({ segment: z.enum(rfmSegments) })),
    rf_segments: z.array(segmentSchema.extend({ segment: z.enum(rfSegments) })),
    codes: z.array(
      z.object({
        code: z.string().openapi({ example: '555' }),
        segment: z.enum(rfmSegments),
        rf_segment: z.enum(rfSegments),
        ...sizeSchema,
      }),
    ),
  })
  .openapi('Rfm');

const translator = createTranslator();

/** The calls about RFM. */
export function rfmRoutes(api: Api): void {
  serveProfiles(api);
  serveResult(api);
  serveMembers(api);
}

function serveProfiles(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/rfm',
      ...{ right, tag },
      summary: 'List the RFM profiles',
      description:
        'The ways in which the program scores customers, in its order: the first is the usual one.',
      answers: {
        200: {
          description: 'The profiles',
          schema: z.object({ profiles: z.array(profileSchema) }).openapi('RfmProfiles'),
        },
      },
    },
    async () => ({
      status: 200,
      body: { profiles: api.parts.program().rfm.profiles.map(profileView) },
    }),
  );
}

function profileView({ name, by, days, method, scores }: RfmProfile) {
  return { name, by: by ?? null, days: days ?? null, method, scores };
}

function serveResult(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/rfm/{profile}',
      ...{ right, tag },
      summary: 'Read an RFM profile',
      description:
        'How many customers stand where, with what to do about each segment. Counted anew when it was counted more than ten minutes ago.',
      params: paramsSchema,
      query: z.object({
        locale: z.enum(locales).optional().openapi({ description: 'Default: the language of the program' }),
      }),
      answers: { 200: { description: 'The profile', schema: resultSchema } },
      problems: ['rfm_profile_not_found'],
    },
    async ({ params, query: { locale = api.parts.program().locale } }) => {
      const profile = profileNamed(api, params.profile);
      return { status: 200, body: resultView(api, profile, await api.parts.rfm.current(profile), locale) };
    },
  );
}

function profileNamed({ parts }: Api, name: string): RfmProfile {
  const { profiles } = parts.program().rfm;
  const found = profiles.find((profile) => profile.name === name);
  if (found) return found;
  const names = profiles.map((profile) => profile.name).join(', ');
  throw new ProblemError(
    problem('rfm_profile_not_found', `there is no profile ${name}; there are: ${names}`),
  );
}

function resultView({ parts }: Api, profile: RfmProfile, result: RfmResult, locale: Locale) {
  const { cuts, day, computedAt, customers, codes, segments, rf } = result;
  const program = parts.program();
  const segmentView = (map: 'rfm' | 'rf', segment: RfmSegment | RfSegment, size: RfmSize) => {
    const { colour, titles } = lookOf(program.rfm, map, segment);
    const title = titles[locale] ?? translator.say(locale, titleOf(segment), program);
    return { title, advice: translator.say(locale, adviceOf(segment), program), colour, ...sizeView(size) };
  };
  return {
    ...profileView(profile),
    day: new Date(day * DAY_MS).toISOString().slice(0, 10),
    computed_at: utc(computedAt),
    cuts: cuts
      ? { recency_days: [...cuts.recencyDays], orders: [...cuts.orders], paid: [...cuts.paidMinor] }
      : null,
    customers,
    segments: rfmSegments.map((segment) => ({ segment, ...segmentView('rfm', segment, segments[segment]) })),
    rf_segments: rfSegments.map((segment) => ({ segment, ...segmentView('rf', segment, rf[segment]) })),
    codes: Object.entries(codes).map(([code, size]) => ({
      code,
      segment: segmentOfCode(profile, code),
      rf_segment: rfSegmentOfCode(profile, code),
      ...sizeView(size),
    })),
  };
}

function sizeView({ customers, orders, paidMinor }: RfmSize) {
  return { customers, orders, paid: paidMinor };
}

const membersQuery = z.object({
  segment: z.enum(rfmSegments).optional(),
  rf_segment: z.enum(rfSegments).optional(),
  code: z
    .string()
    .regex(/^[1-5]{3}$/, 'three scores, like 555')
    .optional(),
  cursor: z
    .string()
    .regex(/^cus_[0-9A-Z]{26}$/, 'our ids of customers look like cus_01KAB…')
    .optional()
    .openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

function serveMembers(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/rfm/{profile}/members',
      ...{ right, tag },
      summary: 'List the customers of an RFM segment',
      description:
        'Customers of a segment of either map or of a code, by the bounds last counted and what they have bought until now. Name one of `segment`, `rf_segment` and `code`.',
      params: paramsSchema,
      query: membersQuery,
      answers: {
        200: {
          description: 'A page',
          schema: z
            .object({
              customers: z.array(z.object({ id: z.string(), code: z.string() })),
              next: z.string().nullable(),
            })
            .openapi('RfmMembers'),
        },
      },
      problems: ['rfm_profile_not_found'],
    },
    async ({ params, query: { segment, rf_segment, code, cursor = '', limit } }) => {
      const profile = profileNamed(api, params.profile);
      const places = [segment, rf_segment, code].filter((place) => place !== undefined);
      const [place] = places;
      if (place === undefined || places.length > 1) {
        const detail = 'name one of segment, rf_segment and code';
        throw new ProblemError(invalidRequest([{ parameter: 'segment', detail }]));
      }
      const map = rf_segment === undefined ? 'rfm' : 'rf';
      const found = await api.parts.rfm.members(profile, { map, place, after: cursor, limit: limit + 1 });
      const shown = found.slice(0, limit);
      const next = found.length > limit ? (shown.at(-1)?.id ?? null) : null;
      return { status: 200, body: { customers: [...shown], next } };
    },
  );
}
