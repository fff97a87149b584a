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
   * way it counts as wrong, so that many at once get no further than one after the other: those that are too many
   * wait for it. Throws 429.
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
  const ofKey = createGate(tokenBuckets(guesses, clock));
  const ofAddress = createGate(tokenBuckets(guessesOfAddress, clock));

  return {
    async attempt({ shop, address }, attempt, isWrong) {
      const leave: Leave[] = [];
      let wrong = false;
      try {
        leave.push(await ofKey.enter(shop.id));
        if (address !== undefined) leave.push(await ofAddress.enter(address));
        const result = await attempt();
        wrong = isWrong(result);
        return result;
      } finally {
        for (const leaveOne of leave) leaveOne(wrong);
      }
    },
  };
}

/** Ends an attempt; a wrong one keeps what it took from the limit. */
type Leave = (wrong: boolean) => void;

/** Attempts of one key that are on their way, and those that wait for one of them to end. */
interface Flight {
  count: number;
  readonly waiting: (() => void)[];
}

function createGate(limiter: Limiter): { enter(key: string): Promise<Leave> } {
  const flights = new Map<string, Flight>();

  function leave(key: string, flight: Flight, wrong: boolean): void {
    flight.count -= 1;
    if (!wrong) limiter.giveBack(key);
    if (flight.count === 0) flights.delete(key);
    // The last one lets everybody try: there is nobody left to wait for.
    const woken = flight.waiting.splice(0, flight.count === 0 ? flight.waiting.length : wrong ? 0 : 1);
    for (const wake of woken) wake();
  }

  return {
    async enter(key) {
      for (;;) {
        const wait = limiter.take(key);
        const flight = flights.get(key) ?? { count: 0, waiting: [] };
        if (wait === 0) {
          flights.set(key, flight);
          flight.count += 1;
          return (wrong) => leave(key, flight, wrong);
        }
        if (flight.count === 0) throw slowDown(wait, 'too many wrong codes');
        await new Promise<void>((resolve) => flight.waiting.push(resolve));
      }
    },
  };
}
