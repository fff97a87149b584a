import type { Command } from '../ports.ts';
import type { ShortLink } from './links.ts';
import type { Notice, NoticeFacts, NoticeNeeds } from './notices.ts';
import type { MessagingChanges, Wake } from './types.ts';

/** What a person does about a notice: opens a link of it, answers it, asks for no more because of it. */
export type Reaction = 'click' | 'answer' | 'left';

/** What somebody writes or taps so soon after a notice counts as an answer to it. */
export const ANSWERS_WITHIN_MS = 24 * 3_600_000;

const momentOf = { click: 'clickedAt', answer: 'answeredAt', left: 'leftAt' } as const satisfies Record<
  Reaction,
  keyof Notice
>;

/** What reactions write down: each the first time it comes. What waits for one of them goes on. */
export function reactTo(notice: Notice, reactions: readonly Reaction[], now: number): MessagingChanges {
  const fresh = reactions.filter((reaction) => notice[momentOf[reaction]] === null);
  if (fresh.length === 0) return {};
  const moments = Object.fromEntries(fresh.map((reaction) => [momentOf[reaction], now]));
  const awaited = fresh.filter((reaction) => reaction !== 'left');
  return {
    noticeUpdates: [{ ...notice, ...moments, revision: notice.revision + 1 }],
    wakes: awaited.flatMap((event) => wakeOf(notice, event, now).wakes ?? []),
  };
}

/** Lets a journey go on that waits for this to happen to a notice of its own. */
export function wakeOf(
  { id: noticeId, customerId, campaign }: Notice,
  event: Wake['event'],
  at: number,
): Pick<MessagingChanges, 'wakes'> {
  return campaign?.startsWith('journey:') ? { wakes: [{ customerId, noticeId, event, at }] } : {};
}

/** A person opened a short link. Each opening counts; the first one is what its notice has come to. */
export function openLink(
  code: string,
): Command<NoticeNeeds, NoticeFacts, MessagingChanges, { readonly link: ShortLink | undefined }> {
  return {
    name: 'link.open',
    needs: { links: [code] },
    moreNeeds: [
      (facts) => {
        const link = facts.link(code);
        return link?.openedAt === null ? { notices: [link.noticeId] } : {};
      },
    ],
    decide(facts, { now }) {
      const link = facts.link(code);
      if (!link) return { ok: true, changes: {}, result: { link } };
      const notice = link.openedAt === null ? facts.notice(link.noticeId) : undefined;
      const reaction = notice ? reactTo(notice, ['click'], now) : {};
      return { ok: true, changes: { ...reaction, linksOpened: [{ code, at: now }] }, result: { link } };
    },
  };
}
