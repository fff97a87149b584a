/**
 * A share of all customers drawn by hash: the same people every time, others for another salt. The last characters of an
 * id (a ULID: chance, or counted up within a millisecond) are weighed and added up modulo a prime, which SQL can do as
 * fast as it reads a row; which weights a salt has is hashed well.
 */

/** What the sums are taken modulo: a prime, so that every weight spreads. */
export const sharePrime = 2_147_483_647;

/** How many of the last characters of an id count: 32^5 is far more than there are customers. */
const shareCharacters = 5;

/** The last character of an id of a customer, counted from 1: `cus_` and a ULID. SQL is twice as fast from the front. */
export const lastCharacter = 30;

/** The weights of the last characters of an id, the last one first, for a salt. */
export function shareWeights(salt: string): readonly number[] {
  let state = hashOf(salt);
  return Array.from({ length: shareCharacters }, () => {
    state = (state + 0x6d2b79f5) | 0;
    return 1 + (mixed(state) % (sharePrime - 1));
  });
}

/** Where an id stands among all, from 0 to below 1: a share of 10 % are those below 0.1. */
export function shareOf(id: string, salt: string): number {
  return shareSum(id, salt) / sharePrime;
}

/** Where an id stands among all, as a whole number from 0 to below `sharePrime`: what SQL compares. */
export function shareSum(id: string, salt: string): number {
  const sum = shareWeights(salt).reduce(
    (total, weight, back) => total + weight * id.charCodeAt(lastCharacter - 1 - back),
    0,
  );
  return sum % sharePrime;
}

/** A hash of a text, 32 bits: FNV-1a over UTF-16 units. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** The finisher of MurmurHash3: every bit of the state moves every bit of the answer. */
function mixed(state: number): number {
  let bits = state ^ (state >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
