import { giveCoupon } from '../../coupons/issue.ts';
import { type PageInView, pageSlug } from '../../journeys/pages.ts';
import type { Words } from '../../messaging/types.ts';
import type { Followed, Link } from '../links.ts';
import { type MemberTurn, saying } from '../turn.ts';

/** `o_SLUG`: the coupon of the page whose button was followed, once for each member. */
export const pageLink: Link = {
  invitation: { key: 'page.join_first' },
  needs: (argument, customerId) => {
    const slug = pageSlug(argument);
    if (slug === undefined) return {};
    return { pages: [{ slug, customerId }], ...(customerId ? { auditChains: [customerId] } : {}) };
  },
  follow: (turn, argument) => {
    const slug = pageSlug(argument);
    const need = slug === undefined ? undefined : { slug, customerId: turn.record.customer.id };
    // Who has only just joined was nobody when it was read: nothing was ever given.
    const seen = need && (turn.facts.page(need) ?? turn.facts.page({ slug: need.slug }));
    return seen && seen.page.publishedAt !== null ? take(turn, seen) : told(turn, { key: 'page.over' });
  },
};

function told(turn: MemberTurn, words: Words): Followed {
  return { turn: saying(turn, words), changes: {}, data: {} };
}

function take(turn: MemberTurn, { page, coupon, given }: PageInView): Followed {
  const { title } = page;
  if (!coupon) return told(turn, { key: 'page.welcome', variables: { title } });
  if (coupon.stoppedAt !== null) return told(turn, { key: 'page.over' });
  const { shared } = coupon.definition.code;
  if (shared !== undefined) return told(turn, { key: 'page.shared', variables: { title, code: shared } });
  if (given) return told(turn, { key: 'page.had', variables: { title } });
  const { record, facts, context, program } = turn;
  const actor = `page:${page.slug}`;
  const made = giveCoupon(coupon, record.customer.id, { actor, zone: program.zone, facts, context });
  if (!made.ok) return told(turn, { key: 'page.over' });
  // The screen says it: a notice about the same would be one too many.
  const { events: _, ...changes } = made.changes;
  const words: Words = { key: 'page.given', variables: { title, code: made.result.code } };
  return { turn: saying(turn, words), changes, data: {} };
}
