import type { ShownButton } from './channel.ts';

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

/**
 * A body and lines under it within `limit`, `gap` between them. The body gives way: without the lines the person could
 * not answer.
 */
export function fitText(body: string, lines: string, limit: number, gap = '\n\n'): string {
  if (lines === '') return cutText(body, limit);
  if (body === '') return cutText(lines, limit);
  const room = limit - lines.length - gap.length;
  return room > 0 ? `${cutText(body, room)}${gap}${lines}` : cutText(lines, limit);
}

/** Buttons as lines of text. Presses are numbered from 1 in the order the conversation counts them; the others take no number. */
export function buttonLines(buttons: readonly ShownButton[]): string[] {
  let number = 0;
  return buttons.map((button) => {
    if (button.kind === 'share_phone') return button.label;
    if (button.kind === 'link') return `${button.label}: ${button.url}`;
    number += 1;
    return `${number}. ${button.label}`;
  });
}
