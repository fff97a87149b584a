import type { Locale } from '../customers/types.ts';

type Table = Readonly<Record<string, string>>;

/** Ukrainian in Latin letters as passports write it (resolution 55 of the Cabinet of Ministers, 2010). */
const ukrainian: Table = {
  ...{ а: 'a', б: 'b', в: 'v', г: 'h', ґ: 'g', д: 'd', е: 'e', є: 'ie', ж: 'zh', з: 'z', и: 'y', і: 'i' },
  ...{ ї: 'i', й: 'i', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u' },
  ...{ ф: 'f', х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ь: '', ю: 'iu', я: 'ia' },
  ...{ ё: 'io', ъ: '', ы: 'y', э: 'e', ў: 'u' },
};

/** Where a word begins, some letters are written otherwise. */
const ukrainianInitials: Table = { є: 'ye', ї: 'yi', й: 'y', ю: 'yu', я: 'ya' };

/** Russian as most people type it. */
const russian: Table = {
  ...{ а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'yo', ж: 'zh', з: 'z', и: 'i', й: 'y', к: 'k' },
  ...{ л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts' },
  ...{ ч: 'ch', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya' },
  ...{ ґ: 'g', є: 'ye', і: 'i', ї: 'yi', ў: 'u' },
};

/** Typography that the GSM alphabet lacks, and what says the same in it. */
const typography: Table = {
  ...{ '«': '"', '»': '"', '“': '"', '”': '"', '„': '"', '‟': '"', '‘': "'", '’': "'", '‚': "'", '‛': "'" },
  ...{ ʼ: "'", '′': "'", '´': "'", '`': "'", '‹': '<', '›': '>', '–': '-', '—': '-', '―': '-', '−': '-' },
  ...{ '‐': '-', '‑': '-', '‒': '-', '•': '-', '·': '-', '×': 'x', '…': '...', '№': 'No.', '\t': ' ' },
  ...{ '₴': 'UAH', '₽': 'RUB', '₸': 'KZT', '\u200b': '', '\u2060': '', '\ufeff': '', '\u00ad': '' },
};

/** The spaces that are not the plain one. */
const oddSpace = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;

/** The same text with the quotes, dashes and spaces of a typewriter, which SMS send in seven bits. */
export function plainTypography(text: string): string {
  const spaced = text.replace(oddSpace, ' ').replace(/\r\n?/g, '\n');
  return [...spaced].map((character) => typography[character] ?? character).join('');
}

/**
 * What stays as it is written: addresses of pages and of mail, and codes, where another letter is another code.
 * A code has capitals and digits, four of them or more.
 */
const untouched =
  /(https?:\/\/\S+|www\.\S+|[\p{L}\d.-]+\.\p{L}{2,}\/\S*|[\w.+-]+@\S+|(?<![\p{L}\d-])(?=[\p{Lu}-]*\d)(?=[\d-]*\p{Lu})[\p{Lu}\d-]{4,}(?![\p{L}\d-]))/u;

/**
 * Ukrainian or Russian in Latin letters; addresses and codes as they were. Without a language the text's own letters
 * tell which it is.
 */
export function inLatin(text: string, locale: Locale = languageOf(text)): string {
  const write = locale === 'ru' ? inRussian : inUkrainian;
  return text
    .split(untouched)
    .map((piece, index) => (index % 2 === 0 ? write(piece) : piece))
    .join('');
}

function languageOf(text: string): Locale {
  return /[ыэёъ]/i.test(text) && !/[іїєґ]/i.test(text) ? 'ru' : 'uk';
}

function inRussian(text: string): string {
  return letterByLetter(text, (letter) => russian[letter]);
}

function inUkrainian(text: string): string {
  const joined = text.replace(/(?<=\p{Script=Cyrillic})['’ʼ](?=\p{Script=Cyrillic})/gu, '');
  return letterByLetter(joined, (letter, before) => {
    if (letter === 'г' && before.toLowerCase() === 'з') return 'gh';
    return (/^\p{L}$/u.test(before) ? undefined : ukrainianInitials[letter]) ?? ukrainian[letter];
  });
}

/** `write` gets a small letter and the character before it; capitals stay capitals: Щука is Shchuka, ЩУКА is SHCHUKA. */
function letterByLetter(text: string, write: (letter: string, before: string) => string | undefined): string {
  const characters = [...text];
  const isCapital = (at: number) => /^\p{Lu}$/u.test(characters[at] ?? '');
  return characters
    .map((character, at) => {
      const written = write(character.toLowerCase(), characters[at - 1] ?? '');
      if (written === undefined) return character;
      if (!isCapital(at)) return written;
      const shouts = isCapital(at + 1) || (isCapital(at - 1) && !/^\p{Ll}$/u.test(characters[at + 1] ?? ''));
      return shouts ? written.toUpperCase() : written.slice(0, 1).toUpperCase() + written.slice(1);
    })
    .join('');
}
