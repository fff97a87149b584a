const bytesAtOnce = 4096;

/**
 * Numbers in [0, 1) from the platform's cryptographic source, 53 bits each. Drawn in bulk: an id takes sixteen, and a
 * call for each showed in the profile of an import.
 */
export function createRandom(): () => number {
  const buffer = new Uint32Array(bytesAtOnce / 4);
  let used = buffer.length;
  const next = (bits: number) => {
    if (used === buffer.length) {
      crypto.getRandomValues(buffer);
      used = 0;
    }
    const value = buffer[used] ?? 0;
    used += 1;
    return value >>> (32 - bits);
  };
  return () => (next(26) * 2 ** 27 + next(27)) / 2 ** 53;
}
