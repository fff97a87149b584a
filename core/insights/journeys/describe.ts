import type {
  ConditionDefinition,
  JourneyDefinition,
  StepDefinition,
  Trigger,
} from '../../journeys/definition.ts';
import { instantEventTypes, ownEventTypes } from '../../journeys/events.ts';
import { comeback } from '../../journeys/shipped/comebacks.ts';
import type { WordKey, Words } from '../../messaging/keys.ts';
import { explainCondition, explainData, explainRule } from './conditions.ts';

/** A journey in plain words: a line for what starts it, and one for each step, branches further in. */
export interface Described {
  readonly starts: readonly Words[];
  /** Who may enter; nothing where everybody may. */
  readonly who: readonly Words[];
  readonly rules: readonly Words[];
  readonly steps: readonly Words[];
}

/** Says in plain words what a journey does; messages are counted in the order they are written. */
export function describeJourney(definition: JourneyDefinition): Described {
  const { when, who, steps } = definition;
  return {
    starts: startWords(when),
    who: who === undefined ? [] : explainRule(who, leadOf(0)),
    rules: ruleWords(definition),
    steps: stepLines(steps, 0, { definition, messages: 0 }),
  };
}

/** The number each message step has in that description, by its place among all steps as written. */
export function messageNumbers(steps: readonly StepDefinition[]): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>();
  let place = 0;
  const count = (all: readonly StepDefinition[]): void => {
    for (const step of all) {
      if ('message' in step) numbers.set(place, numbers.size + 1);
      place += 1;
      if ('if' in step) for (const branch of [step.do, step.else ?? []]) count(branch);
    }
  };
  count(steps);
  return numbers;
}

/** One step in words, after a lead, as it stands alone in a list; messages by their number. */
export function stepName(definition: JourneyDefinition, number: number, lead: string): Words | undefined {
  const { steps } = definition;
  const flat: StepDefinition[] = [];
  const lay = (all: readonly StepDefinition[]): void => {
    for (const step of all) {
      flat.push(step);
      if ('if' in step) for (const branch of [step.do, step.else ?? []]) lay(branch);
    }
  };
  lay(steps);
  const step = flat[number];
  const messages = messageNumbers(steps).get(number) ?? 1;
  return step && stepLines([step], 0, { definition, messages: messages - 1 }, lead)[0];
}

const known: ReadonlySet<string> = new Set([...ownEventTypes, ...instantEventTypes]);

function eventWords(event: string): Words {
  return known.has(event)
    ? { key: `scenario.event_${event as (typeof ownEventTypes)[number]}` }
    : { key: 'scenario.event_other', variables: { name: event } };
}

function startWords(when: Trigger): Words[] {
  if ('event' in when) return [eventWords(when.event), ...afterWords(when.after), ...whereWords(when)];
  const time = when.at;
  if ('date' in when) return datedWords(when);
  if ('segment' in when) {
    const key = when.move === 'enter' ? 'scenario.enters' : 'scenario.leaves';
    return [{ key, variables: { time } }, ...explainRule(when.segment, leadOf(0))];
  }
  if ('every' in when) return [scheduleWords(when)];
  if ('points_burn_in' in when) {
    return [{ key: 'scenario.burn', variables: { days: when.points_burn_in, points: when.at_least, time } }];
  }
  return [
    when.near === 'reward'
      ? { key: 'scenario.near_points', variables: { points: when.within, time } }
      : { key: 'scenario.near_tier', variables: { amount: when.within, time } },
  ];
}

function scheduleWords({ every, on = 1, at: time }: Extract<Trigger, { every: string }>): Words {
  if (every === 'day') return { key: 'scenario.every_day', variables: { time } };
  return every === 'week'
    ? { key: 'scenario.every_week', variables: { weekday: Math.min(on, 7), time } }
    : { key: 'scenario.every_month', variables: { number: on, time } };
}

function datedWords(when: Extract<Trigger, { date: string }>): Words[] {
  const { date, days, at, late_days: late } = when;
  const lateWords: Words[] = late === undefined ? [] : [{ key: 'scenario.late', variables: { days: late } }];
  return [dateWords(date), daysWords(days, at), ...lateWords, ...whereWords(when)];
}

function dateWords(date: string): Words {
  if (date === 'birthday') return { key: 'scenario.birthday' };
  if (date === 'order.due_at') return { key: 'scenario.due_at' };
  if (date === 'fact.name_day') return { key: 'scenario.name_day' };
  if (date === 'fact.wedding_day') return { key: 'scenario.wedding_day' };
  return { key: 'scenario.fact_day', variables: { name: date.slice('fact.'.length) } };
}

function daysWords(days: number, time: string): Words {
  if (days === 0) return { key: 'scenario.on_day', variables: { time } };
  const key = days < 0 ? 'scenario.days_before' : 'scenario.days_after';
  return { key, variables: { days: Math.abs(days), time } };
}

function whereWords(when: Extract<Trigger, { readonly where?: unknown }>): Words[] {
  const { where } = when;
  return where ? [{ key: 'scenario.where' }, ...explainData(where, { when }, leadOf(0))] : [];
}

function minutesIn(span: string): number | undefined {
  return span.endsWith('m') ? Number(span.slice(0, -1)) : undefined;
}

function afterWords(span: string | undefined): Words[] {
  if (span === undefined) return [];
  const minutes = minutesIn(span);
  return [
    minutes === undefined
      ? { key: 'scenario.after', variables: { span } }
      : { key: 'scenario.after_minutes', variables: { minutes } },
  ];
}

function ruleWords(definition: JourneyDefinition): Words[] {
  const { again, while: holds, goal, control, occasion, occasion_again: told } = definition;
  const words: Words[] = [];
  if (again === 'once') words.push({ key: 'scenario.once' });
  else if (again !== 'always') words.push({ key: 'scenario.again', variables: { span: inHours(again) } });
  if (occasion !== undefined && told !== undefined) {
    words.push(occasionWords(occasion, inHours(told)));
  }
  if (goal !== 'none') words.push({ key: `scenario.goal_${goal}` });
  if (holds) words.push({ key: 'scenario.while' }, ...explainData(holds, definition, leadOf(0)));
  if (control !== undefined && control > 0) {
    words.push({ key: 'scenario.control', variables: { percent: control } });
  }
  return words;
}

function occasionWords(name: string, span: string): Words {
  return name === comeback.occasion
    ? { key: 'scenario.occasion_comeback', variables: { span } }
    : { key: 'scenario.occasion', variables: { name, span } };
}

/** Spans of texts know no minutes: they are said as hours, one at least. */
function inHours(span: string): string {
  const minutes = minutesIn(span);
  return minutes === undefined ? span : `${Math.max(1, Math.round(minutes / 60))}h`;
}

interface Counted {
  readonly definition: JourneyDefinition;
  messages: number;
}

/** How far a step stands in from the branch around it. */
function leadOf(depth: number): string {
  return depth === 0 ? '• ' : `${'    '.repeat(depth)}◦ `;
}

function stepLines(
  steps: readonly StepDefinition[],
  depth: number,
  counted: Counted,
  lead = leadOf(depth),
): Words[] {
  return steps.flatMap((step): Words[] => {
    if (!('if' in step)) return [stepWords(step, lead, counted)];
    const others = step.else ?? [];
    return [
      ...conditionWords(step.if, depth, counted.definition, lead),
      ...stepLines(step.do, depth + 1, counted),
      ...(others.length > 0 ? [{ key: 'scenario.else', variables: { lead } } as const] : []),
      ...stepLines(others, depth + 1, counted),
    ];
  });
}

function stepWords(
  step: Exclude<StepDefinition, { readonly if: unknown }>,
  lead: string,
  counted: Counted,
): Words {
  if ('message' in step) return messageWords(step.message, lead, counted);
  if ('wait' in step) return waitWords(step.wait, lead);
  if ('coupon' in step) return { key: 'scenario.coupon', variables: { lead, name: step.coupon } };
  if ('points' in step) {
    const { points, live_days: days } = step;
    return days === undefined
      ? { key: 'scenario.points', variables: { lead, points } }
      : { key: 'scenario.points_days', variables: { lead, points, days } };
  }
  if ('tag' in step) return { key: 'scenario.tag', variables: { lead, name: step.tag } };
  if ('untag' in step) return { key: 'scenario.untag', variables: { lead, name: step.untag } };
  const key = 'staff' in step ? 'scenario.staff' : 'survey' in step ? 'scenario.survey' : 'scenario.stop';
  return { key, variables: { lead } };
}

function messageWords(
  message: Extract<StepDefinition, { message: unknown }>['message'],
  lead: string,
  counted: Counted,
): Words {
  counted.messages += 1;
  const number = counted.messages;
  if (!('variants' in message)) return { key: 'scenario.message', variables: { lead, number } };
  const variants = Object.keys(message.variants).length;
  return { key: 'scenario.variants', variables: { lead, number, variants } };
}

function waitWords(wait: Extract<StepDefinition, { wait: unknown }>['wait'], lead: string): Words {
  if (typeof wait === 'string') {
    const minutes = minutesIn(wait);
    return minutes === undefined
      ? { key: 'scenario.wait', variables: { lead, span: wait } }
      : { key: 'scenario.wait_minutes', variables: { lead, minutes } };
  }
  if ('until' in wait) return { key: 'scenario.wait_until', variables: { lead, time: wait.until } };
  if ('until_day' in wait) return dayWords(wait, lead);
  const span = inHours(wait.at_most);
  switch (wait.for) {
    case 'read':
    case 'click':
    case 'answer':
    case 'purchase':
      return { key: `scenario.wait_${wait.for}`, variables: { lead, span } };
    default:
      return { key: 'scenario.wait_event', variables: { lead, name: wait.for, span } };
  }
}

function dayWords(
  { until_day: days, at: time }: { readonly until_day: number; readonly at: string },
  lead: string,
): Words {
  if (days === 0) return { key: 'scenario.wait_day', variables: { lead, time } };
  const key = days < 0 ? 'scenario.wait_days_before' : 'scenario.wait_days_after';
  return { key, variables: { lead, days: Math.abs(days), time } };
}

/** What the customer did is one line; anything else that is asked stands under it, a line each. */
function conditionWords(
  condition: ConditionDefinition,
  depth: number,
  definition: JourneyDefinition,
  lead: string,
): Words[] {
  const asked = explainCondition(condition, definition, `${'    '.repeat(depth + 1)}– `);
  if (asked) {
    return [
      { key: 'scenario.if', variables: { lead } },
      ...asked,
      { key: 'scenario.then', variables: { lead } },
    ];
  }
  if ('bought' in condition) return [either('bought', condition.bought, lead)];
  if ('read' in condition) return [either('read', condition.read, lead)];
  if ('clicked' in condition) return [either('clicked', condition.clicked, lead)];
  return 'answered' in condition ? [either('answered', condition.answered, lead)] : [];
}

function either(what: 'bought' | 'read' | 'clicked' | 'answered', is: boolean, lead: string): Words {
  const key = `scenario.if_${is ? '' : 'not_'}${what}` as const satisfies WordKey;
  return { key, variables: { lead } };
}
