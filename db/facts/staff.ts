import type { CouponFacts } from '../../core/coupons/types.ts';
import type { ChannelName, Locale } from '../../core/customers/types.ts';
import type { AddressId, CouponId } from '../../core/ids.ts';
import type { SegmentFacts } from '../../core/segments/saved.ts';
import type { CampaignFacts } from '../../core/staff/campaigns.ts';
import type { ExportFacts } from '../../core/staff/exports.ts';
import { roles } from '../../core/staff/rights.ts';
import {
  type AuditLine,
  type AuditPageNeed,
  auditPageKey,
  flagAction,
  flagKey,
  type GlanceNeed,
  type OpenApproval,
  type ReceiptInView,
  type Staff,
  type StaffFacts,
  type Stats,
  staffShopId,
  type TeamMember,
  undoneAction,
  viewedAction,
} from '../../core/staff/types.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Row, statement } from '../database.ts';
import { sha256 } from '../hash.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { readStats, statsStatement } from '../stats.ts';
import { habitsStatement, purchaseFrom } from './purchases.ts';
import { asAsked, eachRow, type FactSource, type Needs, type Query } from './source.ts';

type Known = Omit<
  StaffFacts,
  keyof CouponFacts | keyof CampaignFacts | keyof ExportFacts | keyof SegmentFacts
>;
type Source = FactSource<Known>;

type Found = ReturnType<typeof nothingYet>;

function nothingYet() {
  return {
    staff: new Map<string, Staff>(),
    /** Ids of those who are on the staff now, by `customer …`, `phone …` and `invite …`. */
    ids: new Map<string, string>(),
    team: [] as TeamMember[],
    approvals: new Map<string, OpenApproval>(),
    openApprovals: [] as OpenApproval[],
    deeds: new Map<string, number>(),
    receipts: new Map<string, ReceiptInView[]>(),
    paid: new Map<string, number>(),
    lastPurchases: new Map<string, ReceiptInView[]>(),
    flags: new Set<string>(),
    entries: new Map<string, AuditLine>(),
    pages: new Map<string, AuditLine[]>(),
    shelf: [] as { id: CouponId; name: string }[],
    stats: undefined as Stats | undefined,
  };
}

/** Reads the staff, what waits for a second person, what they did, and what they look up. */
export function staffSource(): Source {
  const found = nothingYet();
  const known = (key: string) => found.staff.get(found.ids.get(key) ?? '');
  return {
    queries: (needs, now) => [
      ...staffQueries(needs, found),
      ...approvalQueries(needs, now, found),
      ...trailQueries(needs, now, found),
      ...lookUpQueries(needs, now, found),
    ],
    facts: {
      staffOf: (customerId) => known(`customer ${customerId}`),
      staff: (id) => found.staff.get(id),
      staffByPhone: (phone) => known(`phone ${phone}`),
      staffInvite: (token) => known(`invite ${token}`),
      team: () => found.team,
      approval: (id) => found.approvals.get(id),
      openApprovals: () => found.openApprovals,
      deeds: (id, action) => found.deeds.get(`${id} ${action}`) ?? 0,
      receipts: (number) => found.receipts.get(number) ?? [],
      glance: (need) => glanceOf(need, found),
      flagged: (flag) => found.flags.has(flagKey(flag)),
      auditEntry: (id) => found.entries.get(id),
      auditPage: (need) => found.pages.get(auditPageKey(need)) ?? [],
      couponShelf: () => found.shelf,
      stats: () => found.stats,
    },
    keys: {
      staff: asAsked,
      staffPhones: (phones) => phones.map((phone) => `staff:${phone}`),
      staffInvites: (tokens) => tokens.map((token) => `invite:${token}`),
      deeds: (ids) => ids.map((id) => `deeds:${id}`),
      approvals: asAsked,
      auditEntries: asAsked,
    },
  };
}

/** What two rounds of reading found: the newer where both have it. */
export function joinStaffFacts(first: Known, second: Known): Known {
  return {
    staffOf: (customerId) => second.staffOf(customerId) ?? first.staffOf(customerId),
    staff: (id) => second.staff(id) ?? first.staff(id),
    staffByPhone: (phone) => second.staffByPhone(phone) ?? first.staffByPhone(phone),
    staffInvite: (token) => second.staffInvite(token) ?? first.staffInvite(token),
    team: () => filled(second.team(), first.team()),
    approval: (id) => second.approval(id) ?? first.approval(id),
    openApprovals: () => filled(second.openApprovals(), first.openApprovals()),
    deeds: (id, action) => second.deeds(id, action) || first.deeds(id, action),
    receipts: (number) => filled(second.receipts(number), first.receipts(number)),
    glance: (need) => second.glance(need) ?? first.glance(need),
    flagged: (flag) => second.flagged(flag) || first.flagged(flag),
    auditEntry: (id) => second.auditEntry(id) ?? first.auditEntry(id),
    auditPage: (need) => filled(second.auditPage(need), first.auditPage(need)),
    couponShelf: () => filled(second.couponShelf(), first.couponShelf()),
    stats: () => second.stats() ?? first.stats(),
  };
}

function filled<Some>(newer: readonly Some[], older: readonly Some[]): readonly Some[] {
  return newer.length > 0 ? newer : older;
}

/** A query over the values asked for, left out where there are none. */
function over<Value>(
  values: readonly Value[],
  sql: string,
  take: (row: Row) => void,
  ...args: readonly (string | number)[]
): Query[] {
  return values.length > 0 ? [eachRow(statement(sql, JSON.stringify(values), ...args), take)] : [];
}

const staffRow = reader(schema.staff);

/** One of the staff as stored, in the words of core. */
export function staffFrom(row: Row): Staff {
  const { stores, ...staff } = staffRow(row);
  return { ...(staff as Omit<Staff, 'stores'>), stores: JSON.parse(stores) as string[] };
}

function staffQueries(needs: Needs, found: Found): Query[] {
  const keep = (row: Row, key?: string) => {
    const staff = staffFrom(row);
    found.staff.set(staff.id, staff);
    if (key !== undefined) found.ids.set(key, staff.id);
  };
  const named = (
    kind: 'customer' | 'phone' | 'invite',
    column: string,
    values: readonly (readonly [string, string])[],
  ) =>
    over(
      values,
      `select s.*, i.value ->> 0 as wanted from json_each(?) i
       join staff s on s.${column} = i.value ->> 1 and s.removed_at is null`,
      (row) => keep(row, `${kind} ${row.wanted}`),
    );
  const same = (value: string) => [value, value] as const;
  return [
    ...over(needs.staff ?? [], 'select s.* from json_each(?) i join staff s on s.id = i.value', (row) =>
      keep(row),
    ),
    ...named('customer', 'customer_id', (needs.staffOf ?? []).map(same)),
    ...named('phone', 'phone', (needs.staffPhones ?? []).map(same)),
    ...named(
      'invite',
      'invite_hash',
      (needs.staffInvites ?? []).map((token) => [token, sha256(token)] as const),
    ),
    ...(needs.team ? [teamQuery(found)] : []),
  ];
}

/** Everybody on the staff, with the chat they used last. An SMS is no chat. */
function teamQuery(found: Found): Query {
  const sql = `select s.*, a.id as chat_id, a.channel as chat_channel, a.locale as chat_locale from staff s
    left join addresses a on a.id = (select id from addresses
      where customer_id = s.customer_id and reachable = 1 and channel <> 'sms' order by last_seen_at desc, id limit 1)
    where s.removed_at is null`;
  const rankOf = ({ role }: Staff) => roles.indexOf(role);
  return {
    statement: statement(sql),
    take(rows) {
      const team = rows.map((row): TeamMember => {
        const { chat_id: id, chat_channel: channel, chat_locale: locale } = row;
        if (id === null) return { ...staffFrom(row), chat: null };
        const chat = { id: id as AddressId, channel: channel as ChannelName, locale: locale as Locale };
        return { ...staffFrom(row), chat };
      });
      found.team = team.sort((a, b) => rankOf(b) - rankOf(a) || (a.id < b.id ? -1 : 1));
    },
  };
}

const approvalRow = reader(schema.approvals);

/** A customer by name, or by the end of the phone: enough to know whom it is about. */
const nameOfCustomer = "coalesce(c.name, '…' || substr(c.phone, -4)) as customer_name";

function approvalFrom(row: Row): OpenApproval {
  const { request, kind: _, customerId: __, ...approval } = approvalRow(row);
  return {
    ...(approval as Omit<OpenApproval, 'request' | 'customerName' | 'couponName'>),
    request: JSON.parse(request) as OpenApproval['request'],
    customerName: textOf(row.customer_name),
    couponName: textOf(row.coupon_name),
  };
}

function textOf(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function approvalQueries(needs: Needs, now: number, found: Found): Query[] {
  const joined = `left join customers c on c.id = p.customer_id left join coupons k on k.id = p.request ->> 'couponId'`;
  const columns = `p.*, ${nameOfCustomer}, k.name as coupon_name`;
  const open = `select ${columns} from approvals p ${joined}
    where p.status = 'waiting' and p.expires_at > ? order by p.created_at, p.id`;
  return [
    ...over(
      needs.approvals ?? [],
      `select ${columns} from json_each(?) i join approvals p on p.id = i.value ${joined}`,
      (row) => {
        const approval = approvalFrom(row);
        found.approvals.set(approval.id, approval);
      },
    ),
    ...(needs.openApprovals
      ? [
          {
            statement: statement(open, now),
            take: (rows: readonly Row[]) => {
              found.openApprovals = rows.map(approvalFrom);
            },
          },
        ]
      : []),
  ];
}

const entryRow = reader(schema.auditEntries);

/** Entries of the audit trail with names, and whether a later one of the same chain says that they were undone. */
const lineColumns = `e.*, coalesce(s.name, '…' || substr(s.phone, -4), h.name) as actor_name, ${nameOfCustomer},
  exists (select 1 from audit_entries u where u.chain = e.chain and u.seq > e.seq and u.action = '${undoneAction}'
    and u.reference = e.id) as undone`;
const lineJoins = `left join staff s on s.id = substr(e.actor, length('staff:') + 1) left join customers c on c.id = e.chain
  left join shops h on h.id = substr(e.actor, length('shop:') + 1)`;

function lineFrom(row: Row): AuditLine {
  const { hash: _, details, ...entry } = entryRow(row);
  return {
    ...(entry as Omit<AuditLine, 'details' | 'actorName' | 'customerName' | 'undone'>),
    details: JSON.parse(details) as AuditLine['details'],
    actorName: textOf(row.actor_name),
    customerName: textOf(row.customer_name),
    undone: row.undone === 1,
  };
}

function trailQueries(needs: Needs, now: number, found: Found): Query[] {
  return [
    ...over(
      needs.auditEntries ?? [],
      `select ${lineColumns} from json_each(?) i join audit_entries e on e.id = i.value ${lineJoins}`,
      (row) => found.entries.set(String(row.id), lineFrom(row)),
    ),
    ...(needs.auditPages ?? []).map((page) => pageQuery(page, found)),
    ...over(
      (needs.flags ?? []).map((flag) => [
        flagKey(flag),
        flag.customerId ?? 'house',
        flagAction(flag.pattern),
        flag.staffId,
      ]),
      `select i.value ->> 0 as key from json_each(?) i join audit_entries e on e.chain = i.value ->> 1
         and e.action = i.value ->> 2 and e.reference = i.value ->> 3 and e.at > ?`,
      (row) => found.flags.add(String(row.key)),
      now - DAY_MS,
    ),
    ...over(
      needs.deeds ?? [],
      `select i.value as id, e.action, count(*) as times from json_each(?) i
       join audit_entries e on e.actor = 'staff:' || i.value and e.at > ? group by 1, 2`,
      (row) => found.deeds.set(`${row.id} ${row.action}`, Number(row.times)),
      now - DAY_MS,
    ),
  ];
}

/** Who looked at whom stands on a customer's own page only: elsewhere it would hide what was done. */
function pageQuery(need: AuditPageNeed, found: Found): Query {
  const { customerId, before = '~', limit } = need;
  const which = customerId === undefined ? 'e.action <> ?' : 'e.chain = ?';
  const sql = `select ${lineColumns} from audit_entries e ${lineJoins}
    where ${which} and e.id < ? order by e.id desc limit ?`;
  return {
    statement: statement(sql, customerId ?? viewedAction, before, limit),
    take: (rows) => found.pages.set(auditPageKey(need), rows.map(lineFrom)),
  };
}

/** How many of a customer's last purchases are looked at. */
const purchasesAtGlance = 3;

function lookUpQueries(needs: Needs, now: number, found: Found): Query[] {
  const zone = needs.stats?.zone;
  return [
    ...(needs.receipts ?? []).map((number) => receiptQuery(number, found)),
    ...(needs.glances ?? []).flatMap((need) => glanceQueries(need, now, found)),
    ...(needs.couponShelf ? [shelfQuery(found)] : []),
    ...(zone === undefined
      ? []
      : [
          {
            statement: statsStatement(zone, now),
            take: (rows: readonly Row[]) => {
              found.stats = readStats(rows);
            },
          },
        ]),
  ];
}

function receiptFrom(row: Row): ReceiptInView {
  const { id, externalId: number, at, store, totalMinor, refundedMinor } = purchaseFrom(row);
  return { id, number, at, store, totalMinor, refundedMinor };
}

/** Numbers are unique within a shop only. Those made here are in capitals, however they are typed. */
function receiptQuery(number: string, found: Found): Query {
  return {
    statement: statement(
      `select p.* from (select id from shops union all select '${staffShopId}') s
       join purchases p on p.shop_id = s.id and p.external_id in (?1, upper(?1)) and p.kind = 'sale'
       order by p.at desc limit 10`,
      number,
    ),
    take: (rows) => found.receipts.set(number, rows.map(receiptFrom)),
  };
}

function glanceKey({ customerId, tierDays }: GlanceNeed): string {
  return `${customerId} ${tierDays}`;
}

function glanceOf(need: GlanceNeed, found: Found) {
  const paidMinor = found.paid.get(glanceKey(need));
  if (paidMinor === undefined) return undefined;
  return { paidMinor, purchases: found.lastPurchases.get(need.customerId) ?? [] };
}

function glanceQueries(need: GlanceNeed, now: number, found: Found): Query[] {
  const { customerId, tierDays } = need;
  return [
    eachRow(habitsStatement({ customerId, since: now - tierDays * DAY_MS }), (row) =>
      found.paid.set(glanceKey(need), Number(row.paid_minor)),
    ),
    {
      statement: statement(
        'select * from purchases where customer_id = ? order by at desc, id desc limit ?',
        customerId,
        purchasesAtGlance,
      ),
      take: (rows) => found.lastPurchases.set(customerId, rows.map(receiptFrom)),
    },
  ];
}

/** Coupons without a code of their own are made for one customer each. */
function shelfQuery(found: Found): Query {
  return {
    statement: statement(
      `select id, name from coupons where stopped_at is null and definition ->> '$.code.shared' is null
         and definition ->> '$.code.pattern' is null order by created_at desc, id desc limit 200`,
    ),
    take(rows) {
      found.shelf = rows.map(({ id, name }) => ({ id: String(id) as CouponId, name: String(name) }));
    },
  };
}
