import { auditEntries } from '../../audit/types.ts';
import type { CustomerRecord } from '../../customers/types.ts';
import { viewPoints } from '../../ledger/view.ts';
import type { Words } from '../../messaging/types.ts';
import { tierOf } from '../../program/rules.ts';
import { isOwn } from '../../staff/desk.ts';
import { mayDo } from '../../staff/rights.ts';
import { actorOfStaff, type ReceiptInView, viewedAction } from '../../staff/types.ts';
import { type Outcome, press, writing } from '../turn.ts';
import { customerField, customerOf, recordOf } from './fields.ts';
import { askAgain, customerStep, done, type Reader, type StaffTurn, type Task, type Values } from './task.ts';
import { nameOf } from './words.ts';

/** How many coupons are shown. */
const couponsAtGlance = 5;

/** The customer at a glance: points, tier, last purchases, coupons, and what can be done next. */
export const find: Task = {
  act: 'find',
  fields: [customerField],
  split: (text) => ({ customer: text }),
  rounds: (values, reader) => [
    () => ({ customers: [{ ref: customerOf(values), lots: 'open' }] }),
    (facts) => {
      const id = facts.customer(customerOf(values))?.customer.id;
      return id ? { ...needsOf(id, reader), auditChains: [id] } : {};
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

function needsOf(customerId: CustomerRecord['customer']['id'], { program }: Reader) {
  return {
    glances: [{ customerId, tierDays: program.tier_days }],
    couponWallets: [{ customerId, limit: couponsAtGlance, offset: 0 }],
  };
}

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
    [whoIs(turn, record), ...purchasesOf(turn, record), ...couponsOf(turn, record)],
    [[...on('buy'), ...on('issue')], on('adjust')].filter((row) => row.length > 0),
  );
  return { ...shown, step: customerStep, data: { customer: values.customer ?? '' } };
}

function whoIs({ program, facts, context }: StaffTurn, { customer, head, lots }: CustomerRecord): Words[] {
  const { available, pending } = viewPoints(head.balance, lots, context.now);
  const seen = facts.glance({ customerId: customer.id, tierDays: program.tier_days });
  const tier = tierOf(program, seen?.paidMinor ?? 0);
  const name = nameOf(customer);
  const worth = Math.max(0, available) * program.point_value;
  return [
    tier === null
      ? { key: 'find.who', variables: { name } }
      : { key: 'find.tier', variables: { name, tier } },
    { key: 'find.points', variables: { balance: available, worth } },
    ...(pending > 0 ? [{ key: 'find.pending', variables: { points: pending } } as const] : []),
    ...(customer.registeredAt === null ? [{ key: 'find.not_registered' } as const] : []),
  ];
}

function purchasesOf({ program, facts }: StaffTurn, { customer }: CustomerRecord): Words[][] {
  const seen = facts.glance({ customerId: customer.id, tierDays: program.tier_days });
  const purchases = seen?.purchases ?? [];
  return purchases.length > 0 ? [[{ key: 'find.purchases' }, ...purchases.map(receiptLine)]] : [];
}

/** A receipt in one line. */
export function receiptLine({ at, number, totalMinor: amount, store }: ReceiptInView): Words {
  return store === null
    ? { key: 'find.purchase', variables: { at, number, amount } }
    : { key: 'find.purchase_at', variables: { at, number, amount, store } };
}

function couponsOf({ facts, address }: StaffTurn, { customer }: CustomerRecord): Words[][] {
  const wallet = facts.couponWallet({ customerId: customer.id, limit: couponsAtGlance, offset: 0 });
  const lines = wallet.map(({ coupon }): Words => {
    const { name, texts } = coupon.definition;
    return { key: 'find.coupon', variables: { title: texts[address.locale]?.title ?? name } };
  });
  return lines.length > 0 ? [[{ key: 'find.coupons' }, ...lines]] : [];
}
