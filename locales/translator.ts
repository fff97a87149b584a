import { createInstance, type i18n, type TFunction } from 'i18next';
import { type Locale, locales } from '../core/customers/types.ts';
import { type VariableFormat, wordVariables } from '../core/messaging/keys.ts';
import type { Words } from '../core/messaging/types.ts';
import { addFormats, type Formats } from './formats.ts';
import { translations } from './translations.ts';

export type { Formats } from './formats.ts';

/** Words by any key, for texts that are not core's (the playground has its own). */
export interface AnyWords {
  readonly key: string;
  readonly variables?: Readonly<Record<string, string | number>>;
}

/** A tree of texts, as `locales/*.json` holds it. */
export interface TextTree {
  readonly [key: string]: string | TextTree;
}

/** Turns words into a text of a language. */
export interface Translator<Known extends AnyWords = Words> {
  /** Throws on a key the language does not have: a raw key must never reach a person. */
  say(locale: Locale, words: Known, formats: Formats): string;
  /** Each value of a text of core's as `say` would write it into the text. */
  values(locale: Locale, words: Words, formats: Formats): Record<string, string>;
}

/** A translator over Svoi's own texts. */
export function createTranslator(): Translator;
/** A translator over other texts, one tree a language; core's texts are there as well. */
export function createTranslator(more: Readonly<Record<Locale, TextTree>>): Translator<AnyWords>;
/** Both of the above: `more` may be left out. */
export function createTranslator(more?: Readonly<Record<Locale, TextTree>>): Translator<AnyWords> {
  if (more) return translatorOver(more);
  ours ??= translatorOver();
  return ours;
}

/** The one over our own texts: it keeps nothing of what it says. */
let ours: Translator<AnyWords> | undefined;

function translatorOver(more?: Readonly<Record<Locale, TextTree>>): Translator<AnyWords> {
  const instance = createInstance();
  void instance.init({
    resources: Object.fromEntries(locales.map((locale) => [locale, resourcesOf(locale, more)])),
    ns: ['core', 'more'],
    defaultNS: 'core',
    fallbackNS: 'more',
    fallbackLng: false,
    initAsync: false,
    // What people typed is a value like any other: never markup, never a text to look up.
    interpolation: { escapeValue: false, skipOnVariables: true },
  });
  const fixed = fixedByLocale(instance);
  addFormats(instance, (locale, key, options) => fixed[locale](key, options ?? {}));
  return {
    say(locale, words, { zone, currency }) {
      // What a shop wrote is all of the text: looking it up takes as long as filling it in.
      if (words.key === 'written.text') {
        const text = instance.format(words.variables?.text, 'template', locale, { zone, currency, locale });
        return withoutDoubleDots(text);
      }
      // i18next lets an option called `locale` decide how values are formatted, so it is always ours.
      const options = { ...words.variables, zone, currency, locale, nest: false };
      const t = fixed[locale];
      if (!instance.exists(words.key, { ...options, lng: locale })) {
        throw new Error(`no text "${words.key}" in ${locale}`);
      }
      return withoutDoubleDots(t(words.key, options));
    },
    values(locale, { key, variables = {} }, { zone, currency }) {
      const specs: Readonly<Record<string, VariableFormat>> = wordVariables[key];
      const written = (value: string | number, format: VariableFormat) =>
        format === 'text'
          ? String(value)
          : instance.format(value, format === 'count' ? 'number' : format, locale, {
              zone,
              currency,
              locale,
            });
      return Object.fromEntries(
        Object.entries<string | number>(variables).map(([name, value]) => [
          name,
          written(value, specs[name] ?? 'text'),
        ]),
      );
    },
  };
}

/** A date ends in an abbreviation in Ukrainian and Russian (“2026 р.”): at the end of a sentence it has dot enough. */
function withoutDoubleDots(text: string): string {
  return text.replaceAll(/(\d\u00A0?\s?[рг]\.)\./g, '$1');
}

function resourcesOf(locale: Locale, more: Readonly<Record<Locale, TextTree>> | undefined) {
  return { core: translations[locale], more: more?.[locale] ?? {} };
}

function fixedByLocale(instance: i18n): Readonly<Record<Locale, TFunction>> {
  return {
    uk: instance.getFixedT('uk'),
    ru: instance.getFixedT('ru'),
    en: instance.getFixedT('en'),
  };
}
