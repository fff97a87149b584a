import type { CustomerId, NoticeId } from '../ids.ts';
import type { Notice, ReceiptRef } from '../messaging/notices.ts';
import { type Reaction, reactTo } from '../messaging/reactions.ts';
import type { DialogChanges, DialogFacts, DialogNeeds, IncomingEvent, Said } from './types.ts';

/** What finding out whether somebody answers a notice needs to know first. */
export function reactionNeeds(event: IncomingEvent, customerId: CustomerId | null): DialogNeeds {
  const { said } = event;
  if (!customerId || !mayAnswer(said)) return {};
  const tapped = tappedMessage(event);
  return { lastTold: [customerId], ...(tapped ? { receipted: [tapped] } : {}) };
}

/** Whether it may be an answer to what we told: nobody says anything by coming here. */
function mayAnswer({ kind }: Said): boolean {
  return kind !== 'start' && kind !== 'returned' && kind !== 'fetched';
}

/** And then. */
export function noticeNeeds(
  event: IncomingEvent,
  customerId: CustomerId | null,
  facts: DialogFacts,
): DialogNeeds {
  if (!customerId) return {};
  const ids = [facts.lastTold(customerId), tappedNotice(event, facts)].filter((id) => id != null);
  return ids.length > 0 ? { notices: ids } : {};
}

/** Our message a button of which was tapped, where the channel tells. */
function tappedMessage({ said, channel, address }: IncomingEvent): ReceiptRef | undefined {
  const providerId = said.kind === 'press' ? said.messageId : undefined;
  return providerId === undefined ? undefined : { channel, providerId, address };
}

function tappedNotice(event: IncomingEvent, facts: DialogFacts): NoticeId | null | undefined {
  const tapped = tappedMessage(event);
  return tapped && facts.messageOf(tapped)?.noticeId;
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
  const isTap = tappedMessage(event) !== undefined;
  return ofCampaign(isTap ? tappedNotice(event, facts) : lastTold(event, customerId, facts), facts);
}

function lastTold({ said }: IncomingEvent, customerId: CustomerId | null, facts: DialogFacts) {
  if (!customerId || !mayAnswer(said)) return undefined;
  return facts.lastTold(customerId);
}

function ofCampaign(id: NoticeId | null | undefined, facts: DialogFacts): Notice | undefined {
  const notice = id ? facts.notice(id) : undefined;
  return notice && notice.campaign !== null ? notice : undefined;
}

/** What an event means for what the person was told: an answer to it, and a goodbye where it ended offers or their like. */
export function reactionsTo(
  event: IncomingEvent,
  customerId: CustomerId | null,
  facts: DialogFacts,
  { consents = [], mutes = [] }: DialogChanges,
  now: number,
): DialogChanges {
  const answered = answeredNotice(event, customerId, facts);
  const told = answered ?? ofCampaign(lastTold(event, customerId, facts), facts);
  if (!told) return {};
  const isBlocked = event.said.kind === 'blocked';
  const isOver =
    isBlocked ||
    mutes.some(({ until }) => until === null) ||
    consents.some(({ category, granted }) => category === told.category && !granted);
  const reactions: Reaction[] = [
    ...(answered && !isBlocked ? (['answer'] as const) : []),
    ...(isOver ? (['left'] as const) : []),
  ];
  return reactTo(told, reactions, now);
}
