import type { CustomerId, PurchaseId, StaffId } from '../../../core/ids.ts';
import type { Survey, SurveyFacts, SurveyInView } from '../../../core/insights/nps/types.ts';
import { saleAction } from '../../../core/staff/till.ts';
import type { Needs } from '../../../db/facts.ts';
import type { MemoryStore } from '../memory_store.ts';

/** What a command asks to know of surveys, as db/facts/surveys.ts reads it; absent where nobody asks. */
export function readSurveys(store: MemoryStore, needs: Needs, before?: SurveyFacts): SurveyFacts | undefined {
  const { surveys = [], surveysOfPurchases = [], surveyed = [] } = needs;
  if (surveys.length + surveysOfPurchases.length + surveyed.length === 0) return before;
  const byId = new Map(surveys.map((id) => [id, shown(store, store.surveys.get(id))]));
  const byPurchase = new Map(
    surveysOfPurchases.map((id) => [id, shown(store, store.surveys.find('purchase', id))]),
  );
  const sellers = new Map(surveysOfPurchases.map((id) => [id, sellerOf(store, id)]));
  const last = new Map(surveyed.map((id) => [id, lastSurveyed(store, id)]));
  return {
    survey: (id) => byId.get(id) ?? before?.survey(id),
    surveyOfPurchase: (id) => byPurchase.get(id) ?? before?.surveyOfPurchase(id),
    sellerOf: (id) => sellers.get(id) ?? before?.sellerOf(id),
    lastSurveyed: (id) => last.get(id) ?? before?.lastSurveyed(id) ?? 0,
  };
}

/** When this person was asked last, with the accounts merged into theirs; 0: never. */
export function lastSurveyed(store: MemoryStore, id: CustomerId): number {
  const person = [
    id,
    ...[...store.customers.values()].filter((one) => one.mergedInto === id).map((one) => one.id),
  ];
  return Math.max(
    0,
    ...person.flatMap((one) => store.surveys.all('customer', one)).map(({ askedAt }) => askedAt),
  );
}

function sellerOf(store: MemoryStore, id: PurchaseId): StaffId | undefined {
  for (const [, chain] of store.audit.entries()) {
    const sale = chain.find(({ action, reference }) => action === saleAction && reference === id);
    if (sale?.actor.startsWith('staff:')) return sale.actor.slice('staff:'.length) as StaffId;
  }
  return undefined;
}

function shown(store: MemoryStore, survey: Survey | undefined): SurveyInView | undefined {
  if (!survey) return undefined;
  return { ...survey, personId: store.customers.get(survey.customerId)?.mergedInto ?? survey.customerId };
}
