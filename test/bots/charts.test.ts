import { describe, expect, it } from 'vitest';
import { drawCart } from '../../bots/charts/cart.ts';
import { inkOn } from '../../bots/charts/colours.ts';
import { drawReport } from '../../bots/charts/draw.ts';
import { cut, widthOf, wrap } from '../../bots/charts/text.ts';
import { locales } from '../../core/customers/types.ts';
import { type Report, themes } from '../../core/insights/reports/types.ts';
import { type CartItem, cartTotalMinor } from '../../core/purchases/carts.ts';
import en from '../../locales/charts/en.json' with { type: 'json' };
import ru from '../../locales/charts/ru.json' with { type: 'json' };
import uk from '../../locales/charts/uk.json' with { type: 'json' };
import { busyReports, emptyReports, longReports } from '../support/reports.ts';

const reader = { locale: 'en', theme: 'light', zone: 'Europe/Kyiv', currency: 'UAH' } as const;

interface Placed {
  readonly words: string;
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** Texts of a picture with where they are: those of a chart are moved with it. What is turned is left out. */
function textsIn(svg: string): Placed[] {
  const found: Placed[] = [];
  const offsets: (readonly [number, number])[] = [[0, 0]];
  for (const [, tag = '', attributes = '', escaped = ''] of svg.matchAll(
    /<(svg|\/svg|text)([^>]*)>([^<]*)/g,
  )) {
    const number = (name: string) => Number(new RegExp(` ${name}="([-\\d.]+)"`).exec(attributes)?.[1] ?? 0);
    const [x0, y0] = offsets.at(-1) ?? [0, 0];
    if (tag === '/svg') offsets.pop();
    else if (tag === 'svg') offsets.push([x0 + number('x'), y0 + number('y')]);
    else {
      const moved = /translate\(([-\d.]+) ([-\d.]+)\)/.exec(attributes);
      const size = Number(/font-size[:=]"?(\d+)/.exec(attributes)?.[1] ?? 0);
      const x = x0 + number('x') + Number(moved?.[1] ?? 0);
      const y = y0 + number('y') + Number(moved?.[2] ?? 0);
      const words = escaped.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
      const width = widthOf(words, size);
      const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1];
      const left = anchor === 'end' ? x - width : anchor === 'middle' ? x - width / 2 : x;
      found.push({ words, left, right: left + width, y });
    }
  }
  return found;
}

function drawn(report: Report, look: Partial<Omit<typeof reader, 'locale' | 'theme'>> = {}): string {
  return drawReport(report, { ...reader, ...look });
}

describe.each(locales)('pictures in %s', (locale) => {
  it.each(busyReports.map((report) => [report.name, report] as const))(
    'of %s keep every text within the page, in both themes',
    (_, report) => {
      for (const theme of themes) {
        const texts = textsIn(drawReport(report, { ...reader, locale, theme }));
        expect(texts.length).toBeGreaterThan(5);
        const outside = texts.filter(({ left, right, y }) => left < 0 || right > 1080 || y < 0 || y > 1350);
        expect(outside).toEqual([]);
      }
    },
  );
});

it.each(emptyReports.map((report) => [report.name, report] as const))(
  'a picture of %s with no data says so, and draws nothing that looks like data',
  (_, report) => {
    const svg = drawn(report);
    expect(textsIn(svg).length).toBeLessThanOrEqual(6);
    expect(svg).not.toContain('<path');
  },
);

it.each(longReports.map((report) => [report.name, report] as const))(
  'names of any length and any letters in %s stay inside, and are never markup',
  (_, report) => {
    const svg = drawn(report);
    expect(svg).not.toContain('<b>');
    expect(textsIn(svg).filter(({ left, right }) => left < 0 || right > 1080)).toEqual([]);
  },
);

describe.each(locales)('the picture of a cart in %s', (locale) => {
  const item = (name: string, quantity: number, unitPriceMinor: number) => ({
    ...{ sku: name, name, quantity, unitPriceMinor, url: null, image: null },
  });
  const cart = (items: readonly CartItem[]) => ({ items, totalMinor: cartTotalMinor(items) });
  const names = ['<b>Cheese</b> & more', 'W'.repeat(500), 'кава в зернах '.repeat(30)];

  it.each(themes)('keeps names of any length within the page, in the %s theme', (theme) => {
    const items = names.map((name) => item(name, 0.314, 99_999_999_999));
    const svg = drawCart(cart(items), { ...reader, locale, theme });
    const height = Number(/ height="(\d+)"/.exec(svg)?.[1]);
    const outside = textsIn(svg).filter(({ left, right, y }) => left < 0 || right > 1080 || y > height);
    expect([outside, svg.includes('<b>')]).toEqual([[], false]);
  });

  it('tells eight articles with their sums, how many more there are, and the sum of all', () => {
    const items = Array.from({ length: 10 }, (_, index) => item(`Cup ${index}`, 2, 1_050));
    const words = textsIn(drawCart(cart(items), { ...reader, locale, theme: 'light' }));
    const texts = words.map((one) => one.words.replaceAll(/[\u00a0\u202f]/g, ' '));
    expect(texts.filter((text) => text.startsWith('Cup'))).toHaveLength(8);
    expect(texts.filter((text) => text === (locale === 'en' ? '₴21' : '21 ₴'))).toHaveLength(8);
    expect(texts.filter((text) => /[^\d]2\b/.test(text) && !text.includes('₴'))).toHaveLength(2);
    expect(texts.at(-1)).toMatch(/210/);
  });
});

it('numbers of the data stand in the picture, written as the reader writes them', () => {
  const revenue = busyReports.find(({ name }) => name === 'revenue');
  if (!revenue) throw new Error('there is a report about revenue');
  const words = textsIn(drawn(revenue)).map((text) => text.words);
  expect(words).toContain('₴640');
  expect(words).toContain('₴410');
});

it('bars begin at zero: the lowest number of their axis', () => {
  const registrations = busyReports.find(({ name }) => name === 'registrations');
  if (!registrations) throw new Error('there is a report about registrations');
  const words = textsIn(drawn(registrations)).map((text) => text.words);
  expect(words).toContain('0');
  expect(words).toContain('0%');
  expect(words).toContain('100%');
});

it('letters on a colour are black or white, whichever is read better', () => {
  expect([inkOn('#ffffff'), inkOn('#1b7837'), inkOn('#fdb863')]).toEqual(['#16191d', '#ffffff', '#16191d']);
});

it('a text is cut and wrapped to its width', () => {
  expect(cut('short', 20, 500)).toBe('short');
  expect(widthOf(cut('a very long name of a segment indeed', 20, 150), 20)).toBeLessThanOrEqual(150);
  expect(wrap('one two three four', 20, 110, 2)).toHaveLength(2);
});

it('the words of pictures are the same in every language', () => {
  expect(Object.keys(ru).sort()).toEqual(Object.keys(uk).sort());
  expect(Object.keys(en).sort()).toEqual(Object.keys(uk).sort());
  const variables = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();
  for (const [key, text] of Object.entries(uk)) {
    expect(Object.entries(en).find(([name]) => name === key)?.[1]).toSatisfy(
      (english: string) => variables(english).join() === variables(text).join(),
    );
  }
});

it.each([
  ['uk', 'не видно'],
  ['ru', 'не видно'],
  ['en', 'not told'],
] as const)('a result in %s calls nothing 0 that no messenger tells of', (locale, words) => {
  const [result] = busyReports.flatMap((report) => (report.name === 'effect' ? [report] : []));
  if (!result) throw new Error('there is a result');
  const shown = (told: object) => {
    const arms = result.arms.map((arm) => ({ ...arm, ...told }));
    return textsIn(drawReport({ ...result, arms }, { ...reader, locale })).map((one) => one.words);
  };
  const silent = shown({ delivered: 0, read: 0, deliveredOf: 0, readOf: 0 });
  expect(silent.filter((one) => one === words)).toHaveLength(2);
  const partly = shown({ sent: 1000, delivered: 300, deliveredOf: 400, read: 100, readOf: 400 });
  expect(partly.filter((one) => /^(75|25)\s?%$/.test(one))).toHaveLength(2);
});
