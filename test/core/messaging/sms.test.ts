import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, it } from 'vitest';
import { inLatin, plainTypography } from '../../../core/messaging/latin.ts';
import { gsmOctets, segmentsOf } from '../../../core/messaging/segments.ts';
import { previewSms, smsText } from '../../../core/messaging/sms.ts';
import { programSchema } from '../../../core/program/program.ts';

describe('how many SMS a text is', () => {
  const table: readonly [string, string, 'gsm7' | 'ucs2', number][] = [
    ['nothing', '', 'gsm7', 1],
    ['160 Latin letters', 'a'.repeat(160), 'gsm7', 1],
    ['161', 'a'.repeat(161), 'gsm7', 2],
    ['twice 153', 'a'.repeat(306), 'gsm7', 2],
    ['one more', 'a'.repeat(307), 'gsm7', 3],
    ['80 of the extension table', '€'.repeat(80), 'gsm7', 1],
    ['81 of them', '€'.repeat(81), 'gsm7', 2],
    ['76 of them fit beside each other, the 77th would be torn', '['.repeat(153), 'gsm7', 3],
    ['Greek capitals and umlauts', 'ΔΦΓΛΩ äöüß', 'gsm7', 1],
    ['70 Cyrillic letters', 'я'.repeat(70), 'ucs2', 1],
    ['71', 'я'.repeat(71), 'ucs2', 2],
    ['twice 67', 'я'.repeat(134), 'ucs2', 2],
    ['one more', 'я'.repeat(135), 'ucs2', 3],
    ['one Cyrillic letter among Latin ones', `${'a'.repeat(70)}я`, 'ucs2', 2],
    ['35 emoji of two units', '🙂'.repeat(35), 'ucs2', 1],
    ['33 emoji fit into 67 units, the 34th would be torn', '🙂'.repeat(67), 'ucs2', 3],
    ['a small ç is not in the alphabet, a large one is', 'ç', 'ucs2', 1],
  ];

  it.each(table)('%s', (_, text, encoding, segments) => {
    const { parts, ...rest } = segmentsOf(text);
    expect(rest).toEqual({ encoding });
    expect(parts).toHaveLength(segments);
    expect(parts.join('')).toBe(text);
  });

  it('a family of four stays together where parts are cut', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(segmentsOf('я'.repeat(60) + family)).toMatchObject({ parts: ['я'.repeat(60), family] });
  });

  it('counts as the calculator of an SMS provider does', () => {
    const characters = fc.constantFrom(...'aZ09 @£\n€[]{}^~|\\яїєґЇщ«»—№₴’…🙂🎁');
    const text = fc.string({ unit: characters, maxLength: 420 });
    fc.assert(
      fc.property(text, (one) => {
        const theirs = new SegmentedMessage(one);
        const ours = segmentsOf(one);
        expect(ours.parts).toHaveLength(theirs.segmentsCount);
        expect(ours.encoding).toBe(theirs.encodingName === 'GSM-7' ? 'gsm7' : 'ucs2');
      }),
      { numRuns: 60 },
    );
  });

  it('writes the GSM alphabet, two octets for the extension, and a question mark for what it lacks', () => {
    expect([...gsmOctets('@A€я')]).toEqual([0x00, 0x41, 0x1b, 0x65, 0x3f]);
  });
});

describe('Latin letters', () => {
  it.each([
    ['Вам нараховано 120 балів', 'Vam narakhovano 120 baliv'],
    ['Згурський, Єнакієве, Їжакевич', 'Zghurskyi, Yenakiieve, Yizhakevych'],
    ['Юрій щойно з’їв яблуко', 'Yurii shchoino ziv yabluko'],
    ["об'єкт, Мар’яна, ґанок", 'obiekt, Mariana, ganok'],
    ['ЩУКА й Щука, УВАГА: ЗНИЖКА Ю', 'SHCHUKA y Shchuka, UVAHA: ZNYZHKA Yu'],
    ['Знижка за кодом ЛІТО-25 до 01.06', 'Znyzhka za kodom ЛІТО-25 do 01.06'],
    ['Чек: https://крамниця.укр/чек?ї=1 Дякуємо', 'Chek: https://крамниця.укр/чек?ї=1 Diakuiemo'],
    ['крамниця.укр/акції чекає', 'крамниця.укр/акції chekaie'],
    ['100грн', '100hrn'],
  ])('Ukrainian: %s', (text, latin) => {
    expect(inLatin(text, 'uk')).toBe(latin);
  });

  it.each([
    ['Вам начислено 120 баллов', 'Vam nachisleno 120 ballov'],
    ['Объём, съезд, ещё, ЩИ', 'Obyom, sezd, eshchyo, SHCHI'],
    ['Цех, хлеб, эхо, выйду', 'Tsekh, khleb, ekho, vyydu'],
    ['Код 7КМ-94ТХ', 'Kod 7КМ-94ТХ'],
  ])('Russian: %s', (text, latin) => {
    expect(inLatin(text, 'ru')).toBe(latin);
  });

  it("the text's own letters tell its language where nobody else does", () => {
    expect([inLatin('Где вы'), inLatin('Гей ви, де їжа')]).toEqual(['Gde vy', 'Hei vy, de yizha']);
  });

  it('quotes, dashes and spaces become those of a typewriter', () => {
    expect(plainTypography('“Coffee” — 50\u00a0₴… № 7\r\n’tis')).toBe('"Coffee" - 50 UAH... No. 7\n\'tis');
  });
});

describe('the form in which a text leaves', () => {
  const short = 'Дякуємо! +50 балів';
  const long = 'Дякуємо за покупку! Вам нараховано 120 балів, тепер у Вас 1520 балів. До зустрічі!';

  it.each([
    ['a text that is one SMS as it is stays so', short, true, short],
    ['where it saves an SMS, Latin letters are used', long, true, inLatin(long, 'uk')],
    ['but only where the program says so', long, false, long],
    [
      'typographic quotes give way where that saves an SMS',
      `“${'a'.repeat(80)}”`,
      false,
      `"${'a'.repeat(80)}"`,
    ],
    ['and stay where it does not', '“a” і я', false, '“a” і я'],
  ])('%s', (_, text, transliterate, expected) => {
    expect(smsText(text, { transliterate, locale: 'uk' }).text).toBe(expected);
  });

  it('a preview says what leaves, as how many SMS and for how much', () => {
    const { prices } = programSchema.parse({ prices: { sms: { segment: 98.5, countries: { PL: 150 } } } });
    expect(previewSms(long, { transliterate: false }, 'UA', prices)).toEqual({
      text: long,
      encoding: 'ucs2',
      segments: 2,
      priceMicros: 1_970_000,
    });
    expect(previewSms(long, { transliterate: true, locale: 'uk' }, 'PL', prices)).toMatchObject({
      encoding: 'gsm7',
      segments: 1,
      priceMicros: 1_500_000,
    });
  });
});
