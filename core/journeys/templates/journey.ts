import { checkApproved } from '../approved/check.ts';
import type { JourneyDefinition, MessageDefinition, StepDefinition, Texts, Trigger } from '../definition.ts';
import { captionLimit, checkTemplate, type Place, type TemplateProblem } from './check.ts';
import type { VariableSpec } from './variables.ts';

/** Something wrong with a text of a journey, and which text it is: the way to it in the definition. */
export interface JourneyTextProblem extends TemplateProblem {
  readonly path: readonly (string | number)[];
}

type Fields = Readonly<Record<string, VariableSpec>>;

const number: VariableSpec = { kind: 'number' };
const missing = { missable: true } as const;

/** What our own events carry, beside what they tell of (`cart.…`, `order.…`, `purchase.…`, `coupon.…`). */
const ownEvents: Readonly<Record<string, Place>> = {
  registered: { subjects: [], event: { welcome_points: number } },
  refill_due: {
    subjects: [],
    event: {
      sku: { kind: 'text' },
      name: { kind: 'text', ...missing },
      days: number,
      bought_at: { kind: 'moment' },
      due_at: { kind: 'moment' },
    },
  },
  cart_left: { subjects: ['cart'] },
  order_status: { subjects: ['order'] },
  purchase: { subjects: ['purchase'] },
  points_earned: {
    subjects: [],
    event: {
      ...{ points: number, pending: number, spent: number, balance: number },
      release_at: { kind: 'moment', ...missing },
    },
  },
  points_spent: {
    subjects: [],
    event: { points: number, balance: number, store: { kind: 'text', ...missing } },
  },
  goods_returned: {
    subjects: [],
    event: { amount: { kind: 'money' }, taken_back: number, returned: number, balance: number },
  },
  points_adjusted: {
    subjects: [],
    event: { points: number, balance: number, note: { kind: 'text', ...missing } },
  },
  coupon_issued: {
    subjects: [],
    event: { title: { kind: 'text' }, valid_until: { kind: 'moment', ...missing } },
  },
};

function burning(): Fields {
  return { points: number, at: { kind: 'moment' }, days: number };
}

function near(): Fields {
  return {
    name: { kind: 'text', ...missing },
    points: { kind: 'number', ...missing },
    amount: { kind: 'money', ...missing },
  };
}

/** What the first message of a journey can tell of, by what starts it. */
export function placeOf(trigger: Trigger): Place {
  if ('event' in trigger) return ownEvents[trigger.event] ?? { subjects: [], event: 'whatever' };
  if ('date' in trigger) return placeOfDate(trigger.date);
  if ('points_burn_in' in trigger) return { subjects: [], event: burning() };
  if ('near' in trigger) return { subjects: [], event: near() };
  return { subjects: [] };
}

/** The day as it is kept, and how many years it has been where the year is known. */
function placeOfDate(date: string): Place {
  if (date === 'order.due_at') return { subjects: ['order'] };
  return { subjects: [], event: { day: { kind: 'date' }, years: { ...number, ...missing } } };
}

/** What is wrong with the texts of a journey, in the order of its steps. */
export function checkJourneyTexts(
  definition: Pick<JourneyDefinition, 'when' | 'steps'>,
): readonly JourneyTextProblem[] {
  return checkSteps(definition.steps, placeOf(definition.when), ['steps']);
}

type Path = JourneyTextProblem['path'];

/** Steps one after the other: a coupon or points given are known to the texts after it, not to those outside its branch. */
function checkSteps(steps: readonly StepDefinition[], place: Place, path: Path): JourneyTextProblem[] {
  let here = place;
  return steps.flatMap((step, index) => {
    const found = checkStep(step, here, [...path, index]);
    if ('coupon' in step) here = { ...here, subjects: [...here.subjects, 'coupon'] };
    if ('points' in step) here = { ...here, subjects: [...here.subjects, 'gift'] };
    return found;
  });
}

function checkStep(step: StepDefinition, place: Place, path: Path): JourneyTextProblem[] {
  if ('message' in step) return checkVariants(step.message, place, [...path, 'message']);
  if ('staff' in step) return checkTexts(step.staff.text, place, [...path, 'staff', 'text']);
  if (!('if' in step)) return [];
  return [
    ...checkSteps(step.do, place, [...path, 'do']),
    ...checkSteps(step.else ?? [], place, [...path, 'else']),
  ];
}

type Message = Extract<StepDefinition, { message: unknown }>['message'];

function checkVariants(message: Message, place: Place, path: Path): JourneyTextProblem[] {
  if (!('variants' in message)) return checkMessage(message, place, path);
  return Object.entries(message.variants).flatMap(([name, variant]) =>
    checkMessage(variant, place, [...path, 'variants', name]),
  );
}

/** As long as the words on a button may be: no messenger shows more. */
const labelLimit = 40;

/** What is wrong with the words of one message: its text, the words on its buttons, the addresses they open, its approved templates. */
export function checkMessage(message: MessageDefinition, place: Place, path: Path): JourneyTextProblem[] {
  const limit = message.picture === undefined ? {} : { limit: captionLimit };
  const buttons = message.buttons.flatMap((row, y) =>
    row.flatMap((button, x) => {
      const at = [...path, 'buttons', y, x];
      const label = checkTexts(button.label, { ...place, limit: labelLimit }, [...at, 'label']);
      return 'url' in button ? [...label, ...checkAddress(button.url, place, [...at, 'url'])] : label;
    }),
  );
  const approved = checkApproved(message, place).map((found) => ({
    ...found,
    path: [...path, 'whatsapp', ...found.path],
  }));
  return [...checkTexts(message.text, { ...place, ...limit }, [...path, 'text']), ...buttons, ...approved];
}

function checkTexts(texts: Texts, place: Place, path: Path): JourneyTextProblem[] {
  return checkTemplate(texts, place).map((problem) => ({ ...problem, path: [...path, problem.locale] }));
}

/** An address is of no language; where a variable of it is missing, there is no button. */
function checkAddress(url: string, place: Place, path: Path): JourneyTextProblem[] {
  return checkTemplate({ en: url }, { ...place, dropsWhole: true }).map((problem) => ({ ...problem, path }));
}
