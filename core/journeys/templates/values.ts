import type { CustomerRecord } from '../../customers/types.ts';
import { viewPoints } from '../../ledger/view.ts';
import type { Program } from '../../program/program.ts';
import type { Cart } from '../../purchases/carts.ts';
import type { Order } from '../../purchases/orders.ts';
import type { Purchase } from '../../purchases/types.ts';
import { DAY_MS, endOfDayAfter } from '../../time.ts';
import type { EventData } from '../events.ts';
import { partsOfName } from './names.ts';
import type { TemplateItem, TemplateItems, TemplateValue, TemplateValues } from './types.ts';
import { specOf, templateVariables, type VariableName } from './variables.ts';

/** A coupon in the customer's hand, as a text names it: the code as people see it, the title in their language. */
export interface TemplateCoupon {
  readonly code: string;
  readonly title: string;
  readonly validUntil: number | null;
}

/** What a text is filled in from: whatever is known where it is said. */
export interface TemplateContext {
  /** With all open lots where points that burn are to be told of. */
  readonly record: CustomerRecord;
  readonly program: Program;
  /** Epoch milliseconds. */
  readonly now: number;
  /** What the customer paid within the program's `tier_days`. */
  readonly tierMinor?: number | undefined;
  readonly purchase?:
    | Pick<Purchase, 'externalId' | 'at' | 'store' | 'totalMinor' | 'earned' | 'pending' | 'lines'>
    | undefined;
  readonly cart?: Pick<Cart, 'items' | 'totalMinor' | 'url'> | undefined;
  readonly order?:
    | Pick<Order, 'number' | 'kind' | 'status' | 'totalMinor' | 'dueAt' | 'trackingUrl' | 'url'>
    | undefined;
  readonly coupon?: TemplateCoupon | undefined;
  /** Points given along with the message, and when they burn. */
  readonly gift?: { readonly points: number; readonly until: number | null } | undefined;
  readonly event?: EventData | undefined;
}

type Value = TemplateValue | null | undefined;

/** How each variable is found; null and undefined: it is missing. */
const finders: { readonly [Name in VariableName]: (context: TemplateContext) => Value } = {
  'customer.first_name': (context) => nameOf(context)?.first,
  'customer.polite_name': politeName,
  'customer.name': ({ record }) => record.customer.name,
  'customer.patronymic': (context) => nameOf(context)?.patronymic,
  'customer.surname': (context) => nameOf(context)?.surname,
  'customer.gender': ({ record }) => record.customer.gender,
  'customer.city': ({ record }) => record.customer.city,
  'customer.birthday': ({ record }) => record.customer.birthday,
  'customer.phone': ({ record }) => record.customer.phone,
  'customer.card': ({ record }) => record.customer.card,
  'points.balance': balanceOf,
  'points.value': (context) => balanceOf(context) * context.program.point_value,
  'points.burning': (context) => burningOf(context)?.points,
  'points.burning_at': (context) => lastMoment(burningOf(context)?.at),
  'points.burning_in': (context) => daysUntil(lastMoment(burningOf(context)?.at), context),
  'points.to_reward': (context) => {
    const next = nextReward(context);
    return next && next.points - balanceOf(context);
  },
  'points.reward': (context) => nextReward(context)?.name,
  'points.reward_ready': readyReward,
  'tier.name': (context) => tierIn(context)?.name,
  'tier.next': (context) => nextTier(context)?.name,
  'tier.to_next': (context) => {
    const next = nextTier(context);
    return next && next.spend_minor - (context.tierMinor ?? 0);
  },
  'program.earn_percent': ({ program }) => program.earn_percent,
  'program.max_spend_percent': ({ program }) => program.max_spend_percent,
  'program.welcome_points': ({ program }) => program.welcome_points,
  'program.points_live_days': ({ program }) => program.points_live_days,
  'program.point_value': ({ program }) => program.point_value,
  'purchase.number': ({ purchase }) => purchase?.externalId,
  'purchase.at': ({ purchase }) => purchase?.at,
  'purchase.store': ({ purchase }) => purchase?.store,
  'purchase.total': ({ purchase }) => purchase?.totalMinor,
  'purchase.items': ({ purchase }) => purchase && itemsOf(purchase.lines.map(lineItem)),
  'purchase.earned': ({ purchase }) => purchase && purchase.earned + purchase.pending,
  'cart.total': ({ cart }) => cart?.totalMinor,
  'cart.items': ({ cart }) => cart && itemsOf(cart.items.map(cartItem)),
  'cart.url': ({ cart }) => cart?.url,
  'order.number': ({ order }) => order?.number,
  'order.kind': ({ order }) => order?.kind,
  'order.status': ({ order }) => order?.status,
  'order.total': ({ order }) => order?.totalMinor,
  'order.due_at': ({ order }) => order?.dueAt,
  'order.due_in': (context) => daysUntil(context.order?.dueAt, context),
  'order.tracking_url': ({ order }) => order?.trackingUrl,
  'order.url': ({ order }) => order?.url,
  'coupon.code': ({ coupon }) => coupon?.code,
  'coupon.title': ({ coupon }) => coupon?.title,
  'coupon.valid_until': ({ coupon }) => lastMoment(coupon?.validUntil),
  'gift.points': ({ gift }) => gift?.points,
  'gift.until': ({ gift }) => lastMoment(gift?.until),
};

const allNames = Object.keys(templateVariables);

/**
 * What variables stand for: those of `names`, or every one of ours and of the event. What is missing (unknown, empty,
 * none) is left out.
 */
export function valuesFor(context: TemplateContext, names?: readonly string[]): TemplateValues {
  const events = Object.keys(context.event ?? {}).map((name) => `event.${name}`);
  const wanted = names ?? [...allNames, ...events];
  const known = wanted.flatMap((name): [string, TemplateValue][] => {
    const value = valueNamed(name, context);
    return value === undefined || value === null || isNothing(value) ? [] : [[name, value]];
  });
  return Object.fromEntries(known);
}

function valueNamed(name: string, context: TemplateContext): Value {
  if (specOf(name)) return finders[name as VariableName](context);
  const data = context.event ?? {};
  const field = name.startsWith('event.') ? name.slice('event.'.length) : '';
  return Object.hasOwn(data, field) ? data[field] : undefined;
}

function isNothing(value: TemplateValue): boolean {
  if (typeof value === 'object') return value.count === 0;
  return typeof value === 'string' && value.trim() === '';
}

function nameOf({ record: { customer } }: TemplateContext) {
  return customer.name === null ? undefined : partsOfName(customer.name);
}

/** "Олена Петрівна" where the patronymic is known, else the first name. */
function politeName(context: TemplateContext): string | undefined {
  const name = nameOf(context);
  return name?.patronymic === undefined ? name?.first : `${name.first} ${name.patronymic}`;
}

function balanceOf({ record: { head, lots }, now }: TemplateContext): number {
  return viewPoints(head.balance, lots, now).available;
}

function burningOf({ record: { head, lots }, now }: TemplateContext) {
  return viewPoints(head.balance, lots, now).nextExpiry;
}

/** The dearest things come last. */
function rewardsOf({ program }: TemplateContext) {
  return program.rewards.toSorted((a, b) => a.points - b.points);
}

function nextReward(context: TemplateContext) {
  const balance = balanceOf(context);
  return rewardsOf(context).find(({ points }) => points > balance);
}

function readyReward(context: TemplateContext): string | undefined {
  const balance = balanceOf(context);
  return rewardsOf(context).findLast(({ points }) => points <= balance)?.name;
}

function tierIn({ program, tierMinor }: TemplateContext) {
  if (tierMinor === undefined) return undefined;
  return program.tiers.findLast((tier) => tierMinor >= tier.spend_minor);
}

function nextTier({ program, tierMinor }: TemplateContext) {
  if (tierMinor === undefined) return undefined;
  return program.tiers.find((tier) => tierMinor < tier.spend_minor);
}

/** The last moment before an end: its day is what a person understands. */
function lastMoment(end: number | null | undefined): number | undefined {
  return end === null || end === undefined ? undefined : end - 1;
}

/** How many midnights of the customer lie before a moment; nothing where it is over. */
function daysUntil(at: number | null | undefined, context: TemplateContext): number | undefined {
  const { record, program, now } = context;
  if (at === null || at === undefined || at < now) return undefined;
  const zone = record.customer.zone ?? program.zone;
  return Math.round((endOfDayAfter(at, 0, zone) - endOfDayAfter(now, 0, zone)) / DAY_MS);
}

/** As many lines as a message shows at most. */
const mostItems = 8;

function itemsOf(items: readonly TemplateItem[]): TemplateItems {
  return { count: items.length, first: items.slice(0, mostItems) };
}

function lineItem(line: Purchase['lines'][number]): TemplateItem {
  return { name: line.name ?? line.sku, quantity: line.quantity, sumMinor: line.amountMinor };
}

function cartItem({ name, quantity, unitPriceMinor }: Cart['items'][number]): TemplateItem {
  return { name, quantity, sumMinor: Math.round(quantity * unitPriceMinor) };
}
