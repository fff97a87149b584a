import type { ReceiptStatus } from '../../core/messaging/receipts.ts';

/** What a message of ours came to: the id it is known by, and how far all its parts are. */
export interface Progress {
  readonly providerId: string;
  readonly status: ReceiptStatus;
}

/** Which ids the server gave to the parts of our messages, for as long as receipts may come. In memory. */
export interface SentIds {
  /** Remembers the parts of a message to a number; returns the id it is known by from now on. */
  remember(partIds: readonly string[], to: string): string;
  /**
   * What a receipt for a part tells of its message: a failed part fails it, and it is delivered when all of them are.
   * Null: other parts are still out. Undefined: nothing is known of it, as after a restart.
   */
  progress(
    ids: readonly string[],
    status: ReceiptStatus,
    numbers: readonly string[],
  ): Progress | null | undefined;
}

interface Sent {
  readonly providerId: string;
  readonly to: string;
  readonly awaited: Set<string>;
}

/** Three days of what a busy shop sends. */
const keptParts = 50_000;

/** An empty memory of `limit` parts; the oldest are forgotten first. */
export function createSentIds(limit: number = keptParts): SentIds {
  const parts = new Map<string, Sent>();

  function find(ids: readonly string[], numbers: readonly string[]): [string, Sent] | undefined {
    for (const id of ids.flatMap(spellings)) {
      const sent = parts.get(id);
      if (sent && numbers.includes(sent.to)) return [id, sent];
    }
    return undefined;
  }

  return {
    remember(partIds, to) {
      const ids = partIds.map(canonicalId);
      const [providerId = ''] = ids;
      const sent: Sent = { providerId, to, awaited: new Set(ids) };
      for (const id of ids) {
        parts.delete(id);
        parts.set(id, sent);
      }
      for (const oldest of parts.keys()) {
        if (parts.size <= limit) break;
        parts.delete(oldest);
      }
      return providerId;
    },
    progress(ids, status, numbers) {
      const found = find(ids, numbers);
      if (!found) return undefined;
      const [id, { providerId, awaited }] = found;
      if (status === 'delivered') awaited.delete(id);
      return status === 'delivered' && awaited.size > 0 ? null : { providerId, status };
    },
  };
}

/** An id in the one spelling we keep: many servers pad ids with zeros, or change their capitals, in receipts only. */
export function canonicalId(id: string): string {
  return id.toLowerCase().replace(/^0+(?=.)/, '');
}

/**
 * The spellings an id of a receipt may stand for, the likeliest first. Many servers name a message in hexadecimal when
 * they take it and in decimal in its receipt, or the other way round
 * (https://help.nexmo.com/hc/en-us/articles/204015663).
 */
export function spellings(id: string): string[] {
  const plain = canonicalId(id);
  const all = [plain];
  if (/^\d+$/.test(plain)) all.push(BigInt(plain).toString(16));
  if (/^[\da-f]+$/.test(plain)) all.push(BigInt(`0x${plain}`).toString(10));
  return [...new Set(all)];
}
