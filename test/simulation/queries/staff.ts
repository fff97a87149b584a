import type { AuditEntry } from '../../../core/audit/types.ts';
import type { CouponId, CustomerId } from '../../../core/ids.ts';
import type { Purchase } from '../../../core/purchases/types.ts';
import { roles } from '../../../core/staff/rights.ts';
import {
  type Approval,
  type AuditLine,
  type AuditPageNeed,
  auditPageKey,
  customerOfRequest,
  type Flag,
  flagAction,
  flagKey,
  type Glance,
  type GlanceNeed,
  type OpenApproval,
  type ReceiptInView,
  type Staff,
  type TeamMember,
  undoneAction,
  viewedAction,
} from '../../../core/staff/types.ts';
import { DAY_MS } from '../../../core/time.ts';
import type { Needs } from '../../../db/facts.ts';
import { sha256 } from '../../../db/hash.ts';
import type { MemoryStore } from '../memory_store.ts';
import { habitsOf } from './purchases.ts';

/** What one round of reading found of the staff; lists are absent where nobody asked. */
export interface StaffFound {
  readonly byId: ReadonlyMap<string, Staff>;
  /** Who is on the staff now, by `customer …`, `phone …` and `invite …`. */
  readonly byKey: ReadonlyMap<string, Staff>;
  readonly team: readonly TeamMember[] | undefined;
  readonly approvals: ReadonlyMap<string, OpenApproval>;
  readonly openApprovals: readonly OpenApproval[] | undefined;
  readonly deeds: ReadonlyMap<string, number>;
  readonly receipts: ReadonlyMap<string, readonly ReceiptInView[]>;
  readonly glances: ReadonlyMap<string, Glance>;
  readonly flags: ReadonlySet<string>;
  readonly entries: ReadonlyMap<string, AuditLine>;
  readonly pages: ReadonlyMap<string, readonly AuditLine[]>;
  readonly shelf: readonly { readonly id: CouponId; readonly name: string }[] | undefined;
}

/** The key under which a glance is kept. */
export function glanceKey({ customerId, tierDays }: GlanceNeed): string {
  return `${customerId} ${tierDays}`;
}

const asked = [
  'staffOf',
  'staff',
  'staffPhones',
  'staffInvites',
  'team',
  'approvals',
  'openApprovals',
] as const;
const askedMore = [
  ...(['deeds', 'receipts', 'glances', 'flags', 'auditEntries', 'auditPages', 'couponShelf'] as const),
];

/** What a command asks to know of the staff, as db/facts/staff.ts reads it; undefined where it asks nothing. */
export function readStaff(store: MemoryStore, needs: Needs, now: number): StaffFound | undefined {
  if ([...asked, ...askedMore].every((need) => needs[need] === undefined)) return undefined;
  const members = [...store.staff.values()];
  const current = members.filter(({ removedAt }) => removedAt === null);
  const keyed = (
    kind: string,
    values: readonly string[] = [],
    fits: (one: Staff, value: string) => boolean,
  ) =>
    values.flatMap((value) =>
      current.flatMap((one) => (fits(one, value) ? [[`${kind} ${value}`, one] as const] : [])),
    );
  const byKey = [
    ...keyed('customer', needs.staffOf, (one, id) => one.customerId === id),
    ...keyed('phone', needs.staffPhones, (one, phone) => one.phone === phone),
    ...keyed('invite', needs.staffInvites, (one, token) => one.inviteHash === sha256(token)),
  ];
  const named = members.filter(({ id }) => needs.staff?.includes(id));
  const approvals = (needs.approvals ?? []).flatMap((id) => store.approvals.get(id) ?? []);
  return {
    byId: new Map([...byKey.map(([, one]) => one), ...named].map((one) => [one.id, one])),
    byKey: new Map(byKey),
    team: needs.team && teamOf(store, current),
    approvals: new Map(approvals.map((one) => [one.id, shown(store, one)])),
    openApprovals: needs.openApprovals && openApprovalsOf(store, now),
    deeds: deedsOf(store, needs.deeds ?? [], now),
    receipts: new Map((needs.receipts ?? []).map((number) => [number, receiptsOf(store, number)])),
    glances: new Map((needs.glances ?? []).map((need) => [glanceKey(need), glanceOf(store, need, now)])),
    flags: flagsOf(store, needs.flags ?? [], now),
    entries: new Map(entriesOf(store, needs.auditEntries ?? []).map((one) => [one.id, one])),
    pages: new Map((needs.auditPages ?? []).map((need) => [auditPageKey(need), pageOf(store, need)])),
    shelf: needs.couponShelf && shelfOf(store),
  };
}

function teamOf(store: MemoryStore, current: readonly Staff[]): TeamMember[] {
  const rankOf = ({ role }: Staff) => roles.indexOf(role);
  return current
    .map((one): TeamMember => {
      const chats = one.customerId === null ? [] : store.chats.all('customer', one.customerId);
      const [chat] = chats
        .map(({ address }) => address)
        .filter(({ reachable, channel }) => reachable && channel !== 'sms')
        .sort((a, b) => b.lastSeenAt - a.lastSeenAt || (a.id < b.id ? -1 : 1));
      if (!chat) return { ...one, chat: null };
      const { id, channel, locale } = chat;
      return { ...one, chat: { id, channel, locale } };
    })
    .sort((a, b) => rankOf(b) - rankOf(a) || (a.id < b.id ? -1 : 1));
}

function nameOf(store: MemoryStore, id: CustomerId | string | null): string | null {
  const customer = id === null ? undefined : store.customers.get(id);
  return customer?.name ?? (customer?.phone ? `…${customer.phone.slice(-4)}` : null);
}

function shown(store: MemoryStore, approval: Approval): OpenApproval {
  const { request } = approval;
  const couponName = request.kind === 'issue' ? (store.coupons.get(request.couponId)?.name ?? null) : null;
  return { ...approval, customerName: nameOf(store, customerOfRequest(request)), couponName };
}

function openApprovalsOf(store: MemoryStore, now: number): OpenApproval[] {
  return [...store.approvals.values()]
    .filter(({ status, expiresAt }) => status === 'waiting' && expiresAt > now)
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    .map((approval) => shown(store, approval));
}

function deedsOf(store: MemoryStore, ids: readonly string[], now: number): Map<string, number> {
  const counts = new Map<string, number>();
  if (ids.length === 0) return counts;
  for (const [, chain] of store.audit.entries()) {
    for (const { actor, action, at } of chain) {
      const id = actor.slice('staff:'.length);
      if (at <= now - DAY_MS || !actor.startsWith('staff:') || !ids.includes(id)) continue;
      counts.set(`${id} ${action}`, (counts.get(`${id} ${action}`) ?? 0) + 1);
    }
  }
  return counts;
}

function flagsOf(store: MemoryStore, flags: readonly Flag[], now: number): Set<string> {
  const raised = flags.filter(({ pattern, staffId, customerId }) =>
    [...store.audit.of(customerId ?? 'house')].some(
      ({ action, reference, at }) =>
        action === flagAction(pattern) && reference === staffId && at > now - DAY_MS,
    ),
  );
  return new Set(raised.map(flagKey));
}

function receiptOf({ id, externalId, at, store, totalMinor, refundedMinor }: Purchase): ReceiptInView {
  return { id, number: externalId, at, store, totalMinor, refundedMinor };
}

function receiptsOf(store: MemoryStore, number: string): ReceiptInView[] {
  return [...store.purchases.values()]
    .filter((one) => one.kind === 'sale' && [number, number.toUpperCase()].includes(one.externalId))
    .sort((a, b) => b.at - a.at)
    .slice(0, 10)
    .map(receiptOf);
}

function glanceOf(store: MemoryStore, { customerId, tierDays }: GlanceNeed, now: number): Glance {
  const { paidMinor } = habitsOf(store, { customerId, since: now - tierDays * DAY_MS });
  const own = store.purchases.all('customer', customerId);
  const last = own.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).slice(0, 3);
  return { paidMinor, purchases: last.map(receiptOf) };
}

function allEntries(store: MemoryStore): AuditEntry[] {
  return [...store.audit.entries()].flatMap(([, chain]) => chain);
}

function entriesOf(store: MemoryStore, ids: readonly string[]): AuditLine[] {
  if (ids.length === 0) return [];
  return allEntries(store)
    .filter(({ id }) => ids.includes(id))
    .map((entry) => lineOf(store, entry));
}

function pageOf(store: MemoryStore, { customerId, before, limit }: AuditPageNeed): AuditLine[] {
  const entries = customerId
    ? [...store.audit.of(customerId)]
    : allEntries(store).filter(({ action }) => action !== viewedAction);
  return entries
    .filter(({ id }) => before === undefined || id < before)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, limit)
    .map((entry) => lineOf(store, entry));
}

function lineOf(store: MemoryStore, entry: AuditEntry): AuditLine {
  const by = store.staff.get(entry.actor.slice('staff:'.length));
  const undone = store.audit
    .of(entry.chain)
    .some((later) => later.action === undoneAction && later.reference === entry.id && later.seq > entry.seq);
  // The shops of the simulation are named by their ids.
  const shop = entry.actor.startsWith('shop:') ? entry.actor.slice('shop:'.length) : null;
  const actorName = by ? (by.name ?? `…${by.phone.slice(-4)}`) : shop;
  return { ...entry, actorName, customerName: nameOf(store, entry.chain), undone };
}

function shelfOf(store: MemoryStore) {
  return [...store.coupons.values()]
    .filter(({ stoppedAt, definition }) => {
      const { shared, pattern } = { shared: undefined, pattern: undefined, ...definition.code };
      return stoppedAt === null && shared === undefined && pattern === undefined;
    })
    .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    .slice(0, 200)
    .map(({ id, name }) => ({ id, name }));
}
