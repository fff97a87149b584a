import { expect, test } from 'vitest';
import { parseBirthday } from '../../../core/dialogs/birthday.ts';

const today = '2026-11-22';

test.each([
  ['25.12.1990', '1990-12-25'],
  ['25.12', '--12-25'],
  [' 5/3/1985 ', '1985-03-05'],
  ['1990-12-25', '1990-12-25'],
  ['25-12-90', '1990-12-25'],
  ['25.12.05', '2005-12-25'],
  ['25 12 1990', '1990-12-25'],
  ['12/25/1990', '1990-12-25'],
  ['29.02', '--02-29'],
  ['29.02.2000', '2000-02-29'],
  ['25.12.1990 р.', '1990-12-25'],
  ['25 грудня 1990', '1990-12-25'],
  ['25 Грудня 1990 року', '1990-12-25'],
  ['3 травня', '--05-03'],
  ['8 марта 1977', '1977-03-08'],
  ['1 мая', '--05-01'],
  ['December 25, 1990', '1990-12-25'],
  ['25th of December', '--12-25'],
])('"%s" is a birthday: %s', (text, birthday) => {
  expect(parseBirthday(text, today)).toEqual({ ok: true, birthday });
});

test.each([
  ['31.02.1990', 'impossible'],
  ['29.02.1999', 'impossible'],
  ['31.04', 'impossible'],
  ['00.05', 'impossible'],
  ['45.13.1990', 'impossible'],
  ['25.12.2026', 'impossible'],
  ['25.12.2090', 'impossible'],
  ['25.12.1890', 'impossible'],
  ['', 'unreadable'],
  ['вчора', 'unreadable'],
  ['25', 'unreadable'],
  ['25 foo 1990', 'unreadable'],
  ['25.12.199', 'unreadable'],
  ['1.2.3.4', 'unreadable'],
])('"%s" is not one: %s', (text, problem) => {
  expect(parseBirthday(text, today)).toEqual({ ok: false, problem });
});
