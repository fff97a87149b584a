/** What people behind the counter can be, from the least to the most. */
export const roles = ['cashier', 'manager', 'owner'] as const;
export type Role = (typeof roles)[number];

/** What one of the staff can do: the names of the commands. */
export const staffActs = [
  'find',
  'who',
  'buy',
  'redeem',
  'refund',
  'issue',
  'coupon',
  'adjust',
  'stats',
  'approve',
  'invite',
  'staff',
  'audit',
  'talks',
  'merge',
  'segment',
  'segments',
  'rfm',
  'report',
  'campaign',
  'results',
  'page',
  'journeys',
] as const;
export type StaffAct = (typeof staffActs)[number];

/** The least role that may do it. */
const leastRole: Readonly<Record<StaffAct, Role>> = {
  find: 'cashier',
  who: 'manager',
  buy: 'cashier',
  redeem: 'cashier',
  refund: 'cashier',
  issue: 'cashier',
  coupon: 'manager',
  adjust: 'manager',
  stats: 'manager',
  approve: 'manager',
  invite: 'manager',
  staff: 'manager',
  audit: 'owner',
  talks: 'cashier',
  merge: 'manager',
  segment: 'manager',
  segments: 'manager',
  rfm: 'manager',
  report: 'manager',
  campaign: 'manager',
  results: 'manager',
  page: 'manager',
  journeys: 'manager',
};

/** Whether somebody of `role` may take customers' data away in a file. */
export function mayExport(role: Role): boolean {
  return role === 'owner';
}

/** Whether `role` is `least` or more. */
function isAtLeast(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/** Whether somebody of `role` may do `act`. */
export function mayDo(role: Role, act: StaffAct): boolean {
  return isAtLeast(role, leastRole[act]);
}

/** Who can be asked to do `act` instead. */
export function leastRoleFor(act: StaffAct): Role {
  return leastRole[act];
}

/** Whether somebody of `role` may invite, change or remove one who is `other`: owners all, others those below them. */
export function mayManage(role: Role, other: Role): boolean {
  return role === 'owner' || (role === 'manager' && other === 'cashier');
}

/** Whether somebody of `role` may decide what one of `asker` asked for: those above, and of an owner's the managers. */
export function mayDecideFor(role: Role, asker: Role): boolean {
  if (asker === 'cashier') return isAtLeast(role, 'manager');
  return asker === 'manager' ? role === 'owner' : isAtLeast(role, 'manager');
}
