import type { CustomerRecord, CustomerRef } from '../../customers/types.ts';
import { type Outcome as Result, refuse } from '../../errors.ts';
import type { CustomerId, PurchaseId, ShopId, SurveyId } from '../../ids.ts';
import { isBadNews } from '../../insights/nps/answer.ts';
import type { Survey } from '../../insights/nps/types.ts';
import type { Button, Paragraph, Words } from '../../messaging/types.ts';
import { type Command, type Context, mergeChanges } from '../../ports.ts';
import type { Program } from '../../program/program.ts';
import { futureRefusal } from '../../purchases/sale.ts';
import { mayDo } from '../../staff/rights.ts';
import type { TeamMember } from '../../staff/types.ts';
import { DAY_MS } from '../../time.ts';
import { press } from '../turn.ts';
import type { DialogChanges, DialogFacts, DialogNeeds } from '../types.ts';
import { card, cardNeeds, type Viewer } from './card.ts';
import { staffName } from './requests.ts';
import { tell } from './tell.ts';
import { nameOf } from './words.ts';

/** What the managers hear of a survey: an unhappy customer, who thought better of it, or says why. */
export type SurveyNews = 'first' | 'changed' | 'reason';

/** Who is told of an unhappy customer: the managers of that store who have a chat; where it has none, all of them. */
export function managersOf(
  team: readonly TeamMember[],
  { store, customerId }: Pick<Survey, 'store' | 'customerId'>,
): TeamMember[] {
  const able = team.filter(
    (one) => one.chat !== null && mayDo(one.role, 'who') && one.customerId !== customerId,
  );
  const ofStore = able.filter(({ stores }) => store !== null && stores.includes(store));
  return ofStore.length > 0 ? ofStore : able;
}

/** Tells the managers what a customer answered: the first time with the card, and what can be done at once. */
export function tellOfSurvey(
  viewer: Viewer,
  survey: Survey,
  news: SurveyNews,
  words: string,
  record: CustomerRecord,
): DialogChanges {
  const { customer } = record;
  const told = managersOf(viewer.facts.team(), { store: survey.store, customerId: customer.id });
  const name = nameOf(customer);
  const buttons = actionButtons(customer.id);
  if (news === 'reason') {
    const reason: Words = { key: 'nps.alert_reason', variables: { name, text: words } };
    return tell(told, { paragraphs: [reason], buttons }, viewer.context);
  }
  const score = survey.score ?? 0;
  if (news === 'changed') {
    const changed: Words = { key: 'nps.alert_changed', variables: { name, score } };
    return tell(told, { paragraphs: [changed], buttons }, viewer.context);
  }
  const paragraphs = [headline(viewer, survey, name, score), ...card(viewer, record)];
  return tell(told, { paragraphs, buttons }, viewer.context);
}

function headline(
  { facts }: Viewer,
  { store, staffId, reason }: Survey,
  name: string,
  score: number,
): Paragraph {
  const seller = facts.team().find(({ id }) => id === staffId);
  return [
    store === null
      ? { key: 'nps.alert', variables: { name, score } }
      : { key: 'nps.alert_at', variables: { name, score, store } },
    ...(seller ? [{ key: 'nps.sold_by', variables: { staff: staffName(seller) } } as const] : []),
    ...(reason === null ? [] : [{ key: 'who.reason', variables: { text: reason } } as const]),
  ];
}

/** What can be done for a customer: a word, points, a look at the card. */
function actionButtons(id: string): readonly (readonly Button[])[] {
  return [
    [press({ key: 'nps.write' }, `write_to:${id}`), press({ key: 'nps.give' }, `give_to:${id}`)],
    [press({ key: 'nps.card' }, `who:${id}`)],
  ];
}

/** An answer that a shop collected elsewhere. */
export interface SurveyInput {
  readonly shopId: ShopId;
  /** The shop's own id of it: the natural key. */
  readonly externalId: string;
  readonly customer: CustomerRef;
  /** From 0 to 10. */
  readonly score: number;
  /** Absent, never null: see `once`. */
  readonly reason?: string;
  readonly purchaseId?: PurchaseId;
  readonly store?: string;
  readonly at: number;
}

/** What was answered longer ago is history: nobody has to run. */
const newsMs = DAY_MS;

/**
 * Writes down an answer that a shop collected; of a purchase we asked about ourselves it is the answer to that. It counts as
 * having been asked, and the managers hear of an unhappy customer. Refuses `customer_not_found`, `in_the_future`,
 * `survey_mismatch` (the purchase is another customer's), and `survey_conflict` (it was answered already, or posted
 * otherwise).
 */
export function recordSurvey(
  input: SurveyInput,
  program: Program,
): Command<
  DialogNeeds,
  DialogFacts,
  DialogChanges,
  { readonly id: SurveyId; readonly customer: CustomerId }
> {
  const { shopId, externalId, customer: ref, purchaseId } = input;
  const about = purchaseId === undefined ? [] : [purchaseId];
  return {
    name: 'survey.record',
    once: { scope: `${shopId} survey`, key: externalId, input, conflictCode: 'survey_conflict' },
    needs: { customers: [{ ref, lots: 'open' }], purchases: about, surveysOfPurchases: about, team: true },
    moreNeeds: [
      (facts) => {
        const id = facts.customer(ref)?.customer.id;
        return id ? { surveyed: [id], ...cardNeeds(id, program) } : {};
      },
    ],
    decide(facts, context) {
      const early = futureRefusal(input.at, context.now, 'answer');
      if (early) return { ok: false, refusal: early };
      const record = facts.customer(ref);
      if (!record) return refuse('customer_not_found', 'nobody is known by this reference', '/customer');
      const written = answered(input, record, facts, context);
      if (!written.ok) return written;
      const { id, customer } = { id: written.result.survey.id, customer: record.customer.id };
      const changes = withAlert(written.result, { program, facts, context }, record);
      return { ok: true, changes, result: { id, customer } };
    },
  };
}

/** A survey as the shop's answer makes it: a new one, or ours that stood open. */
interface Written {
  readonly survey: Survey;
  /** Of a new one: when the person was asked last. */
  readonly after?: number;
}

function answered(
  input: SurveyInput,
  { customer }: CustomerRecord,
  facts: DialogFacts,
  { ids, now }: Context,
): Result<Written> {
  const { score, reason = null, purchaseId, store, at } = input;
  const said = { score, reason, answeredAt: at };
  const purchase = purchaseId === undefined ? undefined : facts.purchase(purchaseId);
  if (purchase && purchase.customerId !== customer.id) {
    return refuse('survey_mismatch', 'this purchase is another customer’s', '/purchase');
  }
  const open = purchase && facts.surveyOfPurchase(purchase.id);
  if (open && open.score !== null) {
    return refuse('survey_conflict', 'this purchase has an answer already', '/purchase');
  }
  if (open) {
    const { personId: _, ...survey } = open;
    return { ok: true, result: { survey: { ...survey, ...said, revision: open.revision + 1 } } };
  }
  const survey: Survey = {
    ...{ id: ids.next('srv', now), customerId: customer.id, purchaseId: purchase?.id ?? null },
    store: purchase?.store ?? store ?? null,
    staffId: (purchase && facts.sellerOf(purchase.id)) ?? null,
    ...{ askedAt: at, ...said, toldAt: null, revision: 1 },
  };
  return { ok: true, result: { survey, after: facts.lastSurveyed(customer.id) } };
}

function withAlert({ survey, after }: Written, viewer: Viewer, record: CustomerRecord): DialogChanges {
  const { now } = viewer.context;
  const isNews = isBadNews(survey) && now - (survey.answeredAt ?? 0) < newsMs;
  const told = isNews ? tellOfSurvey(viewer, survey, 'first', '', record) : {};
  const reached = (told.messages ?? []).length > 0;
  const kept = reached ? { ...survey, toldAt: now } : survey;
  const written = after === undefined ? { surveyUpdates: [kept] } : { surveys: [{ ...kept, after }] };
  return mergeChanges<DialogChanges>(written, told);
}
