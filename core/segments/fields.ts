import type { Catalogue, Filters, Operator } from './types.ts';

/** What a field is compared with: see `operatorsOf`. `soon` is a day ahead; `yes` stands alone. */
export type FieldType = 'number' | 'money' | 'percent' | 'moment' | 'soon' | 'word' | 'anything' | 'yes';

/** A word with other ways to write it. */
export type Words = Readonly<Record<string, readonly string[]>>;

/** What there is to know about a field. */
export interface FieldSpec {
  readonly type: FieldType;
  /** Other ways to write its name. */
  readonly aliases?: readonly string[];
  /** Words it can be compared with, each with other ways to write it. */
  readonly words?: Words;
  /** Takes any other word as well. */
  readonly open?: true;
  /** Which list of the catalogue has more of them; without list and words any word is taken. */
  readonly names?: keyof Catalogue;
  readonly filters?: readonly (keyof Filters)[];
  /** One of these filters has to be there. */
  readonly needs?: readonly (keyof Filters)[];
  /** The filter whose name need not be written. */
  readonly bare?: 'coupon' | 'salt' | 'product';
  /** What may stand behind a dot, and which list of the catalogue has it. */
  readonly part?: { readonly required: boolean; readonly names: keyof Catalogue };
  /** The least and most a number may be. */
  readonly range?: readonly [number, number];
  /** Takes these operators only. */
  readonly operators?: readonly Operator[];
  /** An example of a condition, for whoever writes one. */
  readonly example: string;
}

const yesNo: Words = {
  yes: ['так', 'є', 'да', 'есть', 'true', 'known'],
  no: ['ні', 'нема', 'нет', 'false', 'never', 'unknown'],
};
const unknown = ['невідомо', 'неизвестно', '?'];
const chats: Words = {
  telegram: ['телеграм', 'tg'],
  viber: ['вайбер'],
  whatsapp: ['ватсап', 'вотсап'],
  web: ['site', 'сайт'],
};
const channels: Words = { ...chats, sms: ['смс'] };

const sold = ['period', 'product', 'category', 'store'] as const;
const everSold = ['product', 'category', 'store'] as const;
const million = 1_000_000;
const billion = 1_000_000_000;

/** Every field a condition can look at. */
export const fields = {
  gender: {
    type: 'word',
    aliases: ['sex', 'стать', 'пол'],
    words: {
      female: ['f', 'woman', 'women', 'ж', 'жінка', 'женщина'],
      male: ['m', 'man', 'men', 'ч', 'м', 'чоловік', 'мужчина'],
      unknown,
    },
    example: 'gender=female',
  },
  age: { type: 'number', aliases: ['вік', 'возраст'], range: [0, 150], example: 'age>=25' },
  birthday: {
    type: 'soon',
    aliases: ['день_народження', 'день_рождения'],
    words: yesNo,
    example: 'birthday in 7d',
  },
  birthday_month: { type: 'number', range: [1, 12], example: 'birthday_month=5' },
  language: {
    type: 'word',
    aliases: ['locale', 'мова', 'язык'],
    words: { uk: ['ua', 'українська'], ru: ['русский'], en: ['english'], unknown },
    example: 'language=uk',
  },
  city: { type: 'word', aliases: ['місто', 'город'], words: { unknown }, open: true, example: 'city=Київ' },
  zone: { type: 'word', aliases: ['timezone'], example: 'zone=Europe/Kyiv' },
  name: { type: 'word', aliases: ["ім'я", 'имя'], words: yesNo, example: 'name=yes' },
  phone: { type: 'word', aliases: ['телефон'], words: yesNo, example: 'phone=yes' },
  registered: {
    type: 'moment',
    aliases: ['реєстрація', 'регистрация'],
    words: yesNo,
    example: 'registered<30d',
  },
  registered_in: { type: 'word', words: channels, names: 'shops', example: 'registered_in=telegram' },
  anniversary: { type: 'soon', aliases: ['річниця', 'годовщина'], example: 'anniversary in 7d' },

  orders: {
    type: 'number',
    aliases: ['purchases', 'замовлень', 'покупок', 'заказов'],
    filters: sold,
    range: [0, million],
    example: 'orders(90d)>=2',
  },
  spent: {
    type: 'money',
    aliases: ['витратив', 'потратил'],
    filters: sold,
    range: [0, billion],
    example: 'spent(category=shoes, 1y)>5000',
  },
  average: {
    type: 'money',
    aliases: ['average_order', 'середній_чек', 'средний_чек'],
    filters: sold,
    range: [0, billion],
    example: 'average>500',
  },
  last_purchase: {
    type: 'moment',
    aliases: ['last_order', 'остання_покупка', 'последняя_покупка'],
    words: yesNo,
    filters: everSold,
    example: 'last_purchase>60d',
  },
  first_purchase: {
    type: 'moment',
    aliases: ['first_order', 'перша_покупка', 'первая_покупка'],
    words: yesNo,
    filters: everSold,
    example: 'first_purchase<30d',
  },
  bought: {
    type: 'yes',
    aliases: ['купив', 'купил'],
    filters: sold,
    needs: sold,
    bare: 'product',
    example: 'bought(product=SKU, 30d)',
  },
  store: {
    type: 'word',
    aliases: ['shop', 'магазин'],
    names: 'stores',
    example: 'store=kyiv-1',
  },
  category: {
    type: 'word',
    aliases: ['категорія', 'категория'],
    names: 'categories',
    example: 'category=shoes',
  },
  product: { type: 'word', aliases: ['sku', 'товар'], names: 'products', example: 'product=SKU' },
  refunded: { type: 'money', aliases: ['повернув', 'вернул'], range: [0, billion], example: 'refunded>0' },

  points: {
    type: 'number',
    aliases: ['balance', 'бали', 'баллы', 'балів', 'баллов'],
    range: [-billion, billion],
    example: 'points>=100',
  },
  points_earned: { type: 'number', range: [0, billion], example: 'points_earned>1000' },
  points_spent: { type: 'number', range: [0, billion], example: 'points_spent=0' },
  points_expiring: {
    type: 'number',
    filters: ['period'],
    needs: ['period'],
    range: [0, billion],
    example: 'points_expiring(30d)>=50',
  },
  tier: {
    type: 'word',
    aliases: ['рівень', 'уровень'],
    words: { none: ['немає', 'нет'] },
    names: 'tiers',
    example: 'tier=gold',
  },
  coupons_held: {
    type: 'number',
    filters: ['coupon'],
    bare: 'coupon',
    range: [0, million],
    example: 'coupons_held("Spring")>=1',
  },
  coupons_used: {
    type: 'number',
    filters: ['period', 'coupon'],
    bare: 'coupon',
    range: [0, million],
    example: 'coupons_used(90d, "Spring")>=1',
  },

  heard: { type: 'moment', aliases: ['wrote', 'писав', 'писал'], words: yesNo, example: 'heard<7d' },
  silent: { type: 'moment', aliases: ['мовчить', 'молчит'], operators: ['>', '>='], example: 'silent>30d' },
  read: { type: 'moment', aliases: ['прочитав', 'прочитал'], words: yesNo, example: 'read<30d' },
  clicked: { type: 'moment', aliases: ['відкрив', 'открыл'], words: yesNo, example: 'clicked<30d' },
  messages: {
    type: 'number',
    aliases: ['повідомлень', 'сообщений'],
    filters: ['period', 'channel'],
    range: [0, million],
    example: 'messages(30d)=0',
  },
  reads: { type: 'number', filters: ['period', 'channel'], range: [0, million], example: 'reads(30d)>=1' },
  channel: {
    type: 'word',
    aliases: ['канал', 'месенджер', 'мессенджер'],
    words: { ...channels, none: ['немає', 'нет'] },
    example: 'channel=telegram',
  },
  consent: {
    type: 'word',
    aliases: ['згода', 'согласие'],
    words: { service: ['сервіс', 'сервис'], marketing: ['offers', 'реклама', 'маркетинг'] },
    filters: ['channel'],
    example: 'consent=marketing',
  },
  reachable: {
    type: 'word',
    words: { ...yesNo, marketing: ['offers', 'реклама', 'маркетинг'] },
    example: 'reachable=yes',
  },

  rfm: {
    type: 'word',
    names: 'rfmSegments',
    part: { required: false, names: 'rfmProfiles' },
    example: 'rfm=champions',
  },
  rf: {
    type: 'word',
    names: 'rfSegments',
    part: { required: false, names: 'rfmProfiles' },
    example: 'rf=at_risk',
  },
  lifecycle: { type: 'word', names: 'lifecycles', example: 'lifecycle=late' },
  alive: { type: 'percent', range: [0, 100], example: 'alive<30%' },
  expected_orders: { type: 'number', range: [0, million], example: 'expected_orders>=1' },
  value: { type: 'money', aliases: ['цінність', 'ценность'], range: [0, billion], example: 'value>1000' },
  nps: { type: 'number', range: [0, 10], example: 'nps<=6' },
  fact: { type: 'anything', part: { required: true, names: 'facts' }, example: 'fact.child_age<3' },
  refill: {
    type: 'soon',
    filters: ['product', 'category'],
    bare: 'product',
    example: 'refill in 7d',
  },
  tag: { type: 'word', aliases: ['мітка', 'метка', 'тег'], example: 'tag=regular' },
  segment: { type: 'word', aliases: ['сегмент'], names: 'segments', example: 'segment="VIP"' },
  random: {
    type: 'percent',
    aliases: ['випадкові', 'случайные'],
    filters: ['salt'],
    bare: 'salt',
    operators: ['<'],
    range: [0, 100],
    example: 'random<10%',
  },
} as const satisfies Readonly<Record<string, FieldSpec>>;

/** The name of a field. */
export type FieldName = keyof typeof fields;

/** The names of all fields. */
export const fieldNames = Object.keys(fields) as FieldName[];

/** What there is to know about a field. */
export function fieldSpec(field: FieldName): FieldSpec {
  return fields[field];
}

const comparing = ['=', '!=', '<', '<=', '>', '>='] as const;

/** How the name of a fact ends that asks how old it is, in years: `child_age` of `child`. */
export const ageEnding = '_age';

/** The operators a field takes; none where it stands alone. */
export function operatorsOf({ type, words, operators }: FieldSpec): readonly Operator[] {
  if (operators) return operators;
  if (type === 'yes') return [];
  if (type === 'soon') return words ? ['in', '=', '!='] : ['in'];
  if (type === 'word') return ['=', '!=', 'in'];
  if (type === 'moment' || type === 'percent') return comparing;
  return [...comparing, 'in'];
}

/** Which list of the catalogue knows the names of a filter. */
export const filterNames: { readonly [Name in keyof Filters]?: keyof Catalogue } = {
  product: 'products',
  category: 'categories',
  store: 'stores',
  coupon: 'coupons',
};

/** Other ways to write the names of filters. */
export const filterAliases: Readonly<Record<Exclude<keyof Filters, 'period'>, readonly string[]>> = {
  product: ['sku', 'товар'],
  category: ['категорія', 'категория'],
  store: ['shop', 'магазин'],
  coupon: ['купон'],
  channel: ['канал'],
  salt: [],
};

/** The words of a filter that knows all of its own. */
export const filterWords: { readonly [Name in keyof Filters]?: Words } = { channel: channels };
