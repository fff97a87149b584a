import type { CustomerRecord } from '../../customers/types.ts';
import type { CustomerId } from '../../ids.ts';
import { viewPoints } from '../../ledger/view.ts';
import type { Words } from '../../messaging/types.ts';
import { merge, mergeNeeds, pairOf } from '../../staff/merge.ts';
import type { Route } from '../routes.ts';
import { type MemberTurn, type Outcome, press, saying, writing } from '../turn.ts';
import type { DialogNeeds, DialogState } from '../types.ts';
import { menu } from './home.ts';

/** A member has proved one more number, which is another account's: are both of them to be one? */
export function offerMerge(turn: MemberTurn, other: CustomerRecord, phone: string): Outcome {
  const { head, lots, customer } = other;
  const balance = viewPoints(head.balance, lots, turn.context.now).available;
  return {
    step: 'merge',
    data: { merge: customer.id },
    paragraphs: [...turn.lead, { key: 'merge.offer', variables: { phone, balance } }],
    buttons: [[press({ key: 'merge.yes' }, 'merge:yes')], [press({ key: 'merge.no' }, 'menu')]],
  };
}

/** What a yes to that needs to know. */
export function ownMergeNeeds(route: Route, state: DialogState | null, id: CustomerId | null): DialogNeeds {
  const other = offered(state);
  const yes = route.kind === 'screen' && route.name === 'merge' && route.argument === 'yes';
  return yes && id && other ? mergeNeeds([id, other]) : {};
}

function offered(state: DialogState | null): CustomerId | undefined {
  return state?.step === 'merge' ? (state.data.merge as CustomerId | undefined) : undefined;
}

/** Both accounts are one from now on. Undefined when that was not the question. */
export function mergeOwn(turn: MemberTurn, argument: string): Outcome | undefined {
  const id = offered(turn.state);
  const other = id && turn.facts.customer({ id });
  if (argument !== 'yes' || !other) return undefined;
  const pair = pairOf(turn.record, other, turn.facts);
  if (!pair.ok) {
    const words: Words = { key: pair.refusal.code === 'merge_held' ? 'merge.held' : 'merge.not_now' };
    return menu(saying(turn, words), '');
  }
  const { into, balance, changes } = merge(
    pair.result,
    'customer',
    turn.consentTexts,
    turn.facts,
    turn.context,
  );
  const record: CustomerRecord = {
    ...pair.result.into,
    customer: into,
    head: { ...pair.result.into.head, balance: { ...pair.result.into.head.balance, available: balance } },
    lots: [],
  };
  const screen = menu(saying({ ...turn, record }, { key: 'merge.done', variables: { balance } }), '');
  return { ...writing(changes, screen), address: { customerId: into.id } };
}
