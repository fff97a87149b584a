import { sum } from '../../money.ts';
import type { Bought } from './types.ts';

/** What several groups bought together. */
export function sumOf(groups: readonly Bought[]): Bought {
  const all = (figure: (group: Bought) => number) => sum(groups.map(figure));
  return {
    people: all(({ people }) => people),
    buyers: all(({ buyers }) => buyers),
    paidMinor: all(({ paidMinor }) => paidMinor),
    discountMinor: all(({ discountMinor }) => discountMinor),
    paidSquares: all(({ paidSquares }) => paidSquares),
    discountSquares: all(({ discountSquares }) => discountSquares),
    paidByDiscount: all(({ paidByDiscount }) => paidByDiscount),
    pointsSpent: all(({ pointsSpent }) => pointsSpent),
  };
}
