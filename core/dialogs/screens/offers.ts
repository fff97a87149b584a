import type { CouponWalletNeed } from '../../coupons/types.ts';
import type { CustomerId } from '../../ids.ts';
import { viewPoints } from '../../ledger/view.ts';
import { couponTitle } from '../../messaging/notify.ts';
import type { Button, Words } from '../../messaging/types.ts';
import { type MemberScreen, type MemberTurn, press, toMenu } from '../turn.ts';
import type { DialogNeeds } from '../types.ts';

/** What is shown of each, so that a small screen holds all. */
const shown = { coupons: 4, links: 4 } as const;

function walletOf(customerId: CustomerId): CouponWalletNeed {
  return { customerId, limit: shown.coupons, offset: 0 };
}

/** What the screen needs to know. */
export function offerNeeds(customerId: CustomerId): DialogNeeds {
  return { couponWallets: [walletOf(customerId)], sentOffers: [customerId] };
}

/** All that is there for one customer: coupons in hand, offers that still hold, and what points are saved up for. */
export const offers: MemberScreen = (turn) => {
  const { id } = turn.record.customer;
  const coupons = turn.facts.couponWallet(walletOf(id)).slice(0, shown.coupons);
  const links = linksOf(turn);
  const next = nextReward(turn);
  const nothing = coupons.length + links.length === 0;
  return {
    step: 'offers',
    paragraphs: [
      ...turn.lead,
      { key: nothing ? 'offers.none' : 'offers.title' },
      ...(next.length > 0 ? [next] : []),
    ],
    buttons: [
      ...coupons.map(({ coupon, code }) => [
        press(
          { key: 'coupons.line', variables: { title: couponTitle(coupon.definition, turn.address.locale) } },
          `coupon:${code.code}`,
        ),
      ]),
      ...links.map((link) => [link]),
      [press({ key: 'topics.open' }, 'topics'), ...toMenu],
    ],
  };
};

/** The links of offers that were sent lately, each address once, as they were written. */
function linksOf({ facts, record }: MemberTurn): readonly Button[] {
  const links = facts
    .sentOffers(record.customer.id)
    .flatMap(({ reply }) => (reply.buttons ?? []).flat())
    .filter((button) => button.kind === 'link');
  return [...new Map(links.map((link) => [link.url, link])).values()].slice(0, shown.links);
}

/** What the points are enough for, and what they will be next. */
function nextReward({ program, record, context }: MemberTurn): Words[] {
  const { available } = viewPoints(record.head.balance, record.lots, context.now);
  const rewards = [...program.rewards].sort((a, b) => a.points - b.points);
  const there = rewards.filter(({ points }) => points <= available).at(-1);
  const next = rewards.find(({ points }) => points > available);
  return [
    ...(there ? [{ key: 'offers.reward', variables: { reward: there.name } } as const] : []),
    ...(next
      ? [{ key: 'offers.next', variables: { points: next.points - available, reward: next.name } } as const]
      : []),
  ];
}
