import type { Locale } from '../../../customers/types.ts';
import {
  type JourneyDefinition,
  journeySchema,
  type MessageDefinition,
  type StepDefinition,
  type Texts,
} from '../../../journeys/definition.ts';

type Path = readonly (string | number)[];

/** A text of a journey that people read, and the way to it in the definition. */
export interface JourneyText {
  readonly kind: 'message' | 'button' | 'staff';
  readonly path: Path;
  readonly texts: Texts;
  /** The message it is said in; what the staff are told has none. */
  readonly message?: MessageDefinition;
}

/** All texts of a journey in the order they are written: messages, the labels of their buttons, what the staff are told. */
export function textsIn({ steps }: Pick<JourneyDefinition, 'steps'>): readonly JourneyText[] {
  return ofSteps(steps, ['steps']);
}

function ofSteps(steps: readonly StepDefinition[], path: Path): JourneyText[] {
  return steps.flatMap((step, index) => ofStep(step, [...path, index]));
}

function ofStep(step: StepDefinition, path: Path): JourneyText[] {
  if ('staff' in step) return [{ kind: 'staff', path: [...path, 'staff', 'text'], texts: step.staff.text }];
  if ('if' in step)
    return [...ofSteps(step.do, [...path, 'do']), ...ofSteps(step.else ?? [], [...path, 'else'])];
  if (!('message' in step)) return [];
  const { message } = step;
  if (!('variants' in message)) return ofMessage(message, [...path, 'message']);
  return Object.entries(message.variants).flatMap(([name, variant]) =>
    ofMessage(variant, [...path, 'message', 'variants', name]),
  );
}

function ofMessage(message: MessageDefinition, path: Path): JourneyText[] {
  const labels = message.buttons.flatMap((row, y) =>
    row.map(({ label: texts }, x): JourneyText => {
      return { kind: 'button', path: [...path, 'buttons', y, x, 'label'], texts, message };
    }),
  );
  return [{ kind: 'message', path: [...path, 'text'], texts: message.text, message }, ...labels];
}

/** The journey with one text as it is from now on in a language; undefined where it cannot be one. */
export function withText(
  definition: JourneyDefinition,
  path: Path,
  locale: Locale,
  text: string,
): JourneyDefinition | undefined {
  const read = journeySchema.safeParse(put(definition, [...path, locale], text));
  return read.success ? read.data : undefined;
}

function put(into: unknown, [name, ...rest]: Path, value: string): unknown {
  if (name === undefined) return value;
  if (Array.isArray(into)) return into.map((one, index) => (index === name ? put(one, rest, value) : one));
  const kept: Readonly<Record<string, unknown>> = isRecord(into) ? into : {};
  return { ...kept, [name]: put(kept[name], rest, value) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
