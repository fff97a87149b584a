import { lifecycleOf, type SecondPurchase } from '../../core/insights/lifecycle.ts';
import { shareOf } from '../../core/segments/share.ts';
import type { Condition, Filters, Operator, Rule, Span, Value } from '../../core/segments/types.ts';
import { DAY_MS, endOfDayAfter, localDay, localTime, startOfDay } from '../../core/time.ts';
import type * as schema from '../../db/schema.ts';

type Row<Table extends { readonly $inferSelect: unknown }> = Table['$inferSelect'];

/** A small shop as plain rows: what an independent reader of rules goes by. */
export interface ShopRows {
  readonly customers: readonly Omit<
    Row<typeof schema.customers>,
    | 'orders'
    | 'paidMinor'
    | 'refundedMinor'
    | 'firstAt'
    | 'lastAt'
    | 'orderDays'
    | 'firstDay'
    | 'lastDay'
    | 'gapSquares'
  >[];
  readonly purchases: readonly Row<typeof schema.purchases>[];
  readonly lines: readonly Row<typeof schema.purchaseLines>[];
  readonly couponUses: readonly Row<typeof schema.couponUses>[];
  readonly lots: readonly Row<typeof schema.lots>[];
  readonly messages: readonly Row<typeof schema.messages>[];
  /** Those whose links were opened, or not. */
  readonly notices: readonly Row<typeof schema.notices>[];
  readonly surveys: readonly Row<typeof schema.surveys>[];
  readonly facts: readonly Row<typeof schema.customerFacts>[];
  readonly refills: readonly Row<typeof schema.refills>[];
  readonly scores: readonly Row<typeof schema.customerScores>[];
  readonly tags: readonly Row<typeof schema.customerTags>[];
  readonly consents: readonly Row<typeof schema.consents>[];
  readonly couponIds: Readonly<Record<string, string>>;
  readonly segments: Readonly<Record<string, Rule>>;
}

/** When and by which rules it is read. */
export interface ShopMoment {
  readonly now: number;
  readonly zone: string;
  readonly tiers: readonly { readonly name: string; readonly spend_minor: number }[];
  readonly tierDays: number;
  readonly second: SecondPurchase;
}

type Person = ShopRows['customers'][number];

/** Ids of who is in a rule, read from plain rows one customer after the other: slow, and nothing like the SQL. */
export function membersByHand(rule: Rule, shop: ShopRows, moment: ShopMoment): string[] {
  return shop.customers
    .filter(({ erasedAt, mergedInto }) => erasedAt === null && mergedInto === null)
    .filter((person) => isIn(rule, person, shop, moment))
    .map(({ id }) => id)
    .sort();
}

function isIn(rule: Rule, person: Person, shop: ShopRows, moment: ShopMoment): boolean {
  if (rule.kind === 'not') return !isIn(rule.rule, person, shop, moment);
  if (rule.kind !== 'condition') {
    const holds = (part: Rule) => isIn(part, person, shop, moment);
    return rule.kind === 'and' ? rule.rules.every(holds) : rule.rules.some(holds);
  }
  if (rule.operator === '!=') return !isIn({ ...rule, operator: '=' }, person, shop, moment);
  return new Reader(rule, person, shop, moment).holds();
}

class Reader {
  readonly #condition: Condition;
  readonly #person: Person;
  readonly #shop: ShopRows;
  readonly #moment: ShopMoment;

  constructor(condition: Condition, person: Person, shop: ShopRows, moment: ShopMoment) {
    this.#condition = condition;
    this.#person = person;
    this.#shop = shop;
    this.#moment = moment;
  }

  get #filters(): Filters {
    return this.#condition.filters ?? {};
  }

  /** Everything of this person, also what belongs to accounts merged into this one. */
  #own<Some extends { readonly customerId: string | null }>(rows: readonly Some[]): Some[] {
    const merged = this.#shop.customers.filter(({ mergedInto }) => mergedInto === this.#person.id);
    const ids = [this.#person.id, ...merged.map(({ id }) => id)];
    return rows.filter(({ customerId }) => customerId !== null && ids.includes(customerId));
  }

  holds(): boolean {
    const { field, values = [] } = this.#condition;
    const person = this.#person;
    const { now, zone } = this.#moment;
    const isWord = (word: string | null) =>
      values.some((value) => value.type === 'word' && value.word === (word ?? 'unknown'));
    const words = values.flatMap((value) => (value.type === 'word' ? [value.word] : []));
    switch (field) {
      case 'gender':
        return isWord(person.gender);
      case 'language':
        return isWord(person.locale);
      case 'city':
        return isWord(person.city);
      case 'zone':
        return isWord(person.zone ?? zone);
      case 'name':
        return isWord(person.name === null ? 'no' : 'yes');
      case 'phone':
        return isWord(person.phone === null ? 'no' : 'yes');
      case 'age':
        return this.#compare(ageOf(person.birthday, localDay(now, zone)));
      case 'birthday':
        if (words.length > 0) return isWord(person.birthday === null ? 'no' : 'yes');
        return this.#days().some((day) => isBirthday(person.birthday, day));
      case 'birthday_month':
        return this.#compare(person.birthday === null ? null : Number(person.birthday.slice(-5, -3)));
      case 'registered':
        return this.#when(person.registeredAt);
      case 'anniversary': {
        const day = person.registeredAt === null ? '' : localDay(person.registeredAt, zone);
        return this.#days().some((one) => one.slice(5) === day.slice(5) && one.slice(0, 4) > day.slice(0, 4));
      }
      case 'heard':
        return this.#when(person.heardAt);
      case 'silent':
        return this.#when(person.heardAt ?? person.createdAt);
      case 'points':
        return this.#compare(person.points);
      case 'random': {
        const [value] = values;
        return (
          shareOf(person.id, this.#filters.salt ?? '') <
          ('number' in (value ?? {}) ? (value as { number: number }).number / 100 : 0)
        );
      }
      case 'segment':
        return words.some((name) =>
          isIn(this.#shop.segments[name] as Rule, person, this.#shop, this.#moment),
        );
      default:
        return this.#ofRows();
    }
  }

  #ofRows(): boolean {
    const { field } = this.#condition;
    const receipts = this.#receipts();
    const orders = new Set(receipts.filter(({ kind }) => kind === 'sale').map(({ id }) => id)).size;
    const paid = receipts.reduce((sum, { paidMinor }) => sum + paidMinor, 0);
    const sales = receipts.filter(({ kind }) => kind === 'sale').map(({ at }) => at);
    switch (field) {
      case 'orders':
        return this.#compare(orders);
      case 'spent':
        return this.#compare(paid / 100);
      case 'average':
        return orders > 0 && this.#compare(paid / 100 / orders);
      case 'bought':
        return orders > 0;
      case 'last_purchase':
        return this.#when(sales.length > 0 ? Math.max(...sales) : null);
      case 'first_purchase':
        return this.#when(sales.length > 0 ? Math.min(...sales) : null);
      case 'store':
      case 'category':
      case 'product':
        return this.#words().some((name) =>
          this.#receipts({ [field]: name }).some(({ kind }) => kind === 'sale'),
        );
      case 'refunded':
        return this.#compare(this.#refunded() / 100);
      case 'tier':
        return this.#words().includes(this.#tier());
      case 'lifecycle':
        return this.#words().includes(this.#lifecycle());
      default:
        return this.#ofOthers();
    }
  }

  #ofOthers(): boolean {
    const { field, operator, values = [] } = this.#condition;
    const { now } = this.#moment;
    const { coupon, channel, product, category } = this.#filters;
    const since = this.#since();
    switch (field) {
      case 'coupons_used': {
        const id = coupon === undefined ? undefined : this.#shop.couponIds[coupon];
        const used = this.#own(this.#shop.couponUses).filter(
          (use) =>
            use.status === 'used' && use.createdAt >= since && (id === undefined || use.couponId === id),
        );
        return this.#compare(used.length);
      }
      case 'points_expiring': {
        const until = this.#filters.period ? shifted(now, this.#filters.period, 1, this.#moment.zone) : now;
        const burning = this.#own(this.#shop.lots).filter(
          (lot) => lot.expiresAt > now && lot.expiresAt <= until,
        );
        return this.#compare(burning.reduce((sum, { remaining }) => sum + remaining, 0));
      }
      case 'messages':
      case 'reads': {
        const sent = this.#own(this.#shop.messages).filter(
          (one) => one.createdAt >= since && (channel === undefined || one.channel === channel),
        );
        return this.#compare(
          sent.filter((one) =>
            field === 'reads' ? one.readAt !== null : ['sent', 'delivered', 'read'].includes(one.state),
          ).length,
        );
      }
      case 'read': {
        const reads = this.#own(this.#shop.messages).flatMap(({ readAt }) =>
          readAt === null ? [] : [readAt],
        );
        return this.#when(reads.length > 0 ? Math.max(...reads) : null);
      }
      case 'clicked': {
        const clicks = this.#own(this.#shop.notices).flatMap(({ clickedAt }) =>
          clickedAt === null ? [] : [clickedAt],
        );
        return this.#when(clicks.length > 0 ? Math.max(...clicks) : null);
      }
      case 'nps': {
        const [newest] = this.#own(this.#shop.surveys)
          .filter(({ answeredAt }) => answeredAt !== null)
          .sort((a, b) => (b.answeredAt ?? 0) - (a.answeredAt ?? 0));
        return this.#compare(newest?.score ?? null);
      }
      case 'alive': {
        const score = this.#shop.scores.find(({ customerId }) => customerId === this.#person.id);
        return this.#compare(score ? score.alive * 100 : null);
      }
      case 'tag':
        return this.#own(this.#shop.tags).some(({ tag }) => this.#words().includes(tag));
      case 'refill': {
        const [span] = values;
        const until = span?.type === 'span' ? shifted(now, span, 1, this.#moment.zone) : now;
        return this.#shop.refills.some(
          (one) =>
            one.customerId === this.#person.id &&
            one.dueAt >= now &&
            one.dueAt < until &&
            (product === undefined || one.sku === product) &&
            category === undefined,
        );
      }
      case 'consent':
        return this.#words().some((word) => (word === 'marketing' ? this.#offers() : this.#service()));
      case 'reachable':
        return this.#words().some((word) => {
          if (word === 'marketing')
            return this.#person.offers === 1 && (this.#person.chats & ~this.#person.offersRefused) !== 0;
          return (this.#person.chats !== 0 || this.#person.phone !== null) === (word === 'yes');
        });
      case 'channel': {
        const { chats, phone } = this.#person;
        const bits: Readonly<Record<string, number>> = { telegram: 1, viber: 2, whatsapp: 4, web: 8 };
        return this.#words().some((word) => {
          if (word === 'none') return chats === 0;
          return word === 'sms' ? phone !== null : (chats & (bits[word] ?? 0)) !== 0;
        });
      }
      case 'fact':
        return this.#fact(operator ?? '=', values);
      default:
        throw new Error(`no rule by hand for ${field}`);
    }
  }

  #words(): string[] {
    return (this.#condition.values ?? []).flatMap((value) => (value.type === 'word' ? [value.word] : []));
  }

  #since(): number {
    const { period } = this.#filters;
    return period === undefined ? 0 : shifted(this.#moment.now, period, -1, this.#moment.zone);
  }

  /** Receipts, or lines of them, that count under the filters, with what was paid for them. */
  #receipts(filters: Filters = this.#filters) {
    const { product, category, store } = filters;
    const since = this.#since();
    return this.#own(this.#shop.purchases)
      .filter((one) => one.at >= since && (store === undefined || one.store === store))
      .filter((one) => one.kind === 'return' || one.refundedMinor < one.totalMinor)
      .flatMap(({ id, kind, at, totalMinor, refundedMinor }) => {
        if (product === undefined && category === undefined)
          return [{ id, kind, at, paidMinor: totalMinor - refundedMinor }];
        return this.#shop.lines
          .filter(
            (line) => line.purchaseId === id && (kind === 'return' || line.refundedMinor < line.amountMinor),
          )
          .filter(
            (line) =>
              (product === undefined || line.sku === product) &&
              (category === undefined || line.category === category),
          )
          .map((line) => ({ id, kind, at, paidMinor: line.amountMinor - line.refundedMinor }));
      });
  }

  #refunded(): number {
    return this.#own(this.#shop.purchases).reduce(
      (sum, { kind, totalMinor, refundedMinor }) => sum + (kind === 'return' ? -totalMinor : refundedMinor),
      0,
    );
  }

  #tier(): string {
    const { now, tiers, tierDays } = this.#moment;
    const paid = this.#own(this.#shop.purchases)
      .filter(({ at }) => at >= now - tierDays * DAY_MS)
      .reduce((sum, { totalMinor, refundedMinor }) => sum + totalMinor - refundedMinor, 0);
    return tiers.findLast(({ spend_minor }) => paid >= spend_minor)?.name ?? 'none';
  }

  #lifecycle(): string {
    const sales = this.#own(this.#shop.purchases).filter(
      (one) => one.kind === 'sale' && one.refundedMinor < one.totalMinor,
    );
    const days = [...new Set(sales.map(({ localAt }) => Math.floor(localAt / DAY_MS)))].sort((a, b) => a - b);
    const gapSquares = days.slice(1).reduce((sum, day, index) => sum + (day - (days[index] ?? 0)) ** 2, 0);
    const today = Math.floor(localTime(this.#moment.now, this.#moment.zone) / DAY_MS);
    const figures = {
      orderDays: days.length,
      firstDay: days[0] ?? null,
      lastDay: days.at(-1) ?? null,
      gapSquares,
    };
    return lifecycleOf(figures, today, this.#moment.second).state;
  }

  #offers(): boolean {
    const bits: Readonly<Record<string, number>> = { telegram: 1, viber: 2, whatsapp: 4, web: 8, sms: 16 };
    const { offers, offersRefused } = this.#person;
    return offers === 1 && (offersRefused & (bits[this.#filters.channel ?? ''] ?? 0)) === 0;
  }

  #service(): boolean {
    const { channel } = this.#filters;
    const newest = (on: string | null) =>
      this.#shop.consents
        .filter(
          (one) => one.customerId === this.#person.id && one.category === 'service' && one.channel === on,
        )
        .sort((a, b) => (a.id < b.id ? 1 : -1))[0]?.granted;
    if (newest(null) === 0) return false;
    if (channel !== undefined && newest(channel) === 0) return false;
    return channel !== 'sms' || newest(null) === 1;
  }

  #fact(operator: Operator, values: readonly Value[]): boolean {
    const { part = '' } = this.#condition;
    const aged = part.endsWith('_age');
    const name = aged ? part.slice(0, -'_age'.length) : part;
    const today = Math.floor(localTime(this.#moment.now, this.#moment.zone) / DAY_MS);
    const merged = this.#shop.customers
      .filter(({ mergedInto }) => mergedInto === this.#person.id)
      .map(({ id }) => id);
    const said = (one: { readonly source: string }) => one.source !== 'purchases';
    const named = this.#own(this.#shop.facts).filter((one) => one.name === name);
    const standing = named.filter((one) => {
      if (one.deniedAt !== null || one.sure < 0.5) return false;
      const twin = (ids: readonly string[]) =>
        named.some((other) => ids.includes(other.customerId) && other.item === one.item && said(other));
      return one.customerId === this.#person.id
        ? said(one) || !twin(merged)
        : said(one) && !twin([this.#person.id]);
    });
    return standing.some((one) => {
      if (aged)
        return (
          one.low !== null &&
          one.high !== null &&
          compares((today - (one.low + one.high) / 2) / 365.25, operator, values)
        );
      const asNumber = /^[0-9.]+$/.test(one.value) ? Number(one.value) : null;
      return (
        compares(asNumber, operator, values) ||
        values.some((value) => value.type === 'word' && value.word === one.value)
      );
    });
  }

  #compare(number: number | null): boolean {
    return compares(number, this.#condition.operator ?? '=', this.#condition.values ?? []);
  }

  /** The coming days, today the first. */
  #days(): string[] {
    const [span] = this.#condition.values ?? [];
    if (span?.type !== 'span') return [];
    const { now, zone } = this.#moment;
    const count = Math.max(1, Math.round((shifted(now, span, 1, zone) - now) / DAY_MS));
    const today = Date.parse(localDay(now, zone));
    return Array.from({ length: count }, (_, index) =>
      new Date(today + index * DAY_MS).toISOString().slice(0, 10),
    );
  }

  #when(at: number | null): boolean {
    const { operator = '=', values: [value] = [] } = this.#condition;
    const { now, zone } = this.#moment;
    if (value?.type === 'word') return (at !== null) === (value.word === 'yes');
    if (at === null) return false;
    if (value?.type === 'day') {
      const [day, asked] = [localDay(at, zone), value.day];
      return {
        '=': day === asked,
        '<': day < asked,
        '<=': day <= asked,
        '>': day > asked,
        '>=': day >= asked,
      }[operator as '='];
    }
    if (value?.type !== 'span') return false;
    const moment = shifted(now, value, -1, zone);
    const start = startOfDay(localDay(moment, zone), zone);
    if (operator === '=') return at >= start && at < endOfDayAfter(start, 0, zone);
    return { '>': at < moment, '>=': at <= moment, '<': at > moment, '<=': at >= moment }[operator as '<'];
  }
}

function compares(number: number | null, operator: Operator, values: readonly Value[]): boolean {
  if (number === null) return false;
  return values.some((value) => {
    if (!('number' in value)) return false;
    const other = value.number;
    if (operator === '=' || operator === 'in') return number === other;
    return { '<': number < other, '<=': number <= other, '>': number > other, '>=': number >= other }[
      operator as '<'
    ];
  });
}

function ageOf(birthday: string | null, today: string): number | null {
  if (birthday === null || birthday.startsWith('-')) return null;
  const years = Number(today.slice(0, 4)) - Number(birthday.slice(0, 4));
  return birthday.slice(5) <= today.slice(5) ? years : years - 1;
}

function isBirthday(birthday: string | null, day: string): boolean {
  if (birthday === null) return false;
  const leap = Number(day.slice(0, 4)) % 4 === 0;
  const celebrated = birthday.endsWith('02-29') && !leap ? '02-28' : birthday.slice(-5);
  return day.slice(5) === celebrated;
}

/** A moment so long before or after another, on the calendar of a zone. */
function shifted(at: number, { amount, unit }: Span, sign: 1 | -1, zone: string): number {
  if (unit === 'h') return at + sign * amount * 3_600_000;
  const local = new Date(localTime(at, zone));
  if (unit === 'm' || unit === 'y')
    local.setUTCMonth(local.getUTCMonth() + sign * amount * (unit === 'y' ? 12 : 1));
  else local.setUTCDate(local.getUTCDate() + sign * amount * (unit === 'w' ? 7 : 1));
  const day = local.toISOString().slice(0, 10);
  return startOfDay(day, zone) + (local.getTime() % DAY_MS);
}
