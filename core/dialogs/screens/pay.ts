import type { RedemptionId } from '../../ids.ts';
import { viewPoints } from '../../ledger/view.ts';
import type { Words } from '../../messaging/types.ts';
import { type Answered, answerRedemption } from '../../redemptions/answer.ts';
import { drawPaymentCode, paymentCodeMinutes } from '../../redemptions/code.ts';
import type { RedemptionRef } from '../../redemptions/types.ts';
import { type MemberScreen, type MemberTurn, type Outcome, press, toMenu, writing } from '../turn.ts';
import { points } from './points.ts';

/** A code to pay with points, as a picture any till can scan and in digits. Each time a new one; the last is void. */
export const pay: MemberScreen = (turn) => {
  const { program, record, context } = turn;
  const balance = viewPoints(record.head.balance, record.lots, context.now).available;
  if (balance <= 0 || program.max_spend_percent === 0) return points(turn, '');
  const drawn = drawPaymentCode(record.customer.id, context);
  const { code } = drawn;
  const shown = `${code.slice(0, 3)} ${code.slice(3)}`;
  return writing(
    { paymentCodes: [drawn] },
    {
      step: 'pay',
      paragraphs: [
        ...turn.lead,
        [
          { key: 'pay.show', variables: { code: shown } },
          { key: 'pay.terms', variables: { minutes: paymentCodeMinutes } },
        ],
        most(turn, balance),
      ],
      picture: { kind: 'code', code },
      buttons: [[press({ key: 'pay.again' }, 'pay')], toMenu],
    },
  );
};

function most({ program }: MemberTurn, balance: number): Words {
  const { max_spend_percent: share, point_value } = program;
  const worth = balance * point_value;
  return share === 100
    ? { key: 'pay.most_all', variables: { balance, worth } }
    : { key: 'pay.most', variables: { balance, worth, share } };
}

/** Which redemption an answer (`yes-red_…`) is about. */
export function askedAbout(argument: string): RedemptionRef {
  return { id: argument.slice(argument.indexOf('-') + 1) as RedemptionId };
}

/** The answer to a till that asked for points. Undefined when it asked somebody else, or never. */
export function answerTill(turn: MemberTurn, argument: string): Outcome | undefined {
  const asked = turn.facts.redemption(askedAbout(argument));
  if (asked?.customerId !== turn.record.customer.id) return undefined;
  const answered = answerRedemption(asked, argument.startsWith('yes-'), turn.record, turn.context);
  return writing(answered.changes, {
    step: 'redeem',
    paragraphs: [...turn.lead, resultOf(answered, turn.context.now)],
    buttons: [toMenu],
  });
}

function resultOf({ redemption, balance, changes }: Answered, now: number): Words {
  const { status, points, expiresAt } = redemption;
  switch (status) {
    case 'awaiting_customer':
    case 'expired':
      return { key: 'redeem.late' };
    case 'held':
      return expiresAt > now ? { key: 'redeem.held', variables: { points } } : { key: 'redeem.late' };
    case 'confirmed':
      return { key: 'redeem.paid', variables: { points } };
    case 'declined':
      return { key: 'redeem.declined' };
    case 'cancelled':
      return changes.redemptionUpdates
        ? { key: 'redeem.too_few', variables: { balance } }
        : { key: 'redeem.cancelled' };
  }
}
