import { describe, expect, it, test } from 'vitest';
import { locales } from '../../core/customers/types.ts';
import { isInstant } from '../../core/journeys/in_force.ts';
import { checkJourneyTexts } from '../../core/journeys/templates/journey.ts';
import { parseSegment } from '../../core/segments/parse.ts';
import { shipped } from '../../locales/journeys.ts';
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

describe.each(definitions.map((definition) => [definition.key, definition] as const))('%s', (_, journey) => {
  it('has texts that can be filled in wherever they are said', () => {
    expect(checkJourneyTexts(journey)).toEqual([]);
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
