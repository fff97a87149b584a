import type { Shop } from '../core/shops.ts';
import { slowDown } from './auth.ts';
import { type Limiter, tokenBuckets } from './limits.ts';
import type { ApiLimits, ApiParts } from './parts.ts';

const defaultLimits: Pick<ApiLimits, 'guesses' | 'guessesOfAddress'> = {
  guesses: { perSecond: 0.1, burst: 30 },
  guessesOfAddress: { perSecond: 1, burst: 300 },
};

/** Who tries a code. */
export interface Guesser {
  readonly shop: Pick<Shop, 'id'>;
  /** Where the request came from, where that is known. */
  readonly address: string | undefined;
}

/** Keeps codes that are short enough to be typed from being found by trying. */
export interface GuessLimit {
  /**
   * Lets `attempt` use a code. Only a wrong one counts, against the key and the address; while an attempt is on its
   * way it counts as wrong, so that many at once get no further than one after the other. Throws 429.
   */
  attempt<Result>(
    guesser: Guesser,
    attempt: () => Promise<Result>,
    isWrong: (result: Result) => boolean,
  ): Promise<Result>;
}

/** Limits guesses by the rates of `parts`, all kinds of codes together. */
export function createGuessLimit({ limits, clock }: Pick<ApiParts, 'limits' | 'clock'>): GuessLimit {
  const { guesses, guessesOfAddress } = { ...defaultLimits, ...limits };
  const ofKey = tokenBuckets(guesses, clock);
  const ofAddress = tokenBuckets(guessesOfAddress, clock);

  return {
    async attempt({ shop, address }, attempt, isWrong) {
      const undo: (() => void)[] = [];
      let wrong = false;
      try {
        undo.push(takeFrom(ofKey, shop.id));
        if (address !== undefined) undo.push(takeFrom(ofAddress, address));
        const result = await attempt();
        wrong = isWrong(result);
        return result;
      } finally {
        if (!wrong) for (const giveBack of undo) giveBack();
      }
    },
  };
}

function takeFrom(limiter: Limiter, key: string): () => void {
  const wait = limiter.take(key);
  if (wait > 0) throw slowDown(wait, 'too many wrong codes');
  return () => limiter.giveBack(key);
}
