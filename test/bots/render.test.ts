import { describe, expect, it } from 'vitest';
import type { Abilities } from '../../bots/channel.ts';
import { codePicture } from '../../bots/pictures.ts';
import { createRenderer } from '../../bots/render.ts';
import type { Locale } from '../../core/customers/types.ts';
import type { Reply } from '../../core/messaging/types.ts';
import { createTranslator } from '../../locales/translator.ts';

const all: Abilities = {
  buttons: true,
  pictures: true,
  sharePhone: true,
  edits: true,
  receipts: 'read',
  textLimit: 4096,
  ratePerSecond: 30,
};
const plain: Abilities = { ...all, buttons: false, pictures: false, sharePhone: false, edits: false };

const render = createRenderer(createTranslator());
const reader = { locale: 'en' as Locale, zone: 'Europe/Kyiv', currency: 'UAH' };

const reply: Reply = {
  paragraphs: [{ key: 'menu.title', variables: { balance: 312 } }, { key: 'help.unknown' }],
  buttons: [
    [{ kind: 'share_phone', label: { key: 'button.share_phone' } }],
    [
      { kind: 'press', label: { key: 'button.points' }, data: 'points' },
      { kind: 'press', label: { key: 'button.card' }, data: 'card' },
    ],
    [{ kind: 'link', label: { key: 'button.help' }, url: 'https://example.com' }],
    [{ kind: 'press', label: { key: 'button.menu' }, data: 'menu' }],
  ],
};

it('paragraphs stand apart by an empty line, in the language of the reader', () => {
  const english = render({ paragraphs: reply.paragraphs }, all, reader).text;
  expect(english).toMatch(/312[^\n]*\n\n[^\n]+/);
  expect(render({ paragraphs: reply.paragraphs }, all, { ...reader, locale: 'uk' }).text).not.toBe(english);
});

it('buttons keep their rows, their data and their order', () => {
  const { buttons, text } = render(reply, all, reader);
  expect(buttons).toEqual([
    [{ kind: 'share_phone', label: 'Share my number' }],
    [
      { kind: 'press', label: 'My points', data: 'points' },
      { kind: 'press', label: 'My card', data: 'card' },
    ],
    [{ kind: 'link', label: 'Help', url: 'https://example.com' }],
    [{ kind: 'press', label: 'Menu', data: 'menu' }],
  ]);
  expect(text).not.toContain('1.');
});

it('where a number is the answer, no press takes one: only the way home is told', () => {
  const { text } = render({ ...reply, takesNumbers: true }, plain, reader);
  expect(text.split('\n').slice(-2)).toEqual(['Help: https://example.com', '0 — to the menu.']);
  const shown = render(reply, all, reader);
  expect(render({ ...reply, takesNumbers: true }, all, reader)).toEqual({ ...shown, takesNumbers: true });
});

it('without buttons, presses are numbered in their order, and the other kinds take no number', () => {
  const { buttons, text } = render(reply, plain, reader);
  expect(buttons).toBeUndefined();
  const lines = text.split('\n').slice(-6);
  expect(lines[0]).toContain('contact');
  expect(lines.slice(1)).toEqual([
    '1. My points',
    '2. My card',
    'Help: https://example.com',
    '3. Menu',
    expect.stringContaining('0'),
  ]);
});

it('buttons without a way to share the phone: that one becomes a line, the others stay buttons', () => {
  const { buttons, text } = render(reply, { ...all, sharePhone: false }, reader);
  expect(buttons?.flat().map(({ label }) => label)).toEqual(['My points', 'My card', 'Help', 'Menu']);
  expect(text.split('\n').at(-1)).toContain('contact');
});

it('a reply without buttons gets no hint about numbers', () => {
  const { text } = render({ paragraphs: [{ key: 'help.commands' }] }, plain, reader);
  expect(text).toBe(render({ paragraphs: [{ key: 'help.commands' }] }, all, reader).text);
});

it('a card is drawn where there are pictures, and left out where there are none', () => {
  const card: Reply = {
    paragraphs: [{ key: 'card.show', variables: { number: '2900000000001' } }],
    picture: { kind: 'card', number: '2900000000001' },
  };
  expect(render(card, all, reader).picture?.alt).toContain('2900000000001');
  expect(render(card, plain, reader).picture).toBeUndefined();
  expect(render(card, plain, reader).text).toContain('2900000000001');
});

it('a payment code is drawn, and read out to whoever cannot see the picture', () => {
  const code: Reply = {
    paragraphs: [{ key: 'pay.show', variables: { code: '123 456' } }],
    picture: { kind: 'code', code: '123456' },
  };
  const { image, alt } = render(code, all, reader).picture ?? {};
  expect([image?.bytes, alt]).toEqual([codePicture('123456'), 'Payment code 123456']);
});

it('when a text is too long, what is said gives way and the choices stay', () => {
  const long: Reply = { ...reply, paragraphs: Array(40).fill(reply.paragraphs).flat() };
  const { text } = render(long, { ...plain, textLimit: 500 }, reader);
  expect(text.length).toBeLessThanOrEqual(500);
  expect(text).toContain('…\n\n');
  expect(text).toContain('3. Menu');
});

it('a channel that sends templates gets the words too, with every value as it stands in the text', () => {
  const earned: Reply = {
    paragraphs: [
      [
        { key: 'notify.points_earned', variables: { points: 47, balance: 1312 } },
        { key: 'notify.points_pending_until', variables: { points: 2, at: Date.UTC(2026, 10, 22) } },
      ],
      { key: 'notify.points_adjusted', variables: { change: -2, note: '$t(help.unknown) <b>' } },
    ],
  };
  const { words = [], text } = render(earned, { ...all, templates: true }, reader);
  expect(words.map(({ key }) => key)).toEqual([
    'notify.points_earned',
    'notify.points_pending_until',
    'notify.points_adjusted',
  ]);
  expect(words.map(({ values }) => values)).toEqual([
    { points: '47 points', balance: '1,312 points' },
    { points: '2 points', at: '22 November 2026' },
    { change: '−2 points', note: '$t(help.unknown) <b>' },
  ]);
  for (const value of words.flatMap(({ values }) => Object.values(values))) expect(text).toContain(value);
  expect(render(earned, all, reader).words).toBeUndefined();
});

describe('where every character costs', () => {
  const terse: Abilities = { ...plain, terse: true };
  const lines = (more: Partial<Reply>, category?: 'reply' | 'service' | 'marketing') =>
    render({ ...reply, ...more }, terse, { ...reader, ...(category ? { category } : {}) }).text.split('\n');

  it('paragraphs stand apart by a line break, spaces are plain, and no line tells how to answer', () => {
    const { text } = render({ ...reply, buttons: [] }, terse, { ...reader, locale: 'uk' });
    expect(text).not.toMatch(/\n\n|[\u00a0\u202f]/);
    expect(text.split('\n').length).toBeGreaterThan(1);
    expect(render({ paragraphs: [], buttons: [[]] }, terse, reader).text).toBe('');
  });

  it('who writes to us is told the choices', () => {
    const choices = ['1. My points', '2. My card', 'Help: https://example.com', '3. Menu'];
    expect(lines({}).slice(-4)).toEqual(choices);
    expect(lines({}, 'reply').slice(-4)).toEqual(choices);
  });

  it('what we begin ourselves tells of links only, unless it asks something', () => {
    expect(lines({}, 'service').filter((line) => /^\d\.|: http/.test(line))).toEqual([
      'Help: https://example.com',
    ]);
    expect(lines({ asks: true }, 'marketing').slice(-4)[0]).toBe('1. My points');
  });

  it('where a number is the answer, no press takes one', () => {
    expect(lines({ takesNumbers: true, asks: true }).at(-1)).toBe('Help: https://example.com');
  });
});
