import { describe, expect, it, test } from 'vitest';
import { bodyOf } from '../../../core/journeys/approved/body.ts';
import { checkApproved } from '../../../core/journeys/approved/check.ts';
import { approvedFor } from '../../../core/journeys/approved/choose.ts';
import { formsOf } from '../../../core/journeys/approved/forms.ts';
import { type MessageDefinition, messageSchema } from '../../../core/journeys/definition.ts';
import { createTranslator } from '../../../locales/translator.ts';

const home = { key: 'cart', category: 'service' } as const;
const message = (parts: object): MessageDefinition => messageSchema.parse(parts);
const press = { kind: 'press', label: { key: 'button.points' }, data: 'points' } as const;
const link = { kind: 'link', label: { key: 'button.help' }, url: 'https://shop.example/l/AB' } as const;

describe('a text as a template', () => {
  it.each([
    [
      'a name has words of ours to stand in for it, so that its part stays',
      'Раді{{#if customer.first_name}}, {{customer.first_name}}{{/if}}!',
      [],
      'Раді, {{1}}!',
      ['{{customer.first_name}}'],
    ],
    ['it does not end with a variable', 'До {{coupon.code}}', [], 'До {{1}}.', ['{{coupon.code}}']],
    [
      'variables side by side are one',
      'Буде {{event.points, points}} {{event.at, day}} рівно',
      [],
      'Буде {{1}} рівно',
      ['{{event.points, points}} {{event.at, day}}'],
    ],
    [
      'of things a line is shown, and a line break makes no value',
      'Ось:\n{{cart.items, table}}\n{{cart.total, money}} разом',
      [],
      'Ось:\n{{1}} разом',
      ['{{cart.items, list}} – {{cart.total, money}}'],
    ],
    [
      'a part that is there',
      'Бали{{#if gift.until}} до {{gift.until, day}}{{/if}} ваші',
      ['gift.until'],
      'Бали до {{1}} ваші',
      ['{{gift.until, day}}'],
    ],
    ['a part that is not', 'Бали{{#if gift.until}} до {{gift.until, day}}{{/if}} .', [], 'Бали.', []],
  ])('%s', (_, text, given, body, values) => {
    expect(bodyOf(text, new Set(given))).toMatchObject({ text: body, values });
  });

  it('without words there is none', () => {
    expect(bodyOf('{{#if event.points}}+{{event.points}}{{/if}}', new Set())).toBeUndefined();
  });
});

describe('the template of a message', () => {
  const said = message({
    text: {
      uk: 'Бали{{#if gift.until}} до {{gift.until, day}}{{else}} назавжди{{/if}}, {{customer.first_name}}.',
    },
    buttons: [[{ label: { uk: 'Мої бали' }, opens: 'points' }]],
  });
  const names = formsOf(said, home).map(({ name }) => name);
  const approved = Object.fromEntries(names.map((name) => [name, ['uk' as const]]));
  const reader = { locale: 'uk', buttons: [press], approvals: { ...home, approved } } as const;
  const until = { 'gift.until': 0, 'customer.first_name': 'Олена' };

  it('is the fullest for which all is known, and never one that says the contrary', () => {
    const withDay = { ...until, 'gift.until': Date.UTC(2026, 10, 22) };
    expect(approvedFor(said, { ...reader, values: withDay })).toMatchObject({
      name: names[0],
      language: 'uk',
    });
    expect(approvedFor(said, { ...reader, values: until })?.name).toBe(names[1]);
    const onlyPlain = { ...home, approved: { [names[1] ?? '']: ['uk' as const] } };
    expect(approvedFor(said, { ...reader, approvals: onlyPlain, values: withDay })).toBeUndefined();
  });

  it('is none in a language Meta did not approve, and none where a button of it is missing', () => {
    expect(approvedFor(said, { ...reader, locale: 'ru', values: until })).toBeUndefined();
    expect(approvedFor(said, { ...reader, buttons: [undefined], values: until })).toBeUndefined();
  });

  it('has another name as soon as its words are others', () => {
    const other = message({ ...said, text: { uk: `${said.text.uk}!` } });
    expect(formsOf(other, home).some(({ name }) => names.includes(name))).toBe(false);
  });
});

describe('a template that a message names itself', () => {
  const named = message({
    text: { uk: 'Вітаємо!', en: 'Hello!' },
    buttons: [[{ label: { uk: 'Акція' }, url: 'https://shop.example/sale' }]],
    whatsapp: {
      uk: { template: 'gift', values: ['{{customer.first_name | друже}}', '{{coupon.code}}'], buttons: 1 },
      en: { template: 'gift', language: 'en_US' },
    },
  });

  it('goes before those made of the text, with its values and first buttons', () => {
    const values = { 'coupon.code': 'A-1' };
    const found = approvedFor(named, { locale: 'uk', values, buttons: [link] });
    expect(found).toMatchObject({ name: 'gift', language: 'uk', buttons: [link] });
    const translator = createTranslator();
    const formats = { zone: 'Europe/Kyiv', currency: 'UAH' };
    expect(found?.values.map((words) => translator.say('uk', words, formats))).toEqual(['друже', 'A-1']);
    expect(approvedFor(named, { locale: 'en', values, buttons: [link] })).toMatchObject({
      language: 'en_US',
    });
  });

  it('is none where a value or a button of it is missing', () => {
    expect(approvedFor(named, { locale: 'uk', values: {}, buttons: [link] })).toBeUndefined();
    const values = { 'coupon.code': 'A-1' };
    expect(approvedFor(named, { locale: 'uk', values, buttons: [undefined] })).toBeUndefined();
  });

  test.each([
    [{ values: ['{{customer.nam}}'] }, 'unknown_variable', ['uk', 'values', 0]],
    [{ values: ['x', '{{customer.city}}'] }, 'needs_fallback', ['uk', 'values', 1]],
    [{ values: ['a\nb'] }, 'not_one_line', ['uk', 'values', 0]],
    [{ values: ['a     b'] }, 'not_one_line', ['uk', 'values', 0]],
    [{ buttons: 3 }, 'too_many_buttons', ['uk', 'buttons']],
  ])('%j is refused: %s', (template, code, path) => {
    const whatsapp = { uk: { template: 'gift', ...template } };
    const faults = checkApproved(message({ text: { uk: 'Вітаємо!' }, whatsapp }), { subjects: [] });
    expect(faults).toMatchObject([{ code, path }]);
  });

  test('one in a language without a text would never be used: refused', () => {
    const faults = checkApproved(message({ text: { uk: 'Так' }, whatsapp: { ru: { template: 'gift' } } }), {
      subjects: [],
    });
    expect(faults).toMatchObject([{ code: 'no_text_in', path: ['ru'] }]);
  });
});
