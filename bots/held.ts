import type { ClaimedMessage, OutboxChat } from '../core/messaging/outbox.ts';
import { messagePriority } from '../core/messaging/types.ts';

/** A claimed message whose chat is there and can be reached. */
export type SendableMessage = ClaimedMessage & { readonly chat: OutboxChat };

/** Messages claimed that wait to be started: what matters more first, otherwise as they came. */
export interface Held {
  size(): number;
  /** Whether the next one answers somebody who waits, as direct answers and one-time codes do; none: undefined. */
  isUrgent(): boolean | undefined;
  add(message: SendableMessage): void;
  /** Takes the next one, with as many like it as fit into one call. */
  take(): readonly SendableMessage[];
  takeAll(): readonly SendableMessage[];
}

interface Entry {
  readonly message: SendableMessage;
  /** The same for messages of which one call can carry several; none for one that goes alone. */
  readonly likeness: string | undefined;
}

/** The least of the priorities at which somebody waits for an answer. */
export const urgentPriority = messagePriority.reply;

/** Holds messages of a channel whose calls reach `batch` chats, as long as they do. */
export function createHeld(batch: () => number): Held {
  const lines: Entry[][] = Object.values(messagePriority).map(() => []);
  const firstLine = () => lines.findIndex((line) => line.length > 0);
  return {
    size: () => lines.reduce((sum, line) => sum + line.length, 0),
    isUrgent() {
      const priority = firstLine();
      return priority < 0 ? undefined : priority <= urgentPriority;
    },
    add(message) {
      const likeness = batch() > 1 ? likenessOf(message) : undefined;
      lines[messagePriority[message.category]]?.push({ message, likeness });
    },
    take() {
      const line = lines[firstLine()];
      const first = line?.shift();
      if (!line || !first) return [];
      return [first.message, ...takeAlike(line, first.likeness, batch() - 1)];
    },
    takeAll: () => lines.flatMap((line) => line.splice(0).map(({ message }) => message)),
  };
}

/** Takes up to `most` of those with this likeness out of the line. */
function takeAlike(line: Entry[], likeness: string | undefined, most: number): SendableMessage[] {
  if (likeness === undefined || most === 0) return [];
  const alike = line.filter((entry) => entry.likeness === likeness).slice(0, most);
  if (alike.length === 0) return [];
  const taken = new Set(alike);
  line.splice(0, line.length, ...line.filter((entry) => !taken.has(entry)));
  return alike.map(({ message }) => message);
}

/** Everything that decides how a message looks to its reader; an edit goes alone. */
function likenessOf({ category, reply, replaces, chat }: SendableMessage): string | undefined {
  if (replaces !== null) return undefined;
  return JSON.stringify([category, chat.locale, chat.zone, reply]);
}
