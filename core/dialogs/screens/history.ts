import type { CustomerId } from '../../ids.ts';
import type { Words } from '../../messaging/types.ts';
import { type MemberScreen, type MemberTurn, type Outcome, press, saying, toMenu } from '../turn.ts';
import type { HistoryItem, HistoryNeed } from '../types.ts';
import { explain } from './why.ts';

/** Lines on one page. */
const pageSize = 10;

/** The page that `history` shows: one line more than fits, to know whether there are older ones. */
export function historyPage(customerId: CustomerId, argument: string): HistoryNeed {
  const beforeSeq = seqOf(argument);
  return { customerId, limit: pageSize + 1, ...(beforeSeq === undefined ? {} : { beforeSeq }) };
}

/** The one transaction that `why` explains. */
export function whyPage(customerId: CustomerId, argument: string): HistoryNeed {
  return { customerId, limit: 1, beforeSeq: (seqOf(argument) ?? 0) + 1 };
}

function seqOf(argument: string): number | undefined {
  return /^\d{1,15}$/.test(argument) ? Number(argument) : undefined;
}

/** Ten lines of what happened to the points, each a button to its reason. `argument`: before which seq. */
export const history: MemberScreen = (turn, argument) => {
  const items = turn.facts.history(historyPage(turn.record.customer.id, argument));
  const shown = items.slice(0, pageSize);
  const newest = shown[0];
  if (!newest) {
    return { step: 'history', paragraphs: [...turn.lead, { key: 'history.empty' }], buttons: [toMenu] };
  }
  const oldest = shown.at(-1) ?? newest;
  const newer =
    newest.seq < turn.record.head.seq ? [press({ key: 'button.newer' }, pageAfter(turn, newest))] : [];
  const older = items.length > pageSize ? [press({ key: 'button.older' }, `history:${oldest.seq}`)] : [];
  return {
    step: 'history',
    data: { before: argument },
    paragraphs: [...turn.lead, { key: 'history.title' }],
    buttons: [
      ...shown.map((item) => [press(lineOf(item), `why:${item.seq}`)]),
      ...(newer.length + older.length > 0 ? [[...newer, ...older]] : []),
      toMenu,
    ],
  };
};

/** The page just before this one: transactions are numbered without gaps. */
function pageAfter(turn: MemberTurn, newest: HistoryItem): string {
  const before = newest.seq + pageSize + 1;
  return before > turn.record.head.seq ? 'history' : `history:${before}`;
}

function lineOf(item: HistoryItem): Words {
  const { happenedAt: at, points: change, kind, purchase } = item;
  const store = purchase?.store ?? null;
  return store === null
    ? { key: 'history.line', variables: { at, change, kind } }
    : { key: 'history.line_at_store', variables: { at, change, kind, store } };
}

/** "Why 47 points?": the lines, the rate and the rounding behind one line of history. */
export function why(turn: MemberTurn, argument: string): Outcome {
  const [item] = turn.facts.history(whyPage(turn.record.customer.id, argument));
  if (!item || String(item.seq) !== argument) return history(saying(turn, { key: 'why.unknown' }), '');
  const before = turn.state?.data.before ?? '';
  const back = press({ key: 'button.back' }, before === '' ? 'history' : `history:${before}`);
  return {
    step: 'why',
    data: { before },
    paragraphs: [...turn.lead, ...explain(item)],
    buttons: [[back, ...toMenu]],
  };
}
