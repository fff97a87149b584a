import { z } from '@hono/zod-openapi';
import { channelNames } from '../../core/customers/types.ts';
import type { NoticeId } from '../../core/ids.ts';
import type { MessageFigures } from '../../core/messaging/figures.ts';
import { type Attempt, type Notice, noticeStates } from '../../core/messaging/notices.ts';
import { messageStates } from '../../core/messaging/states.ts';
import { DAY_MS } from '../../core/time.ts';
import { invalidRequest, ProblemError, problem } from '../errors.ts';
import { parsePathReference } from '../references.ts';
import { identifier, timeSchema, utc, utcOrNull, utcSchema } from '../schemas.ts';
import { type Api, serve } from '../serve.ts';

const right = 'messages:read';
const tag = 'Messages';
const micros = 'Millionths of the currency, so 985000 is 0.985';

const attemptSchema = z
  .object({
    id: z.string(),
    channel: z.enum(channelNames),
    state: z.enum(messageStates),
    created_at: utcSchema,
    sent_at: utcSchema.nullable(),
    delivered_at: utcSchema.nullable(),
    read_at: utcSchema.nullable(),
    overtaken_at: utcSchema
      .nullable()
      .openapi({ description: 'When the next channel was used, since the wanted receipt had not come' }),
    error: z.string().nullable(),
    price_micros: z
      .int()
      .nullable()
      .openapi({ description: `${micros}; null where no price is known` }),
  })
  .openapi('Message');

const noticeSchema = z
  .object({
    id: z.string().openapi({ example: 'ntc_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    customer: z.string(),
    category: z.enum(['code', 'service', 'marketing']),
    kind: z.string().openapi({ description: 'What it tells of', example: 'points_earned' }),
    campaign: z.string().nullable(),
    state: z.enum(noticeStates).openapi({
      description:
        'held: waits for its moment; underway: a channel is being tried; reached; failed: no channel is left; dropped: the rules said no; stopped: what it told of is over',
    }),
    reason: z.string().nullable().openapi({ description: 'Why it waits or ended', example: 'quiet_hours' }),
    doubled: z.boolean().openapi({ description: 'It reached the person on two channels' }),
    created_at: utcSchema,
    due_at: utcSchema.nullable().openapi({ description: 'When it is looked at next' }),
    settled_at: utcSchema.nullable(),
    messages: z.array(attemptSchema).openapi({ description: 'The channels it was tried on, in order' }),
  })
  .openapi('Notice');

const pageSchema = z.object({
  customer: identifier(210)
    .optional()
    .openapi({ description: '`cus_…`, `phone:+380…`, `card:…` or `ext:…`', example: 'phone:+380671234567' }),
  cursor: z
    .string()
    .regex(/^ntc_[0-9A-Z]{26}$/, 'a cursor is what `next` of the page before said')
    .optional()
    .openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** The calls about what customers were told, and what it cost. */
export function messageRoutes(api: Api): void {
  serveList(api);
  serveStats(api);
}

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/messages',
      ...{ right, tag },
      summary: 'List what customers were told',
      description:
        'What was told by itself, newest first: each with the messages that tried it, one a channel. Answers in a chat are not here.',
      query: pageSchema,
      answers: {
        200: {
          description: 'A page',
          schema: z
            .object({ notices: z.array(noticeSchema), next: z.string().nullable() })
            .openapi('NoticePage'),
        },
      },
      problems: ['customer_not_found'],
    },
    async ({ query: { customer, cursor, limit }, shop }) => {
      const { messages, program } = api.parts;
      const ref = customer === undefined ? undefined : parsePathReference(customer, shop, program());
      const before = cursor === undefined ? {} : { before: cursor as NoticeId };
      const found = await messages.list({ limit: limit + 1, ...before }, ref);
      if (!found) {
        throw new ProblemError(problem('customer_not_found', 'nobody is known by this reference'));
      }
      const shown = found.slice(0, limit);
      const next = found.length > limit ? (shown.at(-1)?.notice.id ?? null) : null;
      return { status: 200, body: { notices: shown.map(noticeView), next } };
    },
  );
}

function noticeView({ notice, attempts }: { notice: Notice; attempts: readonly Attempt[] }) {
  const { id, customerId, category, kind, campaign, state, reason, doubled } = notice;
  return {
    ...{ id, customer: customerId, category, kind, campaign, state, reason, doubled },
    created_at: utc(notice.createdAt),
    due_at: utcOrNull(notice.dueAt),
    settled_at: utcOrNull(notice.settledAt),
    messages: attempts.map(attemptView),
  };
}

function attemptView({ id, channel, state, error, ...attempt }: Attempt) {
  return {
    ...{ id, channel, state, error },
    created_at: utc(attempt.createdAt),
    sent_at: utcOrNull(attempt.sentAt),
    delivered_at: utcOrNull(attempt.deliveredAt),
    read_at: utcOrNull(attempt.readAt),
    overtaken_at: utcOrNull(attempt.overtakenAt),
    price_micros: attempt.priceMicros,
  };
}

const figuresSchema = z.object({
  sent: z.int(),
  delivered: z.int(),
  read: z.int(),
  failed: z.int(),
  doubled: z.int().openapi({ description: 'Reached the person on a second channel as well' }),
  cost_micros: z.int().openapi({ description: `${micros}; messages without a known price count nothing` }),
  sms_cost_micros: z.int().openapi({ description: 'What the same would have cost by SMS alone' }),
  saved_micros: z.int().openapi({ description: 'What messengers saved against SMS' }),
});

const spanSchema = z.object({
  from: timeSchema.optional().openapi({ description: 'Default: 30 days before `to`' }),
  to: timeSchema.optional().openapi({ description: 'Default: now' }),
});

const defaultSpanMs = 30 * DAY_MS;

function serveStats(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/messages/stats',
      ...{ right, tag },
      summary: 'Read what messages came to and cost',
      description:
        'By channel and category, by the five minutes in which messages were sent; with what messengers saved against SMS.',
      query: spanSchema,
      answers: {
        200: {
          description: 'The figures',
          schema: z
            .object({
              from: utcSchema,
              to: utcSchema,
              total: figuresSchema,
              by: z.array(
                figuresSchema.extend({
                  channel: z.enum(channelNames),
                  category: z.enum(['code', 'reply', 'service', 'marketing']),
                }),
              ),
            })
            .openapi('MessageStats'),
        },
      },
    },
    async ({ query }) => {
      const to = query.to === undefined ? api.parts.clock.now() : Date.parse(query.to);
      const from = query.from === undefined ? to - defaultSpanMs : Date.parse(query.from);
      if (from > to) throw new ProblemError(invalidRequest([{ parameter: 'from', detail: 'before `to`' }]));
      const all = await api.parts.messages.figures(from, to);
      const by = all.map((one) => ({ channel: one.channel, category: one.category, ...figuresView([one]) }));
      return { status: 200, body: { from: utc(from), to: utc(to), total: figuresView(all), by } };
    },
  );
}

function figuresView(all: readonly MessageFigures[]) {
  const total = (figure: Exclude<keyof MessageFigures, 'channel' | 'category'>) =>
    all.reduce((sum, one) => sum + one[figure], 0);
  const [cost, smsCost] = [total('costMicros'), total('smsCostMicros')];
  return {
    ...{ sent: total('sent'), delivered: total('delivered'), read: total('read') },
    ...{ failed: total('failed'), doubled: total('doubled') },
    ...{ cost_micros: cost, sms_cost_micros: smsCost, saved_micros: smsCost - cost },
  };
}
