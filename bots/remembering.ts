/** How many results are kept: a broadcast goes out in three languages and few time zones. */
const most = 64;

/**
 * `compute`, which must tell the same of the same, with its latest results kept: in a broadcast most messages read
 * alike, and to put one into words takes longer than everything else about it.
 */
export function remembering<Input, Result>(compute: (input: Input) => Result): (input: Input) => Result {
  const known = new Map<string, Result>();
  return (input) => {
    const key = JSON.stringify(input);
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = compute(input);
    if (known.size >= most) known.clear();
    known.set(key, result);
    return result;
  };
}
