import type { Submitted } from '../core/ports.ts';
import type { Guesser } from './guesses.ts';
import type { Api } from './serve.ts';

/**
 * Lets a call use codes of coupons, under the limit on wrong ones where it names any. The same answer says that a code
 * is wrong and that it is somebody else's: both count.
 */
export async function usingCodes<Result>(
  { guesses }: Pick<Api, 'guesses'>,
  guesser: Guesser,
  codes: readonly string[] | undefined,
  attempt: () => Promise<Result>,
  isWrong: (result: Result) => boolean,
): Promise<Result> {
  return codes?.length ? guesses.attempt(guesser, attempt, isWrong) : attempt();
}

/** Whether a command was refused for a wrong code. */
export function refusedCode(outcome: Submitted<unknown>): boolean {
  return !outcome.ok && outcome.refusal.code === 'coupon_not_found';
}
