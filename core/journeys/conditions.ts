import type { NoticeId } from '../ids.ts';
import type { Context } from '../ports.ts';
import { localDay } from '../time.ts';
import type { ConditionDefinition } from './definition.ts';
import { daysUntil } from './triggers/calendar.ts';
import { dataFits } from './triggers/data.ts';
import type { JourneyFacts, JourneyRules, JourneyRun, LookedUp, RunData } from './types.ts';
import type { Signal } from './wake.ts';
import { dataOf, personOf } from './walk.ts';

/** What conditions are asked of: a run as far as it has come. */
export interface Asked {
  readonly run: JourneyRun;
  readonly data: RunData;
  readonly facts: JourneyFacts;
  readonly looked: LookedUp;
  readonly rules: Pick<JourneyRules, 'program'>;
  readonly context: Pick<Context, 'now'>;
}

/**
 * Whether a condition holds. What was done is asked of the last message of the run, purchases since it began. Undefined:
 * nobody has looked whether the customer is in that segment.
 */
export function isSo(condition: ConditionDefinition, asked: Asked): boolean | undefined {
  if ('segment' in condition) return asked.looked(condition.segment);
  if ('data' in condition) return dataFits(condition.data, dataOf(asked, asked.facts));
  if ('nps' in condition) return scoreFits(condition.nps, asked);
  if ('days_left' in condition) return isSoFarOff(condition.days_left, asked);
  if ('bought' in condition) return hasBought(asked) === condition.bought;
  if ('read' in condition) return isHeard('read', asked) === condition.read;
  if ('clicked' in condition) return isHeard('click', asked) === condition.clicked;
  return isHeard('answer', asked) === condition.answered;
}

/** Whether the customer has bought since the run began. */
export function hasBought({ run, facts }: Pick<Asked, 'run' | 'facts'>): boolean {
  const person = personOf(run, facts);
  return person ? facts.bought({ customerId: person.customer.id, since: boughtSince(run) }) : false;
}

/** After which moment a purchase counts: the one that began the run does not, any other of the same moment does. */
export function boughtSince({ data, startedAt }: Pick<JourneyRun, 'data' | 'startedAt'>): number {
  return data.purchaseId === undefined ? startedAt - 1 : startedAt;
}

/** Whether the customer has read, opened or answered the last message of the run. */
export function isHeard(signal: Signal, { data, facts }: Pick<Asked, 'data' | 'facts'>): boolean {
  const last = lastNotice(data);
  return last !== undefined && tells(signal, last, facts);
}

/** Whether the customer has opened or answered any message of the run. */
export function isEverHeard(signal: Signal, { data, facts }: Pick<Asked, 'data' | 'facts'>): boolean {
  return Object.values(data.notices).some((id) => tells(signal, id, facts));
}

function tells(signal: Signal, id: NoticeId, facts: JourneyFacts): boolean {
  const notice = facts.notice(id);
  switch (signal) {
    case 'read':
      return facts.attempts(id).some(({ readAt }) => readAt !== null);
    case 'click':
      return notice !== undefined && notice.clickedAt !== null;
    case 'answer':
      return notice !== undefined && notice.answeredAt !== null;
  }
}

/** Of the message step that was done last: steps only ever lead forward. */
function lastNotice({ notices }: RunData): NoticeId | undefined {
  const steps = Object.keys(notices).map(Number);
  return steps.length === 0 ? undefined : notices[Math.max(...steps)];
}

/** By the calendar where the customer lives; a journey that no date started is about no day. */
function isSoFarOff(wanted: string, { run, facts, rules: { program }, context }: Asked): boolean {
  const { day } = run.data;
  const zone = personOf(run, facts)?.customer.zone ?? program.zone;
  return (
    day !== undefined && dataFits({ days: wanted }, { days: daysUntil(day, localDay(context.now, zone)) })
  );
}

/** Who was never asked is neither content nor discontent. */
function scoreFits(nps: string, { run, facts }: Asked): boolean {
  const person = personOf(run, facts);
  const score = person && facts.npsOf(person.customer.id);
  return score !== undefined && dataFits({ score: nps }, { score });
}
