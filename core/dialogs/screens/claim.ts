import { type ClaimRefusal, claimNeeds, claimReceipt, readClaimCode } from '../../checkout/claim.ts';
import type { Words } from '../../messaging/types.ts';
import { purchaseRules } from '../../program/rules.ts';
import type { Purchase } from '../../purchases/types.ts';
import type { Followed, Link } from '../links.ts';
import { type MemberTurn, saying } from '../turn.ts';

/** So many wrong codes in a row are taken for guessing, and no code is looked up for a while. */
const mostGuesses = 5;
const minuteMs = 60_000;
const pauseMs = 15 * minuteMs;

/** `c_CODE`: the points of the receipt the link was printed on. */
export const receiptLink: Link = {
  invitation: { key: 'claim.join_first' },
  needs: (code, customerId) => claimNeeds(readClaimCode(code) ?? code, customerId),
  follow: (turn, code) => claim(turn, readClaimCode(code) ?? code),
};

/** The code of a receipt in a message: by itself, or in the link somebody copied. Undefined where there is none. */
export function claimCodeIn(text: string): string | undefined {
  const [, linked] = /(?:start=c_|\/c\/|^c_)([0-9a-z]+)/i.exec(text) ?? [];
  return readClaimCode(linked ?? text);
}

/** Takes the code of a receipt: the points are the member's, or it is said why they are not. */
export function claim(turn: MemberTurn, code: string): Followed {
  const { now } = turn.context;
  const { count, at } = guessesOf(turn);
  const waitMs = count < mostGuesses ? 0 : at + pauseMs - now;
  if (waitMs > 0) {
    const minutes = Math.ceil(waitMs / minuteMs);
    return {
      turn: saying(turn, { key: 'claim.wait', variables: { count: minutes } }),
      changes: {},
      data: {},
    };
  }
  const claimed = claimReceipt(code, turn.record, turn.facts, purchaseRules(turn.program), turn.context);
  if (claimed.ok) {
    const { record, purchase, changes } = claimed.result;
    return { turn: saying({ ...turn, record }, thanks(purchase)), changes, data: { guesses: '' } };
  }
  const isGuess = claimed.refusal.code === 'claim_unknown';
  const guesses = isGuess ? `${count < mostGuesses ? count + 1 : 1} ${now}` : '';
  return { turn: saying(turn, sorry(claimed.refusal.code, turn)), changes: {}, data: { guesses } };
}

/** How many wrong codes came one after the other, and when the last one did. */
function guessesOf({ state }: MemberTurn): { readonly count: number; readonly at: number } {
  const [count = '0', at = '0'] = (state?.data.guesses ?? '').split(' ');
  return { count: Number(count), at: Number(at) };
}

function thanks({ earned, pending, releaseAt }: Purchase): Words {
  if (pending === 0) return { key: 'claim.done', variables: { points: earned } };
  return releaseAt === null
    ? { key: 'claim.done_unpaid', variables: { points: pending } }
    : { key: 'claim.done_until', variables: { points: pending, at: releaseAt } };
}

function sorry(code: ClaimRefusal, { program }: MemberTurn): Words {
  switch (code) {
    case 'claim_unknown':
      return { key: 'claim.unknown' };
    case 'claim_yours':
      return { key: 'claim.yours' };
    case 'claim_taken':
      return { key: 'claim.taken' };
    case 'claim_over':
      return { key: 'claim.over' };
    case 'claim_empty':
      return { key: 'claim.empty' };
    case 'claim_enough':
      return { key: 'claim.enough', variables: { count: program.claims_per_day } };
  }
}
