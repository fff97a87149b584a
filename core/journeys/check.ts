import type { Words } from '../messaging/types.ts';
import { parseSegment } from '../segments/parse.ts';
import type { Catalogue, SegmentProblem } from '../segments/types.ts';
import type { DataConditions, JourneyDefinition, StepDefinition } from './definition.ts';
import { instantEventTypes } from './events.ts';
import { flowOf } from './flow.ts';
import { isInstant } from './in_force.ts';
import { checkJourneyTexts } from './templates/journey.ts';

/** What of a definition is wrong, where in it, and what to put there. */
export interface JourneyProblem {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** What is known where a journey is checked. */
export interface Checking {
  /** The names a shop has, for segments. */
  readonly catalogue: Catalogue;
  /** Coupons that can be given, by id and by name. */
  readonly coupons: ReadonlySet<string>;
  /** Words of ours in English. */
  say(words: Words): string;
}

/** Branches within branches, at most. */
const deepest = 5;

/** Steps, those of branches among them, at most. */
const mostSteps = 300;

/** All that is wrong with a definition besides its shape, in the order in which it is written. */
export function checkJourney(definition: JourneyDefinition, checking: Checking): readonly JourneyProblem[] {
  const { who, when, steps } = definition;
  const { length } = flowOf(definition);
  if (length > mostSteps) {
    const text = `there are ${length} steps with those of all branches; leave ${mostSteps}, and put others into journeys of their own`;
    return [{ path: ['steps'], text }];
  }
  return [
    ...('segment' in when ? segmentProblems(when.segment, ['when', 'segment'], checking) : []),
    ...('where' in when && when.where ? dataProblems(when.where, ['when', 'where']) : []),
    ...(who === undefined ? [] : segmentProblems(who, ['who'], checking)),
    ...subjectProblems(definition),
    ...stepsProblems(steps, { ...checking, definition, depth: 0, path: ['steps'] }),
    ...checkJourneyTexts(definition).map(({ path, words, line, column }) => ({
      path,
      text: `${checking.say(words)} (line ${line}, column ${column} of the text)`,
    })),
  ];
}

function subjectProblems(definition: JourneyDefinition): JourneyProblem[] {
  const problems: JourneyProblem[] = [];
  if (definition.while) {
    problems.push(...dataProblems(definition.while, ['while']));
    if (!isAbout(definition, 'cart') && !isAbout(definition, 'order')) {
      const text = 'only a journey about a cart or an order can look at it: leave this out';
      problems.push({ path: ['while'], text });
    }
  }
  problems.push(...occasionProblems(definition));
  const [first, ...others] = definition.steps;
  if (isInstant(definition) && (others.length > 0 || !first || !('message' in first))) {
    const text = `what is told at once (${instantEventTypes.join(', ')}) is told by one message: put just that`;
    problems.push({ path: ['steps'], text });
  }
  return isInstant(definition) ? [...problems, ...unheeded(definition)] : problems;
}

function occasionProblems(definition: JourneyDefinition): JourneyProblem[] {
  const { occasion, occasion_again: again } = definition;
  if (again !== undefined) {
    const text = 'nothing is told of again: say which occasion it is, or leave this out';
    return occasion === undefined ? [{ path: ['occasion_again'], text }] : [];
  }
  if (occasion === undefined || !comesAgain(definition)) return [];
  const text =
    'an occasion is told of once for good: say after how long it may be told of again (occasion_again), or leave it out of what comes again each year, week or day';
  return [{ path: ['occasion'], text }];
}

/** What is told at once has no runs, so that whatever is about those would be heeded by nobody. */
function unheeded(definition: JourneyDefinition): JourneyProblem[] {
  const text = 'what is told at once is told to everybody, in the moment it happens: leave this out';
  const { when } = definition;
  const keys = (['who', 'control', 'occasion', 'occasion_again'] as const).filter(
    (key) => definition[key] !== undefined,
  );
  return [
    ...('event' in when && when.where ? [{ path: ['when', 'where'], text }] : []),
    ...('event' in when && when.after !== undefined ? [{ path: ['when', 'after'], text }] : []),
    ...keys.map((key) => ({ path: [key], text })),
  ];
}

function comesAgain({ when }: JourneyDefinition): boolean {
  return 'every' in when || ('date' in when && when.date !== 'order.due_at');
}

function isAbout({ when }: JourneyDefinition, subject: 'cart' | 'order' | 'purchase'): boolean {
  if ('date' in when) return when.date === 'order.due_at' && subject === 'order';
  if (!('event' in when)) return false;
  const events = { cart: 'cart_left', order: 'order_status', purchase: 'purchase' } as const;
  return when.event === events[subject];
}

interface Place extends Checking {
  readonly definition: JourneyDefinition;
  readonly depth: number;
  readonly path: JourneyProblem['path'];
}

function stepsProblems(steps: readonly StepDefinition[], place: Place): JourneyProblem[] {
  return steps.flatMap((step, index) => stepProblems(step, { ...place, path: [...place.path, index] }));
}

function stepProblems(step: StepDefinition, place: Place): JourneyProblem[] {
  const { path, coupons, definition } = place;
  if ('coupon' in step && !coupons.has(step.coupon)) {
    const text = `there is no coupon "${step.coupon}": make it first, or put the name of one that is there`;
    return [{ path: [...path, 'coupon'], text }];
  }
  if ('survey' in step && !isAbout(definition, 'purchase')) {
    const text = 'only a journey that starts with a purchase can ask about it: put when: { event: purchase }';
    return [{ path: [...path, 'survey'], text }];
  }
  if ('wait' in step && typeof step.wait !== 'string' && 'until_day' in step.wait && !isByDate(definition)) {
    return [{ path: [...path, 'wait', 'until_day'], text: noDay }];
  }
  return 'if' in step ? branchProblems(step, place) : [];
}

const noDay = 'only a journey by a date is about a day: put when: { date: … }, or something else here';

function isByDate({ when }: JourneyDefinition): boolean {
  return 'date' in when;
}

function branchProblems(
  step: Extract<StepDefinition, { readonly if: unknown }>,
  { path, depth, ...place }: Place,
): JourneyProblem[] {
  if (depth >= deepest) {
    return [{ path, text: `branches may be ${deepest} deep: put the inner one into a journey of its own` }];
  }
  const inside = { ...place, depth: depth + 1 };
  return [
    ...('segment' in step.if ? segmentProblems(step.if.segment, [...path, 'if', 'segment'], place) : []),
    ...('data' in step.if ? dataProblems(step.if.data, [...path, 'if', 'data']) : []),
    ...('days_left' in step.if && !isByDate(place.definition)
      ? [{ path: [...path, 'if', 'days_left'], text: noDay }]
      : []),
    ...stepsProblems(step.do, { ...inside, path: [...path, 'do'] }),
    ...stepsProblems(step.else ?? [], { ...inside, path: [...path, 'else'] }),
  ];
}

function segmentProblems(
  rule: string,
  path: JourneyProblem['path'],
  { catalogue }: Pick<Checking, 'catalogue'>,
): JourneyProblem[] {
  const parsed = parseSegment(rule, catalogue);
  return parsed.ok ? [] : parsed.problems.map((problem) => ({ path, text: segmentProblemText(problem) }));
}

function segmentProblemText({ kind, word, position, suggestion, expected = [] }: SegmentProblem): string {
  const what = kind.replaceAll('_', ' ');
  const shown = word === '' ? '' : ` "${word}"`;
  const put = suggestion === undefined ? expected.slice(0, 3).join(', ') : suggestion;
  return `${what}${shown} at character ${position + 1} of the segment${put === '' ? '' : `; put ${put}`}`;
}

/** What is compared by size must be a number. */
function dataProblems(conditions: DataConditions, path: JourneyProblem['path']): JourneyProblem[] {
  return Object.entries(conditions).flatMap(([name, wanted]) => {
    const limit = /^\s*[<>]=?(.*)$/s.exec(String(wanted))?.[1];
    if (limit === undefined || /^\s*-?\d+(\.\d+)?\s*$/.test(limit)) return [];
    return [{ path: [...path, name], text: 'put a number after the sign, like ">=100000"' }];
  });
}
