import { z } from '@hono/zod-openapi';
import { channelNames } from '../../core/customers/types.ts';
import type { CardMessage, CustomerCard, Favourite } from '../../core/insights/card.ts';
import { factSources } from '../../core/insights/facts/types.ts';
import { lifecycleStates } from '../../core/insights/lifecycle.ts';
import { dayText } from '../../core/insights/reports/steps.ts';
import { noticeStates } from '../../core/messaging/notices.ts';
import { messageStates } from '../../core/messaging/states.ts';
import { utc, utcOrNull, utcSchema } from '../schemas.ts';

const favourites = z.array(z.object({ value: z.string(), name: z.string(), orders: z.int(), paid: z.int() }));

/** What a customer's card adds to the profile: totals, habits, and what came of it all. */
export const cardShape = {
  totals: z
    .object({
      orders: z.int().openapi({ description: 'Sales not brought back whole' }),
      paid: z.int().openapi({ description: 'Minor units, less what was given back' }),
      refunded: z.int(),
      average: z.int().nullable(),
      first_at: utcSchema.nullable(),
      last_at: utcSchema.nullable(),
      points_earned: z.int(),
      points_spent: z.int(),
    })
    .openapi({ description: 'Over all, accounts merged into this one counted in' }),
  favourites: z.object({ stores: favourites, categories: favourites, products: favourites }),
  rhythm: z.object({
    state: z.enum(lifecycleStates).openapi({
      description: '`none` never bought, `new` bought once lately, `due` is expected about now',
    }),
    silent_days: z.int().nullable(),
    every_days: z.number().nullable().openapi({ description: 'Null where there is too little data' }),
    expected_on: z.iso.date().nullable(),
  }),
  outlook: z
    .object({
      alive: z.number().openapi({ description: 'The chance that the customer still buys, from 0 to 1' }),
      expected_orders: z.number().openapi({ description: 'In the next 90 days' }),
      expected_value: z.int().openapi({ description: 'What they will bring, minor units' }),
      computed_at: utcSchema,
    })
    .nullable()
    .openapi({ description: 'Null for who bought once or never: there is too little data' }),
  segments: z.array(z.string()).openapi({ description: 'The saved segments the customer is in now' }),
  rfm: z
    .array(z.object({ map: z.string().openapi({ example: 'rfm:main' }), segment: z.string() }))
    .openapi({ description: 'Where the customer stood last night on each map' }),
  facts: z
    .array(
      z.object({
        name: z.string(),
        item: z.int(),
        value: z.string(),
        born: z
          .object({ from: z.iso.date(), to: z.iso.date() })
          .nullable()
          .openapi({ description: 'Of a child: between which days it was born' }),
        sure: z.number().openapi({ description: 'From 0 to 1' }),
        source: z.enum(factSources),
        at: utcSchema,
      }),
    )
    .openapi({ description: 'What purchases tell of the customer, or somebody said' }),
  nps: z
    .array(
      z.object({
        id: z.string(),
        score: z.int().nullable().openapi({ description: 'Null while there is no answer' }),
        reason: z.string().nullable(),
        store: z.string().nullable(),
        asked_at: utcSchema,
        answered_at: utcSchema.nullable(),
      }),
    )
    .openapi({ description: 'How likely the customer is to recommend you, the newest first' }),
  last_messages: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      category: z.enum(['code', 'service', 'marketing']),
      campaign: z.string().nullable(),
      at: utcSchema,
      state: z.enum(noticeStates),
      channel: z.enum(channelNames).nullable().openapi({ description: 'The last one that was tried' }),
      message: z.enum(messageStates).nullable().openapi({ description: 'How far it came there' }),
      read_at: utcSchema.nullable(),
    }),
  ),
  refills: z
    .array(z.object({ sku: z.string(), name: z.string(), due_at: utcSchema }))
    .openapi({ description: 'What is about to run out' }),
  heard_at: utcSchema.nullable().openapi({ description: 'When the customer last wrote or tapped something' }),
};

/** The card as an answer has it. */
export function cardView(card: CustomerCard) {
  const { totals, lifecycle, outlook } = card;
  return {
    totals: {
      ...{ orders: totals.orders, paid: totals.paidMinor, refunded: totals.refundedMinor },
      average: totals.averageMinor,
      ...{ first_at: utcOrNull(totals.firstAt), last_at: utcOrNull(totals.lastAt) },
      ...{ points_earned: totals.pointsEarned, points_spent: totals.pointsSpent },
    },
    favourites: {
      stores: card.favourites.stores.map(favouriteView),
      categories: card.favourites.categories.map(favouriteView),
      products: card.favourites.products.map(favouriteView),
    },
    rhythm: {
      ...{ state: lifecycle.state, silent_days: lifecycle.silentDays },
      every_days: lifecycle.rhythm?.everyDays ?? null,
      expected_on: lifecycle.expectedDay === undefined ? null : dayText(lifecycle.expectedDay),
    },
    outlook: outlook && {
      ...{ alive: outlook.alive, expected_orders: outlook.expectedOrders },
      ...{ expected_value: outlook.valueMinor, computed_at: utc(outlook.computedAt) },
    },
    segments: [...card.segments],
    rfm: card.maps.map(({ map, state }) => ({ map, segment: state })),
    facts: card.facts.map(factView),
    nps: card.surveys.map(({ id, score, reason, store, askedAt, answeredAt }) => ({
      ...{ id, score, reason, store, asked_at: utc(askedAt), answered_at: utcOrNull(answeredAt) },
    })),
    last_messages: card.messages.map(messageView),
    refills: card.refills.map(({ sku, name, dueAt }) => ({ sku, name, due_at: utc(dueAt) })),
    heard_at: utcOrNull(card.heardAt),
  };
}

function favouriteView({ value, name, orders, paidMinor: paid }: Favourite) {
  return { value, name, orders, paid };
}

function factView({ name, item, value, low, high, sure, source, at }: CustomerCard['facts'][number]) {
  const born = low === null || high === null ? null : { from: dayText(low), to: dayText(high) };
  return { name, item, value, born, sure, source, at: utc(at) };
}

function messageView({
  id,
  kind,
  category,
  campaign,
  at,
  state,
  channel,
  messageState,
  readAt,
}: CardMessage) {
  return {
    ...{ id, kind, category, campaign, at: utc(at), state, channel },
    ...{ message: messageState, read_at: utcOrNull(readAt) },
  };
}
