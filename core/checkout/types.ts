import type { CouponChanges, CouponFacts, CouponNeeds, CouponRules } from '../coupons/types.ts';
import type { Command } from '../ports.ts';
import type { PurchaseRules } from '../purchases/types.ts';

/** What the program says where a purchase, points and coupons meet. */
export interface CheckoutRules extends PurchaseRules, CouponRules {}

/** A use case in which they meet. */
export type CheckoutCommand<Result> = Command<CouponNeeds, CouponFacts, CouponChanges, Result>;
