import { type ChannelName, channelNames } from '../../core/customers/types.ts';
import { invariant } from '../../core/errors.ts';
import type { Attempt, Notice } from '../../core/messaging/notices.ts';
import {
  hasReached,
  isOpenMessage,
  isSettled,
  lesserDepth,
  noticeMoves,
} from '../../core/messaging/states.ts';
import type { Standing, Story } from './cascade.ts';

const messageOrder: readonly string[] = ['queued', 'sending', 'sent', 'delivered', 'read'];

function wantsOf(attempt: Attempt, { steps }: Notice) {
  return steps.find(({ channel }) => channel === attempt.channel)?.wants ?? 'delivered';
}

/** Looks on while a story is played, and throws at the first moment that breaks a rule. */
export function watchful(): (standing: Standing) => void {
  let before: Standing = { notice: undefined, attempts: [] };
  return (now) => {
    if (now.notice) {
      oneChannelAtOnce(now);
      noneAfterArrival(before, now, now.notice);
      statesMoveOn(before, now);
      doubledIsTold(now.notice, now.attempts);
    }
    before = now;
  };
}

function oneChannelAtOnce({ attempts }: Standing): void {
  invariant(
    attempts.filter(({ state }) => isOpenMessage(state)).length <= 1,
    'two channels are used at once',
  );
  for (const attempt of attempts.slice(0, -1)) {
    const over = attempt.overtakenAt !== null || attempt.state === 'failed' || attempt.state === 'cancelled';
    invariant(over, `the next channel was used while ${attempt.channel} was being tried`);
  }
}

/** Never an SMS, nor anything else, after a channel told in time that the person was reached. */
function noneAfterArrival(before: Standing, now: Standing, notice: Notice): void {
  if (now.attempts.length === before.attempts.length) return;
  const failed = new Set(now.attempts.flatMap(({ id, state }) => (state === 'failed' ? [id] : [])));
  const arrived = before.attempts.find(
    (one) => hasReached(one.state, wantsOf(one, notice)) && !failed.has(one.id),
  );
  invariant(!arrived, `${arrived?.channel} had reached the person, and another channel was used`);
}

function statesMoveOn(before: Standing, { notice, attempts }: Standing): void {
  if (before.notice && notice && before.notice.state !== notice.state) {
    const { state } = before.notice;
    invariant(noticeMoves[state].includes(notice.state), `a notice went from ${state} to ${notice.state}`);
  }
  for (const old of before.attempts) {
    const now = attempts.find(({ id }) => id === old.id);
    invariant(now, 'a message is gone');
    const back = rankOf(now) < rankOf(old) && !(old.state === 'sending' && now.state === 'queued');
    const revived = rankOf(old) < 0 && now.state !== old.state;
    invariant(!revived && !(rankOf(now) >= 0 && back), `a message went from ${old.state} to ${now.state}`);
  }
}

function rankOf({ state }: Attempt): number {
  return messageOrder.indexOf(state);
}

/** Delivered, as far as the channel tells or is asked to. */
function hasArrived(attempt: Attempt, notice: Notice): boolean {
  return hasReached(attempt.state, lesserDepth(wantsOf(attempt, notice), 'delivered'));
}

/** That, or it had been taken where no more was wanted, and was told to have failed later. */
function hadArrived(attempt: Attempt, notice: Notice): boolean {
  const wasTaken = attempt.sentAt !== null && wantsOf(attempt, notice) === 'accepted';
  return wasTaken || hasArrived(attempt, notice);
}

/** A notice is doubled where two channels delivered. */
function doubledIsTold(notice: Notice, attempts: readonly Attempt[]): void {
  const arrived = attempts.filter((one) => hadArrived(one, notice));
  if (notice.doubled) invariant(arrived.length > 1, 'a notice is called doubled that arrived once');
}

/** What must hold in the end: somebody was told, or there is a reason that holds. */
export function endsWell(story: Story, { notice, attempts }: Standing): void {
  if (!notice) {
    invariant(openChannels(story).length === 0, 'a channel was there, and nothing was ever planned');
    return;
  }
  const arrived = attempts.filter((one) => hasArrived(one, notice));
  invariant(notice.doubled || arrived.length < 2, 'two channels delivered, and nobody tells');
  const happened = new Set(story.happenings.map(({ what }) => what));
  const reached = attempts.some((one) => hadArrived(one, notice));
  if (notice.state === 'reached') invariant(reached, 'reached, and nobody was told');
  else if (notice.state === 'failed') triedAll(story, notice, attempts);
  else if (notice.state === 'stopped') invariant(happened.size > 0, 'stopped for no reason');
  else if (notice.state === 'dropped') invariant(happened.has('wants_no_more'), 'dropped for no reason');
  else waitsForQueue(story, attempts);
}

/** Only a message that nobody takes off its queue may be waited for, and only where no channel is left. */
function waitsForQueue(story: Story, attempts: readonly Attempt[]): void {
  const last = attempts.at(-1);
  invariant(last && isOpenMessage(last.state), 'silence while nothing is under way');
  invariant(story.fates[last.channel].outcome === 'stuck', 'a message waits in a queue that moves');
  const tried = new Set(attempts.map(({ channel }) => channel));
  const marketing = story.request.category === 'marketing';
  const left = openChannels(story).filter((channel) => !tried.has(channel));
  invariant(marketing || left.length === 0, `silence while ${left[0]} is left`);
}

function triedAll(story: Story, notice: Notice, attempts: readonly Attempt[]): void {
  const tried = new Set(attempts.map(({ channel }) => channel));
  const left = openChannels(story).filter((channel) => !tried.has(channel));
  invariant(left.length === 0, `gave up (${notice.reason}) while ${left[0]} is left`);
  invariant(isSettled(notice.state) && notice.dueAt === null, 'what has failed is not due');
}

/** The channels of the story that lead to the customer and may be used. */
function openChannels({ steps, chats, agreed, request }: Story): ChannelName[] {
  const listed = channelNames.filter((name) => steps.some(({ channel }) => channel === name));
  const sms = request.category === 'code' || request.category === 'marketing' || agreed;
  return listed.filter((name) => (name === 'sms' ? sms : chats.includes(name)));
}
