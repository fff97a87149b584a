import { gammaln } from 'simple-statistics';
import { digamma, likeliest, type Slope } from './optimise.ts';

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
export function fitGammaGamma({ purchases, average }: Spendings): GammaGammaFit {
  // In averages of all, gamma too is near 1.
  const unit = average.reduce((sum, one) => sum + one, 0) / average.length || 1;
  const likelihood = likelihoodOf({ purchases, average: average.map((one) => one / unit) });
  const { parameters, logLikelihood, settled } = likeliest(likelihood, [3, 3, 1], average.length);
  const [p = 1, q = 1, gamma = 1] = parameters;
  // A density over a smaller unit of money is smaller, once for each buyer.
  const rescaled = average.length * Math.log(unit);
  return { parameters: { p, q, gamma: gamma * unit }, logLikelihood: logLikelihood - rescaled, settled };
}

/** The log-likelihood (equation 1a) of all spendings, and its slope along p, q and gamma. */
function likelihoodOf({ purchases, average }: Spendings) {
  const most = purchases.reduce((highest, count) => Math.max(highest, count), 0);
  const buyers = new Float64Array(most + 1);
  let [logs, logsWeighted] = [0, 0];
  for (const [index, count] of purchases.entries()) {
    const log = Math.log(average[index] as number);
    buyers[count] = (buyers[count] as number) + 1;
    logs += log;
    logsWeighted += count * log;
  }
  return ([p = 1, q = 1, gamma = 1]: readonly number[]): Slope => {
    let [total, byP, byQ, byGamma] = [p * logsWeighted - logs, logsWeighted, 0, 0];
    for (const [count, alike] of buyers.entries()) {
      if (alike === 0) continue;
      const [value, slopeP, slopeQ] = countTerms(count, p, q);
      total += alike * (value + q * Math.log(gamma));
      byP += alike * slopeP;
      byQ += alike * (slopeQ + Math.log(gamma));
      byGamma += (alike * q) / gamma;
    }
    for (let index = 0; index < average.length; index += 1) {
      const count = purchases[index] as number;
      const sum = gamma + count * (average[index] as number);
      const log = Math.log(sum);
      total -= (p * count + q) * log;
      byP -= count * log;
      byQ -= log;
      byGamma -= (p * count + q) / sum;
    }
    return { value: total, gradient: [byP, byQ, byGamma] };
  };
}

/** What depends on the number of purchases alone: ln of Γ(px+q)/(Γ(px)Γ(q)) · x^px, and its slopes along p and q. */
function countTerms(count: number, p: number, q: number): readonly [number, number, number] {
  const all = p * count;
  const both = digamma(all + q);
  return [
    gammaln(all + q) - gammaln(all) - gammaln(q) + all * Math.log(count),
    count * (both - digamma(all) + Math.log(count)),
    both - digamma(q),
  ];
}

/**
 * What the next purchase of a buyer is worth who made so many of so much on average: the buyer's own average, drawn to
 * everybody's the more the fewer purchases there are (equation 5).
 */
export function expectedAverage({ p, q, gamma }: GammaGamma, purchases: number, average: number): number {
  const weight = p * purchases + q - 1;
  return weight > 0 ? (p * (gamma + purchases * average)) / weight : average;
}
