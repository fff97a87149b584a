import { type Locale, locales } from '../../../customers/types.ts';
import type { QuestionId } from '../../../ids.ts';
import { describeJourney, stepName } from '../../../insights/journeys/describe.ts';
import type { Answer } from '../../../insights/questions.ts';
import type { Texts } from '../../../journeys/definition.ts';
import type { DryRun } from '../../../journeys/dry_run/types.ts';
import { textFor } from '../../../journeys/templates/written.ts';
import type { Journey } from '../../../journeys/types.ts';
import { MICROS_OF_MINOR } from '../../../messaging/price.ts';
import type { Button, Paragraph, Reply, Words } from '../../../messaging/types.ts';
import { press } from '../../turn.ts';
import { leaving } from '../task.ts';
import { buttonWords, nameOf } from '../words.ts';
import { type JourneyText, textsIn } from './texts.ts';

function answerOf(paragraphs: readonly Paragraph[], buttons: readonly (readonly Button[])[]): Answer {
  return { reply: { paragraphs, buttons: [...buttons.filter((row) => row.length > 0), leaving] } };
}

/** In which languages a journey is called by its name. */
export interface JourneyReader {
  readonly locale: Locale;
  readonly programLocale: Locale;
}

/** What the staff call a journey. */
export function journeyName(
  { definition }: Pick<Journey, 'definition'>,
  { locale, programLocale }: JourneyReader,
): string {
  return textFor(definition.name, locale, programLocale).text;
}

/** A journey in the list, with how many are under way. */
export interface JourneyInList extends Journey {
  readonly people: number;
}

/** A page of the journeys there are. `on`, `all`: how many of all are on. */
export function journeysAnswer(
  page: readonly JourneyInList[],
  counts: { readonly on: number; readonly all: number; readonly next: number | undefined },
  reader: JourneyReader,
  lead: readonly Words[] = [],
): Answer {
  const { on, all, next } = counts;
  const rows = page.map((one) => [press(lineWords(one, reader), `journey:show-${one.key}`)]);
  const more = next === undefined ? [] : [press({ key: 'scenarios.more' }, `journeys:${next}`)];
  return answerOf([...lead, { key: 'scenarios.title', variables: { on, all } }], [...rows, more]);
}

function lineWords(one: JourneyInList, reader: JourneyReader): Words {
  const name = journeyName(one, reader);
  if (!one.isOn) return { key: 'scenarios.off', variables: { name } };
  return one.people === 0
    ? { key: 'scenarios.on', variables: { name } }
    : { key: 'scenarios.on_people', variables: { name, number: one.people } };
}

const toList = press({ key: 'scenarios.back' }, 'journeys:0');

function toJourney(key: string): Button {
  return press({ key: 'scenario.back' }, `journey:show-${key}`);
}

/** One journey in plain words: what it is for, what starts it, what it does, and what can be done about it. */
export function journeyAnswer(journey: JourneyInList, reader: JourneyReader): Answer {
  const { key, isOn, definition } = journey;
  const { starts, rules, steps, who } = describeJourney(definition);
  const name = journeyName(journey, reader);
  const about = definition.about && textFor(definition.about, reader.locale, reader.programLocale).text;
  const paragraphs: Paragraph[] = [
    { key: 'scenario.name', variables: { name } },
    ...(about === undefined ? [] : [{ key: 'scenario.about', variables: { text: about } } as const]),
    stateWords(journey),
    [{ key: 'scenario.starts' }, ...starts],
    ...(who.length > 0 ? [[{ key: 'scenario.who' } as const, ...who]] : []),
    [{ key: 'scenario.does' }, ...steps],
    ...(rules.length > 0 ? [rules] : []),
  ];
  const act = isOn
    ? press({ key: 'scenario.switch_off' }, `journey:off-${key}`)
    : press({ key: 'scenario.switch_on' }, `journey:on-${key}`);
  const texts =
    textsIn(definition).length > 0 ? [press({ key: 'scenario.texts' }, `journey:texts-${key}`)] : [];
  return answerOf(paragraphs, [
    [act, press({ key: 'scenario.try' }, `journey:try-${key}`)],
    [...texts, press({ key: 'scenario.result' }, `result:j-${key}`)],
    [toList],
  ]);
}

function stateWords({ isOn, since, people }: JourneyInList): Words[] {
  if (!isOn) return [{ key: 'scenario.is_off' }];
  const on: Words = since
    ? { key: 'scenario.is_on', variables: { at: since } }
    : { key: 'scenario.is_on_always' };
  return people > 0 ? [on, { key: 'scenario.under_way', variables: { number: people } }] : [on];
}

/** So many of those a journey would have come for are named. */
const examplesShown = 5;

/** What a journey would have done, and switching it on, where it is off. */
export function trialAnswer(journey: Journey, run: DryRun, reader: JourneyReader): Answer {
  const { key, isOn, definition } = journey;
  const name = journeyName(journey, reader);
  const lines = run.steps.flatMap(({ number, people }) => {
    const step = stepName(definition, number, `• ${people} × `);
    return step ? [step] : [];
  });
  const on = isOn ? [] : [press({ key: 'scenario.switch_on' }, `journey:yes-${key}`)];
  return answerOf(
    [
      { key: 'trial.title', variables: { name, days: run.days } },
      totalWords(run),
      ...(lines.length > 0 ? [[{ key: 'trial.steps' } as const, ...lines]] : []),
      ...section('trial.withheld', withheldWords(run)),
      ...section('trial.examples', exampleWords(run)),
      ...section(
        'trial.unknown',
        run.unknown.map((one) => ({ key: `trial.${one}` })),
      ),
    ],
    [[...on, toJourney(key)], [toList]],
  );
}

function section(
  key: 'trial.withheld' | 'trial.examples' | 'trial.unknown',
  lines: readonly Words[],
): Paragraph[] {
  return lines.length > 0 ? [[{ key }, ...lines]] : [];
}

function totalWords({ people, messages, priceMicros, coupons, points, ends }: DryRun): Words[] {
  if (people === 0) return [{ key: 'trial.nobody' }];
  const cost: Words =
    priceMicros === null
      ? { key: 'trial.cost_unknown' }
      : { key: 'trial.cost', variables: { amount: Math.round(priceMicros / MICROS_OF_MINOR) } };
  return [
    { key: 'trial.people', variables: { people, messages } },
    ...(messages > 0 ? [cost] : []),
    ...(coupons > 0 ? [{ key: 'trial.coupons', variables: { number: coupons } } as const] : []),
    ...(points > 0 ? [{ key: 'trial.points', variables: { points } } as const] : []),
    ...(ends.goal ? [{ key: 'trial.goal', variables: { number: ends.goal } } as const] : []),
    ...(ends.underway ? [{ key: 'trial.underway', variables: { number: ends.underway } } as const] : []),
  ];
}

function withheldWords({ notStarted, notTold }: DryRun): Words[] {
  const count = (key: keyof DryRun['notStarted'] | keyof DryRun['notTold'], number = 0): Words[] =>
    number > 0 ? [{ key: `trial.${key}`, variables: { number } }] : [];
  return [
    ...(['before', 'muted', 'outside', 'control', 'holdout'] as const).flatMap((why) =>
      count(why, notStarted[why]),
    ),
    ...(['consent', 'no_channel', 'frequency'] as const).flatMap((why) => count(why, notTold[why])),
  ];
}

function exampleWords({ examples }: DryRun): Words[] {
  return examples.slice(0, examplesShown).map(({ name, phone, steps, startedAt }) => ({
    key: 'trial.example',
    variables: { name: nameOf({ name, phone, card: null }), at: steps[0]?.at ?? startedAt },
  }));
}

/** So many texts are on one page of buttons. */
const textsShown = 12;

/** The texts of a journey, to look at one of them. */
export function textsAnswer(journey: Journey, from: number, reader: JourneyReader): Answer {
  const { key, definition } = journey;
  const all = textsIn(definition);
  const rows = all.slice(from, from + textsShown).map((one, index) => {
    const number = from + index;
    return [press(textLine(one, number + 1, reader), `journey:text-${key}.${number}`)];
  });
  const next = from + textsShown;
  const more = next < all.length ? [press({ key: 'button.older' }, `journey:texts-${key}.${next}`)] : [];
  const title: Words = { key: 'scenario.texts_title', variables: { name: journeyName(journey, reader) } };
  return answerOf([title], [...rows, more, [toJourney(key)]]);
}

/** As much of a text as goes onto a button; variables are left out. */
const longestLine = 40;

function textLine(
  { kind, texts }: JourneyText,
  number: number,
  { locale, programLocale }: JourneyReader,
): Words {
  const { text } = textFor(texts, locale, programLocale);
  const line = text
    .replace(/\{\{.*?\}\}(?:[\s,]*\{\{.*?\}\})*/gu, '…')
    .replace(/\s+/gu, ' ')
    .trim();
  const short = line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line;
  const shown = short.replace(/…[\s…]*…$/u, '…');
  const key = kind === 'button' ? 'scenario.text_button' : 'scenario.text_message';
  return { key, variables: { number, text: shown } };
}

/** One text as it is written in each language, to change it, and to see what it looks like. */
export function textAnswer(key: string, number: number, { texts, message }: JourneyText): Answer {
  const shown = locales.map((language): Paragraph => {
    const text = texts[language];
    const body: Words =
      text === undefined
        ? { key: 'scenario.not_written' }
        : { key: 'scenario.as_written', variables: { text } };
    return [{ key: 'scenario.in_language', variables: { language } }, body];
  });
  const edits = locales.map((language) =>
    press({ key: 'scenario.edit_in', variables: { language } }, `journey:edit-${key}.${number}.${language}`),
  );
  const toMe = message ? [press({ key: 'scenario.to_me' }, `journey:me-${key}.${number}`)] : [];
  return answerOf(shown, [
    ...edits.map((edit) => [edit]),
    toMe,
    [press({ key: 'scenario.all_texts' }, `journey:texts-${key}`)],
  ]);
}

/** A message as a made-up customer reads it; whatever its buttons would do, here they lead back. */
export function sampleAnswer(reply: Reply, back: SampleBack): Answer {
  const rows = (reply.buttons ?? []).map((row) =>
    row.map((button): Button => (button.kind === 'press' ? { ...button, data: back.to } : button)),
  );
  return {
    reply: {
      ...reply,
      paragraphs: [...reply.paragraphs, { key: 'scenario.sent_to_me' }],
      buttons: [...rows, ...back.rows, leaving],
    },
  };
}

/** Where a sample leads back to: what its own buttons carry, and the rows under them. */
interface SampleBack {
  readonly to: string;
  readonly rows: readonly (readonly Button[])[];
}

/** Back from a sample of a text to where it is changed. */
export function backToText(key: string, number: number): SampleBack {
  return {
    to: `journey:text-${key}.${number}`,
    rows: [[press({ key: 'scenario.all_texts' }, `journey:texts-${key}`)]],
  };
}

/** Back from a sample of words that are not kept yet. */
export function backToWords(id: string): SampleBack {
  const to = `journey_words:look-${id}`;
  return { to, rows: [[keepButton(id)], [press({ key: 'button.back' }, to)]] };
}

function keepButton(id: string): Button {
  return press({ key: 'scenario.keep' }, `journey_words:keep-${id}`);
}

/** New words of a text as they would look. */
export interface WordsFound {
  readonly key: string;
  readonly number: number;
  readonly language: Locale;
  /** The text with the new words. */
  readonly text: JourneyText;
  /** As it is read, with made-up data. */
  readonly reply: Reply;
  /** How it fits on each of the channels it takes. */
  readonly fits: readonly Words[];
}

/** New words as they will be read, how they fit, and what is not written yet; kept only by a button. */
export function wordsAnswer(
  id: QuestionId,
  { key, number, language, text, reply, fits }: WordsFound,
  programLocale: Locale,
): Answer {
  const missing = missingLanguages(text.texts, programLocale);
  const toMe = text.message ? [press({ key: 'scenario.to_me' }, `journey_words:me-${id}`)] : [];
  return answerOf(
    [
      { key: text.message ? 'scenario.looks' : 'scenario.looks_staff' },
      ...reply.paragraphs,
      ...buttonWords(reply),
      ...[fits, missing].filter((lines) => lines.length > 0),
    ],
    [
      [keepButton(id)],
      [...toMe, press({ key: 'scenario.write_again' }, `journey:edit-${key}.${number}.${language}`)],
      [press({ key: 'scenario.all_texts' }, `journey:texts-${key}`)],
    ],
  );
}

/** A line for each language in which nothing is written, with the one that is read in its place. */
function missingLanguages(texts: Texts, programLocale: Locale): Words[] {
  return locales.flatMap((language) => {
    if (texts[language] !== undefined) return [];
    const other = textFor(texts, language, programLocale).locale;
    return [{ key: 'scenario.missing_in', variables: { language, other } } as const];
  });
}
