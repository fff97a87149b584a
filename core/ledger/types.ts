import type { CampaignId, CustomerId, LotId, NoticeId, RunId, TransactionId } from '../ids.ts';
import type { Points } from '../points.ts';

/** The accounts of double entry: three of the customer's, three of the program's. */
export const accounts = [
  'customer:available',
  'customer:pending',
  'customer:held',
  'program:issued',
  'program:spent',
  'program:expired',
] as const;
export type Account = (typeof accounts)[number];

/** What a ledger transaction can be. */
export const transactionKinds = [
  'accrual',
  'pending',
  'release',
  'hold',
  'redemption',
  'cancel',
  'refund',
  'expiry',
  'adjustment',
  'welcome',
  'gift',
  'transfer',
] as const;
export type TransactionKind = (typeof transactionKinds)[number];

/** One side of a transaction: points that came to (+) or left (-) an account. */
export interface Entry {
  readonly account: Account;
  readonly points: Points;
}

/** What a customer has on each account, in points. */
export interface Balance {
  readonly available: number;
  readonly pending: number;
  readonly held: number;
}

/** Points earned together: they expire together, at `expiresAt` (epoch milliseconds, the first moment without them). */
export interface Lot {
  readonly id: LotId;
  readonly customerId: CustomerId;
  readonly transactionId: TransactionId;
  readonly points: Points;
  readonly remaining: Points;
  readonly earnedAt: number;
  readonly expiresAt: number;
  /** The lot they were given in, where they came from the ledger of another account since; null: this one. */
  readonly origin: LotId | null;
}

/** What a transaction took from a lot (negative) or gave back to it (positive). */
export interface LotMove {
  readonly lotId: LotId;
  readonly points: Points;
}

/** Why a transaction happened, as data: the rule by name, the program's version, and the rule's own figures. */
export type Reason =
  | { readonly rule: 'welcome'; readonly version: number }
  | {
      readonly rule: 'earn';
      readonly version: number;
      /** Percent of the money paid that comes back as points. */
      readonly percent: number;
      readonly basisMinor: number;
      /** What the money counts as where coupons multiply points. */
      readonly countedMinor?: number;
      readonly pointValueMinor: number;
      readonly rounding: 'down';
      /** Points of each line, in the order of the lines. */
      readonly split: readonly number[];
      /** Of a receipt claimed after some of its goods came back: the points of those. The rest were earned. */
      readonly returned?: number;
    }
  | { readonly rule: 'expiry'; readonly expiredAt: number }
  | { readonly rule: 'payment'; readonly version: number }
  | {
      readonly rule: 'return_without_receipt';
      readonly version: number;
      readonly percent: number;
      readonly basisMinor: number;
      readonly pointValueMinor: number;
      /** Points that should have been taken back but were no longer there. */
      readonly missing: number;
    }
  /** Set aside at a till until `until`, or free again. */
  | { readonly rule: 'hold'; readonly until: number }
  | { readonly rule: 'hold_over'; readonly how: 'cancelled' | 'expired' }
  | {
      readonly rule: 'redemption';
      readonly version: number;
      readonly pointValueMinor: number;
      readonly amountMinor: number;
      /** How the customer agreed. */
      readonly consent: 'code' | 'chat' | 'sms' | 'none';
    }
  /** The return window closed with nothing more brought back. */
  | { readonly rule: 'return_window'; readonly version: number }
  | {
      readonly rule: 'refund';
      readonly version: number;
      /** What was given back for the goods, of the payable amount. */
      readonly amountMinor: number;
      /** Earned points to take back for the goods, and how many of them were no longer there. */
      readonly due: number;
      readonly missing: number;
      /** Points the goods had earned besides, which have burned unspent: nothing is taken for them. */
      readonly burned?: number;
      /** They were still waiting, and have never counted. */
      readonly waiting?: true;
    }
  | { readonly rule: 'refund_spent'; readonly version: number; readonly amountMinor: number }
  | { readonly rule: 'erasure' }
  /** Two accounts of one person were made one, or that was taken back: which was the other. */
  | { readonly rule: 'merged' | 'unmerged'; readonly other: CustomerId }
  /** Given along the way by a journey: which, on which run and at which of its steps. */
  | { readonly rule: 'journey'; readonly journey: string; readonly run: RunId; readonly step: number }
  /** Given or taken by hand, and that taken back because it was a slip. */
  | { readonly rule: 'manual'; readonly note: string }
  | { readonly rule: 'undone' }
  /** Given along with a message to many. */
  | { readonly rule: 'campaign'; readonly campaign: CampaignId }
  /** What was given along with a message that reached nobody is taken back. */
  | { readonly rule: 'gift_untold'; readonly notice: NoticeId };

/** One transaction of a customer's ledger; never changed once written. */
export interface LedgerTransaction {
  readonly id: TransactionId;
  readonly customerId: CustomerId;
  /** 1, 2, 3, … within the customer. */
  readonly seq: number;
  readonly kind: TransactionKind;
  /** What changed for the customer: available points, or pending ones where the kind is `pending`. */
  readonly points: Points;
  readonly balance: Balance;
  readonly happenedAt: number;
  readonly recordedAt: number;
  /** Who did it: `shop:shp_…`, `customer`, `job:expiry`, `staff:…`. */
  readonly actor: string;
  readonly reason: Reason;
  /** What it is about: the id of a purchase, a redemption, a campaign. */
  readonly reference: string | null;
  readonly reverses: TransactionId | null;
  readonly entries: readonly Entry[];
  readonly lots: readonly Lot[];
  readonly moves: readonly LotMove[];
}

/** The end of a customer's chain: what the next transaction builds on. */
export interface LedgerHead {
  readonly customerId: CustomerId;
  readonly seq: number;
  readonly hash: string;
  readonly balance: Balance;
}

/** The head of a ledger with nothing in it. */
export function emptyHead(customerId: CustomerId): LedgerHead {
  return { customerId, seq: 0, hash: '', balance: { available: 0, pending: 0, held: 0 } };
}

/** What a decision adds to the ledger. */
export interface LedgerChanges {
  readonly transactions?: readonly LedgerTransaction[];
}
