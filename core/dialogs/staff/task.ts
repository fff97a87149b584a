import { invariant } from '../../errors.ts';
import { newQuestion } from '../../insights/questions.ts';
import type { Button, Paragraph, Words } from '../../messaging/types.ts';
import { leastRoleFor, mayDo, type StaffAct } from '../../staff/rights.ts';
import type { Staff, StaffNeeds } from '../../staff/types.ts';
import { type MemberTurn, type Outcome, press, saying, toMenu } from '../turn.ts';
import type { DialogFacts, DialogNeeds, DialogState, SentPicture } from '../types.ts';

/** A turn of one of the staff; as a desk, it is what a decision looks at. */
export interface StaffTurn extends MemberTurn {
  readonly staff: Staff;
}

/** Who reads what was typed, before any facts are known. */
export type Reader = Pick<StaffTurn, 'staff' | 'program'>;

/** One round of reading of what the staff do in a chat: what to ask for, on seeing what was read so far. */
export type DialogRound = (facts: DialogFacts) => DialogNeeds;

/** A screen that a button leads to: what it needs to know, and what it shows; undefined when it no longer applies. */
export interface StaffScreen {
  readonly act: StaffAct | undefined;
  rounds(argument: string, reader: Reader): readonly DialogRound[];
  show(turn: StaffTurn, argument: string): Outcome | undefined;
}

/** What has been said so far, field by field, as it is kept. */
export type Values = Readonly<Record<string, string>>;

/** A value as it is kept, or what was wrong with what was typed. */
export type Read =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly problem: Words };

/** One thing that has to be known before a task can be done. */
export interface Field {
  readonly name: string;
  /** The question. With `choice`, numbers pick buttons; otherwise they are answers. */
  ask(turn: StaffTurn, values: Values): Question;
  /** Reads an answer: typed, or the value of a button. */
  read(raw: string, reader: Reader): Read;
  /** Whether it has to be asked; always where absent. */
  isOpen?(values: Values, reader: Reader): boolean;
  /** What the question needs to know. */
  readonly needs?: StaffNeeds;
}

/** A question with the answers that can be tapped. */
export interface Question {
  readonly words: readonly Words[];
  readonly buttons?: readonly (readonly Button[])[];
  readonly choice?: true;
  /** A photo is an answer as well: its number is read as if it had been typed. */
  readonly picture?: true;
}

/** Something the staff do in chat: by a command with everything in it, or asked for step by step. */
export interface Task {
  readonly act: StaffAct;
  /** What the conversation keeps it by, where it is not the command itself but something that follows from it. */
  readonly name?: string;
  readonly fields: readonly Field[];
  /** What was typed after the command, by field. */
  split(text: string, reader: Reader): Values;
  /** What it needs to know once nothing is left to ask. */
  rounds(values: Values, reader: Reader): readonly DialogRound[];
  /** Does it, or says why not. `answer`: what was tapped under a preview. */
  run(turn: StaffTurn, values: Values, answer: string): Outcome;
}

/** What a task asks next; `sent`: the photo that came for an answer, and is to be fetched first. */
export interface OpenField {
  readonly field: Field;
  readonly problem?: Words;
  readonly sent?: SentPicture;
}

/** How far a task has come. */
export interface Progress {
  readonly task: Task;
  readonly values: Values;
  /** What is asked next, and what was wrong with the answer to it. */
  readonly open?: OpenField;
  readonly answer: string;
}

/** A step in which a task asks for something, or for a yes. */
const askingStep = 'staff_ask';
const sureStep = 'staff_sure';
/** A step in which a customer is on the screen: tasks begun there are about that customer. */
export const customerStep = 'staff_customer';

/** What a conversation keeps a task by. */
export function taskName({ act, name = act }: Task): string {
  return name;
}

/** Begins a task by a command, with what was typed after it. */
export function beginTyped(task: Task, text: string, reader: Reader): Progress {
  return progress(task, {}, task.split(text, reader), reader);
}

/** Begins a task by a button. */
export function beginTapped(task: Task, state: DialogState | null, reader: Reader): Progress {
  const customer = state?.step === customerStep ? state.data.customer : undefined;
  return progress(task, customer === undefined ? {} : { customer }, {}, reader);
}

/** Goes on with the task that the conversation stands in, by an answer. Undefined when it stands in none. */
export function goOn(
  tasks: ReadonlyMap<string, Task>,
  state: DialogState | null,
  raw: string,
  reader: Reader,
): Progress | undefined {
  const found = standsIn(tasks, state);
  return found && progress(found.task, found.values, { [found.asking]: raw }, reader);
}

/** The same where a photo came for an answer, or something that cannot be one. */
export function goOnWithPhoto(
  tasks: ReadonlyMap<string, Task>,
  state: DialogState | null,
  came: Pick<OpenField, 'problem' | 'sent'>,
): Progress | undefined {
  const found = standsIn(tasks, state);
  const field = found?.task.fields.find(({ name }) => name === found.asking);
  return found && field && { task: found.task, values: found.values, answer: '', open: { field, ...came } };
}

/** The task that a conversation asks something for. */
function standsIn(tasks: ReadonlyMap<string, Task>, state: DialogState | null) {
  if (state?.step !== askingStep) return undefined;
  const task = tasks.get(state.data.task ?? '');
  return task && { task, values: valuesOf(state, task), asking: state.data.asking ?? '' };
}

function valuesOf({ data }: DialogState, { fields }: Task): Values {
  return Object.fromEntries(
    fields.flatMap(({ name }) => (data[name] === undefined ? [] : [[name, data[name]]])),
  );
}

/** Carries on with what was previewed. Undefined when nothing is. */
export function agree(
  tasks: ReadonlyMap<string, Task>,
  state: DialogState | null,
  answer: string,
): Progress | undefined {
  if (state?.step !== sureStep) return undefined;
  const task = tasks.get(state.data.task ?? '');
  return task && { task, values: valuesOf(state, task), answer };
}

/** The first field that was not read, or was not given, is open; those after it that were read are kept. */
function progress(task: Task, known: Values, raws: Values, reader: Reader): Progress {
  const values: Record<string, string> = { ...known };
  const problems = new Map<string, Words>();
  for (const field of task.fields) {
    const raw = raws[field.name];
    if (raw === undefined || raw === '') continue;
    const read = field.read(raw, reader);
    if (read.ok) values[field.name] = read.value;
    else problems.set(field.name, read.problem);
  }
  const field = task.fields.find(
    ({ name, isOpen }) =>
      problems.has(name) || (values[name] === undefined && (isOpen?.(values, reader) ?? true)),
  );
  if (!field) return { task, values, answer: '' };
  const problem = problems.get(field.name);
  return { task, values, answer: '', open: { field, ...(problem ? { problem } : {}) } };
}

/** What a task needs to know where it stands, round by round. */
export function progressRounds({ task, values, open }: Progress, reader: Reader): readonly DialogRound[] {
  return open ? [() => open.field.needs ?? {}] : task.rounds(values, reader);
}

/** Takes the next step of a task. */
export function takeStep(turn: StaffTurn, { task, values, open, answer }: Progress): Outcome {
  if (!mayDo(turn.staff.role, task.act)) {
    const role = leastRoleFor(task.act);
    return staffMenu(saying(turn, { key: 'staff.ask_another', variables: { role } }), '');
  }
  if (open?.sent) return fetchFirst(turn, { task, values, field: open.field, sent: open.sent });
  if (open) return askFor(turn, task, values, open.field, open.problem);
  return task.run(turn, values, answer);
}

/** Puts the question of a field; after an answer that will not do, only what was wrong is said. */
function askFor(turn: StaffTurn, task: Task, values: Values, field: Field, problem?: Words): Outcome {
  const { words, buttons = [], choice, picture } = field.ask(turn, values);
  return {
    step: askingStep,
    data: { ...askedBy(task, values, field), ...(picture ? { awaits: 'picture' } : {}) },
    paragraphs: [...turn.lead, ...(problem ? [problem] : words)],
    buttons: [...buttons, leaving],
    ...(choice ? {} : { takesNumbers: true as const }),
  };
}

function askedBy(task: Task, values: Values, { name }: Field): DialogState['data'] {
  return { ...values, task: taskName(task), asking: name };
}

interface PhotoForAnswer {
  readonly task: Task;
  readonly values: Values;
  readonly field: Field;
  readonly sent: SentPicture;
}

/** Has a photo fetched; the question stays open meanwhile. Of several sent together the last one counts. */
function fetchFirst(turn: StaffTurn, { task, values, field, sent }: PhotoForAnswer): Outcome {
  const { event, address, staff, state, context } = turn;
  const asked = {
    ...({ kind: 'photo', addressId: address.id, staffId: staff.id } as const),
    argument: {
      ref: sent.ref,
      channel: event.channel,
      chat: event.address,
      picture: context.ids.next('pic', context.now),
    },
  };
  const question = newQuestion(asked, context);
  const isNext = state?.data.coming !== undefined;
  return {
    step: askingStep,
    data: { ...askedBy(task, values, field), awaits: 'picture', coming: question.id },
    paragraphs: [...turn.lead, { key: 'photo.coming' }],
    buttons: [leaving],
    ...(isNext ? { silent: true } : {}),
    changes: { questions: [question] },
  };
}

/** Asks for a field once others are known to be good; with a problem, once more. */
export function askNext(turn: StaffTurn, task: Task, values: Values, name: string, problem?: Words): Outcome {
  const field = task.fields.find((one) => one.name === name);
  invariant(field, 'a task asks for its own fields');
  const { [name]: _, ...others } = values;
  return askFor(turn, task, others, field, problem);
}

/** Asks once more for a field whose value turned out to be of no use. */
export function askAgain(turn: StaffTurn, task: Task, values: Values, name: string, problem: Words): Outcome {
  return askNext(turn, task, values, name, problem);
}

/**
 * Says something with buttons of its own, and takes whatever is typed next as the answer to a field; numbers pick
 * buttons.
 */
export function listening(
  turn: StaffTurn,
  task: Task,
  values: Values,
  name: string,
  { words, buttons = [] }: { readonly words: readonly Paragraph[]; readonly buttons?: Outcome['buttons'] },
): Outcome {
  return {
    step: askingStep,
    data: { ...values, task: taskName(task), asking: name },
    paragraphs: [...turn.lead, ...words],
    buttons: [...buttons, leaving],
  };
}

/** Shows what would happen, and asks for a yes. */
export function preview(
  turn: StaffTurn,
  task: Task,
  values: Values,
  words: readonly (Words | readonly Words[])[],
  buttons: readonly (readonly Button[])[],
): Outcome {
  return {
    step: sureStep,
    data: { ...values, task: taskName(task) },
    paragraphs: [...turn.lead, ...words],
    buttons: [...buttons, leaving],
  };
}

/** The ways out of a task: to the staff's menu, and home. */
export const leaving: readonly Button[] = [press({ key: 'button.staff' }, 'staff'), ...toMenu];

/** What has been done, and what can be done about it. */
export function done(
  turn: StaffTurn,
  words: readonly (Words | readonly Words[])[],
  buttons: readonly (readonly Button[])[] = [],
): Outcome {
  return {
    step: 'staff_done',
    paragraphs: [...turn.lead, ...words],
    buttons: [...buttons, leaving],
  };
}

/** A button whose value answers the question that stands open. */
export function choose(label: Words, value: string): Button {
  return press(label, `do:=${value}`);
}

const acts: readonly (readonly StaffAct[])[] = [
  ['find', 'buy'],
  ['who'],
  ['redeem', 'refund'],
  ['issue', 'coupon'],
  ['adjust', 'stats'],
  ['approve', 'invite'],
  ['staff', 'audit'],
  ['talks', 'merge'],
  ['segment', 'segments'],
  ['campaign', 'journeys'],
  ['rfm', 'report'],
  ['results', 'page'],
];

/** What one of the staff may do, a button each. */
export function staffMenu(turn: StaffTurn, _: string): Outcome {
  const { role } = turn.staff;
  const rows = acts.map((row) =>
    row.filter((act) => mayDo(role, act)).map((act) => press({ key: `staff_button.${act}` }, `do:${act}`)),
  );
  return {
    step: 'staff',
    paragraphs: [...turn.lead, { key: 'staff.menu', variables: { role } }],
    buttons: [...rows.filter((row) => row.length > 0), toMenu],
  };
}
