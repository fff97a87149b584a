import { viewPoints } from '../../ledger/view.ts';
import type { Words } from '../../messaging/types.ts';
import { type MemberScreen, press, toMenu } from '../turn.ts';

/** The balance and its worth, what waits, what burns next and when. */
export const points: MemberScreen = (turn) => {
  const { program, record, context } = turn;
  const { available, pending, nextExpiry } = viewPoints(record.head.balance, record.lots, context.now);
  const how: Words = {
    key: 'points.how',
    variables: { percent: program.earn_percent, share: program.max_spend_percent },
  };
  return {
    step: 'points',
    paragraphs: [
      ...turn.lead,
      available > 0
        ? { key: 'points.balance', variables: { balance: available, worth: available * program.point_value } }
        : { key: 'points.none' },
      ...(pending > 0 ? [{ key: 'points.pending', variables: { points: pending } } as const] : []),
      ...(nextExpiry ? [burning(nextExpiry.points, nextExpiry.at)] : []),
      how,
    ],
    buttons: [[press({ key: 'button.history' }, 'history'), press({ key: 'button.card' }, 'card')], toMenu],
  };
};

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
