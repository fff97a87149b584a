import { viewPoints } from '../../ledger/view.ts';
import type { Words } from '../../messaging/types.ts';
import type { WaitingPoints } from '../../purchases/types.ts';
import { type MemberScreen, press, toMenu } from '../turn.ts';

/** The balance and its worth, what waits, what burns next and when. */
export const points: MemberScreen = (turn) => {
  const { program, record, context } = turn;
  const { available, pending, nextExpiry } = viewPoints(record.head.balance, record.lots, context.now);
  const waiting = turn.facts.waiting(record.customer.id);
  const how: Words = {
    key: 'points.how',
    variables: { percent: program.earn_percent, share: program.max_spend_percent },
  };
  return {
    step: 'points',
    paragraphs: [
      ...turn.lead,
      balanceWords(available, program.point_value),
      ...(pending > 0 ? [waitingWords(waiting, pending)] : []),
      ...(nextExpiry ? [burning(nextExpiry.points, nextExpiry.at)] : []),
      how,
    ],
    buttons: [[press({ key: 'button.history' }, 'history'), press({ key: 'button.card' }, 'card')], toMenu],
  };
};

function balanceWords(balance: number, pointValueMinor: number): Words {
  if (balance < 0) return { key: 'points.owed', variables: { points: -balance } };
  return balance > 0
    ? { key: 'points.balance', variables: { balance, worth: balance * pointValueMinor } }
    : { key: 'points.none' };
}

/** What waits by the day it counts from, the first first; what is too far away to be listed in one line. */
function waitingWords(waiting: readonly WaitingPoints[], pending: number): Words[] {
  const listed = waiting.map(({ points, releaseAt: at }): Words => {
    return at === null
      ? { key: 'points.pending', variables: { points } }
      : { key: 'points.pending_until', variables: { points, at } };
  });
  const later = pending - waiting.reduce((sum, { points }) => sum + points, 0);
  return later > 0 ? [...listed, { key: 'points.pending_later', variables: { points: later } }] : listed;
}

function burning(count: number, expiresAt: number): Words {
  return { key: 'points.burning', variables: { count, at: lastMoment(expiresAt) } };
}

/** The last moment points that expire at `expiresAt` can be spent: its day is what a person understands. */
export function lastMoment(expiresAt: number): number {
  return expiresAt - 1;
}

/** The card to show at the till, as a picture and in digits. */
export const card: MemberScreen = (turn) => {
  const number = turn.record.customer.card;
  if (number === null) {
    return { step: 'card', paragraphs: [...turn.lead, { key: 'card.none' }], buttons: [toMenu] };
  }
  return {
    step: 'card',
    paragraphs: [...turn.lead, { key: 'card.show', variables: { number } }],
    picture: { kind: 'card', number },
    buttons: [toMenu],
  };
};
