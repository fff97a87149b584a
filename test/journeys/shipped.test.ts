import { describe, expect, it, test } from 'vitest';
import { previewsOf, usualShapes } from '../../bots/previews.ts';
import { createRenderer } from '../../bots/render.ts';
import { type Locale, locales } from '../../core/customers/types.ts';
import type { NoticeId } from '../../core/ids.ts';
import type { JourneyDefinition } from '../../core/journeys/definition.ts';
import { flowOf } from '../../core/journeys/flow.ts';
import { isInstant } from '../../core/journeys/in_force.ts';
import { say } from '../../core/journeys/reply.ts';
import { checkJourneyTexts } from '../../core/journeys/templates/journey.ts';
import { valuesFor } from '../../core/journeys/templates/values.ts';
import { shorten } from '../../core/messaging/links.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { parseSegment } from '../../core/segments/parse.ts';
import { shipped } from '../../locales/journeys.ts';
import { exampleContext } from '../../locales/template_help.ts';
import { createTranslator } from '../../locales/translator.ts';
import { readText } from '../support/source.ts';

const definitions = shipped.map(({ definition }) => definition);

/** Every value under a name, however deep. */
function under(name: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === name ? [inner] : []),
    ...under(name, inner),
  ]);
}

test('only news of orders and what is told at once is on before anybody says so', () => {
  const on = shipped.filter(({ isOn }) => isOn).map(({ definition }) => definition.key);
  const atOnce = definitions.filter(isInstant).map(({ key }) => key);
  const orders = definitions.map(({ key }) => key).filter((key) => key.startsWith('order_'));
  expect(atOnce).toHaveLength(5);
  expect(orders).toHaveLength(6);
  expect(on.sort()).toEqual([...atOnce, ...orders].sort());
});

const render = createRenderer(createTranslator());
const now = Date.parse('2026-11-22T12:00:00+02:00');
/** What events carry. */
const event = {
  ...{ points: 120, pending: 10, spent: 50, balance: 1_347, release_at: now, amount: 40_000, returned: 0 },
  ...{ taken_back: 20, note: 'за чекання', store: 'Київ-12', title: '−10 % на каву', valid_until: now },
  ...{ at: now, days: 30, name: 'Кава в зернах, 1 кг', welcome_points: 50 },
};

/** Every message of a journey as the made-up customer reads it on a channel. */
function messagesOn(channel: 'telegram' | 'sms', journey: JourneyDefinition, locale: Locale) {
  const context = { ...exampleContext(locale, defaultProgram, now), event };
  const reader = { ...{ locale, programLocale: locale, values: valuesFor(context) }, ...context.record };
  return flowOf(journey).flatMap(({ step }) => {
    if (!('message' in step) || 'variants' in step.message) return [];
    const said = say(step.message, { ...reader, site: undefined, subject: '', cartId: 'crt_1' });
    if (!said.ok) throw new Error(`${journey.key} lacks ${said.missing}`);
    const { reply } = shorten(said.reply, {
      ...{ noticeId: 'ntc_1' as NoticeId, customerId: context.record.customer.id },
      ...{ site: 'https://svoi.example.com', context: { now, random: () => 0.5 } },
    });
    const options = {
      reader: { ...defaultProgram, locale, category: journey.category },
      program: defaultProgram,
      country: 'UA',
    };
    return previewsOf(reply, render, { ...options, shapes: { [channel]: usualShapes[channel] } });
  });
}

describe.each(definitions.map((definition) => [definition.key, definition] as const))('%s', (_, journey) => {
  it('has texts that can be filled in wherever they are said', () => {
    expect(checkJourneyTexts(journey)).toEqual([]);
  });

  it.each(locales)('is short in %s, where it reaches SMS as well', (locale) => {
    const messages = messagesOn('telegram', journey, locale);
    expect(messages.filter(({ text }) => text.length > 600)).toEqual([]);
    expect(messages.filter(({ text }) => /[{}]|undefined| {2}/.test(text))).toEqual([]);
    if (journey.category !== 'service') return;
    const long = messagesOn('sms', journey, locale).filter(({ sms }) => (sms?.segments ?? 0) > 2);
    expect(long.map(({ text }) => text)).toEqual([]);
  });

  it('names people by rules that can be read', () => {
    const rules = [...under('who', journey), ...under('segment', journey)].map((rule) => String(rule));
    const parsed = rules.map((rule) => [rule, parseSegment(rule)] as const);
    expect(parsed.filter(([, { ok }]) => !ok)).toEqual([]);
  });

  it('promises nothing a shop may not have: no coupon, and points only to who may be told of them', () => {
    expect(under('coupon', journey)).toEqual([]);
    const gives = under('points', { steps: journey.steps }).length > 0;
    if (gives) expect(JSON.stringify(journey)).toContain('reachable=marketing');
  });
});

test('one tap opens a cart: at the shop where it told its address, in the chat where it did not', () => {
  const journey = definitions.find(({ key }) => key === 'cart');
  const [list] = journey
    ? flowOf(journey).flatMap(({ step }) => ('message' in step ? [step.message] : []))
    : [];
  const { record, ...known } = exampleContext('uk', defaultProgram, now);
  const opening = (url: string | null) => {
    const cart = known.cart && { ...known.cart, url };
    const values = valuesFor({ ...known, record, ...(cart ? { cart } : {}), event });
    const reader = { locale: 'uk', programLocale: 'uk', values, ...record } as const;
    if (!list || 'variants' in list) return undefined;
    const said = say(list, { ...reader, site: undefined, subject: '', cartId: 'crt_1' });
    return said.ok ? said.reply.buttons?.flat()[0] : undefined;
  };
  expect(opening('https://shop.example/cart/1')).toMatchObject({
    kind: 'link',
    url: 'https://shop.example/cart/1',
  });
  expect(opening(null)).toMatchObject({ kind: 'press', data: 'cart:crt_1' });
});

test('every text in the files is used, in every language', () => {
  const used = definitions.flatMap((definition) =>
    under('text', definition).concat(under('label', definition)),
  );
  const told = new Set(
    [...used, ...definitions.flatMap(({ name, about }) => [name, about])].map((one) => JSON.stringify(one)),
  );
  for (const locale of locales) {
    const texts: Record<string, Record<string, string>> = JSON.parse(
      readText(`locales/journeys/${locale}.json`),
    );
    const all = Object.values(texts).flatMap((of) => Object.values(of));
    const unused = all.filter((text) => ![...told].some((one) => one.includes(JSON.stringify(text))));
    expect(unused).toEqual([]);
  }
});
