import { encodeTime, monotonicFactory } from 'ulid';

declare const brand: unique symbol;

/** A plain value marked with the name of what it identifies, so that two kinds cannot be mixed up. */
export type Branded<Value, Name extends string> = Value & { readonly [brand]: Name };

export type CustomerId = Branded<string, 'CustomerId'>;
export type ShopId = Branded<string, 'ShopId'>;
export type PurchaseId = Branded<string, 'PurchaseId'>;
export type TransactionId = Branded<string, 'TransactionId'>;
export type LotId = Branded<string, 'LotId'>;
export type MessageId = Branded<string, 'MessageId'>;
export type AddressId = Branded<string, 'AddressId'>;
export type ConsentId = Branded<string, 'ConsentId'>;
export type RefundId = Branded<string, 'RefundId'>;
export type RedemptionId = Branded<string, 'RedemptionId'>;
export type CouponId = Branded<string, 'CouponId'>;
export type CouponBatchId = Branded<string, 'CouponBatchId'>;
export type CouponUseId = Branded<string, 'CouponUseId'>;
export type StaffId = Branded<string, 'StaffId'>;
export type ApprovalId = Branded<string, 'ApprovalId'>;
export type AuditId = Branded<string, 'AuditId'>;
export type NoticeId = Branded<string, 'NoticeId'>;
export type OneTimeCodeId = Branded<string, 'OneTimeCodeId'>;
export type MergeId = Branded<string, 'MergeId'>;
export type TalkId = Branded<string, 'TalkId'>;
export type TalkMessageId = Branded<string, 'TalkMessageId'>;
export type SegmentId = Branded<string, 'SegmentId'>;
export type SurveyId = Branded<string, 'SurveyId'>;
export type QuestionId = Branded<string, 'QuestionId'>;
export type ReportId = Branded<string, 'ReportId'>;
export type CampaignId = Branded<string, 'CampaignId'>;
export type EventId = Branded<string, 'EventId'>;
export type RunId = Branded<string, 'RunId'>;
export type CartId = Branded<string, 'CartId'>;
export type OrderId = Branded<string, 'OrderId'>;
export type PictureId = Branded<string, 'PictureId'>;

/** The prefix of every kind of id, so that a reader of a log knows what he sees. */
interface Prefixes {
  cus: CustomerId;
  shp: ShopId;
  pur: PurchaseId;
  txn: TransactionId;
  lot: LotId;
  msg: MessageId;
  adr: AddressId;
  con: ConsentId;
  ref: RefundId;
  red: RedemptionId;
  cpn: CouponId;
  cpb: CouponBatchId;
  cpu: CouponUseId;
  stf: StaffId;
  apr: ApprovalId;
  aud: AuditId;
  ntc: NoticeId;
  otc: OneTimeCodeId;
  mrg: MergeId;
  tlk: TalkId;
  tlm: TalkMessageId;
  seg: SegmentId;
  srv: SurveyId;
  qst: QuestionId;
  rep: ReportId;
  cmp: CampaignId;
  evt: EventId;
  run: RunId;
  crt: CartId;
  ord: OrderId;
  pic: PictureId;
}

/** Makes ids: a prefix, then a ULID of `at` (epoch milliseconds), so ids sort by the time they were made. */
export interface Ids {
  next<Prefix extends keyof Prefixes>(prefix: Prefix, at: number): Prefixes[Prefix];
}

/** A clock that goes back by no more milliseconds than this was a little off: ids still grow, and are ahead of it. */
export const steadyMs = 60_000;

/**
 * Ids that grow within a millisecond too, and while a clock goes back by seconds. One that goes back by more was wrong
 * before: ids follow it. `random` returns [0, 1); leave it out for the platform's own.
 */
export function createIds(random?: () => number): Ids {
  let ulid = monotonicFactory(random);
  let newest = 0;
  return {
    next<Prefix extends keyof Prefixes>(prefix: Prefix, at: number) {
      const isSteady = at >= newest - steadyMs;
      if (!isSteady) ulid = monotonicFactory(random);
      newest = isSteady ? Math.max(newest, at) : at;
      return `${prefix}_${ulid(at)}` as string as Prefixes[Prefix];
    },
  };
}

/** What every id of a kind made at `at` (epoch milliseconds) or later is greater than, and every earlier one less. */
export function idsFrom<Prefix extends keyof Prefixes>(prefix: Prefix, at: number): Prefixes[Prefix] {
  return `${prefix}_${encodeTime(at)}` as string as Prefixes[Prefix];
}
