import type { AuditChain, AuditHead } from '../../core/audit/types.ts';
import type { Coupon, CouponBatch, CouponCode, CouponInHand, CouponUse } from '../../core/coupons/types.ts';
import { type CouponWalletNeed, walletKey } from '../../core/coupons/types.ts';
import type { ChatInvite } from '../../core/customers/chat_invite.ts';
import type { Merge } from '../../core/customers/merges.ts';
import {
  type CodeNeed,
  type CodeStanding,
  codeKey,
  type OneTimeCode,
} from '../../core/customers/one_time_code.ts';
import { type CustomerRecord, type CustomerRef, refKey } from '../../core/customers/types.ts';
import {
  type Conversation,
  conversationKey,
  type HistoryItem,
  type HistoryNeed,
  historyKey,
} from '../../core/dialogs/types.ts';
import type {
  ApprovalId,
  AuditId,
  CampaignId,
  CouponBatchId,
  CouponId,
  CustomerId,
  LotId,
  NoticeId,
  OneTimeCodeId,
  PurchaseId,
  QuestionId,
  StaffId,
  SurveyId,
  TalkId,
} from '../../core/ids.ts';
import type { ProfileFact } from '../../core/insights/facts/types.ts';
import type { SurveyFacts, SurveyInView } from '../../core/insights/nps/types.ts';
import type { QuestionInView } from '../../core/insights/questions.ts';
import type { Entered } from '../../core/journeys/types.ts';
import type { Attempt, BoughtNeed, Notice, ReceiptRef } from '../../core/messaging/notices.ts';
import type { CartName, Visitor } from '../../core/purchases/carts.ts';
import type { OrderName } from '../../core/purchases/orders.ts';
import {
  type Habits,
  type HabitsNeed,
  habitsKey,
  type Purchase,
  type PurchaseLot,
  type Refund,
  type WaitingPoints,
} from '../../core/purchases/types.ts';
import {
  type PaymentCode,
  type Redemption,
  type RedemptionRef,
  redemptionKey,
} from '../../core/redemptions/types.ts';
import type { Segment } from '../../core/segments/saved.ts';
import type { Campaign } from '../../core/staff/campaigns.ts';
import {
  type AuditLine,
  type AuditPageNeed,
  auditPageKey,
  type Flag,
  flagKey,
  type Glance,
  type GlanceNeed,
  type OpenApproval,
  type ReceiptInView,
  type Staff,
  type TeamMember,
} from '../../core/staff/types.ts';
import type { TalkInView, TalkMessage } from '../../core/talks/types.ts';
import { DAY_MS } from '../../core/time.ts';
import type { Facts, Needs } from '../../db/facts.ts';
import { sha256 } from '../../db/hash.ts';
import type { MemoryStore } from './memory_store.ts';
import { type CartsFound, readCarts } from './queries/carts.ts';
import { countedUses, usesAskedFor, walletOf, wantedOf } from './queries/coupons.ts';
import { mergesOf, recordOf, standingOf } from './queries/customers.ts';
import { type NoticesFound, readNotices } from './queries/notices.ts';
import { profileOf } from './queries/profile.ts';
import { burnedOf, claimsSince, habitsOf, historyOf, waitingOf } from './queries/purchases.ts';
import * as staff from './queries/staff.ts';
import { readSurveys } from './queries/surveys.ts';
import { readTalks, type TalksFound } from './queries/talks.ts';

const nothing: ReadonlyMap<string, never> = new Map<string, never>();

/** What `read` finds for each of `asked`, by its key. */
function found<Asked, Found>(
  asked: readonly Asked[] | undefined,
  keyOf: (asked: Asked) => string,
  read: (asked: Asked) => Found | undefined,
): ReadonlyMap<string, Found> {
  if (!asked || asked.length === 0) return nothing;
  const all = new Map<string, Found>();
  for (const one of asked) {
    const value = read(one);
    if (value !== undefined) all.set(keyOf(one), value);
  }
  return all;
}

const itself = (value: string) => value;

/**
 * What a command asked to know in one round and in those before it, as it was when it was read: later commits do not
 * show in it. Each part answers as its source in db/facts does; where two rounds know the same, the newer does.
 */
export class MemoryFacts implements Facts {
  readonly hashes = nothing;
  readonly #before: MemoryFacts | undefined;
  readonly #records: ReadonlyMap<string, CustomerRecord>;
  readonly #heads: ReadonlyMap<string, AuditHead>;
  readonly #redemptions: ReadonlyMap<string, Redemption>;
  readonly #paymentCodes: ReadonlyMap<string, PaymentCode>;
  readonly #purchases: ReadonlyMap<string, Purchase>;
  readonly #claims: ReadonlyMap<string, Purchase>;
  readonly #carts: CartsFound | undefined;
  readonly #lots: ReadonlyMap<string, PurchaseLot>;
  readonly #habits: ReadonlyMap<string, Habits>;
  readonly #refunds: ReadonlyMap<string, readonly Refund[]>;
  readonly #claimCounts: ReadonlyMap<string, number>;
  readonly #waiting: ReadonlyMap<string, readonly WaitingPoints[]>;
  readonly #coupons: ReadonlyMap<string, Coupon>;
  readonly #batches: ReadonlyMap<string, CouponBatch>;
  readonly #wanted: ReadonlyMap<string, number>;
  readonly #codes: ReadonlyMap<string, CouponCode>;
  readonly #uses: readonly CouponUse[];
  readonly #usesOf: ReadonlyMap<string, number>;
  readonly #wallets: ReadonlyMap<string, readonly CouponInHand[]>;
  readonly #oneTimeCodes: ReadonlyMap<string, OneTimeCode>;
  readonly #invites: ReadonlyMap<string, ChatInvite>;
  readonly #merges: ReadonlyMap<string, readonly Merge[]>;
  readonly #standings: ReadonlyMap<string, CodeStanding>;
  readonly #chats: ReadonlyMap<string, Conversation>;
  readonly #history: ReadonlyMap<string, readonly HistoryItem[]>;
  readonly #staff: staff.StaffFound | undefined;
  readonly #talks: TalksFound;
  readonly #profiles: ReadonlyMap<string, readonly ProfileFact[]>;
  readonly #surveys: SurveyFacts | undefined;
  readonly #notices: NoticesFound | undefined;
  readonly #questions: ReadonlyMap<string, QuestionInView>;
  readonly #segments: readonly Segment[] | undefined;
  readonly #campaigns: ReadonlyMap<string, Campaign>;
  readonly #lastCampaigns: readonly Campaign[] | undefined;

  constructor(store: MemoryStore, needs: Needs, now: number, before?: MemoryFacts) {
    this.#before = before;
    this.#records = recordsFor(store, needs.customers, now);
    this.#heads = found(needs.auditChains, itself, (chain) => {
      const last = store.audit.head(chain);
      return last && { chain, seq: last.seq, hash: '' };
    });
    this.#redemptions = redemptionsFor(store, needs.redemptions);
    this.#paymentCodes = found(needs.paymentCodes, itself, (code) => store.paymentCodes.get(code));
    this.#carts = readCarts(store, needs, before ? before.#carts : undefined);
    this.#claims = found(needs.claims, itself, (code) => store.purchases.find('claim', code));
    this.#purchases = found(needs.purchases, itself, (id) => store.purchases.get(id));
    this.#lots = found(needs.purchaseLots, itself, (id) => {
      const lot = store.lots.get(id);
      return lot && { ...lot, burned: burnedOf(store.ledger.of(lot.customerId), id) };
    });
    this.#habits = found(needs.habits, habitsKey, (need) => habitsOf(store, need));
    this.#refunds = found(needs.refunds, itself, (id) => store.refunds.all('purchase', id));
    this.#claimCounts = found(needs.claimants, itself, (id) => claimsSince(store, id, now - DAY_MS));
    this.#waiting = found(needs.waiting, itself, (id) => waitingOf(store, id));
    const codes = found(needs.couponCodes, itself, (code) => store.couponCodes.get(code));
    const couponIds = [...(needs.coupons ?? []), ...[...codes.values()].map(({ couponId }) => couponId)];
    this.#codes = codes;
    this.#coupons = found(couponIds, itself, (id) => store.coupons.get(id));
    this.#batches = found(needs.couponBatches, itself, (id) => store.couponBatches.get(id));
    this.#wanted = found(needs.couponCounts, itself, (id) => wantedOf(store, id));
    this.#uses = usesAskedFor(store, needs, [...codes.values()], now);
    this.#usesOf = found(needs.couponCustomers, pairKey, (pair) => countedUses(store, pair, now));
    this.#wallets = found(needs.couponWallets, walletKey, (need) => walletOf(store, need, now));
    this.#oneTimeCodes = found(needs.oneTimeCodes, itself, (id) => store.codes.get(id));
    this.#merges = found(needs.merges, itself, (id) => mergesOf(store, id));
    this.#invites = found(needs.chatInvites, itself, (token) => store.invites.get(sha256(token)));
    this.#standings = found(needs.codeStandings, codeKey, (need) => standingOf(store, need, now));
    this.#chats = found(needs.conversations, chatKey, (chat) => store.chats.get(chatKey(chat)));
    this.#history = found(needs.history, historyKey, (need) => historyOf(store, need));
    this.#staff = staff.readStaff(store, needs, now);
    this.#talks = readTalks(store, needs, now);
    this.#profiles = found(needs.profileFacts, itself, (id) => profileOf(store, id));
    this.#surveys = readSurveys(store, needs, before ? before.#surveys : undefined);
    this.#questions = found(needs.questions, itself, (id) => {
      const question = store.questions.get(id);
      const chat = question && store.chats.find('id', question.addressId);
      return question && { ...question, channel: chat?.address.channel ?? null };
    });
    this.#segments = needs.savedSegments && [...store.segments.values()];
    this.#campaigns = found(needs.campaigns, itself, (id) => store.campaigns.get(id));
    this.#lastCampaigns = needs.lastCampaigns && newestCampaigns(store);
    this.#notices = readNotices(store, needs, now, before ? before.#notices : undefined);
  }

  keysOf(): readonly string[] {
    return [];
  }
  customer(ref: CustomerRef): CustomerRecord | undefined {
    return this.#records.get(refKey(ref)) ?? this.#before?.customer(ref);
  }
  auditHead(chain: AuditChain): AuditHead | undefined {
    return this.#heads.get(chain) ?? this.#before?.auditHead(chain);
  }
  redemption(ref: RedemptionRef): Redemption | undefined {
    return this.#redemptions.get(redemptionKey(ref)) ?? this.#before?.redemption(ref);
  }
  paymentCode(code: string): PaymentCode | undefined {
    return this.#paymentCodes.get(code) ?? this.#before?.paymentCode(code);
  }
  purchase(id: PurchaseId): Purchase | undefined {
    const own = this.#purchases.get(id) ?? [...this.#claims.values()].find((one) => one.id === id);
    return own ?? this.#before?.purchase(id);
  }
  claim(code: string): Purchase | undefined {
    return this.#claims.get(code) ?? this.#before?.claim(code);
  }
  cart(id: string) {
    return this.#carts?.cart(id);
  }
  cartNamed(name: CartName) {
    return this.#carts?.cartNamed(name);
  }
  cartsOf(id: CustomerId) {
    return this.#carts?.cartsOf(id) ?? [];
  }
  cartsOfVisitor(visitor: Visitor) {
    return this.#carts?.cartsOfVisitor(visitor) ?? [];
  }
  order(id: string) {
    return this.#carts?.order(id);
  }
  orderNamed(name: OrderName) {
    return this.#carts?.orderNamed(name);
  }
  ordersOf(id: CustomerId) {
    return this.#carts?.ordersOf(id) ?? [];
  }
  purchaseLot(id: LotId): PurchaseLot | undefined {
    return this.#lots.get(id) ?? this.#before?.purchaseLot(id);
  }
  habits(need: HabitsNeed): Habits | undefined {
    return this.#habits.get(habitsKey(need)) ?? this.#before?.habits(need);
  }
  refunds(id: PurchaseId): readonly Refund[] {
    return this.#refunds.get(id) ?? this.#before?.refunds(id) ?? [];
  }
  claimsOfDay(id: CustomerId): number {
    return this.#claimCounts.get(id) ?? this.#before?.claimsOfDay(id) ?? 0;
  }
  waiting(id: CustomerId): readonly WaitingPoints[] {
    return this.#waiting.get(id) ?? this.#before?.waiting(id) ?? [];
  }
  coupon(id: CouponId): Coupon | undefined {
    return this.#coupons.get(id) ?? this.#before?.coupon(id);
  }
  couponBatch(id: CouponBatchId): CouponBatch | undefined {
    return this.#batches.get(id) ?? this.#before?.couponBatch(id);
  }
  couponCodesWanted(id: CouponId): number {
    return this.#wanted.get(id) ?? this.#before?.couponCodesWanted(id) ?? 0;
  }
  couponCode(code: string): CouponCode | undefined {
    return this.#codes.get(code) ?? this.#before?.couponCode(code);
  }
  couponUses(): readonly CouponUse[] {
    const all = [...(this.#before?.couponUses() ?? []), ...this.#uses];
    return [...new Map(all.map((use) => [use.id, use])).values()];
  }
  couponUsesOf(couponId: CouponId, customerId: CustomerId): number {
    const key = pairKey({ couponId, customerId });
    return this.#usesOf.get(key) ?? this.#before?.couponUsesOf(couponId, customerId) ?? 0;
  }
  couponWallet(need: CouponWalletNeed): readonly CouponInHand[] {
    return this.#wallets.get(walletKey(need)) ?? this.#before?.couponWallet(need) ?? [];
  }
  oneTimeCode(id: OneTimeCodeId): OneTimeCode | undefined {
    return this.#oneTimeCodes.get(id) ?? this.#before?.oneTimeCode(id);
  }
  merges(id: CustomerId): readonly Merge[] {
    return this.#merges.get(id) ?? this.#before?.merges(id) ?? [];
  }
  chatInvite(token: string): ChatInvite | undefined {
    return this.#invites.get(token) ?? this.#before?.chatInvite(token);
  }
  codeStanding(need: CodeNeed): CodeStanding | undefined {
    return this.#standings.get(codeKey(need)) ?? this.#before?.codeStanding(need);
  }
  conversation(channel: Conversation['address']['channel'], address: string): Conversation | undefined {
    return this.#chats.get(conversationKey(channel, address)) ?? this.#before?.conversation(channel, address);
  }
  history(need: HistoryNeed): readonly HistoryItem[] {
    return this.#history.get(historyKey(need)) ?? this.#before?.history(need) ?? [];
  }
  notice(id: NoticeId): Notice | undefined {
    return this.#notices?.notice(id);
  }
  attempts(id: NoticeId): readonly Attempt[] {
    return this.#notices?.attempts(id) ?? [];
  }
  messageOf(ref: ReceiptRef): Attempt | undefined {
    return this.#notices?.messageOf(ref);
  }
  offered(id: CustomerId): readonly number[] {
    return this.#notices?.offered(id) ?? [];
  }
  heaviest(id: CustomerId): number {
    return this.#notices?.heaviest(id) ?? 0;
  }
  /** No campaign and no journey writes to anybody here. */
  lastTold(): undefined {
    return undefined;
  }
  sentOffers(): readonly [] {
    return [];
  }
  /** Nobody here is offered anything for months. */
  silence(): undefined {
    return undefined;
  }
  bought(need: BoughtNeed): boolean {
    return this.#notices?.bought(need) ?? false;
  }
  staffOf(id: CustomerId): Staff | undefined {
    return this.#staff?.byKey.get(`customer ${id}`) ?? this.#before?.staffOf(id);
  }
  staff(id: StaffId): Staff | undefined {
    return this.#staff?.byId.get(id) ?? this.#before?.staff(id);
  }
  staffByPhone(phone: string): Staff | undefined {
    return this.#staff?.byKey.get(`phone ${phone}`) ?? this.#before?.staffByPhone(phone);
  }
  staffInvite(token: string): Staff | undefined {
    return this.#staff?.byKey.get(`invite ${token}`) ?? this.#before?.staffInvite(token);
  }
  team(): readonly TeamMember[] {
    return this.#staff?.team ?? this.#before?.team() ?? [];
  }
  approval(id: ApprovalId): OpenApproval | undefined {
    return this.#staff?.approvals.get(id) ?? this.#before?.approval(id);
  }
  openApprovals(): readonly OpenApproval[] {
    return this.#staff?.openApprovals ?? this.#before?.openApprovals() ?? [];
  }
  deeds(id: StaffId, action: string): number {
    return this.#staff?.deeds.get(`${id} ${action}`) ?? this.#before?.deeds(id, action) ?? 0;
  }
  receipts(number: string): readonly ReceiptInView[] {
    return this.#staff?.receipts.get(number) ?? this.#before?.receipts(number) ?? [];
  }
  glance(need: GlanceNeed): Glance | undefined {
    return this.#staff?.glances.get(staff.glanceKey(need)) ?? this.#before?.glance(need);
  }
  flagged(flag: Flag): boolean {
    return this.#staff?.flags.has(flagKey(flag)) || this.#before?.flagged(flag) || false;
  }
  auditEntry(id: AuditId): AuditLine | undefined {
    return this.#staff?.entries.get(id) ?? this.#before?.auditEntry(id);
  }
  auditPage(need: AuditPageNeed): readonly AuditLine[] {
    return this.#staff?.pages.get(auditPageKey(need)) ?? this.#before?.auditPage(need) ?? [];
  }
  couponShelf(): readonly { readonly id: CouponId; readonly name: string }[] {
    return this.#staff?.shelf ?? this.#before?.couponShelf() ?? [];
  }
  question(id: QuestionId): QuestionInView | undefined {
    return this.#questions.get(id) ?? this.#before?.question(id);
  }
  /** Lists are fetched in a browser, not in a chat. */
  /** Nobody here has pages of ours that links could stand under. */
  link(): undefined {
    return undefined;
  }
  page(): undefined {
    return undefined;
  }
  lastPages(): readonly [] {
    return [];
  }
  hasPicture(): boolean {
    return false;
  }

  export(): undefined {
    return undefined;
  }
  savedSegments(): readonly Segment[] {
    return this.#segments ?? this.#before?.savedSegments() ?? [];
  }
  campaign(id: CampaignId): Campaign | undefined {
    return this.#campaigns.get(id) ?? this.#before?.campaign(id);
  }
  /** Campaigns are sent by the job, which the simulation does not run. */
  campaignMember(): undefined {
    return undefined;
  }
  /** Campaigns are not sent here. */
  campaignWaits(): boolean {
    return false;
  }
  lastCampaigns(): readonly Campaign[] {
    return this.#lastCampaigns ?? this.#before?.lastCampaigns() ?? [];
  }
  talk(id: TalkId): TalkInView | undefined {
    return this.#talks.byId.get(id) ?? this.#before?.talk(id);
  }
  talkIn(channel: Conversation['address']['channel'], address: string): TalkInView | undefined {
    const id = this.#talks.inChats.get(conversationKey(channel, address));
    return id === undefined ? this.#before?.talkIn(channel, address) : this.talk(id);
  }
  /** Nothing is sent here, so nobody points at a message. */
  talkOfReply(): undefined {
    return undefined;
  }
  talkMessages(id: TalkId): readonly TalkMessage[] {
    return this.#talks.messages.get(id) ?? this.#before?.talkMessages(id) ?? [];
  }
  openTalks(): readonly TalkInView[] {
    return this.#talks.open ?? this.#before?.openTalks() ?? [];
  }
  profileFacts(id: CustomerId): readonly ProfileFact[] {
    return this.#profiles.get(id) ?? this.#before?.profileFacts(id) ?? [];
  }
  survey(id: SurveyId): SurveyInView | undefined {
    return this.#surveys?.survey(id);
  }
  surveyOfPurchase(id: PurchaseId): SurveyInView | undefined {
    return this.#surveys?.surveyOfPurchase(id);
  }
  sellerOf(id: PurchaseId): StaffId | undefined {
    return this.#surveys?.sellerOf(id);
  }
  lastSurveyed(id: CustomerId): number {
    return this.#surveys?.lastSurveyed(id) ?? 0;
  }
  /** No journeys are on here. */
  journey(): undefined {
    return undefined;
  }
  allJourneys(): readonly [] {
    return [];
  }
  run(): undefined {
    return undefined;
  }
  entered(): Entered {
    return { lastStartedAt: null, runsOfOccasion: [], runs: [] };
  }
  sharedOccasion(): null {
    return null;
  }
  runsWaiting(): readonly [] {
    return [];
  }
  event(): undefined {
    return undefined;
  }
  npsOf(): undefined {
    return undefined;
  }
  mutes(): readonly [] {
    return [];
  }
  couponCalled(): undefined {
    return undefined;
  }
  /** Cards are only looked at. */
  card(): undefined {
    return undefined;
  }
  /** Figures are only looked at: nothing is decided by them. */
  stats(): undefined {
    return undefined;
  }
}

function newestCampaigns(store: MemoryStore): Campaign[] {
  return [...store.campaigns.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, 8);
}

const pairKey = ({ couponId, customerId }: { couponId: CouponId; customerId: CustomerId }) =>
  `${couponId} ${customerId}`;

const chatKey = ({ channel, address }: NonNullable<Needs['conversations']>[number]) =>
  conversationKey(channel, address);

/** By each reference and by id; of two references to one customer the one that asked for more lots counts. */
function recordsFor(store: MemoryStore, asked: Needs['customers'], now: number) {
  if (!asked || asked.length === 0) return nothing;
  const records = new Map<string, CustomerRecord>();
  for (const { ref, lots } of asked) {
    const record = recordOf(store, ref, lots === 'open', now);
    if (!record) continue;
    const { id } = record.customer;
    const seen = records.get(id);
    const most = seen && seen.lots.length >= record.lots.length ? seen : record;
    for (const other of asked) {
      if (records.get(refKey(other.ref))?.customer.id === id) records.set(refKey(other.ref), most);
    }
    records.set(id, most);
    records.set(refKey(ref), most);
  }
  return records;
}

function redemptionsFor(store: MemoryStore, refs: Needs['redemptions']) {
  if (!refs || refs.length === 0) return nothing;
  const all = new Map<string, Redemption>();
  for (const ref of refs) {
    const redemption =
      'id' in ref
        ? store.redemptions.get(ref.id)
        : store.redemptions.find('shop', `${ref.shopId} ${ref.externalId}`);
    if (!redemption) continue;
    const { shopId, externalId } = redemption;
    all.set(redemption.id, redemption);
    all.set(redemptionKey({ shopId, externalId }), redemption);
  }
  return all;
}
