import type { ConsentCategory, CustomerRecord } from '../../customers/types.ts';
import { type CardMessage, type CustomerCard, type Favourite, headlineOf } from '../../insights/card.ts';
import { becauseWords, factWords } from '../../insights/facts/words.ts';
import type { Survey } from '../../insights/nps/types.ts';
import type { Paragraph, Words } from '../../messaging/types.ts';
import { rfmSegments } from '../../program/rfm.ts';
import { DAY_MS, instantOfLocal, localTime } from '../../time.ts';
import { couponsOf, shoppingOf, type Viewer, whoIs } from './card.ts';

/** A whole card in words for a chat: a paragraph for each thing, those that say nothing left out. */
export function cardWords(viewer: Viewer, record: CustomerRecord, card: CustomerCard): Paragraph[] {
  return [
    [...whoIs(viewer, record), ...profileOf(record)],
    chatsOf(record),
    ...shoppingOf(viewer, record),
    totalsOf(card),
    favouritesOf(card),
    rhythmOf(viewer, card),
    placesOf(card),
    ...couponsOf(viewer, record),
    surveyOf(card),
    refillsOf(card),
    talkOf(card),
  ].filter((paragraph) => paragraph.length > 0);
}

function profileOf({ customer }: CustomerRecord): Words[] {
  const { phone, city, birthday, registeredAt: at } = customer;
  return [
    ...(phone === null ? [] : [{ key: 'talk.phone', variables: { phone } } as const]),
    ...(birthday === null ? [] : [{ key: 'who.birthday', variables: { date: birthday } } as const]),
    ...(city === null ? [] : [{ key: 'who.city', variables: { city } } as const]),
    ...(at === null ? [] : [{ key: 'who.registered', variables: { at } } as const]),
  ];
}

function chatsOf({ addresses, consents }: CustomerRecord): Words[] {
  const chats = addresses.map(({ channel, reachable, lastSeenAt: at }): Words => {
    if (!reachable) return { key: 'who.chat_blocked', variables: { channel } };
    if (at === 0) return { key: 'who.chat_silent', variables: { channel } };
    return { key: 'who.chat', variables: { channel, at } };
  });
  return [
    ...(chats.length > 0 ? chats : [{ key: 'who.no_chats' } as const]),
    offersWords(consents),
    ...(consents.service === false ? [{ key: 'who.service_no' } as const] : []),
  ];
}

function offersWords({ marketing }: Partial<Record<ConsentCategory, boolean>>): Words {
  if (marketing === undefined) return { key: 'who.offers_unasked' };
  return { key: marketing ? 'talk.offers_yes' : 'talk.offers_no' };
}

function totalsOf({ totals }: CustomerCard): Words[] {
  const { orders: count, paidMinor: paid, averageMinor, refundedMinor, firstAt, lastAt } = totals;
  const { pointsEarned: earned, pointsSpent: spent } = totals;
  if (count === 0 || firstAt === null || lastAt === null) return [{ key: 'who.nothing_bought' }];
  return [
    { key: 'who.totals', variables: { count, paid } },
    ...(count > 1 && averageMinor !== null
      ? ([
          { key: 'who.average', variables: { amount: averageMinor } },
          { key: 'who.since', variables: { first: firstAt, last: lastAt } },
        ] as const)
      : []),
    ...(refundedMinor > 0 ? [{ key: 'who.refunded', variables: { amount: refundedMinor } } as const] : []),
    { key: 'who.all_points', variables: { earned, spent } },
  ];
}

function favouritesOf({ favourites: { stores, categories, products } }: CustomerCard): Words[] {
  const best = [stores[0], categories[0], products[0]].filter((one) => one !== undefined);
  return best.length > 0 ? [{ key: 'who.favourites' }, ...best.map(favouriteWords)] : [];
}

function favouriteWords({ name, orders: count }: Favourite): Words {
  return { key: 'who.favourite', variables: { name, count } };
}

/** Below this many orders expected within the days that are looked ahead, nothing is said of them. */
const worthSaying = 0.1;

function rhythmOf({ program }: Viewer, { lifecycle, outlook }: CustomerCard): Words[] {
  const { state, silentDays, rhythm, expectedDay } = lifecycle;
  if (state === 'none') return [];
  const at = expectedDay === undefined ? undefined : instantOfLocal(expectedDay * DAY_MS, program.zone);
  return [
    { key: `who.${state}` },
    ...(silentDays === null ? [] : [{ key: 'who.silent', variables: { days: silentDays } } as const]),
    rhythm === undefined || at === undefined
      ? { key: 'who.little_data' }
      : { key: 'who.rhythm', variables: { days: Math.max(1, Math.round(rhythm.everyDays)), at } },
    ...(outlook === null ? [] : outlookWords(outlook)),
  ];
}

function outlookWords({
  alive,
  expectedOrders,
  valueMinor: value,
}: NonNullable<CustomerCard['outlook']>): Words[] {
  const orders = Math.round(expectedOrders * 10) / 10;
  return [
    { key: 'who.alive', variables: { share: Math.round(alive * 100) } },
    ...(orders >= worthSaying ? [{ key: 'who.expected', variables: { orders, value } } as const] : []),
  ];
}

/** Saved segments, and where the person stands on the maps of RFM. */
function placesOf({ segments, maps }: CustomerCard): Words[] {
  const parts = maps.flatMap(({ map, state }): Words[] => {
    const segment = rfmSegments.find((known) => known === state);
    const profile = /^rfm:(.+)$/.exec(map)?.[1];
    return segment && profile ? [{ key: 'who.rfm', variables: { profile, segment } }] : [];
  });
  const names = segments.join(', ');
  return [...(names === '' ? [] : [{ key: 'who.segments', variables: { names } } as const]), ...parts];
}

function surveyOf({ surveys }: CustomerCard): Words[] {
  const answered = surveys.find(({ score }) => score !== null);
  if (answered) return answerWords(answered);
  const [asked] = surveys;
  return asked ? [{ key: 'who.unanswered', variables: { at: asked.askedAt } }] : [];
}

function answerWords({ score, reason, answeredAt, askedAt }: Survey): Words[] {
  return [
    { key: 'who.score', variables: { score: score ?? 0, at: answeredAt ?? askedAt } },
    ...(reason === null ? [] : [{ key: 'who.reason', variables: { text: reason } } as const]),
  ];
}

function refillsOf({ refills }: CustomerCard): Words[] {
  const lines = refills.map(({ name, dueAt: at }): Words => ({ key: 'who.refill', variables: { name, at } }));
  return lines.length > 0 ? [{ key: 'who.refills' }, ...lines] : [];
}

function talkOf({ talk }: CustomerCard): Words[] {
  return talk ? [{ key: talk.status === 'taken' ? 'who.talk_taken' : 'who.talk_waiting' }] : [];
}

/** The last purchases, a line each. */
export function purchaseLines({ purchases }: CustomerCard): Paragraph[] {
  if (purchases.length === 0) return [{ key: 'who.no_purchases' }];
  const lines = purchases.flatMap(({ at, number, totalMinor: amount, store, refundedMinor }): Words[] => [
    store === null
      ? { key: 'find.purchase', variables: { at, number, amount } }
      : { key: 'find.purchase_at', variables: { at, number, amount, store } },
    ...(refundedMinor > 0 ? [{ key: 'who.returned', variables: { amount: refundedMinor } } as const] : []),
  ]);
  return [{ key: 'who.purchases' }, lines];
}

/** The last messages: when and where, what came of it, and how each begins. */
export function messageLines({ messages }: CustomerCard): Paragraph[] {
  if (messages.length === 0) return [{ key: 'who.no_messages' }];
  const lines = messages.map((message) => {
    const headline = headlineOf(message.reply);
    return [messageWords(message), ...(headline ? [headline] : [])];
  });
  return [{ key: 'who.messages' }, ...lines];
}

function messageWords({ at, channel, state, messageState }: CardMessage): Words {
  if (state === 'dropped') return { key: 'who.dropped', variables: { at } };
  if (messageState === 'failed' || messageState === 'cancelled' || state === 'failed') {
    return { key: 'who.failed', variables: { at } };
  }
  const isKnown = messageState === 'sent' || messageState === 'delivered' || messageState === 'read';
  if (channel === null || !isKnown) return { key: 'who.waiting', variables: { at } };
  return { key: `who.${messageState}`, variables: { at, channel } };
}

/** What is known about a customer beyond that, each with where it comes from. */
export function factLines({ facts }: CustomerCard, { program, context, locale }: Viewer): Paragraph[] {
  if (facts.length === 0) return [{ key: 'who.no_facts' }];
  const today = Math.floor(localTime(context.now, program.zone) / DAY_MS);
  const lines = facts.map((fact) => [
    factWords(fact, today, program.facts, locale ?? program.locale),
    ...becauseWords(fact),
  ]);
  return [{ key: 'who.facts' }, ...lines];
}
