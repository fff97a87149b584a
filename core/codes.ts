/** Digits and capitals that are not taken for each other when read aloud or off a crumpled receipt. */
export const safeAlphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';

/** `length` characters of `alphabet`, drawn by `random` ([0, 1)). */
export function randomText(random: () => number, alphabet: string, length: number): string {
  let text = '';
  for (let index = 0; index < length; index += 1) text += alphabet[Math.floor(random() * alphabet.length)];
  return text;
}

/** A code as people type it, made the one it was printed as: capitals, without spaces and dashes. */
export function foldCode(text: string): string {
  return text.toUpperCase().replace(/[\s\-–—_]+/g, '');
}
