import type { CustomerId } from '../../ids.ts';
import { type DayFact, dayFacts, isDayFact } from '../../insights/facts/days.ts';
import {
  correctedFact,
  deniedFact,
  forgetFacts,
  guessAgain,
  type SaidValue,
  type Saying,
  saidFact,
} from '../../insights/facts/say.ts';
import {
  guessesNothing,
  type ProfileFact,
  type ProfileFactChanges,
  settleFacts,
  standingFacts,
} from '../../insights/facts/types.ts';
import { becauseWords, factWords, isKnownValue, knownValues } from '../../insights/facts/words.ts';
import type { Button, Paragraph, Words } from '../../messaging/types.ts';
import { DAY_MS, localDay, localTime } from '../../time.ts';
import { parseYearDay } from '../birthday.ts';
import { parseBirth } from '../born.ts';
import type { Route } from '../routes.ts';
import { type MemberTurn, type Outcome, press, saying, toMenu, writing } from '../turn.ts';
import type { DialogNeeds, DialogState } from '../types.ts';

/** The step in which a correction is typed. */
const typingStep = 'fact_text';

/** In the place of which of several: a day that is told for the first time. */
const adding = 'add';

/** The most facts on one screen: more than purchases tell of anybody, and few enough to read. */
const mostShown = 15;

/** What the screens about facts need to know, and a correction that is typed. */
export function factNeeds(route: Route, state: DialogState | null, id: CustomerId | null): DialogNeeds {
  if (!id) return {};
  const typed = route.kind === 'words' && state?.step === typingStep;
  const screen = route.kind === 'screen' && (route.name === 'facts' || route.name === 'fact');
  return typed || screen ? { profileFacts: [id] } : {};
}

/** Whether words are a correction. */
export function isFactQuestion(step: string | undefined): boolean {
  return step === typingStep;
}

function rowsOf({ facts, record }: MemberTurn): readonly ProfileFact[] {
  return facts.profileFacts(record.customer.id);
}

function byCustomer({ record, context }: MemberTurn): Saying {
  return { customerId: record.customer.id, source: 'customer', at: context.now };
}

function todayOf({ context, program }: MemberTurn): number {
  return Math.floor(localTime(context.now, program.zone) / DAY_MS);
}

function wordsOf(turn: MemberTurn, fact: Pick<ProfileFact, 'name' | 'value' | 'low' | 'high'>): Words {
  return factWords(fact, todayOf(turn), turn.program.facts, turn.address.locale);
}

/** What we know about the customer; or forgets it all (`forget`, then `erase`), or guesses again (`guess`). */
export function facts(turn: MemberTurn, argument: string): Outcome | undefined {
  const rows = rowsOf(turn);
  if (argument === '') return list(turn, rows);
  if (argument === 'forget') return askToForget(turn);
  if (argument === 'erase') {
    if (turn.state?.step !== 'facts_forget') return undefined;
    return after(turn, forgetFacts(rows, byCustomer(turn)), [], { key: 'facts.forgotten' });
  }
  if (argument !== 'guess' || !guessesNothing(settled(turn, rows))) return undefined;
  const changes = guessAgain(rows, byCustomer(turn));
  return after(turn, changes, replaced(rows, changes), { key: 'facts.guessing' });
}

function settled({ record }: MemberTurn, rows: readonly ProfileFact[]): readonly ProfileFact[] {
  return settleFacts(rows, record.customer.id);
}

/** Writes changes and shows the list as it is then. */
function after(
  turn: MemberTurn,
  changes: ProfileFactChanges,
  rows: readonly ProfileFact[],
  said: Words,
): Outcome {
  const kept = changes.profileFactsForgotten ? (changes.profileFacts ?? []) : rows;
  return writing(changes, list(saying(turn, said), kept));
}

/** The rows as they are once `changes` are written. */
function replaced(
  rows: readonly ProfileFact[],
  { profileFacts = [] }: ProfileFactChanges,
): readonly ProfileFact[] {
  const key = ({ customerId, name, item }: ProfileFact) => `${customerId} ${name} ${item}`;
  return [...new Map([...rows, ...profileFacts].map((row) => [key(row), row])).values()];
}

function list(turn: MemberTurn, rows: readonly ProfileFact[]): Outcome {
  const all = settled(turn, rows);
  const off = guessesNothing(all);
  const shown = inOrder(turn, standingFacts(all)).slice(0, mostShown);
  const title: Words = { key: shown.length > 0 ? 'facts.title' : 'facts.none' };
  const one = (label: Words, data: string): readonly Button[] => [press(label, data)];
  return {
    step: 'facts',
    paragraphs: [
      ...turn.lead,
      ...(off && shown.length === 0 ? [] : [title]),
      ...(off ? [{ key: 'facts.off' } as const] : []),
    ],
    buttons: [
      ...shown.map((fact) => one(wordsOf(turn, fact), `fact:${refOf(fact)}`)),
      ...(off ? [] : untold(all).map((name) => one({ key: `facts.add_${name}` }, `fact:${name}.${adding}`))),
      off ? one({ key: 'facts.guess' }, 'facts:guess') : one({ key: 'facts.forget' }, 'facts:forget'),
      [press({ key: 'button.back' }, 'settings'), ...toMenu],
    ],
  };
}

/** Days the customer may tell of: those we know nothing of. */
function untold(all: readonly ProfileFact[]): readonly DayFact[] {
  return dayFacts.filter((day) => !standingFacts(all).some(({ name }) => name === day));
}

/** As the program's rules stand, then what shops told of beyond them. */
function inOrder({ program }: MemberTurn, all: readonly ProfileFact[]): ProfileFact[] {
  const names = program.facts.map(({ name }) => name);
  const rank = ({ name }: ProfileFact) => (names.includes(name) ? names.indexOf(name) : names.length);
  return [...all].sort((a, b) => rank(a) - rank(b));
}

/** A fact on a button: with its revision, so that an old button never speaks of another fact. */
function refOf({ name, item, revision }: ProfileFact): string {
  return `${name}.${item}.${revision}`;
}

function askToForget(turn: MemberTurn): Outcome {
  return {
    step: 'facts_forget',
    paragraphs: [...turn.lead, { key: 'facts.forget_ask' }],
    buttons: [
      [press({ key: 'facts.forget_yes' }, 'facts:erase'), press({ key: 'button.back' }, 'facts')],
      toMenu,
    ],
  };
}

/**
 * One fact: where it comes from, and whether it is right. `child.1.3` shows it; `.right`, `.wrong` and `.fix` behind that
 * say so, `.is.cat` what is right. Undefined where it is another fact by now.
 */
export function fact(turn: MemberTurn, argument: string): Outcome | undefined {
  const [name = '', item, revision, act = '', ...rest] = argument.split('.');
  if (item === adding)
    return isDayFact(name) ? askToAdd(turn, name, { key: `facts.ask_${name}` }) : undefined;
  const ref = `${name}.${item}.${revision}`;
  const rows = rowsOf(turn);
  const found = standingFacts(settled(turn, rows)).find((one) => refOf(one) === ref);
  if (!found) return undefined;
  if (act === '') return show(turn, found);
  if (act === 'right') return say(turn, [saidFact(rows, found, found, byCustomer(turn))], 'facts.confirmed');
  if (act === 'wrong') return say(turn, [deniedFact(rows, found, byCustomer(turn))], 'facts.denied');
  if (act === 'fix') return askForRight(turn, found);
  const value = rest.join('.');
  const chosen = act === 'is' && choicesFor(turn, found).includes(value);
  return chosen ? correct(turn, found, { value, low: null, high: null }) : undefined;
}

function say(
  turn: MemberTurn,
  said: readonly ProfileFact[],
  key: 'facts.confirmed' | 'facts.denied' | 'facts.corrected',
) {
  const changes = { profileFacts: said };
  return after(turn, changes, replaced(rowsOf(turn), changes), { key });
}

function correct(turn: MemberTurn, fact: ProfileFact, value: SaidValue): Outcome {
  return say(turn, correctedFact(rowsOf(turn), fact, value, byCustomer(turn)), 'facts.corrected');
}

function show(turn: MemberTurn, fact: ProfileFact): Outcome {
  const ref = `fact:${refOf(fact)}`;
  const mine = fact.source === 'customer';
  const right = mine ? [] : [press({ key: 'facts.right' }, `${ref}.right`)];
  const fix = isCorrectable(turn, fact) ? [press({ key: 'facts.correct' }, `${ref}.fix`)] : [];
  const paragraphs: readonly Paragraph[] = [...turn.lead, wordsOf(turn, fact), becauseWords(fact)];
  return {
    step: 'fact',
    paragraphs,
    buttons: [
      [...right, press({ key: 'facts.wrong' }, `${ref}.wrong`)],
      ...(fix.length > 0 ? [fix] : []),
      [press({ key: 'button.back' }, 'facts'), ...toMenu],
    ],
  };
}

function ruleOf({ program }: MemberTurn, { name }: ProfileFact) {
  return program.facts.find((rule) => rule.name === name);
}

/** A favourite is what was bought: it is right or wrong, and nobody can say it better. */
function isCorrectable(turn: MemberTurn, fact: ProfileFact): boolean {
  return ruleOf(turn, fact)?.kind !== 'favourite';
}

/** The values to choose from; none where it is to be typed. */
function choicesFor(turn: MemberTurn, { name, value }: ProfileFact): readonly string[] {
  const rule = ruleOf(turn, { name } as ProfileFact);
  const ofRule = rule?.kind === 'trait' ? Object.keys(rule.categories) : [];
  const known: Readonly<Record<string, readonly string[]>> = knownValues;
  const all = ofRule.length > 0 ? ofRule : Object.hasOwn(known, name) ? (known[name] ?? []) : [];
  return all.filter((one) => one !== value);
}

function askForRight(turn: MemberTurn, fact: ProfileFact): Outcome | undefined {
  if (!isCorrectable(turn, fact)) return undefined;
  const choices = choicesFor(turn, fact);
  if (fact.low === null && choices.length > 0) return askToChoose(turn, fact, choices);
  if (isDayFact(fact.name)) return askToType(turn, fact, { key: `facts.ask_${fact.name}` });
  return askToType(turn, fact, { key: fact.low === null ? 'facts.ask_text' : 'facts.ask_child' });
}

function askToChoose(turn: MemberTurn, fact: ProfileFact, choices: readonly string[]): Outcome {
  const label = (value: string): Words =>
    isKnownValue(fact.name, value)
      ? { key: 'facts.choice_known', variables: { value } }
      : { key: 'facts.choice', variables: { value } };
  return {
    step: 'fact_choice',
    paragraphs: [...turn.lead, { key: 'facts.ask_choice' }],
    buttons: [
      ...choices.map((value) => [press(label(value), `fact:${refOf(fact)}.is.${value}`)]),
      [press({ key: 'button.back' }, 'facts'), ...toMenu],
    ],
  };
}

/** A number is an age here, and no button. */
function askToType(turn: MemberTurn, fact: ProfileFact, question: Words): Outcome {
  return {
    step: typingStep,
    data: { fact: refOf(fact) },
    paragraphs: [...turn.lead, question],
    buttons: [[press({ key: 'button.back' }, 'facts'), ...toMenu]],
    ...(fact.low === null ? {} : { takesNumbers: true as const }),
  };
}

/** Asks for a day we know nothing of. */
function askToAdd(turn: MemberTurn, name: DayFact, question: Words): Outcome {
  return {
    step: typingStep,
    data: { fact: `${name}.${adding}` },
    paragraphs: [...turn.lead, question],
    buttons: [[press({ key: 'button.back' }, 'facts'), ...toMenu]],
  };
}

/** Words as the day or the correction that was asked for. Undefined where the fact is another by now. */
export function answerFact(turn: MemberTurn, text: string): Outcome | undefined {
  const ref = turn.state?.data.fact;
  const added = dayFacts.find((name) => ref === `${name}.${adding}`);
  if (added) {
    return answerDay(turn, { name: added, item: 1 }, text, 'facts.confirmed', (question) =>
      askToAdd(turn, added, question),
    );
  }
  const found = standingFacts(settled(turn, rowsOf(turn))).find((one) => refOf(one) === ref);
  if (!found) return undefined;
  if (isDayFact(found.name)) {
    return answerDay(turn, found, text, 'facts.corrected', (question) => askToType(turn, found, question));
  }
  if (found.low === null) return answerText(turn, found, text);
  const parsed = parseBirth(text, todayOf(turn));
  if (!parsed.ok) return askToType(turn, found, { key: `facts.child_${parsed.problem}` });
  return correct(turn, found, { value: 'yes', ...parsed.window });
}

/** There is one such day: what is right takes the place of what was told before. */
function answerDay(
  turn: MemberTurn,
  day: Pick<ProfileFact, 'name' | 'item'>,
  text: string,
  key: 'facts.confirmed' | 'facts.corrected',
  askAgain: (question: Words) => Outcome,
): Outcome {
  const { context, program, record } = turn;
  const parsed = parseYearDay(text, localDay(context.now, record.customer.zone ?? program.zone));
  if (!parsed.ok) return askAgain({ key: `birthday.${parsed.problem}` });
  const value = { value: parsed.birthday, low: null, high: null };
  return say(turn, [saidFact(rowsOf(turn), day, value, byCustomer(turn))], key);
}

function answerText(turn: MemberTurn, fact: ProfileFact, text: string): Outcome {
  const value = text.replace(/\s+/gu, ' ').trim();
  const readable = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}\s.'’ʼ&+/-]{0,39}$/u.test(value);
  return readable
    ? correct(turn, fact, { value, low: null, high: null })
    : askToType(turn, fact, { key: 'facts.ask_text' });
}
