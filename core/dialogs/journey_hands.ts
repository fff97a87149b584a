import { askAfterPurchase } from '../insights/nps/ask.ts';
import type { JourneyRules } from '../journeys/types.ts';
import type { Hands } from '../journeys/walk.ts';
import { mergeChanges } from '../ports.ts';
import { tierSince } from '../program/rules.ts';
import { managersOf } from './staff/surveys.ts';
import { tell } from './staff/tell.ts';
import { press } from './turn.ts';
import type { DialogChanges, DialogFacts, DialogNeeds } from './types.ts';

/** What journeys do with the parts around them, as of `now` (epoch milliseconds). */
export function journeyHands(
  { program, ...rules }: JourneyRules,
  now: number,
): Hands<DialogNeeds, DialogFacts, DialogChanges> {
  return {
    tierSince: tierSince(program, now),
    needs: (own) => own,
    changes: (own) => own,
    askAbout: (purchase) => askAfterPurchase(purchase, { ...program.nps, on: true }, { program, ...rules }),
    staffNeeds: { team: true },
    tellStaff({ words, customer, manager }, facts, context) {
      const managers = managersOf(facts.team(), { store: null, customerId: customer.id });
      const own = managers.filter(({ phone }) => phone === manager);
      const buttons = [[press({ key: 'nps.card' }, `who:${customer.id}`)]];
      const told = (own.length > 0 ? own : managers).map((one) => {
        const paragraphs = [words(one.chat?.locale ?? program.locale)];
        return tell([one], { paragraphs, buttons }, context);
      });
      return mergeChanges<DialogChanges>(...told);
    },
  };
}
