import type { CustomerId, PurchaseId, StaffId, SurveyId } from '../../ids.ts';

/** One question how likely a customer is to recommend us, and the answer to it. */
export interface Survey {
  readonly id: SurveyId;
  readonly customerId: CustomerId;
  /** The purchase it was asked about; null where a shop posted an answer that names none. */
  readonly purchaseId: PurchaseId | null;
  readonly store: string | null;
  /** Who of the staff sold it, where that is known. */
  readonly staffId: StaffId | null;
  readonly askedAt: number;
  /** From 0 to 10; null while there is no answer. */
  readonly score: number | null;
  readonly reason: string | null;
  readonly answeredAt: number | null;
  /** When the managers were told of an unhappy customer. */
  readonly toldAt: number | null;
  readonly revision: number;
}

/** A survey with the person it is about now: whom the account was merged into, where it was. */
export interface SurveyInView extends Survey {
  readonly personId: CustomerId;
}

/** A survey as it begins. `after`: when this person was asked last, as read; asked since by anybody, the commit fails. */
export interface NewSurvey extends Survey {
  readonly after: number;
}

/** What a decision about surveys may ask to know. */
export interface SurveyNeeds {
  readonly surveys?: readonly SurveyId[];
  /** The surveys about these purchases, and who of the staff rang them up. */
  readonly surveysOfPurchases?: readonly PurchaseId[];
  /** When these were asked last, as persons: with the accounts merged into theirs. */
  readonly surveyed?: readonly CustomerId[];
}

/** What it then knows. */
export interface SurveyFacts {
  survey(id: SurveyId): SurveyInView | undefined;
  surveyOfPurchase(id: PurchaseId): SurveyInView | undefined;
  /** Who of the staff recorded a purchase by hand. */
  sellerOf(id: PurchaseId): StaffId | undefined;
  /** Epoch milliseconds; 0 where never. */
  lastSurveyed(id: CustomerId): number;
}

/** What it may write. Updates hold the whole survey as it is from now on, its revision one ahead. */
export interface SurveyChanges {
  readonly surveys?: readonly NewSurvey[];
  readonly surveyUpdates?: readonly Survey[];
}
