import type { ValueKind } from './types.ts';

/** What variables tell of. The first four are there in every text; the others where there is such a thing. */
export const subjects = [
  ...(['customer', 'points', 'tier', 'program'] as const),
  ...(['purchase', 'cart', 'order', 'coupon', 'gift', 'event'] as const),
] as const;
export type Subject = (typeof subjects)[number];

/** What is known of a variable before there is a customer. */
export interface VariableSpec {
  readonly kind: ValueKind;
  /** Not every customer, cart or purchase has it: a text needs words to stand in for it. */
  readonly missable?: true;
  /** Words of ours stand in where the text has none. */
  readonly ownFallback?: true;
}

const text = { kind: 'text' } as const;
const number = { kind: 'number' } as const;
const money = { kind: 'money' } as const;
const moment = { kind: 'moment' } as const;
const missable = { missable: true } as const;

/** Every variable of a template but those of events (`event.…`), which are as shops post them. */
export const templateVariables = {
  'customer.first_name': { ...text, ...missable, ownFallback: true },
  'customer.polite_name': { ...text, ...missable, ownFallback: true },
  'customer.name': { ...text, ...missable },
  'customer.patronymic': { ...text, ...missable },
  'customer.surname': { ...text, ...missable },
  'customer.gender': { ...text, ...missable },
  'customer.city': { ...text, ...missable },
  'customer.birthday': { kind: 'date', ...missable },
  'customer.phone': { ...text, ...missable },
  'customer.card': { ...text, ...missable },
  'points.balance': number,
  'points.value': money,
  'points.burning': { ...number, ...missable },
  'points.burning_at': { ...moment, ...missable },
  'points.burning_in': { ...number, ...missable },
  'points.to_reward': { ...number, ...missable },
  'points.reward': { ...text, ...missable },
  'points.reward_ready': { ...text, ...missable },
  'tier.name': { ...text, ...missable },
  'tier.next': { ...text, ...missable },
  'tier.to_next': { ...money, ...missable },
  'program.earn_percent': number,
  'program.max_spend_percent': number,
  'program.welcome_points': number,
  'program.points_live_days': number,
  'program.point_value': money,
  'purchase.number': text,
  'purchase.at': moment,
  'purchase.store': { ...text, ...missable },
  'purchase.total': money,
  'purchase.items': { kind: 'items' },
  'purchase.earned': number,
  'cart.total': money,
  'cart.items': { kind: 'items' },
  'cart.url': { ...text, ...missable },
  'order.number': text,
  'order.kind': text,
  'order.status': text,
  'order.total': { ...money, ...missable },
  'order.due_at': { ...moment, ...missable },
  'order.due_in': { ...number, ...missable },
  'order.tracking_url': { ...text, ...missable },
  'order.url': { ...text, ...missable },
  'coupon.code': text,
  'coupon.title': text,
  'coupon.valid_until': { ...moment, ...missable },
  'gift.points': number,
  'gift.until': { ...moment, ...missable },
} as const satisfies Readonly<Record<string, VariableSpec>>;

/** The name of a variable that is not an event's. */
export type VariableName = keyof typeof templateVariables;

/** Whether words of ours stand in where a variable is missing. */
export function hasOwnFallback(variable: string): boolean {
  const spec: VariableSpec | undefined = specOf(variable);
  return spec?.ownFallback === true;
}

/** What is known of a variable by its name; undefined where there is none of it, or it is an event's. */
export function specOf(variable: string): VariableSpec | undefined {
  const all: Readonly<Record<string, VariableSpec>> = templateVariables;
  return Object.hasOwn(all, variable) ? all[variable] : undefined;
}

/** What a variable tells of, by its name: `cart` of `cart.total`. */
export function subjectOf(variable: string): string {
  return variable.slice(0, variable.indexOf('.'));
}
