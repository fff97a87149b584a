import { DAY_MS, localDay } from '../../time.ts';
import type { ConditionDefinition, JourneyDefinition, StepDefinition } from '../definition.ts';
import { type FlowStep, flowOf } from '../flow.ts';
import { spanMs } from '../spans.ts';
import { dayBefore, daysUntil, momentOn } from '../triggers/calendar.ts';
import { dataFits } from '../triggers/data.ts';
import { nextAt } from '../wake.ts';
import type { DryExample, DryPerson, DryStart, DryStep, NotTold, Unknown } from './types.ts';

/** The rules a dry run is walked by. */
export interface DryRules {
  readonly zone: string;
  /** At most so many offers to one person in seven days. */
  readonly offersInWeek: number;
  /** Where the time that is looked at ends. */
  readonly to: number;
}

/** One step that would have been done. */
export interface DryDeed {
  readonly number: number;
  readonly what: DryStep['what'];
  readonly at: number;
  readonly points: number;
  readonly withheld?: NotTold;
}

/** The way of one customer through a journey, and what about it cannot be known. */
export interface DryWalk {
  readonly deeds: readonly DryDeed[];
  readonly end: DryExample['end'];
  readonly unknown: ReadonlySet<Unknown>;
}

interface Walking {
  readonly definition: JourneyDefinition;
  readonly start: DryStart;
  readonly person: DryPerson;
  readonly rules: DryRules;
  at: number;
  readonly deeds: DryDeed[];
  readonly offers: number[];
  readonly unknown: Set<Unknown>;
}

/**
 * Walks one customer through a journey as it would have gone: real purchases end it, waits take their time, conditions hold
 * by what is known. Whether a message would have been read or answered is not: then the other way is taken.
 */
export function walkDry(
  definition: JourneyDefinition,
  start: DryStart,
  person: DryPerson,
  rules: DryRules,
): DryWalk {
  const walking: Walking = {
    ...{ definition, start, person, rules, at: start.at },
    ...{
      deeds: [],
      offers: [...person.offers],
      unknown: new Set(definition.while ? ['while' as const] : []),
    },
  };
  const end = walk(walking);
  return { deeds: walking.deeds, end, unknown: walking.unknown };
}

function walk(walking: Walking): DryExample['end'] {
  const flow = flowOf(walking.definition);
  for (let step = flow[0]; step; ) {
    if (walking.at > walking.rules.to) return 'underway';
    if (isReached(walking)) return 'goal';
    if ('stop' in step.step) return 'stopped';
    const next = 'if' in step.step ? branch(step, step.step.if, walking) : pass(step, walking);
    step = flow[next];
  }
  return 'done';
}

function isReached({ definition: { goal }, ...walking }: Walking): boolean {
  return goal === 'purchase' && boughtSince(walking);
}

/** Bought after it began: what it began with is no success of its own. */
function boughtSince({ person, start, at }: Pick<Walking, 'person' | 'start' | 'at'>): boolean {
  return person.purchases.some((moment) => moment > start.at && moment <= at);
}

function branch({ next, otherwise }: FlowStep, condition: ConditionDefinition, walking: Walking): number {
  return holds(condition, walking) ? next : otherwise;
}

function holds(condition: ConditionDefinition, walking: Walking): boolean {
  const { person, start, unknown } = walking;
  if ('bought' in condition) return boughtSince(walking) === condition.bought;
  if ('data' in condition) return dataFits(condition.data, start.data);
  if ('segment' in condition || 'nps' in condition) {
    unknown.add('today');
    if ('segment' in condition) return person.looked(condition.segment) === true;
    return person.nps !== undefined && dataFits({ score: condition.nps }, { score: person.nps });
  }
  if ('days_left' in condition) return isSoFarOff(condition.days_left, walking);
  unknown.add('heard');
  return false;
}

function isSoFarOff(wanted: string, { start: { day }, person, at, rules }: Walking): boolean {
  const days = day === undefined ? undefined : daysUntil(day, localDay(at, person.zone ?? rules.zone));
  return days !== undefined && dataFits({ days: wanted }, { days });
}

/** Does a step, and says which comes next. */
function pass({ number, step, next }: FlowStep, walking: Walking): number {
  if ('wait' in step) walking.at = after(step.wait, walking);
  else act(number, step, walking);
  return next;
}

function after(wait: Extract<StepDefinition, { wait: unknown }>['wait'], walking: Walking): number {
  const { person, start, at, rules, unknown } = walking;
  const zone = person.zone ?? rules.zone;
  if (typeof wait === 'string') return at + spanMs(wait);
  if ('until' in wait) return nextAt(wait.until, zone, at);
  if ('until_day' in wait) {
    const { day } = start;
    return day === undefined ? at : Math.max(at, momentOn(dayBefore(day, -wait.until_day), wait.at, zone));
  }
  const longest = at + spanMs(wait.at_most);
  if (wait.for !== 'purchase') {
    unknown.add(wait.for === 'read' || wait.for === 'click' || wait.for === 'answer' ? 'heard' : 'waited');
    return longest;
  }
  return person.purchases.find((moment) => moment > at && moment <= longest) ?? longest;
}

function act(number: number, step: StepDefinition, walking: Walking): void {
  const { at, deeds } = walking;
  const what = kindOf(step);
  if (!what) return;
  const withheld = what === 'message' ? whyNotTold(walking) : undefined;
  const points = 'points' in step ? step.points : 0;
  deeds.push({ number, what, at, points, ...(withheld === undefined ? {} : { withheld }) });
  if (what === 'message' && withheld === undefined) walking.offers.push(at);
}

function kindOf(step: StepDefinition): DryStep['what'] | undefined {
  const kinds = ['message', 'coupon', 'points', 'tag', 'untag', 'staff', 'survey'] as const;
  return kinds.find((kind) => kind in step);
}

function whyNotTold({ person, definition, offers, at, rules }: Walking): NotTold | undefined {
  if (!person.agreed) return 'consent';
  if (person.first === null) return 'no_channel';
  if (definition.category !== 'marketing') return undefined;
  const lately = offers.filter((moment) => moment > at - 7 * DAY_MS && moment <= at);
  return lately.length >= rules.offersInWeek ? 'frequency' : undefined;
}
