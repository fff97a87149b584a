import { shownCode } from '../../coupons/definition.ts';
import type { CouponInHand, CouponWalletNeed } from '../../coupons/types.ts';
import type { Locale } from '../../customers/types.ts';
import type { CustomerId } from '../../ids.ts';
import { couponTitle } from '../../messaging/notify.ts';
import type { Words } from '../../messaging/types.ts';
import { DAY_MS, endOfDayAfter } from '../../time.ts';
import { type MemberScreen, type MemberTurn, type Outcome, press, saying, toMenu } from '../turn.ts';
import { lastMoment } from './points.ts';

/** Coupons on one page. */
const pageSize = 8;

/** The most coupons of one customer that are looked through for the one that was tapped. */
const wholeWallet = 200;

/** The page that `coupons` shows: one more than fits, to know whether others follow. */
export function couponPage(customerId: CustomerId, argument: string): CouponWalletNeed {
  return { customerId, limit: pageSize + 1, offset: offsetOf(argument) };
}

/** Where the coupon is that `coupon` shows. */
export function couponNeed(customerId: CustomerId): CouponWalletNeed {
  return { customerId, limit: wholeWallet, offset: 0 };
}

function offsetOf(argument: string): number {
  return /^\d{1,6}$/.test(argument) ? Number(argument) : 0;
}

/** The customer's coupons, those that end first before the others. `argument`: how many come before this page. */
export const coupons: MemberScreen = (turn, argument) => {
  const offset = offsetOf(argument);
  const found = turn.facts.couponWallet(couponPage(turn.record.customer.id, argument));
  const shown = found.slice(0, pageSize);
  if (shown.length === 0) {
    return { step: 'coupons', paragraphs: [...turn.lead, { key: 'coupons.none' }], buttons: [toMenu] };
  }
  const before = Math.max(0, offset - pageSize);
  const turning = [
    ...(offset > 0 ? [press({ key: 'button.back' }, `coupons:${before}`)] : []),
    ...(found.length > pageSize ? [press({ key: 'coupons.more' }, `coupons:${offset + pageSize}`)] : []),
  ];
  return {
    step: 'coupons',
    paragraphs: [...turn.lead, { key: 'coupons.title' }],
    buttons: [
      ...shown.map((one) => [press(lineOf(one, turn.address.locale), `coupon:${one.code.code}`)]),
      ...(turning.length > 0 ? [turning] : []),
      toMenu,
    ],
  };
};

function lineOf({ coupon, code }: CouponInHand, locale: Locale): Words {
  const title = couponTitle(coupon.definition, locale);
  return code.validUntil === null
    ? { key: 'coupons.line', variables: { title } }
    : { key: 'coupons.line_until', variables: { title, at: lastMoment(code.validUntil) } };
}

/** One coupon to show at the till: as a picture and in letters, with its terms and what is left of its time. */
export function coupon(turn: MemberTurn, argument: string): Outcome {
  const wallet = turn.facts.couponWallet(couponNeed(turn.record.customer.id));
  const found = wallet.find(({ code }) => code.code === argument);
  if (!found) return coupons(saying(turn, { key: 'coupons.gone' }), '');
  const { definition } = found.coupon;
  const code = shownCode(definition, argument);
  const title = couponTitle(definition, turn.address.locale);
  return {
    step: 'coupon',
    paragraphs: [
      ...turn.lead,
      { key: 'coupons.show', variables: { title } },
      { key: 'coupons.code', variables: { code } },
      [...termsOf(found, turn.address.locale), ...timeLeft(found, turn)],
    ],
    picture: { kind: 'coupon', code },
    buttons: [[press({ key: 'button.back' }, 'coupons'), ...toMenu]],
  };
}

function termsOf({ coupon: { definition } }: CouponInHand, locale: Locale): Words[] {
  const terms = definition.texts[locale]?.terms;
  const amount = definition.conditions.min_cart_minor;
  return [
    ...(terms === undefined ? [] : [{ key: 'coupons.terms', variables: { terms } } as const]),
    ...(amount === undefined ? [] : [{ key: 'coupons.min_cart', variables: { amount } } as const]),
  ];
}

function timeLeft({ code: { validUntil } }: CouponInHand, { context, program }: MemberTurn): Words[] {
  if (validUntil === null) return [{ key: 'coupons.no_end' }];
  const at = lastMoment(validUntil);
  const days = calendarDays(context.now, at, program.zone);
  return days === 0
    ? [{ key: 'coupons.today', variables: { at } }]
    : [{ key: 'coupons.left', variables: { days, at } }];
}

/** How many midnights lie between two moments; a day may have 23 or 25 hours. */
function calendarDays(from: number, to: number, zone: string): number {
  return Math.round((endOfDayAfter(to, 0, zone) - endOfDayAfter(from, 0, zone)) / DAY_MS);
}
