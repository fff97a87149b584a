import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutText } from '../../bots/text.ts';

it.each([
  { text: 'short', limit: 10, cut: 'short' },
  { text: 'exactly ten', limit: 11, cut: 'exactly ten' },
  { text: 'one two three four five', limit: 20, cut: 'one two three four…' },
  { text: 'a'.repeat(30), limit: 10, cut: `${'a'.repeat(9)}…` },
  { text: 'ab 🙂🙂🙂🙂', limit: 7, cut: 'ab 🙂…' },
])('"$text" within $limit is "$cut"', ({ text, limit, cut }) => {
  expect(cutText(text, limit)).toBe(cut);
});

it('a cut text never exceeds the limit, splits no character, and begins as the whole did', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.integer({ min: 2, max: 60 }),
      (text, limit) => {
        const cut = cutText(text, limit);
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect(/\p{Surrogate}/u.test(cut)).toBe(/\p{Surrogate}/u.test(text));
        expect(text.startsWith(cut.length < text.length ? cut.replace(/…$/, '') : cut)).toBe(true);
      },
    ),
  );
});
