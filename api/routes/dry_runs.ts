import { z } from '@hono/zod-openapi';
import type { JourneyDefinition } from '../../core/journeys/definition.ts';
import { invalidRequest, ProblemError, problem } from '../errors.ts';
import { type Api, serve } from '../serve.ts';
import { dryRunSchema, dryRunView } from '../shapes/dry_run.ts';
import { wrongInFile } from './journeys.ts';

const tag = 'Journeys';

const bodySchema = z
  .strictObject({
    days: z
      .int()
      .min(1)
      .max(92)
      .default(30)
      .openapi({ description: 'Over how many days back it is looked at' }),
    definition: z
      .record(z.string(), z.unknown())
      .nullish()
      .openapi({ description: 'The journey as it is to be tried; absent: as it is kept' }),
  })
  .openapi('DryRunAsked');

/** The call that says what a journey would have done, before it is switched on. */
export function dryRunRoutes(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/journeys/{key}/dry-run',
      right: 'journeys:read',
      tag,
      summary: 'Try a journey on what really happened',
      description:
        'Who would have got what and when over the last days, had it been on: from real events, purchases, dates and moves, with what the control group, mutes, consents and the cap on offers would have held back, and about what it would have cost. Purchases stop it as they would have. `unknown` says what nobody can know. Writes nothing.',
      params: z.object({
        key: z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,39}$/)
          .openapi({ example: 'cart' }),
      }),
      body: bodySchema,
      examples: {
        kept: { summary: 'As it is kept (key: cart)', value: { days: 30 } },
        other: {
          summary: 'As it might be written (key: booked)',
          value: {
            days: 7,
            definition: {
              key: 'booked',
              name: { en: 'Thanks for booking' },
              category: 'service',
              topic: 'orders',
              when: { event: 'table_booked' },
              steps: [{ message: { text: { en: 'See you soon!' } } }],
            },
          },
        },
      },
      answers: { 200: { description: 'What it would have done', schema: dryRunSchema } },
      problems: ['journey_not_found'],
    },
    async ({ params: { key }, body: { days, definition } }) => {
      const tried = definition ? await readDefinition(api, definition) : await keptDefinition(api, key);
      return { status: 200, body: dryRunView(await api.parts.journeys.dryRun(tried, days)) };
    },
  );
}

async function keptDefinition({ parts }: Api, key: string): Promise<JourneyDefinition> {
  const journey = (await parts.journeys.list()).find((one) => one.key === key);
  if (!journey) throw new ProblemError(problem('journey_not_found', `there is no journey "${key}"`));
  return journey.definition;
}

async function readDefinition(
  { parts }: Api,
  written: Readonly<Record<string, unknown>>,
): Promise<JourneyDefinition> {
  const read = await parts.journeys.read(JSON.stringify(written));
  if (read.ok) return read.definition;
  throw new ProblemError(invalidRequest(read.problems.map((one) => wrongInFile(one, '/definition'))));
}
