import type { Coupon, CouponBatch, CouponCode, CouponInHand } from '../core/coupons/types.ts';
import type { ConsentTexts } from '../core/customers/consents.ts';
import type { CodeRules } from '../core/customers/one_time_code.ts';
import type { Consent, Customer, CustomerRecord, CustomerRef, Locale } from '../core/customers/types.ts';
import type { DialogChanges, DialogFacts, DialogNeeds } from '../core/dialogs/types.ts';
import type {
  CampaignId,
  CartId,
  CouponBatchId,
  CouponId,
  CustomerId,
  EventId,
  NoticeId,
  OrderId,
  PictureId,
  PurchaseId,
  RedemptionId,
  RunId,
  SegmentId,
  ShopId,
  TalkId,
} from '../core/ids.ts';
import type { CustomerCard } from '../core/insights/card.ts';
import type { NpsAnswer, NpsQuestion } from '../core/insights/nps/figures.ts';
import type { EffectAsked } from '../core/insights/proof/question.ts';
import type { Refill } from '../core/insights/refill.ts';
import type { EffectReport, Period, Report, ReportQuestion, Theme } from '../core/insights/reports/types.ts';
import type { RfmProfile, RfmResult } from '../core/insights/rfm/types.ts';
import type { CampaignProblem } from '../core/journeys/campaigns/check.ts';
import type { CampaignFigures, PricedAudience } from '../core/journeys/campaigns/figures.ts';
import type { JourneyDefinition } from '../core/journeys/definition.ts';
import type { DryRun } from '../core/journeys/dry_run/types.ts';
import type { StoredEvent } from '../core/journeys/events.ts';
import type { CheckedJourney } from '../core/journeys/file.ts';
import type { Page } from '../core/journeys/pages.ts';
import type { SavedJourney } from '../core/journeys/switch.ts';
import type { Journey, JourneyRun } from '../core/journeys/types.ts';
import type { HistoryEntry } from '../core/ledger/view.ts';
import type { MessageFigures } from '../core/messaging/figures.ts';
import type { Image, ImageHead } from '../core/messaging/images.ts';
import type { Attempt, Notice } from '../core/messaging/notices.ts';
import type { PreviewMessage } from '../core/messaging/previews.ts';
import type { Clock, Command, Submitted } from '../core/ports.ts';
import type { Program } from '../core/program/program.ts';
import type { Cart, CartState } from '../core/purchases/carts.ts';
import type { Order } from '../core/purchases/orders.ts';
import type { Product } from '../core/purchases/products.ts';
import type { Purchase, Refund } from '../core/purchases/types.ts';
import type { Redemption, RedemptionStatus } from '../core/redemptions/types.ts';
import type { Segment } from '../core/segments/saved.ts';
import type { Catalogue } from '../core/segments/types.ts';
import type { Shop } from '../core/shops.ts';
import type { Campaign } from '../core/staff/campaigns.ts';
import type { Talk, TalkInView, TalkMessage, TalkStatus } from '../core/talks/types.ts';

/** Everything the API needs from outside; a root joins it to a database. */
export interface ApiParts {
  readonly clock: Clock;
  /** The rules in force. */
  program(): Program;
  /** Carries out a use case. Throws `writer_stopped` when the database failed. */
  submit<Result>(
    command: Command<DialogNeeds, DialogFacts, DialogChanges, Result>,
  ): Promise<Submitted<Result>>;
  readonly shops: ShopKeys;
  readonly customers: CustomerReads;
  readonly purchases: PurchaseReads;
  readonly products: ProductReads;
  readonly carts: CartReads;
  readonly orders: OrderReads;
  readonly events: EventReads;
  readonly journeys: JourneyReads;
  readonly redemptions: RedemptionReads;
  readonly coupons: CouponReads;
  readonly talks: TalkReads;
  /** How likely customers are to recommend the shop, by days of the program's calendar. */
  nps(question: Omit<NpsQuestion, 'zone'>): Promise<NpsAnswer>;
  readonly messages: MessageReads;
  readonly pictures: Pictures;
  readonly pages: PageReads;
  /** Messages as they would be seen. */
  readonly preview: PreviewMessage;
  readonly rfm: RfmReads;
  readonly reports: ReportReads;
  readonly refills: RefillReads;
  readonly segments: SegmentReads;
  readonly campaigns: CampaignReads;
  /** Where the code of a receipt without a customer leads by itself; undefined where there is no such place. */
  claimUrl(code: string): string | undefined;
  readonly health: Health;
  /** Absent where there is no site chat. */
  readonly chatSessions?: ChatSessions;
  /** What the program says about one-time codes, where these channels are. */
  codeRules(): CodeRules;
  /** The words of consents, for those a shop reports. */
  readonly consentTexts: ConsentTexts;
  readonly log: Log;
  /** Without it nothing is counted and there is no `/metrics`. */
  readonly metrics?: ApiMetrics;
  /**
   * Default: 100 requests a second with bursts of 200 for a key; 10 failures a second, bursts of 50, elsewhere; 6 wrong
   * codes a minute, bursts of 30, for a key, and ten times that for an address, which many tills may share.
   */
  readonly limits?: Partial<ApiLimits>;
  /** Where a request comes from. `env` is what the runtime passed with it. Default: unknown, one for all. */
  addressOf?(request: Request, env: unknown): string | undefined;
}

/** The shop a key belongs to. */
export interface ShopKeys {
  find(key: string): Promise<Shop | undefined>;
}

/** A customer as a shop sees one; nobody who was erased. */
export interface CustomerDetails {
  /** With all open lots. */
  readonly record: CustomerRecord;
  /** The newest answer of each category. */
  readonly consents: readonly Consent[];
  /** The asking shop's own ids of this customer. */
  readonly externalIds: readonly string[];
  /** What was paid within the time that counts for a tier, in minor units. */
  readonly paidMinor: number;
  /** Newest first. */
  readonly purchases: readonly Omit<Purchase, 'lines'>[];
  /** Those that can be used, the one that ends first before the others. */
  readonly coupons: readonly CouponInHand[];
  /** The talk with the staff that is open. */
  readonly talk: Pick<Talk, 'id' | 'status' | 'openedAt'> | undefined;
  /** Open ones, the newest change first. */
  readonly carts: readonly Cart[];
  /** The newest, whatever became of them. */
  readonly orders: readonly Order[];
  /** All that is known beyond that. */
  readonly card: CustomerCard;
}

/** A page of a ledger, newest first. */
export interface LedgerPage {
  readonly transactions: readonly HistoryEntry[];
  /** Whether older ones follow. */
  readonly more: boolean;
}

/** Reads of customers; both answer undefined when nobody is known by the reference. */
export interface CustomerReads {
  details(ref: CustomerRef, shopId: ShopId): Promise<CustomerDetails | undefined>;
  ledger(
    ref: CustomerRef,
    page: { readonly limit: number; readonly beforeSeq?: number },
  ): Promise<LedgerPage | undefined>;
}

/** Reads of purchases. */
export interface PurchaseReads {
  /** Our id of a purchase of this shop, named by the shop's own id or by ours. */
  idOf(shopId: ShopId, reference: string): Promise<PurchaseId | undefined>;
  /** A purchase as it stands, and what came back of it, oldest first. */
  read(
    id: PurchaseId,
  ): Promise<{ readonly purchase: Purchase; readonly refunds: readonly Refund[] } | undefined>;
}

/** Reads of what shops sell. */
export interface ProductReads {
  find(sku: string): Promise<Product | undefined>;
}

/** Reads of carts: a shop's own only. */
export interface CartReads {
  /** Named by the shop's own id or by ours. */
  find(shopId: ShopId, reference: string): Promise<Cart | undefined>;
  /** Of a customer, the newest change first, `limit` of them: changed before a cart, in one state. */
  list(
    shopId: ShopId,
    customer: CustomerRef,
    page: { readonly limit: number; readonly state?: CartState; readonly before?: CartId },
  ): Promise<readonly Cart[] | undefined>;
}

/** Reads of orders: a shop's own only. */
export interface OrderReads {
  /** Named by the shop's own id or by ours, with the states it came through, the oldest first. */
  find(
    shopId: ShopId,
    reference: string,
  ): Promise<{ readonly order: Order; readonly history: readonly OrderMoment[] } | undefined>;
  /** Of a customer, the newest state first, `limit` of them: older than an order. */
  list(
    shopId: ShopId,
    customer: CustomerRef,
    page: { readonly limit: number; readonly before?: OrderId },
  ): Promise<readonly Order[] | undefined>;
}

/** Reads of what happened. */
export interface EventReads {
  /** Of a customer, the newest first, `limit` of them: told before an event. */
  list(
    customer: CustomerRef,
    page: { readonly limit: number; readonly before?: EventId },
  ): Promise<readonly StoredEvent[] | undefined>;
}

/** A state that an order came to. */
export interface OrderMoment {
  readonly status: string;
  readonly at: number;
}

/** Reads of redemptions: a shop's own only. */
export interface RedemptionReads {
  /** Named by the shop's own id or by ours. */
  find(shopId: ShopId, reference: string): Promise<Redemption | undefined>;
  /** Newest first, `limit` of them: older than `before`, of one status. */
  list(
    shopId: ShopId,
    page: { readonly limit: number; readonly status?: RedemptionStatus; readonly before?: RedemptionId },
  ): Promise<readonly Redemption[]>;
}

/** Reads of coupons. */
export interface CouponReads {
  /** Named by our id, or by its name. */
  find(reference: string): Promise<Coupon | undefined>;
  /** Newest first, `limit` of them: older than `before`. */
  list(page: { readonly limit: number; readonly before?: CouponId }): Promise<readonly Coupon[]>;
  batch(id: CouponBatchId): Promise<CouponBatch | undefined>;
  /** In the order of the codes, `limit` of them: after a canonical one, of one batch. */
  codes(
    id: CouponId,
    page: { readonly limit: number; readonly after?: string; readonly batch?: CouponBatchId },
  ): Promise<readonly CouponCode[]>;
}

/** A member of a segment. */
export interface SegmentMemberView extends Pick<Customer, 'id' | 'name' | 'phone'> {
  readonly orders: number;
  readonly paidMinor: number;
  /** When the last purchase was. */
  readonly lastAt: number | null;
}

/** Saved segments, and who is in a rule in its compact form, each at the moment it is asked. */
export interface SegmentReads {
  /** The names a shop has, to check rules by. */
  catalogue(): Promise<Catalogue>;
  count(rule: string): Promise<{ readonly customers: number; readonly reachable: number }>;
  /** Some at random, the same ones for the same rule. */
  sample(rule: string, size: number): Promise<readonly SegmentMemberView[]>;
  /** In the order of ids, `limit` of them: after one. */
  members(
    rule: string,
    page: { readonly limit: number; readonly after?: CustomerId },
  ): Promise<readonly SegmentMemberView[]>;
  /** Named by our id, or by its name. */
  find(reference: string): Promise<Segment | undefined>;
  /** Newest first, `limit` of them: older than `before`. */
  list(page: { readonly limit: number; readonly before?: SegmentId }): Promise<readonly Segment[]>;
  /** The nights of a period on which it was counted, the oldest first. */
  history(id: string, period: Period): Promise<readonly NightOfSegment[]>;
  /** Who entered it or left it, the oldest first, `limit` of them: after a day and a customer. */
  moves(
    id: string,
    page: SegmentMovePage,
  ): Promise<readonly { readonly day: string; readonly customer: string }[]>;
}

/** A version of a journey, and who wrote it; `createdAt` in epoch milliseconds. */
export interface JourneyVersionView {
  readonly version: number;
  readonly definition: JourneyDefinition;
  readonly createdBy: string;
  readonly createdAt: number;
}

/** Journeys as they are in force, and who is under way on them. */
export interface JourneyReads {
  list(): Promise<readonly Journey[]>;
  /** How many are under way on a journey, or on all, by version and by the step that comes next. */
  underWay(
    key?: string,
  ): Promise<readonly { journey: string; version: number; step: number; runs: number }[]>;
  /** The newest first. */
  versions(key: string): Promise<readonly JourneyVersionView[]>;
  /** Undefined where nobody has this reference. */
  runs(
    customer: CustomerRef,
    page: { readonly limit: number; readonly before?: RunId | undefined },
  ): Promise<readonly JourneyRun[] | undefined>;
  /** A journey as written in YAML or JSON, checked against what the shop has. */
  read(text: string): Promise<CheckedJourney>;
  keep(definition: JourneyDefinition, actor: string): Promise<Submitted<SavedJourney>>;
  turn(key: string, isOn: boolean, actor: string): Promise<Submitted<Journey>>;
  /** What a journey would have done over so many days back. */
  dryRun(definition: JourneyDefinition, days: number): Promise<DryRun>;
}

/** Reads of campaigns. */
export interface CampaignReads {
  find(id: string): Promise<Campaign | undefined>;
  /** Newest first, `limit` of them: older than `before`. */
  list(page: { readonly limit: number; readonly before?: CampaignId }): Promise<readonly Campaign[]>;
  figures(id: CampaignId): Promise<CampaignFigures>;
  /** What keeps one from being sent. */
  wrong(campaign: Pick<Campaign, 'content' | 'plan'>): Promise<readonly CampaignProblem[]>;
  /** Whom one would reach as things are now; its rule has been checked. */
  count(campaign: Pick<Campaign, 'rule' | 'content' | 'plan'>): Promise<PricedAudience>;
  /** Where our pages are, as the people we write to reach them. */
  site(): string | undefined;
}

/** A segment as of a night: its size, and who came and left since the night before. */
export interface NightOfSegment {
  readonly day: string;
  readonly customers: number;
  readonly entered: number;
  readonly left: number;
}

/** Which moves of a segment are wanted. */
export interface SegmentMovePage extends Period {
  readonly kind: 'entered' | 'left';
  readonly limit: number;
  readonly after?: { readonly day: string; readonly customer: string };
}

/** Reads of talks of customers with the staff. */
export interface TalkReads {
  /** Newest first, `limit` of them: older than `before`, of one status. */
  list(page: {
    readonly limit: number;
    readonly status?: TalkStatus;
    readonly before?: TalkId;
  }): Promise<readonly TalkInView[]>;
  /** With what was said last, the oldest first. */
  read(
    id: TalkId,
  ): Promise<{ readonly talk: TalkInView; readonly messages: readonly TalkMessage[] } | undefined>;
}

/** Reads of what customers were told. */
export interface MessageReads {
  /** Newest first, `limit` of them: older than `before`; of one customer where named, undefined where nobody is. */
  list(
    page: { readonly limit: number; readonly before?: NoticeId },
    customer: CustomerRef | undefined,
  ): Promise<readonly { readonly notice: Notice; readonly attempts: readonly Attempt[] }[] | undefined>;
  /** What was sent from `from` to before `to`, epoch milliseconds, came to. */
  figures(from: number, to: number): Promise<readonly MessageFigures[]>;
}

/** Pictures for messages and pages. */
export interface Pictures {
  /** Keeps one for good. `createdAt` in epoch milliseconds. */
  save(picture: Image & ImageHead & { readonly createdAt: number }): Promise<PictureId>;
  /** Where it is shown: whole where our own address is known, else only the path. */
  urlOf(id: PictureId): string;
}

/** Reads of pages of offers. */
export interface PageReads {
  find(slug: string): Promise<Page | undefined>;
  /** The newest first: `limit` of them after one. */
  list(limit: number, after?: string): Promise<readonly Page[]>;
  /** Where it is: whole where our own address is known, else only the path. */
  urlOf(slug: string): string;
}

/** Reads of what customers will run out of. */
export interface RefillReads {
  /** What runs out from `from` to before `to` (epoch milliseconds), the first first: `limit` of them after one. */
  list(page: {
    readonly from: number;
    readonly to: number;
    readonly limit: number;
    readonly after?: RefillCursor;
  }): Promise<readonly RefillInList[]>;
}

/** Where a page of refills ends. */
export interface RefillCursor {
  readonly dueAt: number;
  readonly customerId: string;
  readonly sku: string;
}

/** A refill as it is listed. */
export interface RefillInList extends RefillCursor, Refill {
  /** What the product is called, where we were told. */
  readonly name: string | null;
}

/** For whom a picture of a report is drawn. */
export interface ReportLook {
  readonly locale: Locale;
  readonly theme: Theme;
}

/** Reports, and pictures of them. */
export interface ReportReads {
  make(question: Omit<ReportQuestion, 'program' | 'now'>): Promise<Exclude<Report, EffectReport>>;
  /** What something changed; undefined where there is no such thing. */
  effect(asked: EffectAsked): Promise<EffectReport | undefined>;
  svg(report: Report, look: ReportLook): Promise<string>;
  /** Absent where nothing can make PNG. */
  png?(report: Report, look: ReportLook): Promise<Uint8Array>;
}

/** Sessions of the site chat. */
export interface ChatSessions {
  /** A token that says: its bearer is the owner of `phone` (E.164), until `expiresAt` (epoch milliseconds). */
  create(phone: string, expiresAt: number): Promise<string>;
}

/** Where customers stand by recency, frequency and money. */
export interface RfmReads {
  /** A profile as it was counted within ten minutes. */
  current(profile: RfmProfile): Promise<RfmResult>;
  /** In the order of their ids, `limit` of them: after one, of a segment of the map of eleven or of seven, or of a code. */
  members(
    profile: RfmProfile,
    page: {
      readonly map: 'rfm' | 'rf';
      readonly place: string;
      readonly after: string;
      readonly limit: number;
    },
  ): Promise<readonly { readonly id: string; readonly code: string }[]>;
}

/** Whether the installation works. */
export interface Health {
  readonly version: string;
  /** Why nothing is being written, if so. */
  check(): Promise<'ok' | 'database_unreachable' | 'writer_stopped'>;
}

/** Where faults of ours are told. */
export interface Log {
  error(details: Readonly<Record<string, unknown>>, message: string): void;
}

/** Counts what passes through the API, and everything else the root counts, as Prometheus text. */
export interface ApiMetrics {
  /** `route` is the pattern, not the path, so that the number of series stays small. */
  request(method: string, route: string, status: number, seconds: number): void;
  text(): Promise<{ readonly body: string; readonly contentType: string }>;
}

/** A steady rate with room for a burst. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** How often whom may call. */
export interface ApiLimits {
  /** Requests of one key; a batch is one. */
  readonly key: Rate;
  /** Requests without a valid key from one address. */
  readonly strangers: Rate;
  /** Wrong payment and coupon codes of one key, and from one address. */
  readonly guesses: Rate;
  readonly guessesOfAddress: Rate;
}
