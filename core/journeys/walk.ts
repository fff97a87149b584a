import type { CouponChanges } from '../coupons/types.ts';
import type { CustomerRecord, Locale } from '../customers/types.ts';
import type { PurchaseId } from '../ids.ts';
import { couponTitle } from '../messaging/notify.ts';
import type { MessagingChanges, Words } from '../messaging/types.ts';
import type { Command, Context } from '../ports.ts';
import { cartData } from '../purchases/carts.ts';
import { orderData } from '../purchases/orders.ts';
import type { JourneyDefinition } from './definition.ts';
import type { EventData } from './events.ts';
import type { TemplateValues } from './templates/types.ts';
import { type TemplateContext, valuesFor } from './templates/values.ts';
import type {
  JourneyChanges,
  JourneyFacts,
  JourneyNeeds,
  JourneyRules,
  JourneyRun,
  LookedUp,
  RunData,
} from './types.ts';

/** What steps write by themselves. */
export type JourneyWrites = JourneyChanges & MessagingChanges & CouponChanges;

/** Something the staff are to be told of a customer. */
export interface StaffNews {
  /** In the language of whoever reads it. */
  words(locale: Locale): Words;
  readonly customer: CustomerRecord['customer'];
  /** The phone of whoever looks after the customer, who alone is told where there is such a colleague. */
  readonly manager: string | null;
}

/** What a journey does with parts further out than it may know: the root joins them. */
export interface Hands<Needs, Facts extends JourneyFacts, Changes> {
  /** From when on spending counts for a tier, epoch milliseconds. */
  readonly tierSince: number;
  /** Needs and changes of journeys as those of everything. */
  needs(own: JourneyNeeds): Needs;
  changes(own: JourneyWrites): Changes;
  /** Asks how likely the customer is to recommend us, after a purchase. */
  askAbout(purchase: PurchaseId): Command<Needs, Facts, Changes, boolean>;
  /** What telling the staff needs to know. */
  readonly staffNeeds: Needs;
  tellStaff(news: StaffNews, facts: Facts, context: Context): Changes;
}

/** A run during one decision: where it stands, and what has been decided so far. */
export interface Walk<Needs, Facts extends JourneyFacts, Changes> {
  readonly run: JourneyRun;
  readonly definition: JourneyDefinition;
  readonly locale: Locale;
  readonly looked: LookedUp;
  readonly rules: JourneyRules;
  readonly hands: Hands<Needs, Facts, Changes>;
  readonly context: Context;
  /** As they will be once what is decided so far is committed. */
  facts: Facts;
  data: RunData;
  readonly decided: Changes[];
  /** When what it does now was to be done: long before `now`, where nothing was running. */
  dueAt: number;
  /** Whether a coupon was given: the next one waits for the commit after this one. */
  hasCoupon: boolean;
}

/** The customer a run is about now: the account the one it began with was merged into. */
export function personOf(
  run: Pick<JourneyRun, 'customerId'>,
  facts: JourneyFacts,
): CustomerRecord | undefined {
  const record = facts.customer({ id: run.customerId });
  const into = record?.customer.mergedInto;
  return into ? facts.customer({ id: into }) : record;
}

/** What a run is about, as conditions name it: the cart or the order as it is now, over what the event said. */
export function dataOf({ data }: Pick<JourneyRun, 'data'>, facts: JourneyFacts): EventData {
  const cart = data.cartId === undefined ? undefined : facts.cart(data.cartId);
  const order = data.orderId === undefined ? undefined : facts.order(data.orderId);
  return {
    ...data.event,
    ...(cart ? { ...cartData(cart), state: cart.state } : {}),
    ...(order ? orderData(order, typeof data.event.was === 'string' ? data.event.was : null) : {}),
  };
}

/** What the variables of texts stand for, at this point of a run. */
export function valuesOf(
  { data, facts, locale, hands: { tierSince: since }, rules: { program }, context: { now } }: WalkSoFar,
  record: CustomerRecord,
): TemplateValues {
  const { cartId, orderId, purchaseId, coupon, gift } = data;
  const known: TemplateContext = {
    ...{ record, program, now, event: data.event, gift },
    tierMinor: facts.habits({ customerId: record.customer.id, since })?.paidMinor,
    purchase: purchaseId === undefined ? undefined : facts.purchase(purchaseId),
    cart: cartId === undefined ? undefined : facts.cart(cartId),
    order: orderId === undefined ? undefined : facts.order(orderId),
    coupon: coupon && { ...coupon, title: titleOf(coupon, facts, locale) },
  };
  return valuesFor(known);
}

type WalkSoFar = Pick<
  Walk<unknown, JourneyFacts, unknown>,
  'data' | 'facts' | 'locale' | 'rules' | 'context'
> & { readonly hands: { readonly tierSince: number } };

function titleOf({ id, code }: NonNullable<RunData['coupon']>, facts: JourneyFacts, locale: Locale): string {
  const coupon = facts.coupon(id);
  return coupon ? couponTitle({ texts: coupon.definition.texts, name: coupon.name }, locale) : code;
}
