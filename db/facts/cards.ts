import type { CardFacts, CardNeed, CustomerCard } from '../../core/insights/card.ts';
import type { Row } from '../database.ts';
import { cardFrom, cardStatements } from '../insights/card.ts';
import type { FactSource, Query } from './source.ts';

/** Reads customers' cards. */
export function cardSource(): FactSource<CardFacts> {
  const cards = new Map<string, CustomerCard>();
  const queriesFor = (need: CardNeed, now: number): Query[] => {
    const statements = cardStatements(need, now);
    const results: (readonly Row[])[] = [];
    return statements.map((statement, index) => ({
      statement,
      take(rows) {
        results[index] = rows;
        if (index < statements.length - 1) return;
        const card = cardFrom(need, results, now);
        if (card) cards.set(need.customerId, card);
      },
    }));
  };
  return {
    queries: (needs, now) =>
      needs.flatMap((need) => need.cards ?? []).flatMap((need) => queriesFor(need, now)),
    facts: { card: (customerId) => cards.get(customerId) },
    // A card is only looked at: nothing is decided by it.
    keysOf: () => [],
  };
}
