/**
 * `text` within `limit` UTF-16 code units: cut at the last paragraph, line or word that fits, with an ellipsis.
 * A character outside the basic plane is never split.
 */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const room = text.slice(0, limit - 1);
  const whole = endsInsideCharacter(text, room.length) ? room.slice(0, -1) : room;
  const words = /^(.*\S)\s+\S*$/s.exec(whole)?.[1];
  // A long word (or a text without spaces) is better cut than dropped.
  const kept = words && words.length >= whole.length * 0.8 ? words : whole;
  return `${kept.trimEnd()}…`;
}

function endsInsideCharacter(text: string, end: number): boolean {
  return (text.codePointAt(end - 1) ?? 0) > 0xffff;
}
