import type { Words } from '../../messaging/keys.ts';
import type { Comparison, Effect, Verdict } from './types.ts';

/** What a verdict depends on besides. */
interface Asked {
  readonly withinDays: number;
  /** Whether nobody more comes. */
  readonly isOnce: boolean;
}

/** The verdict in a sentence: what to do, or what is missing before that can be said. */
export function effectTakeaway(
  { verdict, comparisons }: Pick<Effect, 'verdict' | 'comparisons'>,
  asked: Asked,
): Words {
  switch (verdict.kind) {
    case 'scale':
    case 'stop':
    case 'no_difference': {
      const judged = comparisons.find(({ arm }) => arm === verdict.arm);
      return judged ? decidedWords(verdict, judged, comparisons.length) : { key: 'effect.no_control' };
    }
    case 'too_early':
      return missingWords(verdict, asked);
    case 'none':
      return { key: `effect.${verdict.because}` };
  }
}

function decidedWords(
  verdict: Extract<Verdict, { readonly arm: string }>,
  { arm, profit }: Comparison,
  compared: number,
): Words {
  const [low, high] = [Math.round(profit.low), Math.round(profit.high)];
  if (verdict.kind === 'no_difference') {
    const key = verdict.moreBuy ? 'effect.more_buy' : 'effect.no_difference';
    return { key, variables: { low, high } };
  }
  if (verdict.kind === 'stop') {
    return {
      key: 'effect.stop',
      variables: { amount: -Math.round(profit.difference), low: -high, high: -low },
    };
  }
  const variables = { amount: Math.round(profit.difference), low, high };
  return compared === 1
    ? { key: 'effect.scale', variables }
    : { key: 'effect.scale_variant', variables: { ...variables, variant: variantName(arm) } };
}

/** A variant as people call it: A, B. */
export function variantName(arm: string): string {
  return arm.toUpperCase();
}

function missingWords(
  verdict: Extract<Verdict, { readonly kind: 'too_early' }>,
  { withinDays, isOnce }: Asked,
): Words {
  if (verdict.missing === 'days') {
    return { key: 'effect.too_early', variables: { days: withinDays, at: verdict.until } };
  }
  const { missing, least, needed, expectedAt } = verdict;
  const variables = { number: least, needed };
  if (isOnce) return { key: `effect.few_${missing}_ever`, variables };
  return expectedAt === null
    ? { key: `effect.few_${missing}`, variables }
    : { key: `effect.few_${missing}_until`, variables: { ...variables, at: expectedAt } };
}
