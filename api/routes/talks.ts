import { z } from '@hono/zod-openapi';
import { channelNames } from '../../core/customers/types.ts';
import type { TalkId } from '../../core/ids.ts';
import { type TalkInView, type TalkMessage, talkStatuses } from '../../core/talks/types.ts';
import { ProblemError, problem } from '../errors.ts';
import { utc, utcOrNull, utcSchema } from '../schemas.ts';
import { type Api, serve } from '../serve.ts';

const right = 'talks:read';
const tag = 'Talks';
const talkId = z.string().regex(/^tlk_[0-9A-Z]{26}$/, 'our ids of talks look like tlk_01KAB…');

/** A talk of a customer with the staff, without what was said. */
export const talkSchema = z
  .object({
    id: z.string().openapi({ example: 'tlk_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    customer: z.string().nullable().openapi({ description: 'Null for somebody who has not joined' }),
    channel: z.enum(channelNames).nullable().openapi({ description: 'Null once the chat was forgotten' }),
    status: z.enum(talkStatuses),
    staff: z
      .object({ id: z.string(), name: z.string().nullable() })
      .nullable()
      .openapi({ description: 'Who has it, or had it last' }),
    answered: z.boolean().openapi({ description: 'Whether the customer’s last words were answered' }),
    opened_at: utcSchema,
    touched_at: utcSchema.openapi({ description: 'When somebody last said something' }),
    closed_at: utcSchema.nullable(),
    closed_by: z
      .string()
      .nullable()
      .openapi({ description: '`customer`, `staff:stf_…`, or `time` when it had gone quiet' }),
  })
  .openapi('Talk');

const messageSchema = z
  .object({
    id: z.string(),
    from: z.string().openapi({ description: '`customer`, or `staff:stf_…`' }),
    text: z.string().openapi({ description: 'Empty once the customer was erased' }),
    at: utcSchema,
  })
  .openapi('TalkMessage');

const pageSchema = z.object({
  status: z.enum(talkStatuses).optional(),
  cursor: talkId.optional().openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** The calls about talks of customers with the staff. */
export function talkRoutes(api: Api): void {
  serveList(api);
  serveGet(api);
}

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/talks',
      ...{ right, tag },
      summary: 'List talks with people',
      description:
        'Talks of customers with your staff, newest first. In the chat of an open one the bot is silent.',
      query: pageSchema,
      answers: {
        200: {
          description: 'A page',
          schema: z
            .object({
              talks: z.array(talkSchema),
              next: z
                .string()
                .nullable()
                .openapi({ description: 'The cursor of the next, older page; null at the end' }),
            })
            .openapi('TalkPage'),
        },
      },
    },
    async ({ query: { status, cursor, limit } }) => {
      const found = await api.parts.talks.list({
        limit: limit + 1,
        ...(status === undefined ? {} : { status }),
        ...(cursor === undefined ? {} : { before: cursor as TalkId }),
      });
      const shown = found.slice(0, limit);
      const next = found.length > limit ? (shown.at(-1)?.id ?? null) : null;
      return { status: 200, body: { talks: shown.map(talkView), next } };
    },
  );
}

function serveGet(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/talks/{id}',
      ...{ right, tag },
      summary: 'Read a talk',
      description: 'The talk with its last 500 messages, the oldest first.',
      params: z.object({ id: talkId }),
      answers: {
        200: {
          description: 'The talk',
          schema: talkSchema.extend({ messages: z.array(messageSchema) }).openapi('TalkWithMessages'),
        },
      },
      problems: ['talk_not_found'],
    },
    async ({ params: { id } }) => {
      const found = await api.parts.talks.read(id as TalkId);
      if (!found) throw new ProblemError(problem('talk_not_found', `there is no talk ${id}`));
      return { status: 200, body: { ...talkView(found.talk), messages: found.messages.map(messageView) } };
    },
  );
}

function talkView(talk: TalkInView) {
  const { id, customerId, chat, status, staffId, staffName, remindAt, remindedAt } = talk;
  return {
    id,
    customer: chat?.customerId ?? customerId,
    channel: chat?.channel ?? null,
    status,
    staff: staffId === null ? null : { id: staffId, name: staffName },
    answered: remindAt === null && remindedAt === null,
    opened_at: utc(talk.openedAt),
    touched_at: utc(talk.touchedAt),
    closed_at: utcOrNull(talk.closedAt),
    closed_by: talk.closedBy,
  };
}

function messageView({ id, staffId, text, at }: TalkMessage) {
  return { id, from: staffId === null ? 'customer' : `staff:${staffId}`, text, at: utc(at) };
}
