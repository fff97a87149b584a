import { z } from '@hono/zod-openapi';
import { MAX_AMOUNT_MINOR } from '../core/money.ts';

/** Control characters and halves of characters: a database and a messenger each do something else with them. */
const unprintable = /[\p{Cc}\p{Cs}]/u;
const unprintableButBreaks = /(?![\t\n\r])\p{Cc}|\p{Cs}/u;

/** Text that names something: 1 to `max` characters, none of them a control character. */
export function identifier(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !unprintable.test(text), 'control characters are not allowed');
}

/** Text that a person reads; tabs and line breaks of a till's catalogue do no harm. */
export function words(max: number) {
  return z
    .string()
    .max(max)
    .refine((text) => !unprintableButBreaks.test(text), 'control characters are not allowed');
}

/** An amount of money in minor units. */
export const amountSchema = z
  .int()
  .min(0)
  .max(MAX_AMOUNT_MINOR)
  .openapi({ description: 'Minor units: kopecks, cents' });

/** An address of a page or a picture. */
export const urlSchema = z
  .url({ protocol: /^https?$/, error: 'an address like https://shop.example/coffee' })
  .max(2000);

/** A time as it comes in: ISO 8601 with its offset. */
export const timeSchema = z.iso.datetime({
  offset: true,
  error: 'a time as ISO 8601 with its offset, like 2026-11-22T12:30:00+02:00',
});

/** A time as it goes out: ISO 8601 in UTC. */
export const utcSchema = z.iso.datetime().openapi({ example: '2026-11-22T10:30:00.000Z' });

/** A time for an answer. */
export function utc(at: number): string {
  return new Date(at).toISOString();
}

/** A time that may not have come. */
export function utcOrNull(at: number | null): string | null {
  return at === null ? null : utc(at);
}

/** The earliest time a shop can mean: what is before is a till whose clock was reset. */
export const EARLIEST_TIME = Date.parse('2000-01-01T00:00:00Z');

/** An error as RFC 9457 has it. */
export const problemSchema = z
  .object({
    type: z.string().openapi({ description: 'Where this code is explained' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What is wrong and what to do, for a developer' }),
    code: z.string().openapi({ description: 'Stable: program against this' }),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional().openapi({ description: 'A JSON pointer into the body' }),
          parameter: z.string().optional().openapi({ description: 'A part of the address' }),
          detail: z.string(),
        }),
      )
      .optional(),
    balance: z.int().optional().openapi({ description: 'With `insufficient_points`: what can be spent' }),
    max_points: z
      .int()
      .optional()
      .openapi({ description: 'With `too_many_points`: how many may help to pay' }),
  })
  .openapi('Problem');

/** Up to `limit` things in one call, each checked for itself: `component` is what OpenAPI calls one. */
export function batchOf(component: string, limit: number) {
  return z
    .array(z.unknown())
    .min(1)
    .max(limit)
    .openapi({
      type: 'array',
      items: { $ref: `#/components/schemas/${component}` },
      minItems: 1,
      maxItems: limit,
    });
}

/** What each thing of a batch came to, in their order; `what` one is called, and what stands in its `body`. */
export function batchAnswer(name: string, what: string, body: string) {
  const status = z
    .int()
    .openapi({ description: `The status this ${what} would have been answered with alone` });
  return z
    .object({ results: z.array(z.object({ status, body: z.unknown().openapi({ description: body }) })) })
    .openapi(name);
}
