import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Locale, locales } from '../../core/customers/types.ts';
import { commandNames } from '../../core/dialogs/routes.ts';
import { describeJourney } from '../../core/insights/journeys/describe.ts';
import { type JourneyDefinition, journeySchema } from '../../core/journeys/definition.ts';
import { type WordKey, wordVariables } from '../../core/messaging/keys.ts';
import { consentTexts } from '../../locales/consents.ts';
import { shipped } from '../../locales/journeys.ts';
import { translations } from '../../locales/translations.ts';
import { createTranslator, type TextTree } from '../../locales/translator.ts';
import { plain } from '../support/chat.ts';

const formats = { zone: 'Europe/Kyiv', currency: 'UAH' };
const pluralForms: Readonly<Record<Locale, readonly string[]>> = {
  uk: ['one', 'few', 'many', 'other'],
  ru: ['one', 'few', 'many', 'other'],
  en: ['one', 'other'],
};

function flatten(tree: TextTree, path = ''): Map<string, string> {
  const entries = Object.entries(tree).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[`${path}${name}`, value]] : [...flatten(value, `${path}${name}.`)],
  );
  return new Map(entries);
}

function expectedKeys(locale: Locale): string[] {
  return Object.entries(wordVariables).flatMap(([key, variables]) =>
    'count' in variables ? pluralForms[locale].map((form) => `${key}_${form}`) : [key],
  );
}

/** `{{name}}` and `{{at, day}}` as pairs of name and format. */
function variablesIn(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)(?:,\s*(\w+))?\}\}/g)].map(
    ([, name, format]) => `${name}: ${format ?? 'text'}`,
  );
}

function variablesOf(key: string): string[] {
  const spec =
    wordVariables[key.replace(/_(one|few|many|other)$/, '') as WordKey] ?? wordVariables[key as WordKey];
  return Object.entries(spec).map(([name, format]) => `${name}: ${format === 'count' ? 'number' : format}`);
}

describe.each(locales)('texts in %s', (locale) => {
  const texts = flatten(translations[locale]);

  test('are exactly those core can name, with every plural form', () => {
    expect([...texts.keys()].sort()).toEqual(expectedKeys(locale).sort());
  });

  test('show every variable of the key, in the format the key gives it', () => {
    for (const [key, text] of texts) {
      expect([key, ...variablesIn(text).sort()]).toEqual([key, ...variablesOf(key).sort()]);
    }
  });

  test('are not empty, have no stray braces and no space at the ends', () => {
    for (const [key, text] of texts) {
      expect(text.trim(), key).toBe(text);
      expect(text, key).not.toBe('');
      expect(text.replace(/\{\{[^{}]+\}\}/g, ''), key).not.toMatch(/[{}]/);
    }
  });

  test('of the bot fit what Telegram takes', () => {
    expect(texts.get('bot.description')?.length).toBeLessThanOrEqual(512);
    expect(texts.get('bot.short_description')?.length).toBeLessThanOrEqual(120);
    for (const command of commandNames) {
      expect(texts.get(`commands.${command}`)?.length, command).toBeLessThanOrEqual(256);
    }
  });
});

describe('numbers', () => {
  const say = (locale: Locale, count: number) =>
    plain(createTranslator().say(locale, { key: 'units.points', variables: { count } }, formats));

  test.each([
    [0, '0 балів', '0 баллов', '0 points'],
    [1, '1 бал', '1 балл', '1 point'],
    [2, '2 бали', '2 балла', '2 points'],
    [5, '5 балів', '5 баллов', '5 points'],
    [11, '11 балів', '11 баллов', '11 points'],
    [21, '21 бал', '21 балл', '21 points'],
    [104, '104 бали', '104 балла', '104 points'],
    [1.5, '1,5 бала', '1,5 балла', '1.5 points'],
    [1234567, '1 234 567 балів', '1 234 567 баллов', '1,234,567 points'],
  ])('%d points take the form of each language', (count, uk, ru, en) => {
    expect(locales.map((locale) => say(locale, count))).toEqual([uk, ru, en]);
  });

  test.each([
    ['UAH', 120_00, '120 ₴', '₴120'],
    ['UAH', 1_234_50, '1 234,50 ₴', '₴1,234.50'],
    ['JPY', 1234, '1 234 ¥', '¥1,234'],
  ])('money in %s is written from minor units by the digits of the currency', (currency, worth, uk, en) => {
    const words = { key: 'points.balance', variables: { balance: 1, worth } } as const;
    const texts = (['uk', 'en'] as const).map((locale) =>
      plain(createTranslator().say(locale, words, { ...formats, currency })),
    );
    expect(texts).toEqual([`У вас 1 бал, це ${uk}.`, `You have 1 point, worth ${en}.`]);
  });

  test('a change has its sign, and a day is the day in the zone', () => {
    const at = Date.parse('2026-11-22T22:30:00Z');
    const words = { key: 'history.line', variables: { at, change: -2, kind: 'expiry' } } as const;
    const translator = createTranslator();
    expect(translator.say('uk', words, formats)).toBe('23.11.26 · −2 бали · згоріло');
    expect(translator.say('uk', words, { ...formats, zone: 'UTC' })).toBe('22.11.26 · −2 бали · згоріло');
  });

  test('a birthday is written with the year where it is known', () => {
    const say = (date: string) =>
      createTranslator().say('en', { key: 'birthday.saved', variables: { date } }, formats);
    expect([say('1990-12-25'), say('--02-29')]).toEqual(['Noted: 25 December 1990.', 'Noted: 29 February.']);
  });
});

describe('translator', () => {
  test('what a person typed is never looked up or filled in', () => {
    const name = '$t(help.unknown) {{zone}} <b>&</b>';
    const said = createTranslator().say('en', { key: 'settings.name', variables: { name } }, formats);
    expect(said).toBe(`Name: ${name}`);
  });

  test('a key that is not there throws rather than reach a person', () => {
    const texts = { uk: {}, ru: {}, en: {} };
    expect(() => createTranslator(texts).say('uk', { key: 'no.such' }, formats)).toThrow(
      'no text "no.such" in uk',
    );
  });

  test('takes texts of its own beside those of core', () => {
    const texts = {
      uk: { till: { title: 'Каса' } },
      ru: { till: { title: 'Касса' } },
      en: { till: { title: 'Till' } },
    };
    const translator = createTranslator(texts);
    expect(translator.say('ru', { key: 'till.title' }, formats)).toBe('Касса');
    expect(translator.say('ru', { key: 'button.menu' }, formats)).toBe('Меню');
  });

  test('formats that carry a language of their own do not change the language spoken', () => {
    const program = { ...formats, locale: 'uk' };
    const words = { key: 'menu.title', variables: { balance: 2 } } as const;
    expect(createTranslator().say('en', words, program)).toContain('2 points');
  });
});

/** All that the staff read of how a journey works. */
function described(definition: JourneyDefinition, locale: Locale): string {
  const { starts, who, steps, rules } = describeJourney(definition);
  const say = createTranslator().say;
  return [...starts, ...who, ...steps, ...rules].map((words) => say(locale, words, formats)).join('\n');
}

describe('what a journey asks', () => {
  test.each(['uk', 'ru'] as const)('is said in words of the language, not as it is written: %s', (locale) => {
    for (const { definition } of shipped) {
      const text = described(definition, locale).replaceAll('RF', '');
      expect(text, definition.key).not.toMatch(/[a-z]|[=<>]/i);
      expect(text, definition.key).not.toMatch(/(\S+) або \1$|(\S+) или \2$/m);
    }
  });

  const started = (when: object, more: object = {}) =>
    described(
      journeySchema.parse({
        ...{ key: 'one', name: { en: 'One' }, category: 'service', topic: 'orders', when },
        steps: [{ stop: true }],
        ...more,
      }),
      'en',
    );
  const where = (conditions: object, event = 'order_status') => started({ event, where: conditions });

  test.each<readonly [string, object, string]>([
    ['another', { status: '!=paid' }, '• State: not paid'],
    ['none of several', { status: '!=paid, signed' }, '• State: none of: paid or signed'],
    ['one of several', { status: 'new, paid' }, '• State: received or paid'],
    ['two names of one state', { status: 'cancelled, canceled' }, '• State: cancelled'],
    ['a state only the shop knows', { status: 'at_the_tailor' }, '• State: at_the_tailor'],
    ['money', { total: '>=100000' }, '• Total: at least ₴1,000'],
    ['yes or no', { first: true }, '• first: true'],
  ])('of the data of an order: %s', (_, conditions, words) => {
    expect(where(conditions).replace('UAH', '₴')).toContain(words);
  });

  test('of the data of a purchase, yes or no', () => {
    expect(where({ first: true, paid: '!=true' }, 'purchase')).toContain('• First purchase: yes\n• Paid: no');
  });

  test('of what only the shop knows is said as it is written', () => {
    expect(where({ table: 'window', total: '>5' }, 'table_booked')).toContain(
      '• table: window\n• total: more than 5',
    );
  });

  test('by a score, a fact or the days left', () => {
    const asks = (condition: object) => ({ if: condition, do: [{ stop: true }] });
    const steps = [
      asks({ nps: '<=6' }),
      asks({ segment: 'fact.pet=dog or fact.size=xl' }),
      asks({ days_left: '>=0' }),
    ];
    expect(started({ date: 'birthday' }, { steps })).toContain(
      [
        ...['• if:', '    – Last NPS score: at most 6', '• then:', '    ◦ ends'],
        ...['• if:', '    – At least one of these:', '        ◦ Pet: a dog', '        ◦ Known “size”: xl'],
        ...['• then:', '    ◦ ends', '• if:', '    – The date is not over yet'],
      ].join('\n'),
    );
  });
});

test('the wording of a consent cannot change under the same version', () => {
  const texts = locales.flatMap((locale) =>
    (['service', 'marketing'] as const).map((category) => consentTexts(category, locale)),
  );
  const hash = createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);
  expect(`version ${texts[0]?.version}: ${hash}`).toBe('version 1: 8b1749f444003d40');
});

test.each([
  ['uk', /2026 р\.$/],
  ['ru', /2026 г\.$/],
  ['en', /2026\.$/],
] as const)('in %s a sentence that ends in a date ends in one dot', (locale, end) => {
  const words = {
    key: 'who.rhythm',
    variables: { days: 18, at: Date.parse('2026-06-26T12:00:00Z') },
  } as const;
  expect(createTranslator().say(locale, words, formats)).toMatch(end);
});
