import type { AuditEntry } from '../audit/types.ts';
import type { CouponChanges, CouponFacts, CouponNeeds } from '../coupons/types.ts';
import type { ChannelName, Locale } from '../customers/types.ts';
import type {
  AddressId,
  ApprovalId,
  AuditId,
  CampaignId,
  CouponId,
  CustomerId,
  PurchaseId,
  ShopId,
  StaffId,
} from '../ids.ts';
import type { SegmentChanges, SegmentFacts, SegmentNeeds } from '../segments/saved.ts';
import type { CampaignChanges, CampaignFacts, CampaignNeeds } from './campaigns.ts';
import type { ExportChanges, ExportFacts, ExportNeeds } from './exports.ts';
import type { Role } from './rights.ts';

/** The shop under which the staff record purchases and spend points by hand: no system has its key. */
export const staffShopId = 'shp_staff' as ShopId;

/** One of the people behind the counter. Without `customerId` the invitation has not been taken up yet. */
export interface Staff {
  readonly id: StaffId;
  /** E.164: whoever proves it may take up the invitation. Empty once the person was erased. */
  readonly phone: string;
  readonly name: string | null;
  readonly role: Role;
  /** The stores they work in; empty means all. */
  readonly stores: readonly string[];
  readonly customerId: CustomerId | null;
  /** `cli`, or `staff:stf_…`. */
  readonly invitedBy: string;
  /** SHA-256 of the one-time link while it is good. */
  readonly inviteHash: string | null;
  readonly inviteExpiresAt: number | null;
  readonly createdAt: number;
  readonly removedAt: number | null;
  readonly revision: number;
}

/** One of the staff as written; with a token, its hash takes the place of the link's. */
export interface WrittenStaff extends Staff {
  readonly inviteToken?: string;
}

/** One of the staff with the chat they can be reached in, and the language they read there. */
export interface TeamMember extends Staff {
  readonly chat: {
    readonly id: AddressId;
    readonly channel: ChannelName;
    readonly locale: Locale;
  } | null;
}

/** What the staff give by hand and may need a second person for: points given or taken, or a coupon. */
export type GiftRequest =
  | {
      readonly kind: 'adjust';
      readonly customerId: CustomerId;
      readonly points: number;
      readonly note: string;
    }
  | { readonly kind: 'issue'; readonly customerId: CustomerId; readonly couponId: CouponId };

/** Messages to so many people. */
interface CampaignRequest {
  readonly kind: 'campaign';
  readonly campaignId: CampaignId;
  readonly name: string;
  readonly people: number;
}

/** What waits for a second person. */
export type StaffRequest = GiftRequest | CampaignRequest;

/** The customer a request is about; null where it is about none. */
export function customerOfRequest(request: StaffRequest): CustomerId | null {
  return request.kind === 'campaign' ? null : request.customerId;
}

/** Where a request stands. */
export type ApprovalStatus = 'waiting' | 'approved' | 'refused' | 'expired';

/** A request that waits for a second person, or what became of it. */
export interface Approval {
  readonly id: ApprovalId;
  /** Who asks. */
  readonly staffId: StaffId;
  readonly request: StaffRequest;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly status: ApprovalStatus;
  readonly decidedBy: StaffId | null;
  readonly decidedAt: number | null;
  readonly revision: number;
}

/** An open request as it is shown to whoever decides. */
export interface OpenApproval extends Approval {
  readonly customerName: string | null;
  /** The coupon's name, where it is about one. */
  readonly couponName: string | null;
}

/** A receipt as it is chosen by its number. */
export interface ReceiptInView {
  readonly id: PurchaseId;
  readonly number: string;
  readonly at: number;
  readonly store: string | null;
  readonly totalMinor: number;
  readonly refundedMinor: number;
}

/** A customer's last purchases, and what was paid within the days that count for a tier. */
export interface Glance {
  readonly paidMinor: number;
  readonly purchases: readonly ReceiptInView[];
}

/** A customer to be seen at a glance. */
export interface GlanceNeed {
  readonly customerId: CustomerId;
  readonly tierDays: number;
}

/** An entry of the audit trail with the names it stands for, and whether it was undone. */
export interface AuditLine extends AuditEntry {
  readonly actorName: string | null;
  readonly customerName: string | null;
  readonly undone: boolean;
}

/** The action of an entry that says of another (its reference) that it was undone. */
export const undoneAction = 'action.undone';
/** The action of an entry that says that somebody's data were looked at. */
export const viewedAction = 'customer.view';

/** What an owner should look at: who of the staff, and with whom (nobody where it is about refunds as such). */
export interface Flag {
  readonly pattern: FlagPattern;
  readonly staffId: StaffId;
  readonly customerId: CustomerId | null;
  /** How often, or how many points. */
  readonly figure: number;
}

/** Patterns that are raised, once a day for the same people. */
export type FlagPattern = 'same_customer' | 'spent_elsewhere' | 'many_refunds' | 'large_sale';

/** The action under which a pattern stands in the audit trail. */
export function flagAction(pattern: FlagPattern): string {
  return `flag.${pattern}`;
}

/** A page of the audit trail, newest first: of one customer or of all, older than `before` where given. */
export interface AuditPageNeed {
  readonly customerId?: CustomerId;
  readonly before?: AuditId;
  readonly limit: number;
}

/** What happened in a span of time. Money in minor units. */
export interface Figures {
  readonly purchases: number;
  readonly revenueMinor: number;
  readonly given: number;
  readonly spent: number;
  readonly newCustomers: number;
  /** What messages cost, and what they spared against SMS, counts where prices are known; in micros. */
  readonly messages: number;
  readonly messagesCostMicros: number;
  readonly messagesSavedMicros: number;
}

/** Today and this week so far, each beside the same span of the one before. */
export interface Stats {
  readonly today: Figures;
  readonly yesterday: Figures;
  readonly week: Figures;
  readonly lastWeek: Figures;
}

/** What a use case of the staff may ask to know. */
export interface StaffNeeds extends CouponNeeds, CampaignNeeds, ExportNeeds, SegmentNeeds {
  /** Those of the staff who are these customers. */
  readonly staffOf?: readonly CustomerId[];
  readonly staff?: readonly StaffId[];
  readonly staffPhones?: readonly string[];
  /** By the token of a one-time link. */
  readonly staffInvites?: readonly string[];
  /** All of the staff. */
  readonly team?: true;
  readonly approvals?: readonly ApprovalId[];
  readonly openApprovals?: true;
  /** What these did in the last 24 hours, counted. */
  readonly deeds?: readonly StaffId[];
  /** Receipts by number, of whatever shop. */
  readonly receipts?: readonly string[];
  readonly glances?: readonly GlanceNeed[];
  readonly auditEntries?: readonly AuditId[];
  readonly auditPages?: readonly AuditPageNeed[];
  readonly flags?: readonly Flag[];
  /** Coupons that can be given to a customer. */
  readonly couponShelf?: true;
  /** Figures, by the days and weeks of this time zone. */
  readonly stats?: { readonly zone: string };
}

/** What it then knows. Nobody who was removed is found, except by id. */
export interface StaffFacts extends CouponFacts, CampaignFacts, ExportFacts, SegmentFacts {
  staffOf(customerId: CustomerId): Staff | undefined;
  staff(id: StaffId): Staff | undefined;
  staffByPhone(phone: string): Staff | undefined;
  staffInvite(token: string): Staff | undefined;
  /** Those with the most rights first. */
  team(): readonly TeamMember[];
  approval(id: ApprovalId): OpenApproval | undefined;
  /** The oldest first. */
  openApprovals(): readonly OpenApproval[];
  /** How often somebody did something in the last 24 hours, by the action of the audit trail. */
  deeds(id: StaffId, action: string): number;
  receipts(number: string): readonly ReceiptInView[];
  glance(need: GlanceNeed): Glance | undefined;
  /** Whether it was raised in the last 24 hours. */
  flagged(flag: Flag): boolean;
  auditEntry(id: AuditId): AuditLine | undefined;
  auditPage(need: AuditPageNeed): readonly AuditLine[];
  /** The newest first. */
  couponShelf(): readonly { readonly id: CouponId; readonly name: string }[];
  stats(): Stats | undefined;
}

/** What it may write. Updates hold the whole row as it is from now on, its revision one ahead. */
export interface StaffChanges extends CouponChanges, CampaignChanges, ExportChanges, SegmentChanges {
  readonly staff?: readonly WrittenStaff[];
  readonly staffUpdates?: readonly WrittenStaff[];
  readonly approvals?: readonly Approval[];
  readonly approvalUpdates?: readonly Approval[];
}

/** The key under which it is kept among the facts that something was raised. */
export function flagKey({ pattern, staffId, customerId }: Flag): string {
  return `${pattern} ${staffId} ${customerId ?? 'house'}`;
}

/** The key under which a page of the audit trail is kept among the facts. */
export function auditPageKey({ customerId, before, limit }: AuditPageNeed): string {
  return `${customerId ?? ''} ${before ?? ''} ${limit}`;
}

/** How one of the staff stands in the ledger and the audit trail. */
export function actorOfStaff({ id }: Pick<Staff, 'id'>): string {
  return `staff:${id}`;
}
