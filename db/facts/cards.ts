import type { CardFacts, CardNeed, CustomerCard } from '../../core/insights/card.ts';
import type { Reading, Row } from '../database.ts';
import { cardFrom, cardStatements, withSegments } from '../insights/card.ts';
import type { FactSource, Query } from './source.ts';

/** Cards, and what is looked up for them once they are read. */
export interface CardSource extends FactSource<CardFacts> {
  /** Adds what takes a second look: the segments each person is in. */
  complete(database: Reading, now: number): Promise<void>;
}

/** Reads customers' cards. */
export function cardSource(): CardSource {
  const cards = new Map<string, { readonly need: CardNeed; readonly card: CustomerCard }>();
  const queriesFor = (need: CardNeed, now: number): Query[] => {
    const statements = cardStatements(need, now);
    const results: (readonly Row[])[] = [];
    return statements.map((statement, index) => ({
      statement,
      take(rows) {
        results[index] = rows;
        if (index < statements.length - 1) return;
        const card = cardFrom(need, results, now);
        if (card) cards.set(need.customerId, { need, card });
      },
    }));
  };
  return {
    queries: (needs, now) => (needs.cards ?? []).flatMap((need) => queriesFor(need, now)),
    async complete(database, now) {
      for (const [id, { need, card }] of cards) {
        cards.set(id, { need, card: await withSegments(card, need, database, now) });
      }
    },
    facts: { card: (customerId) => cards.get(customerId)?.card },
    // A card is only looked at: nothing is decided by it.
    keys: {},
  };
}
