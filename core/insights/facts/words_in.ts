const letters = /[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu;

/** The words of a text in small letters. */
function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().replaceAll(/[’ʼ]/g, "'").match(letters) ?? [];
}

/**
 * Whether a text holds one of `patterns`. A pattern is words: with `*` how one begins, `/` between those of which one is
 * enough, `+` between those that must all be there: `kids/діт*+взут*` is in
 * "Взуття для дітей".
 */
export function speaksOf(text: string, patterns: readonly string[]): boolean {
  const words = wordsOf(text);
  if (words.length === 0) return false;
  const holds = (part: string) =>
    part.endsWith('*') ? words.some((word) => word.startsWith(part.slice(0, -1))) : words.includes(part);
  const holdsOne = (parts: string) => parts.split('/').some(holds);
  return patterns.some((pattern) => pattern.toLowerCase().split('+').every(holdsOne));
}
