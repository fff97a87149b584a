import type { Timers } from '../timers.ts';
import type { PartOf } from './smpp_deliveries.ts';

/** Joins the parts of long messages that come in. */
export interface Joiner {
  /** The whole text, once the last part is there; undefined while others are out. */
  add(from: string, part: PartOf, text: string): string | undefined;
}

/** What does not come together in this time never will. */
const patienceMs = 10 * 60_000;

/** A joiner that holds few messages: who sends only halves cannot fill the memory. */
export function createJoiner(timers: Timers, limit = 1000): Joiner {
  const open = new Map<string, { readonly since: number; readonly texts: Map<number, string> }>();

  function tidy(): void {
    const now = timers.now();
    for (const [key, { since }] of open) {
      if (now - since < patienceMs && open.size <= limit) break;
      open.delete(key);
    }
  }

  return {
    add(from, { key: reference, total, number }, text) {
      if (total <= 1) return text;
      const key = `${from} ${reference} ${total}`;
      tidy();
      const known = open.get(key);
      // Kept when it is whole, since its last part comes again when it could not be written down; another text in its
      // place begins a new message.
      const goesOn = known && (known.texts.size < total || known.texts.get(number) === text);
      const message = goesOn ? known : { since: timers.now(), texts: new Map<number, string>() };
      if (!goesOn) open.delete(key);
      open.set(key, message);
      message.texts.set(number, text);
      if (message.texts.size < total) return undefined;
      return [...message.texts]
        .sort(([a], [b]) => a - b)
        .map(([, one]) => one)
        .join('');
    },
  };
}
