/** Something the made-up shop sold in its year, with what facts about customers are inferred from. Prices in minor units. */
export interface YearGood {
  readonly sku: string;
  readonly name: string;
  readonly category: 'coffee' | 'kids' | 'pets' | 'beauty' | 'home';
  readonly brand: string | null;
  readonly priceMinor: number;
  /** How many days one of it lasts; null where it is not used up. */
  readonly consumptionDays: number | null;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

type Row = readonly [
  sku: string,
  name: string,
  category: YearGood['category'],
  brand: string | null,
  hryvnias: number,
  consumptionDays: number | null,
  attributes?: YearGood['attributes'],
];

const nappies = (size: number): Row => [
  `nappies-${size}`,
  `Підгузки ${size}`,
  'kids',
  'Пелікан',
  649,
  null,
  { product_type: 'nappies', size },
];

const overalls = (size: number): Row => [
  `overall-${size}`,
  `Комбінезон ${size} см`,
  'kids',
  'Пелікан',
  890,
  null,
  { product_type: 'clothes', size },
];

const toy = (sku: string, name: string, hryvnias: number, from: number, to: number): Row => [
  sku,
  name,
  'kids',
  'Дзиґа',
  hryvnias,
  null,
  { age_from: from, age_to: to },
];

const rows: readonly Row[] = [
  ['beans-kilo', 'Кава в зернах 1 кг', 'coffee', 'Ранок', 698, 30],
  ['ground', 'Кава мелена 250 г', 'coffee', 'Ранок', 219, 14],
  ['tea-leaf', 'Чай листовий 100 г', 'coffee', 'Луг', 148, 40],
  ['filters', 'Фільтри для кави, 100 шт.', 'coffee', 'Ранок', 95, 90],
  ['dog-food', 'Корм для собак 3 кг', 'pets', 'Хвіст', 620, 28, { pet: 'dog' }],
  ['dog-snack', 'Ласощі для собак', 'pets', 'Хвіст', 115, null, { pet: 'dog' }],
  ['cat-food', 'Корм для котів 2 кг', 'pets', 'Хвіст', 540, 30, { pet: 'cat' }],
  ['cat-litter', 'Наповнювач 10 л', 'pets', 'Хвіст', 265, 21, { pet: 'cat' }],
  ['cream-dry', 'Крем для сухої шкіри', 'beauty', 'Роса', 385, 60, { skin_type: 'dry' }],
  ['cream-oily', 'Крем для жирної шкіри', 'beauty', 'Роса', 385, 60, { skin_type: 'oily' }],
  ['shampoo', 'Шампунь', 'beauty', 'Роса', 189, 45],
  ['soap', 'Мило', 'beauty', 'Роса', 65, 30],
  ['mug', 'Чашка', 'home', null, 240, null],
  ['plaid', 'Плед', 'home', 'Тепло', 1290, null],
  ['lamp', 'Лампа', 'home', 'Тепло', 1750, null],
  ['towel', 'Рушник', 'home', 'Тепло', 320, null],
  ...[1, 2, 3, 4, 5].map(nappies),
  ...[62, 68, 74, 80, 86, 92, 98, 104].map(overalls),
  toy('rattle', 'Брязкальце', 145, 3, 9),
  toy('cubes', 'Кубики', 290, 10, 24),
  toy('puzzle', 'Пазл із великих частин', 260, 24, 48),
  toy('lacing', 'Шнурівка', 230, 30, 54),
  toy('builder', 'Конструктор', 980, 48, 84),
];

/** What the made-up shop sold in its year. */
export const yearGoods: ReadonlyMap<string, YearGood> = new Map(
  rows.map(([sku, name, category, brand, hryvnias, consumptionDays, attributes = {}]) => [
    sku,
    { sku, name, category, brand, priceMinor: hryvnias * 100, consumptionDays, attributes },
  ]),
);
