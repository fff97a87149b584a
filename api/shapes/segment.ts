import { z } from '@hono/zod-openapi';
import { segmentLimits } from '../../core/segments/parse.ts';
import { type Segment, savedLimits } from '../../core/segments/saved.ts';
import type { ProblemKind, SegmentProblem } from '../../core/segments/types.ts';
import type { ProblemDetail } from '../errors.ts';
import type { SegmentMemberView } from '../parts.ts';
import { identifier, utc, utcOrNull, utcSchema, words } from '../schemas.ts';

/** The compact form of a rule. */
export const ruleSchema = words(segmentLimits.characters).min(1).openapi({
  description:
    'Conditions with `and`, `or`, `not` and parentheses; words are taken in capitals too. Fields, operators and values are listed in the documentation; what is wrong is pointed at with a suggestion.',
  example: 'age>=25 and gender=female and last_purchase>60d and store=kyiv-1',
});

/** What a segment is called. */
export const nameSchema = identifier(savedLimits.nameCharacters).openapi({
  description: 'A name of its own, however it is capitalised',
  example: 'VIP',
});

/** A segment to be saved. */
export const segmentPostSchema = z
  .strictObject({ name: nameSchema, rule: ruleSchema })
  .openapi('SegmentPost');

/** What of a segment is to be another. */
export const segmentPutSchema = z
  .strictObject({
    name: nameSchema.optional(),
    rule: ruleSchema.optional(),
    revision: z
      .int()
      .min(1)
      .optional()
      .openapi({ description: 'The revision you looked at: another by now is answered with 409' }),
  })
  .openapi('SegmentPut');

/** A saved segment as shops see it. */
export const segmentViewSchema = z
  .object({
    id: z.string().openapi({ example: 'seg_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    name: nameSchema,
    rule: z.string().openapi({ description: 'In the compact form, always written the same way' }),
    created_at: utcSchema,
    updated_at: utcSchema,
    revision: z.int(),
  })
  .openapi('Segment');

/** A saved segment for an answer. */
export function segmentView(segment: Segment): z.output<typeof segmentViewSchema> {
  const { id, name, rule, createdAt, updatedAt, revision } = segment;
  return { id, name, rule, created_at: utc(createdAt), updated_at: utc(updatedAt), revision };
}

/** A member of a segment. */
export const memberSchema = z
  .object({
    id: z.string().openapi({ example: 'cus_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    name: z.string().nullable(),
    phone: z.string().nullable(),
    orders: z.int(),
    paid: z.int().openapi({ description: 'Minor units: what was paid less what was given back' }),
    last_purchase_at: utcSchema.nullable(),
  })
  .openapi('SegmentMember');

/** A member for an answer. */
export function memberView(member: SegmentMemberView): z.output<typeof memberSchema> {
  const { id, name, phone, orders, paidMinor, lastAt } = member;
  return { id, name, phone, orders, paid: paidMinor, last_purchase_at: utcOrNull(lastAt) };
}

const faults: Readonly<Record<ProblemKind, string>> = {
  empty: 'put at least one condition',
  too_long: `put at most ${segmentLimits.characters} characters`,
  too_deep: `put at most ${segmentLimits.depth} levels within each other`,
  too_many_conditions: `put at most ${segmentLimits.conditions} conditions`,
  unclosed_quote: 'is not closed: put another quote',
  unclosed_parenthesis: 'is not closed: put ")"',
  unexpected: 'cannot stand here',
  unknown_field: 'is no field',
  unknown_part: 'is not known behind this dot',
  unknown_filter: 'cannot stand in these parentheses',
  unknown_value: 'is not known here',
  unknown_unit: 'has no unit of time',
  wrong_operator: 'does not go with this field',
  wrong_value: 'is no value of this field',
  missing_filter: 'needs something in parentheses',
  missing_operator: 'a comparison is missing here',
  missing_value: 'a value is missing here',
  out_of_range: 'is out of range',
  segment_cycle: 'leads back to the segment itself',
};

/** What is wrong in the text of a rule, for a developer: the word, its place, and what was likely meant. */
export function ruleProblem(problem: SegmentProblem, pointer: string): ProblemDetail {
  const { kind, position, word, suggestion, expected = [] } = problem;
  const what = word === '' ? faults[kind] : `"${word}" ${faults[kind]}`;
  const meant = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  const known = suggestion === undefined && expected.length > 0 ? `; like ${expected.join(', ')}` : '';
  return { pointer, detail: `character ${position + 1}: ${what}${meant}${known}` };
}
