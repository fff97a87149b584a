import type { Journey } from '../../../journeys/types.ts';
import type { DialogRound, StaffTurn } from '../task.ts';

/** What changing a journey needs to know. */
export function changeRound(key: string): DialogRound {
  return () => ({ journeysToChange: [key], allJourneys: true, auditChains: ['house'] });
}

/** A journey as it stands: as it was read for this very step, else as it came with Svoi. */
export function journeyCalled({ facts, journeys: known }: StaffTurn, key: string): Journey | undefined {
  return facts.journey(key) ?? known?.().find((one) => one.key === key);
}
