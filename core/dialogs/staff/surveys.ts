import type { CustomerRecord } from '../../customers/types.ts';
import type { Survey } from '../../insights/nps/types.ts';
import type { Button, Paragraph, Words } from '../../messaging/types.ts';
import { mayDo } from '../../staff/rights.ts';
import type { TeamMember } from '../../staff/types.ts';
import { press } from '../turn.ts';
import type { DialogChanges } from '../types.ts';
import { card, type Viewer } from './card.ts';
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
