import { type Locale, locales } from '../../customers/types.ts';
import { type JourneyDefinition, journeySchema, type Texts } from '../definition.ts';
import type { ShippedJourney } from '../types.ts';
import { afterPurchase } from './after_purchase.ts';
import { business } from './business.ts';
import { cart } from './cart.ts';
import { comebacks } from './comebacks.ts';
import { greetings } from './greetings.ts';
import { instant } from './instant.ts';
import { known } from './known.ts';
import { orders } from './orders.ts';
import { type JourneyDraft, penOf } from './pen.ts';
import { points } from './points.ts';
import { rfScenarios } from './rf.ts';

/** The texts of one journey by their names; `name` and `about` are always among them. */
type TextsOfJourney = Readonly<Record<string, string>>;

/** All texts of a language: those of each journey by its key, and under `buttons` the labels they share. */
export type JourneyTexts = Readonly<Record<string, TextsOfJourney>>;

/** In the order in which staff read them: by what a customer lives through. */
const all: readonly JourneyDraft[] = [
  ...greetings,
  ...instant,
  ...points,
  cart,
  ...orders,
  ...afterPurchase,
  ...known,
  ...business,
  ...rfScenarios,
  ...comebacks,
];

/** The journeys Svoi comes with, in the words of `texts`. Throws where a text is missing in a language. */
export function shippedJourneys(texts: Readonly<Record<Locale, JourneyTexts>>): readonly ShippedJourney[] {
  return all.map(({ key, isOn = false, write }) => {
    const say = (name: string) => inAllLanguages(texts, key, name);
    const pen = penOf(say, (name) => inAllLanguages(texts, 'buttons', name));
    return { definition: defined(key, say, write(pen)), isOn };
  });
}

function defined(
  key: string,
  say: (name: string) => Texts,
  written: ReturnType<JourneyDraft['write']>,
): JourneyDefinition {
  return journeySchema.parse({ key, name: say('name'), about: say('about'), ...written });
}

function inAllLanguages(texts: Readonly<Record<Locale, JourneyTexts>>, of: string, name: string): Texts {
  return Object.fromEntries(
    locales.map((locale) => {
      const text = texts[locale][of]?.[name];
      if (text === undefined) throw new Error(`no text "${of}.${name}" in ${locale}`);
      return [locale, text];
    }),
  );
}
