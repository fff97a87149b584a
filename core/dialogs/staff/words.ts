import type { Customer } from '../../customers/types.ts';
import type { Refusal } from '../../errors.ts';
import type { AuditId } from '../../ids.ts';
import type { Button, Reply, Words } from '../../messaging/types.ts';
import type { Program } from '../../program/program.ts';
import { press } from '../turn.ts';

/** A customer as the staff know them: by name, or by the end of the phone or card. */
export function nameOf({ name, phone, card }: Pick<Customer, 'name' | 'phone' | 'card'>): string {
  return name ?? `…${(phone ?? card ?? '').slice(-4)}`;
}

/** The button that takes back what was just done. */
export function undoButton(entry: AuditId): readonly Button[] {
  return [press({ key: 'button.undo' }, `undo:${entry}`)];
}

/** The buttons under a message that is looked at, a line each; nothing where there are none. */
export function buttonWords({ buttons = [] }: Pick<Reply, 'buttons'>): Words[][] {
  const labels = buttons.flat().map(({ label }) => label);
  return labels.length > 0 ? [[{ key: 'preview.buttons' }, ...labels]] : [];
}

/** Why something was not done, in words for the staff. */
export function sorry({ code, figures = {} }: Refusal, program: Program): Words {
  switch (code) {
    case 'insufficient_points':
      return { key: 'staff.too_few', variables: { balance: Math.max(0, figures.balance ?? 0) } };
    case 'too_many_points':
      return { key: 'staff.too_many', variables: { points: figures.maxPoints ?? 0 } };
    case 'nobody_to_ask':
      return { key: 'staff.nobody_to_ask', variables: { points: program.staff_points_limit } };
    default:
      return plain.get(code) ?? { key: 'staff.failed' };
  }
}

/** Refusals whose words need no figures. */
const plain: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['own_account', { key: 'staff.own_account' }],
  ['customer_not_found', { key: 'staff.nobody' }],
  ['customer_not_registered', { key: 'staff.not_registered' }],
  ['payment_code_invalid', { key: 'staff.wrong_code' }],
  ['too_many_wrong_codes', { key: 'staff.wrong_codes' }],
  ['coupon_not_found', { key: 'staff.coupon_gone' }],
  ['coupon_stopped', { key: 'staff.coupon_gone' }],
  ['coupon_expired', { key: 'staff.coupon_gone' }],
  ['coupon_conflict', { key: 'staff.coupon_taken' }],
  ['code_taken', { key: 'staff.code_taken' }],
  ['purchase_not_found', { key: 'staff.no_receipt' }],
  ['refund_too_large', { key: 'staff.refund_too_large' }],
  ['nothing_left', { key: 'staff.nothing_left' }],
  ['not_refundable', { key: 'staff.nothing_left' }],
  ['undo_too_late', { key: 'staff.undo_too_late' }],
  ['redemption_closed', { key: 'staff.undo_too_late' }],
  ['coupon_used', { key: 'staff.coupon_used' }],
  ['approval_closed', { key: 'staff.approval_closed' }],
  ['not_yours_to_decide', { key: 'staff.not_yours_to_decide' }],
]);
