import type { Said } from '../../core/dialogs/types.ts';

/**
 * A link that opens a chat with the number `digits`, with a text already typed that carries `context`: WhatsApp has no
 * start button, so the person sends the words himself.
 */
export function chatLink(digits: string, context: string): string {
  return `https://wa.me/${digits}?text=${encodeURIComponent(`start ${context}`)}`;
}

/** A deep link carries at most 64 of these signs; what looks otherwise is a text like any other. */
const startWords = /^\s*\/?start(?:\s+([\w-]{1,64}))?\s*$/i;

/** What a text says: `start`, perhaps with the context of a link of ours, or just what it says. */
export function saidInText(text: string): Said {
  const start = startWords.exec(text);
  if (!start) return { kind: 'text', text };
  return start[1] ? { kind: 'start', context: start[1] } : { kind: 'start' };
}
