import { isCardNumber } from '../../core/customers/card.ts';
import { parsePhone } from '../../core/customers/phone.ts';
import type { Gender, Locale } from '../../core/customers/types.ts';
import type { CustomerInput } from '../../core/customers/upsert.ts';
import type { Program } from '../../core/program/program.ts';
import type { Shop } from '../../core/shops.ts';
import { isTimeZone } from '../../core/time.ts';
import { wrongCard, wrongPhone } from '../references.ts';
import { type CellReader, cellReader, type Read, wrongWidth } from './cells.ts';
import type { Row } from './documents.ts';
import type { Columns, MappingRules } from './mapping.ts';
import { type DateReader, dateReader, parseYesNo } from './values.ts';

/** Reads customers of `shop` from rows, as `rules` and `columns` say. An empty cell leaves what is known as it is. */
export function customerReader(
  columns: Columns,
  width: number,
  rules: MappingRules,
  shop: Shop,
  program: Program,
): (row: Row) => Read<CustomerInput> {
  // Birthdays are calendar days: read and written in the same zone they stay what they are.
  const days = dateReader(rules.dates, 'UTC');
  return (row) => {
    const misshapen = wrongWidth(row, width);
    if (misshapen) return { ok: false, rejections: [{ row, reason: misshapen }] };
    const cells = cellReader(columns);
    const input = readCustomer(row, cells, days, shop, program);
    const reason = cells.rejections.map((rejection) => rejection.reason).join('; ');
    return input && reason === '' ? { ok: true, value: input } : { ok: false, rejections: [{ row, reason }] };
  };
}

function readCustomer(
  row: Row,
  cells: CellReader,
  days: DateReader,
  shop: Shop,
  program: Program,
): CustomerInput | undefined {
  const phone = readPhone(row, cells, program);
  const values = {
    externalId: cells.words(row, 'external_id', 200) ?? undefined,
    card: read('card', (text) => (isCardNumber(text) ? text : undefined), wrongCard),
    name: readName(row, cells),
    city: cells.words(row, 'city', 100) ?? undefined,
    birthday: read('birthday', (text) => birthdayOf(text, days), 'not a day like 1990-05-17 or 17.05.1990'),
    gender: read('gender', (text) => genders.get(text.toLowerCase()), 'neither female nor male'),
    locale: read('locale', (text) => languages.get(text.toLowerCase()), 'none of uk, ru, en'),
    zone: read('zone', (text) => (isTimeZone(text) ? text : undefined), 'not a time zone like Europe/Kyiv'),
  };
  const service = read('service', parseYesNo, 'neither yes nor no');
  const marketing = read('marketing', parseYesNo, 'neither yes nor no');
  const consents = given({ service, marketing });
  if (phone === undefined) return undefined;
  return {
    shopId: shop.id,
    phone,
    ...given(values),
    ...(Object.keys(consents).length > 0 ? { consents } : {}),
  };

  function read<Value>(field: string, parse: (text: string) => Value | undefined, wrong: string) {
    const text = cells.words(row, field, 200);
    return text === null ? undefined : (parse(text) ?? cells.fail(row, `${field}: "${text}" is ${wrong}`));
  }
}

function readPhone(row: Row, cells: CellReader, program: Program): string | undefined {
  const text = cells.words(row, 'phone', 40);
  if (text === null) return cells.fail(row, 'phone: the phone is missing');
  return parsePhone(text, program.country) ?? cells.fail(row, `phone: "${text}" is ${wrongPhone(program)}`);
}

function readName(row: Row, cells: CellReader): string | undefined {
  const parts = ['name', 'first_name', 'last_name'].map((field) => cells.words(row, field, 100));
  return parts.filter((part) => part !== null).join(' ') || undefined;
}

function birthdayOf(text: string, days: DateReader): string | undefined {
  const at = days(text);
  const day = at === undefined ? '' : new Date(at).toISOString().slice(0, 10);
  return day >= '1900' ? day : undefined;
}

const genders = new Map<string, Gender>([
  ...['female', 'f', 'w', 'woman', 'ж', 'жен', 'женский', 'жін', 'жіноча'].map(
    (word) => [word, 'female'] as const,
  ),
  ...['male', 'm', 'man', 'м', 'муж', 'мужской', 'чол', 'чоловіча'].map((word) => [word, 'male'] as const),
]);

const languages = new Map<string, Locale>([
  ...['uk', 'ua', 'ukr', 'uk-ua', 'українська', 'украинский'].map((word) => [word, 'uk'] as const),
  ...['ru', 'rus', 'ru-ru', 'русский', 'російська'].map((word) => [word, 'ru'] as const),
  ...['en', 'eng', 'en-us', 'en-gb', 'english', 'английский', 'англійська'].map(
    (word) => [word, 'en'] as const,
  ),
]);

type Given<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

/** The values that are there. */
function given<Values extends object>(values: Values): Given<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Given<Values>;
}
