import type { CustomerId, NoticeId } from '../ids.ts';
import type { Notice } from '../messaging/notices.ts';
import { type Reaction, reactTo } from '../messaging/reactions.ts';
import type { DialogChanges, DialogFacts, DialogNeeds, IncomingEvent } from './types.ts';

/** What finding out whether somebody answers a notice needs to know first. */
export function reactionNeeds(event: IncomingEvent, customerId: CustomerId | null): DialogNeeds {
  const { said, channel, address } = event;
  if (!customerId || said.kind === 'start' || said.kind === 'returned') return {};
  if (said.kind !== 'press' || said.messageId === undefined) return { lastTold: [customerId] };
  return { receipted: [{ channel, providerId: said.messageId, address }] };
}

/** And then. */
export function noticeNeeds(
  event: IncomingEvent,
  customerId: CustomerId | null,
  facts: DialogFacts,
): DialogNeeds {
  const id = answeredId(event, customerId, facts);
  return id ? { notices: [id] } : {};
}

/**
 * The message of a campaign or a journey that somebody answers: the one a button of which was tapped, or the last thing
 * the person was told within a day. Undefined where what is said answers none.
 */
export function answeredNotice(
  event: IncomingEvent,
  customerId: CustomerId | null,
  facts: DialogFacts,
): Notice | undefined {
  const id = answeredId(event, customerId, facts);
  const notice = id && facts.notice(id);
  return notice && notice.campaign !== null ? notice : undefined;
}

function answeredId(
  event: IncomingEvent,
  customerId: CustomerId | null,
  facts: DialogFacts,
): NoticeId | null {
  const { said, channel, address } = event;
  if (!customerId || said.kind === 'start' || said.kind === 'returned') return null;
  if (said.kind !== 'press' || said.messageId === undefined) return facts.lastTold(customerId) ?? null;
  return facts.messageOf({ channel, providerId: said.messageId, address })?.noticeId ?? null;
}

/** What an event means for the message it answers: an answer, and a goodbye where offers or their like were ended. */
export function reactionsTo(
  notice: Notice | undefined,
  { said }: IncomingEvent,
  { consents = [], mutes = [] }: DialogChanges,
  now: number,
): DialogChanges {
  if (!notice) return {};
  const refused = consents.some(({ category, granted }) => category === notice.category && !granted);
  const ended = refused || mutes.some(({ until }) => until === null);
  if (said.kind === 'blocked') return reactTo(notice, ['left'], now);
  const reactions: Reaction[] = ended ? ['answer', 'left'] : ['answer'];
  return reactTo(notice, reactions, now);
}
