import { shippedJourneys } from '../core/journeys/shipped/shipped.ts';
import type { ShippedJourney } from '../core/journeys/types.ts';
import en from './journeys/en.json' with { type: 'json' };
import ru from './journeys/ru.json' with { type: 'json' };
import uk from './journeys/uk.json' with { type: 'json' };

/** The journeys Svoi comes with, their texts in every language, in the order in which staff read them. */
export const shipped: readonly ShippedJourney[] = shippedJourneys({ uk, ru, en });
