import { type BgNbd, type BuyingHistories, chanceAlive, expectedPurchases, fitBgNbd } from './bgnbd.ts';
import { expectedAverage, fitGammaGamma, type GammaGamma, type Spendings } from './gamma_gamma.ts';

/** For how many days ahead orders and their value are foretold. */
export const horizonDays = 90;

/** Repeat buyers it takes to fit a model: from fewer, four parameters say more of chance than of the shop. */
export const buyersForModels = 100;

/** A model as it was fitted, or why it was not. */
export type Fitted<Parameters> =
  | {
      readonly fitted: true;
      readonly parameters: Parameters;
      readonly logLikelihood: number;
      /** Buyers it was fitted to. */
      readonly buyers: number;
    }
  | {
      readonly fitted: false;
      /** Too few repeat buyers, or no parameters that are likelier than all around them. */
      readonly why: 'too_little_data' | 'unsettled';
      readonly repeatBuyers: number;
      readonly needed: number;
    };

/** What foretells a shop's buyers: who buys on, and what an order is worth. Time in days, money in minor units. */
export interface Models {
  readonly bgnbd: Fitted<BgNbd>;
  readonly gammaGamma: Fitted<GammaGamma>;
}

/** The figures of a buyer the models look at: orders of one day are one purchase to them. */
export interface BuyerFigures {
  readonly orderDays: number;
  /** Days from the first order day to the last. */
  readonly spanDays: number;
  /** Days since the first order day. */
  readonly ageDays: number;
  readonly paidMinor: number;
}

/** What the models say of a repeat buyer. */
export interface Score {
  /** The chance that the buyer still buys, from 0 to 1. */
  readonly alive: number;
  /** Order days to expect in the next 90 days, and what they will bring in minor units. */
  readonly expectedOrders: number;
  readonly valueMinor: number;
}

/** Gathers buyers one by one, alike ones together, and fits the models to them. */
export interface ModelFit {
  add(buyer: BuyerFigures): void;
  fit(): Models;
}

/** Three figures as one number: none reaches 2^17, which is 359 years of days. */
const base = 2 ** 17;

/** A fit to which no buyer was added yet. */
export function modelFit(): ModelFit {
  const alike = new Map<number, number>();
  const purchases: number[] = [];
  const averages: number[] = [];
  let repeatBuyers = 0;
  return {
    add({ orderDays, spanDays, ageDays, paidMinor }) {
      // A till whose clock runs ahead sells tomorrow.
      const age = Math.max(ageDays, spanDays);
      const key = ((orderDays - 1) * base + spanDays) * base + age;
      alike.set(key, (alike.get(key) ?? 0) + 1);
      if (orderDays < 2) return;
      repeatBuyers += 1;
      if (paidMinor <= 0) return;
      purchases.push(orderDays);
      averages.push(paidMinor / orderDays);
    },
    fit: () => {
      if (repeatBuyers < buyersForModels) return tooLittle(repeatBuyers);
      const histories = historiesOf(alike);
      const buyers = histories.buyers.reduce((sum, count) => sum + count, 0);
      const spent = { purchases: Float64Array.from(purchases), average: Float64Array.from(averages) };
      return {
        bgnbd: asFitted(fitBgNbd(histories), buyers, repeatBuyers),
        gammaGamma: gammaGammaOf(spent),
      };
    },
  };
}

function tooLittle(repeatBuyers: number): Models {
  const refused = { fitted: false, why: 'too_little_data', repeatBuyers, needed: buyersForModels } as const;
  return { bgnbd: refused, gammaGamma: refused };
}

function historiesOf(alike: ReadonlyMap<number, number>): BuyingHistories {
  const keys = Float64Array.from(alike.keys());
  return {
    repeats: keys.map((key) => Math.floor(key / (base * base))),
    recency: keys.map((key) => Math.floor(key / base) % base),
    age: keys.map((key) => key % base),
    buyers: Float64Array.from(alike.values()),
  };
}

function gammaGammaOf(spendings: Spendings): Fitted<GammaGamma> {
  const buyers = spendings.purchases.length;
  if (buyers < buyersForModels) return tooLittle(buyers).gammaGamma;
  return asFitted(fitGammaGamma(spendings), buyers, buyers);
}

function asFitted<Parameters>(
  fit: {
    readonly parameters: Parameters;
    readonly logLikelihood: number;
    readonly settled: boolean;
  },
  buyers: number,
  repeatBuyers: number,
): Fitted<Parameters> {
  const { parameters, logLikelihood, settled } = fit;
  if (!settled) return { fitted: false, why: 'unsettled', repeatBuyers, needed: buyersForModels };
  return { fitted: true, parameters, logLikelihood, buyers };
}

/**
 * What the models say of a buyer; undefined where there is too little data: of who bought on one day only (BG/NBD calls
 * them all alive), and where no model was fitted. Without a Gamma-Gamma an order is worth the buyer's own average.
 */
export function scoreOf({ bgnbd, gammaGamma }: Models, buyer: BuyerFigures): Score | undefined {
  const { orderDays, spanDays, paidMinor } = buyer;
  if (!bgnbd.fitted || orderDays < 2) return undefined;
  const history = {
    repeats: orderDays - 1,
    recency: spanDays,
    age: Math.max(buyer.ageDays, spanDays),
  };
  const expectedOrders = expectedPurchases(bgnbd.parameters, history, horizonDays);
  const average = Math.max(0, paidMinor) / orderDays;
  const worthMinor = gammaGamma.fitted ? expectedAverage(gammaGamma.parameters, orderDays, average) : average;
  return {
    alive: chanceAlive(bgnbd.parameters, history),
    expectedOrders,
    valueMinor: Math.round(expectedOrders * worthMinor),
  };
}

/** Whether a score differs from the one that is kept by more than a reader would notice: nights rewrite only those. */
export function isNews(score: Score, kept: Score | undefined): boolean {
  if (!kept) return true;
  const differs = (one: number, other: number, least: number) =>
    Math.abs(one - other) > Math.max(least, 0.03 * Math.abs(other));
  return (
    Math.abs(score.alive - kept.alive) >= 0.01 ||
    differs(score.expectedOrders, kept.expectedOrders, 0.01) ||
    differs(score.valueMinor, kept.valueMinor, 100)
  );
}
