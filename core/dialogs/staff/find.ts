import { auditEntries } from '../../audit/types.ts';
import type { CustomerRecord } from '../../customers/types.ts';
import { isOwn } from '../../staff/desk.ts';
import { mayDo } from '../../staff/rights.ts';
import { actorOfStaff, viewedAction } from '../../staff/types.ts';
import { type Outcome, press, writing } from '../turn.ts';
import { card, cardNeeds } from './card.ts';
import { customerField, customerOf, recordOf } from './fields.ts';
import { askAgain, customerStep, done, type StaffTurn, type Task, type Values } from './task.ts';

/** The customer at a glance: points, tier, last purchases, coupons, and what can be done next. */
export const find: Task = {
  act: 'find',
  fields: [customerField],
  split: (text) => ({ customer: text }),
  rounds: (values, reader) => [
    () => ({ customers: [{ ref: customerOf(values), lots: 'open' }] }),
    (facts) => {
      const id = facts.customer(customerOf(values))?.customer.id;
      return id ? { ...cardNeeds(id, reader.program), auditChains: [id] } : {};
    },
  ],
  run(turn, values) {
    const record = recordOf(turn, values);
    if (!record) return askAgain(turn, find, values, 'customer', { key: 'staff.nobody' });
    if (isOwn(turn, record.customer.id)) {
      return askAgain(turn, find, values, 'customer', { key: 'staff.own_account' });
    }
    return writing({ audit: viewed(turn, record) }, glance(turn, values, record));
  },
};

/** Who looked at whom stands in the audit trail. */
function viewed({ staff, facts, context }: StaffTurn, { customer }: CustomerRecord) {
  const said = { chain: customer.id, action: viewedAction, actor: actorOfStaff(staff) };
  return auditEntries([said], facts, context);
}

function glance(turn: StaffTurn, values: Values, record: CustomerRecord): Outcome {
  const { role } = turn.staff;
  const on = (act: 'buy' | 'issue' | 'adjust') =>
    mayDo(role, act) ? [press({ key: `staff_button.${act}` }, `do:${act}`)] : [];
  const shown = done(
    turn,
    card({ ...turn, locale: turn.address.locale }, record),
    [[...on('buy'), ...on('issue')], on('adjust')].filter((row) => row.length > 0),
  );
  return { ...shown, step: customerStep, data: { customer: values.customer ?? '' } };
}
