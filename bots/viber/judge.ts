import type { SendOutcome } from '../channel.ts';
import type { Log } from '../log.ts';
import type { Answer } from './api.ts';
import { faultOf, refusalOf } from './statuses.ts';

/** Who has not answered a hundred messages within an hour gets no more in it; to answer ends that at once. */
const silentPauseMs = 15 * 60_000;
/** All calls of ours together are too fast. */
export const busy: SendOutcome = { status: 'slow_down', retryAfterMs: 2000 };
/** So many different chats one after the other that are too fast: it is all of us, not each of them. */
const manyChats = 3;

/** What Viber's answer means for the message to `address`. */
export type Judge = (
  answer: Pick<Answer, 'status' | 'status_message' | 'message_token'>,
  address: string,
) => SendOutcome;

/**
 * A judge that remembers the last answers. "Too many requests" has one number for two things: a person who has been
 * silent for too long, and all calls of ours together. And what our account lacks is logged once, not for each message.
 */
export function createJudge(log: Log): Judge {
  const tooFast = new Set<string>();
  let complaint = '';

  function slowDown(address: string): SendOutcome {
    tooFast.add(address);
    if (tooFast.size >= manyChats) return busy;
    return { status: 'slow_down', retryAfterMs: silentPauseMs, chatOnly: true };
  }

  return (answer, address) => {
    if (answer.status === 0) {
      tooFast.clear();
      complaint = '';
      return { status: 'sent', providerId: answer.message_token ?? '' };
    }
    const refusal = refusalOf(answer);
    if (refusal.matter === 'pace') return slowDown(address);
    if (refusal.matter === 'account' && refusal.detail !== complaint) {
      complaint = refusal.detail;
      log('error', `viber: ${complaint}`);
    }
    return faultOf(refusal);
  };
}
