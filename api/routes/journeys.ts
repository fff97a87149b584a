import { z } from '@hono/zod-openapi';
import type { RunId } from '../../core/ids.ts';
import type { Journey } from '../../core/journeys/types.ts';
import { type FileProblem, problemText } from '../../core/yaml.ts';
import { invalidRequest, ProblemError, problem } from '../errors.ts';
import { parsePathReference } from '../references.ts';
import { identifier } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import {
  headView,
  journeyRunsSchema,
  journeySchema,
  journeysSchema,
  journeyVersionsSchema,
  runView,
  versionView,
} from '../shapes/journey.ts';

const tag = 'Journeys';

const params = z.object({
  key: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/)
    .openapi({ example: 'cart' }),
});

/** The calls about what speaks to customers by itself. */
export function journeyRoutes(api: Api): void {
  serveList(api);
  serveRead(api);
  servePut(api);
  serveTurn(api, 'on');
  serveTurn(api, 'off');
  serveVersions(api);
  serveRuns(api);
}

/** A journey by its key. Throws 404 where there is none. */
async function called(key: string, { parts }: Api): Promise<Journey> {
  const journey = (await parts.journeys.list()).find((one) => one.key === key);
  if (journey) return journey;
  throw new ProblemError(problem('journey_not_found', `there is no journey "${key}"`));
}

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/journeys',
      right: 'journeys:read',
      tag,
      summary: 'All journeys',
      description: 'Those that come with Svoi and those of your own, on or off.',
      answers: { 200: { description: 'The journeys', schema: journeysSchema } },
    },
    async () => {
      const { journeys } = api.parts;
      const [all, underWay] = await Promise.all([journeys.list(), journeys.underWay()]);
      const counts = new Map<string, number>();
      for (const { journey, runs } of underWay) counts.set(journey, (counts.get(journey) ?? 0) + runs);
      return { status: 200, body: { journeys: all.map((one) => headView(one, counts.get(one.key) ?? 0)) } };
    },
  );
}

/** A journey with all there is to say of it. */
async function viewOf(journey: Journey, { parts }: Api): Promise<z.output<typeof journeySchema>> {
  const underWay = await parts.journeys.underWay(journey.key);
  const all = underWay.reduce((sum, { runs }) => sum + runs, 0);
  return {
    ...headView(journey, all),
    definition: { ...journey.definition },
    steps: underWay.map(({ version, step, runs }) => ({ version, step, under_way: runs })),
  };
}

function serveRead(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/journeys/{key}',
      right: 'journeys:read',
      tag,
      summary: 'One journey',
      description: 'What it does, whether it is on, and how many customers stand at which step.',
      params,
      answers: { 200: { description: 'The journey', schema: journeySchema } },
      problems: ['journey_not_found'],
    },
    async ({ params: { key } }) => ({ status: 200, body: await viewOf(await called(key, api), api) }),
  );
}

function servePut(api: Api): void {
  serve(
    api,
    {
      method: 'put',
      path: '/v1/journeys/{key}',
      right: 'journeys:write',
      tag,
      summary: 'Write a journey',
      description:
        'What it does, in JSON or YAML: `{"key": "welcome_back", "name": {"en": "Welcome back"}, "category": "marketing", "topic": "offers", "when": {"segment": "lifecycle=late"}, "steps": [{"message": {"text": {"en": "We miss you, {{customer.first_name}}"}}}]}`. Checked as a whole: every fault is told with where it stands. Something new makes a new version; whoever is under way goes on by the one he began with. A new journey is off.',
      params,
      body: z.instanceof(Uint8Array),
      takes: ['application/json', 'application/yaml', 'text/yaml'],
      answers: {
        200: { description: 'It is kept', schema: journeySchema },
        201: { description: 'It is kept, and new', schema: journeySchema },
      },
      problems: ['too_many_journeys', 'writer_stopped'],
    },
    async ({ params: { key }, body, shop }) => {
      const { journeys } = api.parts;
      const read = await journeys.read(new TextDecoder().decode(body));
      if (!read.ok) throw new ProblemError(invalidRequest(read.problems.map((one) => wrongInFile(one))));
      if (read.definition.key !== key) {
        const detail = `put "${key}", as in the address`;
        throw new ProblemError(invalidRequest([{ pointer: '/key', detail }]));
      }
      const kept = orRefuse(await journeys.keep(read.definition, `shop:${shop.id}`));
      const { journey, what } = kept.result;
      return { status: what === 'new' ? 201 : 200, body: await viewOf(journey, api) };
    },
  );
}

/** What is wrong in a journey as a shop wrote it, in a body that holds it at `within`. */
export function wrongInFile(wrong: FileProblem, within = '') {
  const pointer = wrong.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return { pointer: within + pointer.join(''), detail: problemText({ ...wrong, path: [] }) };
}

function serveTurn(api: Api, word: 'on' | 'off'): void {
  serve(
    api,
    {
      method: 'post',
      path: `/v1/journeys/{key}/${word}`,
      right: 'journeys:write',
      tag,
      summary: `Switch a journey ${word}`,
      description:
        word === 'on'
          ? 'What happens from now on starts it. Again changes nothing.'
          : 'Nothing starts it any more, and who is under way is told nothing more. Again changes nothing.',
      params,
      answers: { 200: { description: `It is ${word}`, schema: journeySchema } },
      problems: ['journey_not_found', 'writer_stopped'],
    },
    async ({ params: { key }, shop }) => {
      await called(key, api);
      const turned = await api.parts.journeys.turn(key, word === 'on', `shop:${shop.id}`);
      return { status: 200, body: await viewOf(orRefuse(turned).result, api) };
    },
  );
}

function serveVersions(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/journeys/{key}/versions',
      right: 'journeys:read',
      tag,
      summary: 'What a journey did before',
      description: 'Its versions, the newest first. None where it is as it came with Svoi.',
      params,
      answers: { 200: { description: 'The versions', schema: journeyVersionsSchema } },
      problems: ['journey_not_found'],
    },
    async ({ params: { key } }) => {
      await called(key, api);
      const versions = await api.parts.journeys.versions(key);
      return { status: 200, body: { versions: versions.map(versionView) } };
    },
  );
}

const runsQuery = z.object({
  customer: identifier(210).openapi({ description: '`cus_…`, `phone:+380…`, `card:…` or `ext:…`' }),
  cursor: z
    .string()
    .regex(/^run_[0-9A-Z]{26}$/, 'our ids of runs look like run_01KAB…')
    .optional()
    .openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

function serveRuns(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/journey-runs',
      right: 'journeys:read',
      tag,
      summary: 'What journeys a customer was on',
      description: 'The newest first: where each stands, why it stopped, and which steps were left out.',
      query: runsQuery,
      answers: { 200: { description: 'The runs', schema: journeyRunsSchema } },
      problems: ['customer_not_found'],
    },
    async ({ query: { customer, cursor, limit }, shop }) => {
      const { journeys, program } = api.parts;
      const ref = parsePathReference(customer, shop, program(), 'customer');
      const runs = await journeys.runs(ref, { limit, before: cursor as RunId | undefined });
      if (!runs) throw new ProblemError(problem('customer_not_found', `nobody is known as ${customer}`));
      const next = runs.length === limit ? (runs.at(-1)?.id ?? null) : null;
      return { status: 200, body: { runs: runs.map(runView), next } };
    },
  );
}
