import { recordConsent } from '../../customers/consents.ts';
import type { ChannelName, ConsentCategory, Customer } from '../../customers/types.ts';
import type { Words } from '../../messaging/types.ts';
import { localDay } from '../../time.ts';
import { parseBirthday } from '../birthday.ts';
import { type MemberTurn, type Outcome, press, saying, withCustomer, writing } from '../turn.ts';
import { menu } from './home.ts';
import { settings } from './settings.ts';
import { clearing } from './stop.ts';

/** What a new member is asked, one by one; each can be skipped. */
const questions = ['name', 'birthday', 'marketing'] as const;
type Question = (typeof questions)[number];

/** Whether `step` is a question that words or a button answer. */
export function isQuestion(step: string | undefined): step is Question {
  return questions.some((question) => question === step);
}

/** The next question a new member has not answered yet; the menu when none is left. */
export function nextQuestion(turn: MemberTurn, after?: Question): Outcome {
  const { customer, consents } = turn.record;
  const answered: Record<Question, boolean> = {
    name: customer.name !== null,
    birthday: customer.birthday !== null,
    marketing: consents.marketing !== undefined,
  };
  const rest = questions.slice(after === undefined ? 0 : questions.indexOf(after) + 1);
  const next = rest.find((question) => !answered[question]);
  return next === undefined ? menu(turn, '') : ask(turn, next, 'join');
}

/** Whether the question is one of joining, or was opened from the settings. */
type Flow = 'join' | 'settings';

/** In which of the two a question was put. */
export function flowOf(turn: MemberTurn): Flow {
  return turn.state?.data.flow === 'settings' ? 'settings' : 'join';
}

/** Puts a question. */
export function ask(turn: MemberTurn, question: Question, flow: Flow): Outcome {
  return {
    step: question,
    data: { flow },
    paragraphs: [...turn.lead, questionWords[question]],
    buttons:
      question === 'marketing' ? marketingButtons : answerButtons(turn.record.customer, question, flow),
  };
}

/** The same question after an answer that will not do: only what was wrong is said. */
function askAgain(turn: MemberTurn, question: Question, hint: Words): Outcome {
  return { ...ask(turn, question, flowOf(turn)), paragraphs: [...turn.lead, hint] };
}

const questionWords: Readonly<Record<Question, Words>> = {
  name: { key: 'name.ask' },
  birthday: { key: 'birthday.ask' },
  marketing: { key: 'consent.marketing' },
};

const marketingButtons = [
  [press({ key: 'button.yes' }, 'marketing:yes'), press({ key: 'button.no' }, 'marketing:no')],
];

function answerButtons(customer: Customer, question: 'name' | 'birthday', flow: Flow) {
  if (flow === 'join') return [[press({ key: 'button.skip' }, 'skip')]];
  const back = press({ key: 'button.back' }, 'settings');
  return customer[question] === null ? [[back]] : [[press({ key: 'button.remove' }, 'remove'), back]];
}

/** Leaves a question of joining unanswered. */
export function skip(turn: MemberTurn): Outcome | undefined {
  const step = turn.state?.step;
  return isQuestion(step) && flowOf(turn) === 'join' ? nextQuestion(turn, step) : undefined;
}

/** Takes a name or birthday out of the profile. */
export function remove(turn: MemberTurn): Outcome | undefined {
  const step = turn.state?.step;
  if (step !== 'name' && step !== 'birthday') return undefined;
  return save(turn, step, null, { key: `${step}.removed` });
}

/** Words as the answer to the question that stands open. */
export function answer(turn: MemberTurn, question: Question, text: string): Outcome {
  if (question === 'name') return answerName(turn, text);
  if (question === 'birthday') return answerBirthday(turn, text);
  return ask(saying(turn, { key: 'help.unknown' }), 'marketing', flowOf(turn));
}

function answerName(turn: MemberTurn, text: string): Outcome {
  const name = readName(text);
  if (name === undefined) return askAgain(turn, 'name', { key: 'name.unreadable' });
  const key = flowOf(turn) === 'join' ? 'name.saved' : 'name.changed';
  return save(turn, 'name', name, { key, variables: { name } });
}

/** A name as typed, without stray spaces: letters first, no longer than a label can be; undefined otherwise. */
export function readName(text: string): string | undefined {
  const name = text.replace(/\s+/gu, ' ').trim();
  return /^\p{L}[\p{L}\p{M}\p{N}\s.'’ʼ`-]{0,59}$/u.test(name) ? name : undefined;
}

function answerBirthday(turn: MemberTurn, text: string): Outcome {
  const zone = turn.record.customer.zone ?? turn.program.zone;
  const parsed = parseBirthday(text, localDay(turn.context.now, zone));
  if (!parsed.ok) return askAgain(turn, 'birthday', { key: `birthday.${parsed.problem}` });
  const { birthday } = parsed;
  return save(turn, 'birthday', birthday, { key: 'birthday.saved', variables: { date: birthday } });
}

function save(turn: MemberTurn, field: 'name' | 'birthday', value: string | null, words: Words): Outcome {
  const customer = { ...turn.record.customer, [field]: value };
  const next = saying(withCustomer(turn, customer), words);
  const outcome = flowOf(turn) === 'join' ? nextQuestion(next, field) : settings(next, '');
  return writing({ customerUpdates: [customer] }, outcome);
}

/** Yes or no to offers, for the record. Undefined when that was not the question. */
export function answerMarketing(turn: MemberTurn, argument: string): Outcome | undefined {
  if (turn.state?.step !== 'marketing' || (argument !== 'yes' && argument !== 'no')) return undefined;
  const granted = argument === 'yes';
  const words: Words = { key: granted ? 'marketing.accepted' : 'marketing.declined' };
  const here = granted ? clearing(turn, ['marketing']) : [];
  const consents = [consent(turn, 'marketing', granted), ...here];
  return writing({ consents }, menu(saying(turn, words), ''));
}

/**
 * A member's answer about a kind of message, in the language and the chat it was given in. `channel`: about this one
 * alone.
 */
export function consent(
  turn: MemberTurn,
  category: ConsentCategory,
  granted: boolean,
  channel?: ChannelName,
) {
  const customerId = turn.record.customer.id;
  const { locale } = turn.address;
  const about = channel === undefined ? {} : { channel };
  const said = { customerId, category, ...about, granted, locale, source: turn.event.channel };
  return recordConsent(said, turn.consentTexts, turn.context);
}
