import type { TalkId } from '../../ids.ts';
import type { Words } from '../../messaging/types.ts';
import { type Command, mergeChanges } from '../../ports.ts';
import { isUnanswered, listeners, overByItself, reminded, waitedMs } from '../../talks/talk.ts';
import type { DialogChanges, DialogFacts, DialogNeeds } from '../types.ts';
import {
  backReply,
  ownButtons,
  takeOverButtons,
  takerOf,
  tellOfTalk,
  toCustomer,
  waitingButtons,
} from './talk_words.ts';

/** Work about talks that falls due by the clock. */
type TalkJob = Command<DialogNeeds, DialogFacts, DialogChanges, boolean>;

/**
 * Nobody has said anything in a talk for long: the bot answers again, and says so; whoever had the talk is told. Does
 * nothing before that. Safe to repeat.
 */
export function returnBot(id: TalkId): TalkJob {
  return {
    name: 'talk.return',
    needs: { talks: [id], team: true },
    decide(facts, context) {
      const talk = facts.talk(id);
      const over = talk && overByItself(talk, context);
      if (!over) return { ok: true, changes: {}, result: false };
      const taker = takerOf(talk, listeners(facts.team(), talk.customerId));
      const words: Words = { key: 'talk.went_quiet', variables: { name: talk.customerName } };
      const told = taker ? [taker] : [];
      const changes = mergeChanges<DialogChanges>(
        { talkUpdates: [over] },
        toCustomer(talk, backReply(isUnanswered(talk) ? 'human.unanswered' : 'human.quiet'), context),
        tellOfTalk(id, told, { paragraphs: [words] }, 'informs', context),
      );
      return { ok: true, changes, result: true };
    },
  };
}

/** A customer has waited for an answer for long: all who could give it are told, once. Safe to repeat. */
export function remindOfTalk(id: TalkId): TalkJob {
  return {
    name: 'talk.remind',
    needs: { talks: [id], team: true },
    decide(facts, context) {
      const talk = facts.talk(id);
      const late = talk && reminded(talk, context);
      if (!late) return { ok: true, changes: {}, result: false };
      const minutes = Math.round(waitedMs(talk, context) / 60_000);
      const words: Words = { key: 'talk.waits', variables: { name: talk.customerName, minutes } };
      const all = listeners(facts.team(), talk.customerId);
      const taker = takerOf(talk, all);
      const others = all.filter((one) => one !== taker);
      const toTaker = { paragraphs: [words], buttons: ownButtons(id), takesNumbers: true } as const;
      const buttons = taker ? takeOverButtons(id) : waitingButtons(id);
      const changes = mergeChanges<DialogChanges>(
        { talkUpdates: [late] },
        tellOfTalk(id, taker ? [taker] : [], toTaker, 'asks', context),
        tellOfTalk(id, others, { paragraphs: [words], buttons }, 'asks', context),
      );
      return { ok: true, changes, result: true };
    },
  };
}
