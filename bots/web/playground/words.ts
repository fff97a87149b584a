import type { Locale } from '../../../core/customers/types.ts';
import en from '../../../locales/playground/en.json' with { type: 'json' };
import ru from '../../../locales/playground/ru.json' with { type: 'json' };
import uk from '../../../locales/playground/uk.json' with { type: 'json' };

/** Every word of the playground's page. */
export type PlaygroundWords = typeof uk;

const all: Readonly<Record<Locale, PlaygroundWords>> = { uk, ru, en };

/** The words of the page in a language. */
export function playgroundWords(locale: Locale): PlaygroundWords {
  return all[locale];
}
