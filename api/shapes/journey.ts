import { z } from '@hono/zod-openapi';
import { locales } from '../../core/customers/types.ts';
import { isInstant } from '../../core/journeys/in_force.ts';
import type { Journey, JourneyRun } from '../../core/journeys/types.ts';
import type { JourneyVersionView } from '../parts.ts';
import { utc, utcOrNull, utcSchema } from '../schemas.ts';

const textsSchema = z.partialRecord(z.enum(locales), z.string());

const headSchema = z.object({
  key: z.string().openapi({ example: 'cart' }),
  name: textsSchema,
  about: textsSchema.nullable(),
  category: z.enum(['service', 'marketing']),
  topic: z.string().openapi({ description: 'What a customer can switch off' }),
  is_on: z.boolean(),
  at_once: z
    .boolean()
    .openapi({ description: 'Tells in the very moment of what happens; nobody is ever under way on it' }),
  version: z.int().openapi({ description: '0: as it comes with Svoi, and never touched' }),
  written_by: z.string().openapi({ description: '`shipped`, `cli`, `shop:shp_…`, `staff:stf_…`' }),
  since: utcSchema.nullable().openapi({ description: 'When it was last switched on' }),
  changed_at: utcSchema.nullable(),
  under_way: z.int().openapi({ description: 'How many customers are under way' }),
});

/** Journeys in a list. */
export const journeysSchema = z.object({ journeys: z.array(headSchema) }).openapi('Journeys');

/** A journey with what it does, and where those under way on it stand. */
export const journeySchema = headSchema
  .extend({
    definition: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'What it does, as it is put; `{"key": …, "when": …, "steps": […]}`' }),
    steps: z
      .array(
        z.object({
          version: z.int(),
          step: z.int().openapi({ description: 'The step they do next, counted over all steps as written' }),
          under_way: z.int(),
        }),
      )
      .openapi({ description: 'Where those under way stand' }),
  })
  .openapi('Journey');

/** The versions of a journey. */
export const journeyVersionsSchema = z
  .object({
    versions: z.array(
      z.object({
        version: z.int(),
        written_by: z.string(),
        created_at: utcSchema,
        definition: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .openapi('JourneyVersions');

/** One customer on one journey. */
export const journeyRunsSchema = z
  .object({
    runs: z.array(
      z.object({
        id: z.string().openapi({ example: 'run_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
        journey: z.string(),
        version: z.int(),
        arm: z.string().openapi({ description: 'Which variant; `control` and `holdout` get nothing' }),
        state: z.enum(['waiting', 'done', 'stopped', 'control']),
        reason: z.string().nullable().openapi({ description: 'Why it stopped' }),
        step: z.int(),
        due_at: utcSchema.nullable(),
        waits_for: z.string().nullable(),
        started_at: utcSchema,
        finished_at: utcSchema.nullable(),
        skipped: z
          .record(z.string(), z.string())
          .openapi({ description: 'Steps that were left out, by their number, and why' }),
        error: z.string().nullable(),
      }),
    ),
    next: z.string().nullable(),
  })
  .openapi('JourneyRuns');

/** A journey in a list. */
export function headView(journey: Journey, underWay: number): z.output<typeof headSchema> {
  const { key, isOn, version, since, definition, writtenBy, changedAt } = journey;
  const { name, about = null, category, topic } = definition;
  return {
    ...{ key, name, about, category, topic, version },
    ...{ is_on: isOn, at_once: isInstant(definition), written_by: writtenBy, under_way: underWay },
    since: utcOrNull(since === 0 ? null : since),
    changed_at: utcOrNull(changedAt === 0 ? null : changedAt),
  };
}

/** A version of a journey. */
export function versionView({ version, definition, createdBy, createdAt }: JourneyVersionView) {
  return { version, written_by: createdBy, created_at: utc(createdAt), definition: { ...definition } };
}

/** One customer on one journey. */
export function runView(run: JourneyRun): z.output<typeof journeyRunsSchema>['runs'][number] {
  const { id, journey, version, arm, state, reason, step, dueAt, waitsFor, startedAt, finishedAt } = run;
  return {
    ...{ id, journey, version, arm, state, reason, step, due_at: utcOrNull(dueAt), waits_for: waitsFor },
    ...{ started_at: utc(startedAt), finished_at: utcOrNull(finishedAt) },
    ...{ skipped: { ...run.data.skipped }, error: run.data.error ?? null },
  };
}
