import type { CustomerId } from '../../core/ids.ts';
import type { ProfileFact, ProfileFacts } from '../../core/insights/facts/types.ts';
import { factsOf, profileFactFrom } from '../insights/facts.ts';
import { asAsked, eachRow, type FactSource } from './source.ts';

/** Reads what is known about customers beyond their profile. */
export function profileSource(): FactSource<ProfileFacts> {
  const found = new Map<string, ProfileFact[]>();
  return {
    queries(needs) {
      const ids: readonly CustomerId[] = needs.profileFacts ?? [];
      for (const id of ids) found.set(id, []);
      return ids.length > 0
        ? [
            eachRow(factsOf([...new Set(ids)]), (row) =>
              found.get(String(row.wanted))?.push(profileFactFrom(row)),
            ),
          ]
        : [];
    },
    facts: { profileFacts: (id) => found.get(id) ?? [] },
    keys: { profileFacts: asAsked },
  };
}
