import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Locale, locales } from '../../../core/customers/types.ts';
import { anywhere, checkTemplate, namesIn, type Place } from '../../../core/journeys/templates/check.ts';
import { checkJourneyTexts } from '../../../core/journeys/templates/journey.ts';
import { partsOfName } from '../../../core/journeys/templates/names.ts';
import { positionOf } from '../../../core/journeys/templates/parse.ts';
import { type TemplateContext, valuesFor } from '../../../core/journeys/templates/values.ts';
import { templateVariables } from '../../../core/journeys/templates/variables.ts';
import { addressIn, missingIn, textFor, written } from '../../../core/journeys/templates/written.ts';
import { defaultProgram } from '../../../core/program/program.ts';
import { shipped } from '../../../locales/journeys.ts';
import { exampleContext, formatHelp, variableHelp } from '../../../locales/template_help.ts';
import { createTranslator } from '../../../locales/translator.ts';
import { plain } from '../../support/chat.ts';

const now = Date.parse('2026-11-22T12:00:00+02:00');
const formats = { zone: 'Europe/Kyiv', currency: 'UAH' };
const translator = createTranslator();

/** What a customer reads of a text. */
function said(text: string, locale: Locale = 'uk', changes: Partial<TemplateContext> = {}): string {
  const context = { ...exampleContext(locale, defaultProgram, now), ...changes };
  return translator.say(locale, written({ text, locale }, valuesFor(context)), formats);
}

function named(name: string | null, locale: Locale = 'uk'): Partial<TemplateContext> {
  const { record } = exampleContext(locale, defaultProgram, now);
  return { record: { ...record, customer: { ...record.customer, name } } };
}

describe('a template says', () => {
  const days = (count: number) => now + count * 86_400_000;
  it.each<[Locale, string, string]>([
    ['uk', 'Вітаємо, {{customer.first_name}}!', 'Вітаємо, Олена!'],
    ['ru', 'Здравствуйте, {{customer.polite_name}}!', 'Здравствуйте, Елена Петровна!'],
    ['en', 'Hello {{customer.polite_name}}!', 'Hello Olena Petrivna!'],
    ['uk', 'У Вас {{points.balance, points}}, це {{points.value}}.', 'У Вас 347 балів, це 347 ₴.'],
    ['ru', 'У Вас {{points.balance, points}}, это {{points.value}}.', 'У Вас 347 баллов, это 347 ₴.'],
    [
      'en',
      'You have {{points.balance, points}}, worth {{points.value}}.',
      'You have 347 points, worth ₴347.',
    ],
    [
      'uk',
      '{{points.burning, points}} згорять за {{points.burning_in, days}}',
      '120 балів згорять за 7 днів',
    ],
    ['uk', 'До {{points.reward}} ще {{points.to_reward, points}}', 'До кава в подарунок ще 53 бали'],
    ['uk', '{{tier.name}}: до «{{tier.next}}» ще {{tier.to_next}}', 'Срібний: до «Золотий» ще 1 880 ₴'],
    ['uk', 'Код {{coupon.code}} до {{coupon.valid_until, short_day}}', 'Код SP-7K2M до 06.12.26'],
    ['en', 'Paid {{order.total}} by {{order.due_at}}', 'Paid ₴886.50 by 25 November 2026'],
    ['uk', '{{customer.birthday}}', '3 вересня 1990 р.'],
    ['uk', '{{cart.items}}', 'Кава Арабіка 1 кг, Фільтри, Чашка і ще 2'],
    ['ru', '{{cart.items, list}}', 'Кофе Арабика 1 кг, Фильтры, Чашка и ещё 2'],
    ['en', '{{cart.items, list}}', 'Arabica coffee 1 kg, Filters, Cup and 2 more'],
    ['uk', '{{customer.gender, choose(female: дорога; male: дорогий; other: вітаємо)}}', 'дорога'],
    [
      'uk',
      '{{#if cart.url}}Кошик: {{cart.url}}{{else}}Кошика немає{{/if}}',
      'Кошик: https://shop.example.com/cart',
    ],
  ])('in %s: %s', (locale, text, expected) => {
    expect(plain(said(text, locale))).toBe(expected);
  });

  test('a table that reads well in a chat, with how many where it is not one', () => {
    expect(plain(said('{{cart.items, table}}'))).toBe(
      [
        '• Кава Арабіка 1 кг – 480 ₴',
        '• Фільтри × 2 – 190 ₴',
        '• Чашка – 120 ₴',
        '• Печиво вівсяне – 64,50 ₴',
        '• Цукор тростинний – 32 ₴',
      ].join('\n'),
    );
  });

  test('of many things the first eight, and how many more', () => {
    const items = Array.from({ length: 11 }, (_, index) => ({
      ...{ sku: `${index}`, name: `Річ ${index}`, quantity: 1, unitPriceMinor: 100, url: null, image: null },
    }));
    const rows = plain(said('{{cart.items, table}}', 'uk', { cart: { items, totalMinor: 1100, url: null } }));
    expect(rows.split('\n')).toHaveLength(9);
    expect(rows).toMatch(/…і ще 3 позиції$/);
  });

  it.each<[Locale, number, string]>([
    ['uk', 1, '1 товар'],
    ['uk', 3, '3 товари'],
    ['uk', 5, '5 товарів'],
    ['uk', 21, '21 товар'],
    ['ru', 2, '2 товара'],
    ['ru', 11, '11 товаров'],
    ['en', 1, '1 item'],
    ['en', 7, '7 items'],
  ])('in %s of %i things: %s', (locale, count, expected) => {
    const form = {
      uk: 'one: # товар; few: # товари; many: # товарів; other: # товару',
      ru: 'one: # товар; few: # товара; many: # товаров; other: # товара',
      en: 'one: # item; other: # items',
    }[locale];
    expect(said(`{{event.count, plural(${form}) | -}}`, locale, { event: { count } })).toBe(expected);
  });

  it.each<[string, string | number, string]>([
    ['{{event.at, day | колись}}', '2026-12-31', '31 грудня 2026 р.'],
    ['{{event.at, moment | колись}}', '2026-12-31T18:30:00+02:00', '31 грудня 2026 р. о 18:30'],
    ['{{event.at, day | колись}}', days(0), '22 листопада 2026 р.'],
    ['{{event.at, day | колись}}', 'завтра', 'колись'],
    ['{{event.at, money | дарма}}', 'дорого', 'дарма'],
    ['{{event.at, money | дарма}}', '1250', '12,50 ₴'],
    ['{{event.at | нічого}}', 'столик 5', 'столик 5'],
    ['{{event.at | нічого}}', 1520, '1 520'],
  ])('what a shop posted as it can be read: %s of %s', (text, at, expected) => {
    expect(plain(said(text, 'uk', { event: { at } }))).toBe(expected);
  });

  test('words in the language of the text, even to who reads another', () => {
    const words = written(textFor({ uk: '{{points.balance, points}}' }, 'en', 'uk'), { 'points.balance': 5 });
    expect(translator.say('en', words, formats)).toBe('5 балів');
  });
});

describe('where something is missing', () => {
  const nobody = named(null);

  it.each([
    ['{{customer.first_name}}, вітаємо!', 'Шановний покупцю, вітаємо!'],
    ['Вітаємо, {{customer.first_name}}!', 'Вітаємо, шановний покупцю!'],
    ['Вітаємо! {{customer.polite_name}}, ось бали.', 'Вітаємо! Шановний покупцю, ось бали.'],
    ['{{customer.first_name | Друже}}, вітаємо!', 'Друже, вітаємо!'],
    ['Вітаємо{{#if customer.first_name}}, {{customer.first_name}}{{/if}}!', 'Вітаємо!'],
    ['Вітаємо {{#if customer.first_name}}{{customer.first_name}}{{/if}} сьогодні', 'Вітаємо сьогодні'],
    ['Вітаємо {{#if customer.name}}{{customer.name}}{{/if}} .', 'Вітаємо.'],
    ['Раз.\n\n{{#if customer.name}}Вітаємо, {{customer.name}}{{/if}}\n\nДва.', 'Раз.\n\nДва.'],
    ['{{#if customer.name}}А{{else}}Б{{/if}}', 'Б'],
  ])('%s', (text, expected) => {
    expect(said(text, 'uk', nobody)).toBe(expected);
  });

  test.each(locales)('no variable leaves a hole in %s: the fallback stands there', (locale) => {
    const { customer } = exampleContext(locale, defaultProgram, now).record;
    const blank = {
      ...customer,
      ...{ name: null, city: null, gender: null, birthday: null, phone: null, card: null },
    };
    const bare: TemplateContext = {
      record: { ...exampleContext(locale, defaultProgram, now).record, customer: blank, lots: [] },
      ...{ program: defaultProgram, now },
    };
    for (const { name, mayBeMissing } of variableHelp(locale)) {
      const text = `(${`{{${name}${mayBeMissing ? ' | X' : ''}}}`})`;
      const place: Place = { subjects: ['purchase', 'cart', 'order', 'coupon', 'gift'] };
      expect(checkTemplate({ [locale]: text }, place), name).toEqual([]);
      const values = valuesFor(bare);
      if (missingIn({ text, locale }, values).length > 0) continue;
      const shown = translator.say(locale, written({ text, locale }, values), formats);
      expect(shown, name).toMatch(/^\(\S.*\)$/);
      if (mayBeMissing) expect(shown, name).toBe('(X)');
    }
  });

  test('what a text cannot do without is told before it is sent', () => {
    const text = {
      text: 'Код {{coupon.code}}{{#if coupon.valid_until}} до {{coupon.valid_until}}{{/if}}',
      locale: 'uk',
    } as const;
    expect(missingIn(text, {})).toEqual(['coupon.code']);
    expect(missingIn(text, { 'coupon.code': 'SP' })).toEqual([]);
  });
});

describe('what a customer is called', () => {
  test('stands in the text to the letter, and is never a template', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((name) => `я${name}я`);
    const traps = fc.constantFrom(
      '{{customer.phone}}',
      '$t(menu.title)',
      '$&',
      '{{#if x}}',
      '  ',
      ' , .',
      '$1',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(names, traps), { minLength: 1, maxLength: 4 }), (parts) => {
        const name = `я${parts.join('')}я`;
        const text = 'Вітаємо , {{customer.name | Вас}} {{#if customer.city}}з {{customer.city | Х}}{{/if}}!';
        expect(said(text, 'uk', named(name))).toContain(name);
      }),
    );
  });

  it.each([
    ['Олена', 'Олена', undefined],
    ['Олена Коваль', 'Олена', undefined],
    ['Коваленко Олена', 'Олена', undefined],
    ['Коваль Олена Петрівна', 'Олена', 'Петрівна'],
    ['Олена Петрівна Коваль', 'Олена', 'Петрівна'],
    ['Олена Петрівна', 'Олена', 'Петрівна'],
    ['Шевчук Ілля Ілліч', 'Ілля', 'Ілліч'],
    ['Иванов Иван Иванович', 'Иван', 'Иванович'],
    ['Савич Никита Ильич', 'Никита', 'Ильич'],
    ['Ірина Марченко', 'Ірина', undefined],
    ['John Ronald Reuel Tolkien', 'John', undefined],
    ['  Марія   Іванівна  ', 'Марія', 'Іванівна'],
  ])('%s: by name %s, patronymic %s', (name, first, patronymic) => {
    expect(partsOfName(name)).toMatchObject({ first, ...(patronymic ? { patronymic } : {}) });
    if (!patronymic) expect(partsOfName(name)).not.toHaveProperty('patronymic');
  });
});

describe('a text is refused when it is saved', () => {
  const faults = (text: string, place = anywhere, locale: Locale = 'uk') =>
    checkTemplate({ [locale]: text }, place).map(({ code, line, column, words }) => {
      return `${line}:${column} ${code}: ${translator.say('en', words, formats)}`;
    });

  it.each([
    [
      'Привіт {{customer.frist_name}}',
      '1:8 unknown_variable: There is no variable customer.frist_name. Did you mean customer.first_name?',
    ],
    ['{{weather.today}}', '1:1 unknown_variable: There is no variable weather.today.'],
    [
      'Раз\nдва {{points.balance, pionts}}',
      '2:5 unknown_format: There is no format pionts. Did you mean points?',
    ],
    [
      '{{points.balance, money}}',
      '1:1 wrong_format: points.balance cannot be written as money. These fit: number, points, signed_points, days, minutes, months, years, plural',
    ],
    ['У кошику {{cart.total}}', '1:10 not_here: cart.total: no cart is being told of here. Take it out.'],
    [
      'Код {{coupon.code}}',
      '1:5 not_here: coupon.code: there is no coupon yet. Give a coupon first, then say this text.',
    ],
    [
      '{{customer.city}}',
      '1:1 needs_fallback: customer.city is not known of everybody. Add words for that case: {{customer.city | …}}',
    ],
    [
      '{{customer.city | }}',
      '1:1 empty_fallback: {{customer.city | }} has no words after the bar for when there is nothing to show. To leave the part out, write {{#if customer.city}} … {{/if}}',
    ],
    ['{{points.balance', '1:1 unclosed: The braces {{ are not closed. Write it like {{customer.city | …}}'],
    ['points.balance}}', '1:15 unopened: The braces }} close nothing. Write it like {{customer.city | …}}'],
    [
      '{points.balance}',
      '1:1 single_braces: {points.balance}: the braces must be double, {{points.balance}}',
    ],
    ['{{}}', '1:1 empty: There is nothing in {{}}. Put a name there, like {{customer.first_name}}'],
    [
      '{{points balance}}',
      '1:1 not_a_name: {{points balance}} cannot be understood. Write it like {{points.balance, points}}',
    ],
    [
      '{{#if customer.city}}з',
      '1:1 section_open: The part {{#if customer.city}} is not closed. Write it like {{#if customer.city}} … {{/if}}',
    ],
    [
      'з{{/if}}',
      '1:2 section_stray: {{/if}} is out of place. Write it like {{#if customer.city}} … {{else}} … {{/if}}',
    ],
    [
      '{{points.balance, plural(one: бал)}}',
      '1:1 wrong_plural: plural: this language (Українська) needs the forms one, few, many, other.',
    ],
  ])('%s', (text, expected) => {
    expect(faults(text).map(plain)).toEqual([expected]);
  });

  test('by the forms of its own language', () => {
    expect(faults('{{points.balance, plural(one: point; other: points)}}', anywhere, 'en')).toEqual([]);
    expect(faults('{{points.balance, plural(one: бал; other: бали)}}')).toHaveLength(1);
  });

  test('several faults are told at once, in their order, in each language', () => {
    const problems = checkTemplate({ uk: '{{a.b}} {{c.d}}', en: '{{e.f}}' }, anywhere);
    expect(problems.map(({ locale, at }) => [locale, at])).toEqual([
      ['uk', 0],
      ['uk', 8],
      ['en', 0],
    ]);
  });

  test('not where a section has asked for what may be missing', () => {
    expect(faults('{{#if customer.city}}з {{customer.city}}{{/if}}')).toEqual([]);
    expect(
      faults('{{#if points.burning}}{{points.burning, points}} до {{points.burning_at}}{{/if}}'),
    ).toEqual([]);
    expect(faults('{{#if customer.city}}так{{else}}{{customer.city}}{{/if}}')).toHaveLength(1);
  });

  test('when it is longer than a message, whatever its variables hold', () => {
    const [problem] = checkTemplate({ uk: 'а'.repeat(3001) }, anywhere);
    expect(problem?.code).toBe('too_long');
  });

  test('in a journey, by what starts it and what was given before', () => {
    const message = (text: string) => ({ message: { text: { uk: text }, buttons: [] } });
    const problems = checkJourneyTexts({
      when: { event: 'cart_left' },
      steps: [
        message('{{cart.total}} {{order.number}}'),
        { if: { bought: false }, do: [{ coupon: 'SPRING' }, message('{{coupon.code}}')] },
        message('{{coupon.code}}'),
      ],
    });
    expect(problems.map(({ path, code }) => `${path.join('.')}: ${code}`)).toEqual([
      'steps.0.message.text.uk: not_here',
      'steps.2.message.text.uk: not_here',
    ]);
  });

  test('on a day of the year it can tell how many years it has been, where that is known', () => {
    const when = { date: 'fact.wedding_day', days: 0, at: '10:00' };
    const problems = (text: string) =>
      checkJourneyTexts({ when, steps: [{ message: { text: { uk: text }, buttons: [] } }] }).map(
        ({ code }) => code,
      );
    expect(problems('{{#if event.years}}{{event.years, years}} разом{{/if}}, {{event.day}}')).toEqual([]);
    expect(problems('{{event.years}} {{event.yaers | 5}}')).toEqual(['needs_fallback', 'unknown_variable']);
  });

  test('never one of the journeys that Svoi comes with', () => {
    const problems = shipped.flatMap(({ definition }) =>
      checkJourneyTexts(definition).map(({ path, code }) => `${definition.key}.${path.join('.')}: ${code}`),
    );
    expect(problems).toEqual([]);
  });
});

describe('the reference of variables and formats', () => {
  test.each(locales)('names in %s what the renderer knows, each with what it is', (locale) => {
    expect(variableHelp(locale).map(({ name }) => name)).toEqual(Object.keys(templateVariables));
    for (const { name, about } of [...variableHelp(locale), ...formatHelp(locale)]) {
      expect(about, name).not.toBe('');
    }
  });

  test.each(locales)('every variable can be written in %s in every way it says', (locale) => {
    const everywhere: Place = { subjects: ['purchase', 'cart', 'order', 'coupon', 'gift'] };
    const forms = {
      plural: {
        uk: 'one: а; few: б; many: в; other: г',
        ru: 'one: а; few: б; many: в; other: г',
        en: 'one: a; other: b',
      }[locale],
      choose: 'other: x',
    };
    for (const { name, formats: ways } of variableHelp(locale)) {
      for (const way of ways) {
        const argument = way === 'plural' || way === 'choose' ? `(${forms[way]})` : '';
        const text = `{{${name}, ${way}${argument} | Z}}`;
        expect(checkTemplate({ [locale]: text }, everywhere), text).toEqual([]);
        const shown = said(text, locale);
        expect(shown, text).not.toBe('Z');
        expect(shown.trim(), text).not.toBe('');
      }
    }
  });

  test('the examples of formats are what a text may hold', () => {
    const place: Place = { subjects: ['purchase', 'cart', 'order', 'coupon', 'gift'], event: 'whatever' };
    for (const { example } of formatHelp('uk'))
      expect(checkTemplate({ uk: example }, place), example).toEqual([]);
    expect(namesIn(place)).toContain('cart.total');
  });
});

test('the address of a button is filled in, and left out where something is missing', () => {
  const values = { 'cart.url': 'https://shop.example.com/cart?a=1', 'customer.card': '2900 1' };
  expect(addressIn('{{cart.url}}', values)).toBe('https://shop.example.com/cart?a=1');
  expect(addressIn('https://shop.example.com/c/{{customer.card}}', values)).toBe(
    'https://shop.example.com/c/2900%201',
  );
  expect(addressIn('{{order.url}}', values)).toBeUndefined();
  expect(addressIn('{{cart.url}}', { 'cart.url': 'javascript:alert(1)' })).toBeUndefined();
});

test('places in a text are told by line and column', () => {
  expect(positionOf('а\nбв', 3)).toEqual({ line: 2, column: 2 });
});
