import type { CustomerId, PurchaseId, StaffId, SurveyId } from '../../core/ids.ts';
import type { SurveyFacts, SurveyInView } from '../../core/insights/nps/types.ts';
import { saleAction } from '../../core/staff/till.ts';
import { type Row, statement } from '../database.ts';
import { surveyFrom } from '../insights/nps.ts';
import { asAsked, eachRow, type FactSource, type Needs, type Query } from './source.ts';

type Found = ReturnType<typeof nothingYet>;

function nothingYet() {
  return {
    byId: new Map<string, SurveyInView>(),
    byPurchase: new Map<string, SurveyInView>(),
    sellers: new Map<string, StaffId>(),
    last: new Map<string, number>(),
  };
}

/** Reads surveys, who sold what they are about, and when somebody was asked last. */
export function surveySource(): FactSource<SurveyFacts> {
  const found = nothingYet();
  return {
    queries: (needs) => surveyQueries(needs, found),
    facts: {
      survey: (id) => found.byId.get(id),
      surveyOfPurchase: (id) => found.byPurchase.get(id),
      sellerOf: (id) => found.sellers.get(id),
      lastSurveyed: (id) => found.last.get(id) ?? 0,
    },
    keys: {
      surveys: asAsked,
      surveysOfPurchases: (ids) => ids.map((id) => `survey:${id}`),
      surveyed: (ids) => ids.map((id) => `surveyed:${id}`),
    },
  };
}

/** What two rounds of reading found: the newer where both have it. */
export function joinSurveyFacts(first: SurveyFacts, second: SurveyFacts): SurveyFacts {
  return {
    survey: (id) => second.survey(id) ?? first.survey(id),
    surveyOfPurchase: (id) => second.surveyOfPurchase(id) ?? first.surveyOfPurchase(id),
    sellerOf: (id) => second.sellerOf(id) ?? first.sellerOf(id),
    lastSurveyed: (id) => Math.max(second.lastSurveyed(id), first.lastSurveyed(id)),
  };
}

const viewColumns = 's.*, coalesce(c.merged_into, s.customer_id) as person_id';
const viewJoin = 'left join customers c on c.id = s.customer_id';

function surveyQueries(needs: Needs, found: Found): Query[] {
  const ids: readonly SurveyId[] = needs.surveys ?? [];
  const purchases: readonly PurchaseId[] = needs.surveysOfPurchases ?? [];
  const asked: readonly CustomerId[] = needs.surveyed ?? [];
  return [
    ...over(
      ids,
      `select ${viewColumns} from json_each(?) i join surveys s on s.id = i.value ${viewJoin}`,
      (row) => found.byId.set(String(row.id), viewFrom(row)),
    ),
    ...over(
      purchases,
      `select ${viewColumns} from json_each(?) i join surveys s on s.purchase_id = i.value ${viewJoin}`,
      (row) => found.byPurchase.set(String(row.purchase_id), viewFrom(row)),
    ),
    // By the moment: the trail has no index over what an entry is about.
    ...over(
      purchases,
      `select p.id, e.actor from json_each(?) i join purchases p on p.id = i.value
       join audit_entries e on e.at = p.recorded_at and e.action = '${saleAction}' and e.reference = p.id
       where e.actor like 'staff:%'`,
      (row) => found.sellers.set(String(row.id), String(row.actor).slice('staff:'.length) as StaffId),
    ),
    ...over(
      asked,
      `select i.value as id, max(s.asked_at) as last from json_each(?) i join surveys s on s.customer_id in
         (select i.value union all select id from customers where merged_into = i.value) group by i.value`,
      (row) => found.last.set(String(row.id), Number(row.last)),
    ),
  ];
}

function over(values: readonly string[], sql: string, take: (row: Row) => void): Query[] {
  return values.length > 0 ? [eachRow(statement(sql, JSON.stringify([...new Set(values)])), take)] : [];
}

/** A survey as stored with the person it is about now. */
function viewFrom({ person_id: personId, ...row }: Row): SurveyInView {
  return { ...surveyFrom(row), personId: String(personId) as CustomerId };
}
