import { tryCode } from '../customers/one_time_code.ts';
import { refuse } from '../errors.ts';
import type { RedemptionId, ShopId } from '../ids.ts';
import { answerRedemption } from './answer.ts';
import { codeNeed } from './request.ts';
import { spendRefusal } from './spend.ts';
import type { Redemption, RedemptionCommand, RedemptionFacts, RedemptionNeeds } from './types.ts';

/** What a till's code came to; a wrong one is counted, so that is no refusal. */
export type Agreed =
  | { readonly verdict: 'held'; readonly redemption: Redemption }
  | { readonly verdict: 'wrong'; readonly triesLeft: number }
  /** Too old, or worn out by wrong ones. */
  | { readonly verdict: 'over' }
  /** The points are no longer there: the redemption is cancelled. */
  | { readonly verdict: 'too_few'; readonly balance: number };

/**
 * The customer told the till the code of the SMS: the points are held, and the till gets its whole time from now on.
 * Again, once it is held: the same. Refuses `redemption_not_found`, `redemption_expired`, `redemption_closed`, and
 * `redemption_not_agreed` where the customer was asked in a chat.
 */
export function agreeByCode(id: RedemptionId, shopId: ShopId, typed: string): RedemptionCommand<Agreed> {
  const find = (facts: RedemptionFacts) => {
    const redemption = facts.redemption({ id });
    return redemption?.shopId === shopId ? redemption : undefined;
  };
  return {
    name: 'redemption.agree',
    needs: { redemptions: [{ id }] },
    moreNeeds: [
      (facts) => {
        const found = find(facts);
        return found ? { customers: [{ ref: { id: found.customerId }, lots: 'open' }] } : {};
      },
      (facts) => needsOfCode(find(facts), facts),
    ],
    decide(facts, context) {
      const redemption = find(facts);
      const record = redemption && facts.customer({ id: redemption.customerId });
      if (!redemption || !record) {
        return refuse('redemption_not_found', 'this shop has no redemption with this id');
      }
      const refusal = spendRefusal(redemption, context.now);
      const waiting = refusal?.code === 'redemption_not_agreed' && redemption.consent === 'sms';
      if (refusal && !waiting) return { ok: false, refusal };
      if (!waiting) return { ok: true, changes: {}, result: { verdict: 'held', redemption } };
      const need = codeNeed(redemption, record);
      const code = need && facts.codeStanding(need)?.open;
      const tried = tryCode(code, typed, context.now);
      if (tried.verdict !== 'right') {
        const { changes, ...result } = tried;
        return { ok: true, changes, result };
      }
      const { changes, redemption: next, balance } = answerRedemption(redemption, true, record, context);
      const result: Agreed =
        next.status === 'held' ? { verdict: 'held', redemption: next } : { verdict: 'too_few', balance };
      return { ok: true, changes: { ...changes, ...tried.changes }, result };
    },
  };
}

function needsOfCode(redemption: Redemption | undefined, facts: RedemptionFacts): RedemptionNeeds {
  const record = redemption && facts.customer({ id: redemption.customerId });
  const need = record && codeNeed(redemption, record);
  return need ? { codeStandings: [need] } : {};
}
