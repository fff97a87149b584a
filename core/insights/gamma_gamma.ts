import { gammaln } from 'simple-statistics';
import { likeliest } from './optimise.ts';

/**
 * What a purchase of a buyer is worth: the Gamma-Gamma model (P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary
 * Value", 2013). Purchases differ around a buyer's own average (gamma: p), the averages differ between buyers (gamma: q,
 * gamma), and neither has to do with how often one buys.
 */
export interface GammaGamma {
  readonly p: number;
  readonly q: number;
  /** In the unit of money of the figures it was fitted to. */
  readonly gamma: number;
}

/** What buyers spent: how many purchases, and the average of one, above 0; one place in each array for each buyer. */
export interface Spendings {
  readonly purchases: Float64Array;
  readonly average: Float64Array;
}

/** What a fit came to. `settled` false: the parameters are no good. */
export interface GammaGammaFit {
  readonly parameters: GammaGamma;
  readonly logLikelihood: number;
  readonly settled: boolean;
}

/** The parameters under which these spendings are likeliest. Takes money in any one unit. */
export function fitGammaGamma(spendings: Spendings): GammaGammaFit {
  const { average } = spendings;
  // In averages of all, gamma too is near 1.
  const unit = average.reduce((sum, one) => sum + one, 0) / average.length || 1;
  const parametersOf = ([p = 1, q = 1, gamma = 1]: readonly number[]): GammaGamma => ({
    p,
    q,
    gamma: gamma * unit,
  });
  const likelihood = likelihoodOf(spendings);
  const found = likeliest((parameters) => likelihood(parametersOf(parameters)), [3, 3, 1], average.length);
  return { ...found, parameters: parametersOf(found.parameters) };
}

/** The log-likelihood (equation 1a) of all spendings as a function of the parameters. */
function likelihoodOf({ purchases, average }: Spendings): (model: GammaGamma) => number {
  const most = purchases.reduce((highest, count) => Math.max(highest, count), 0);
  const buyers = new Float64Array(most + 1);
  let logsOfAverage = 0;
  let logsWeighted = 0;
  for (const [index, count] of purchases.entries()) {
    const log = Math.log(average[index] as number);
    buyers[count] = (buyers[count] as number) + 1;
    logsOfAverage += log;
    logsWeighted += count * log;
  }
  return ({ p, q, gamma }) => {
    let total = p * logsWeighted - logsOfAverage;
    for (const [count, alike] of buyers.entries()) {
      if (alike > 0) total += alike * countTerm(count, p, q, gamma);
    }
    for (let index = 0; index < average.length; index += 1) {
      const count = purchases[index] as number;
      total -= (p * count + q) * Math.log(gamma + count * (average[index] as number));
    }
    return total;
  };
}

/** What depends on the number of purchases alone. */
function countTerm(count: number, p: number, q: number, gamma: number): number {
  const all = p * count;
  return gammaln(all + q) - gammaln(all) - gammaln(q) + q * Math.log(gamma) + all * Math.log(count);
}

/**
 * What the next purchase of a buyer is worth who made so many of so much on average: the buyer's own average, drawn to
 * everybody's the more the fewer purchases there are (equation 5).
 */
export function expectedAverage({ p, q, gamma }: GammaGamma, purchases: number, average: number): number {
  const weight = p * purchases + q - 1;
  return weight > 0 ? (p * (gamma + purchases * average)) / weight : average;
}
