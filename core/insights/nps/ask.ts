import type { CustomerRecord } from '../../customers/types.ts';
import type { CustomerId, PurchaseId, SurveyId } from '../../ids.ts';
import { planNotice } from '../../messaging/plan.ts';
import type { MessagingRules } from '../../messaging/rules.ts';
import type { Button, MessagingChanges, Reply, Words } from '../../messaging/types.ts';
import { type Command, type Context, mergeChanges } from '../../ports.ts';
import type { NpsRules } from '../../program/nps.ts';
import type { Purchase, PurchaseFacts, PurchaseNeeds } from '../../purchases/types.ts';
import { DAY_MS } from '../../time.ts';
import type { NewSurvey, SurveyChanges, SurveyFacts, SurveyNeeds } from './types.ts';

const hourMs = 3_600_000;

/** What a notice that asks is called. */
export const surveyKind = 'nps';

type Needs = PurchaseNeeds & SurveyNeeds;
type Facts = PurchaseFacts & SurveyFacts;
type Changes = MessagingChanges & SurveyChanges;

/**
 * Asks whoever bought something how likely they are to recommend us: in a chat, where the person wants to hear of
 * purchases, nobody more often than the program says. What was brought back whole or is long past is not asked about.
 * The answer says whether anybody was asked. Safe to repeat.
 */
export function askAfterPurchase(
  id: PurchaseId,
  nps: NpsRules,
  rules: MessagingRules,
): Command<Needs, Facts, Changes, boolean> {
  return {
    name: 'survey.ask',
    needs: { purchases: [id], surveysOfPurchases: [id] },
    moreNeeds: [
      (facts) => {
        const customerId = facts.purchase(id)?.customerId;
        return customerId ? { customers: [{ ref: { id: customerId } }] } : {};
      },
      (facts) => {
        const person = personOf(id, facts);
        return person ? { customers: [{ ref: { id: person } }], surveyed: [person] } : {};
      },
    ],
    decide(facts, context) {
      const asked = ask(id, facts, nps, rules, context);
      return { ok: true, changes: asked ?? {}, result: asked !== undefined };
    },
  };
}

/** Who bought, as of now: the account theirs was merged into, where it was. */
function personOf(id: PurchaseId, facts: Facts): CustomerId | undefined {
  const buyer = facts.purchase(id)?.customerId;
  const record = buyer ? facts.customer({ id: buyer }) : undefined;
  return record && (record.customer.mergedInto ?? record.customer.id);
}

function ask(
  id: PurchaseId,
  facts: Facts,
  nps: NpsRules,
  rules: MessagingRules,
  context: Context,
): Changes | undefined {
  const purchase = facts.purchase(id);
  const person = personOf(id, facts);
  const record = person && facts.customer({ id: person });
  if (!purchase || !record || facts.surveyOfPurchase(id)) return undefined;
  const after = facts.lastSurveyed(record.customer.id);
  if (!isWorthAsking(purchase, nps, context.now) || isTooSoon(after, nps, context.now)) return undefined;
  const survey = newSurvey(purchase, record, facts, after, context);
  const request = {
    ...({ category: 'service', kind: surveyKind } as const),
    reply: scaleReply(survey.id, questionOf(purchase)),
    occasion: `${surveyKind}:${id}`,
    pointlessAt: purchase.at + nps.pointless_after_hours * hourMs,
  };
  const planned = planNotice(request, record, rules, context);
  const goes = planned.notices?.some(({ state }) => state === 'held' || state === 'underway');
  return goes ? mergeChanges<Changes>(planned, { surveys: [survey] }) : undefined;
}

/** Whether a purchase is one that is asked about at `now`. */
export function isWorthAsking(purchase: Purchase, nps: NpsRules, now: number): boolean {
  const { kind, store, at, totalMinor, discountMinor, refundedMinor } = purchase;
  if (!nps.on || kind !== 'sale' || now - at >= nps.pointless_after_hours * hourMs) return false;
  if (nps.only_stores.length > 0 && (store === null || !nps.only_stores.includes(store))) return false;
  const isBroughtBack = refundedMinor > 0 && refundedMinor >= totalMinor - discountMinor;
  return totalMinor >= nps.min_total_minor && !isBroughtBack;
}

/** Whether somebody who was asked at `last` (0: never) may not be asked again yet. */
export function isTooSoon(last: number, nps: Pick<NpsRules, 'at_most_every_days'>, now: number): boolean {
  return last > 0 && now - last < nps.at_most_every_days * DAY_MS;
}

function newSurvey(
  { id: purchaseId, store }: Purchase,
  { customer }: CustomerRecord,
  facts: SurveyFacts,
  after: number,
  { ids, now }: Context,
): NewSurvey {
  return {
    ...{ id: ids.next('srv', now), customerId: customer.id, purchaseId, store },
    staffId: facts.sellerOf(purchaseId) ?? null,
    ...{ askedAt: now, score: null, reason: null, answeredAt: null, toldAt: null, revision: 1, after },
  };
}

function questionOf({ store, at }: Purchase): readonly Words[] {
  const thanks: Words =
    store === null
      ? { key: 'nps.thanks_for', variables: { at } }
      : { key: 'nps.thanks_for_at', variables: { at, store } };
  return [thanks, { key: 'nps.ask' }];
}

/** The question with its scale: buttons in two rows; where there are none a number is typed, and 0 is one too. */
export function scaleReply(id: SurveyId, words: readonly Words[]): Reply {
  return {
    paragraphs: [...words],
    buttons: scaleButtons(id),
    ...({ takesNumbers: true, zeroCounts: true, asks: true } as const),
  };
}

/** The scale from 0 to 10, the first press being 0: a chat reads typed numbers by that (see `surveyIn`). */
export function scaleButtons(id: SurveyId): readonly (readonly Button[])[] {
  const press = (score: number): Button => ({
    kind: 'press',
    label: { key: 'nps.score', variables: { score } },
    data: `nps:${id}-${score}`,
  });
  return [[0, 1, 2, 3, 4, 5].map(press), [6, 7, 8, 9, 10].map(press)];
}
