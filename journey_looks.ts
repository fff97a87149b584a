import { type Locale, locales } from './core/customers/types.ts';
import {
  backToText,
  backToWords,
  type JourneyReader,
  journeyAnswer,
  journeysAnswer,
  sampleAnswer,
  textAnswer,
  textsAnswer,
  trialAnswer,
  wordsAnswer,
} from './core/dialogs/staff/journeys/answers.ts';
import { type JourneyText, textsIn, withText } from './core/dialogs/staff/journeys/texts.ts';
import { initialLocale } from './core/dialogs/types.ts';
import type { QuestionId } from './core/ids.ts';
import type { Answer, QuestionArgument } from './core/insights/questions.ts';
import type { MessageDefinition } from './core/journeys/definition.ts';
import { type Said, say } from './core/journeys/reply.ts';
import { journeySubject } from './core/journeys/subjects.ts';
import { placeOf } from './core/journeys/templates/journey.ts';
import type { TemplateValues } from './core/journeys/templates/types.ts';
import { valuesFor } from './core/journeys/templates/values.ts';
import { textFor, written } from './core/journeys/templates/written.ts';
import type { Journey } from './core/journeys/types.ts';
import { withWayOut } from './core/journeys/way_out.ts';
import { previewWords } from './core/messaging/previews.ts';
import type { Words } from './core/messaging/types.ts';
import { countUnderWay } from './db/journeys.ts';
import type { Worked } from './jobs.ts';
import { tryJourney } from './journey_trials.ts';
import { exampleContext } from './locales/template_help.ts';
import { createPreviews } from './previews.ts';

type Look = (argument: QuestionArgument, svoi: Worked) => Promise<() => Answer>;

const journeysOfPage = 8;
/** Over so many days back a journey is tried in a chat. */
const trialDays = 30;

function readerOf({ locale }: QuestionArgument, { program }: Worked): JourneyReader {
  const programLocale = program().locale;
  return { locale: initialLocale(locale, programLocale), programLocale };
}

/** A page of the journeys there are, those that are on with how many are under way. */
export const lookAtJourneys: Look = async (argument, svoi) => {
  await svoi.reloadJourneys();
  return listFrom(argument, svoi, []);
};

async function listFrom(
  argument: QuestionArgument,
  svoi: Worked,
  lead: Parameters<typeof journeysAnswer>[3],
): Promise<() => Answer> {
  const from = Number(argument.from) || 0;
  const all = svoi.journeys();
  const people = await peopleBy(svoi);
  const page = all
    .slice(from, from + journeysOfPage)
    .map((one) => ({ ...one, people: people.get(one.key) ?? 0 }));
  const next = from + journeysOfPage < all.length ? from + journeysOfPage : undefined;
  const counts = { on: all.filter(({ isOn }) => isOn).length, all: all.length, next };
  return () => journeysAnswer(page, counts, readerOf(argument, svoi), lead);
}

async function peopleBy({ database }: Worked, journey?: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const one of await countUnderWay(database, journey)) {
    counts.set(one.journey, (counts.get(one.journey) ?? 0) + one.runs);
  }
  return counts;
}

/** Looks at the journey that was asked for; one that is not there shows the list. */
function ofJourney(
  look: (journey: Journey, argument: QuestionArgument, svoi: Worked) => ReturnType<Look>,
): Look {
  return async (argument, svoi) => {
    await svoi.reloadJourneys();
    const journey = svoi.journeys().find(({ key }) => key === argument.key);
    return journey ? look(journey, argument, svoi) : listFrom({}, svoi, [{ key: 'scenarios.gone' }]);
  };
}

/** One journey in plain words. */
export const lookAtJourney: Look = ofJourney(async (journey, argument, svoi) => {
  const people = (await peopleBy(svoi, journey.key)).get(journey.key) ?? 0;
  return () => journeyAnswer({ ...journey, people }, readerOf(argument, svoi));
});

/** What a journey would have done over the last month. */
export const lookAtTrial: Look = ofJourney(async (journey, argument, svoi) => {
  const { definition } = journey;
  const run = await tryJourney(svoi, definition, trialDays);
  return () => trialAnswer(journey, run, readerOf(argument, svoi));
});

/** The texts of a journey, or one of them in every language. */
export const lookAtTexts: Look = ofJourney(async (journey, argument, svoi) => {
  const { text = '' } = argument;
  const one = text === '' ? undefined : textsIn(journey.definition)[Number(text)];
  if (one) return () => textAnswer(journey.key, Number(text), one);
  return () => textsAnswer(journey, Number(argument.from) || 0, readerOf(argument, svoi));
});

/** A message as a made-up customer reads it, in the language of whoever asks; or with new words, in theirs. */
export const lookAtSample: Look = ofJourney(async (journey, argument, svoi) => {
  const { words } = argument;
  const reader = readerOf(argument, svoi);
  const number = Number(argument.text) || 0;
  const proposed = words === undefined ? undefined : proposedIn(journey, argument);
  const { definition, locale } = proposed ?? { definition: journey.definition, locale: reader.locale };
  const one = textsIn(definition)[number];
  if (!one?.message) return () => textsAnswer(journey, 0, reader);
  const said = exampleOf(definition, one.message, locale, svoi);
  const back = words === undefined ? backToText(journey.key, number) : backToWords(words);
  return () => (said.ok ? sampleAnswer(said.reply, back) : textAnswer(journey.key, number, one));
});

/** New words of a text as they would be read, and how they fit on each channel. */
export function lookAtWords(id: QuestionId, asked: QuestionArgument, svoi: Worked): ReturnType<Look> {
  const look = ofJourney(async (journey, argument) => {
    const { key } = journey;
    const proposed = proposedIn(journey, argument);
    if (!proposed) return lookAtTexts({ key, locale: argument.locale ?? '' }, svoi);
    const { definition, locale: language, number, text } = proposed;
    const said = text.message && exampleOf(definition, text.message, language, svoi);
    const reply = said?.ok ? said.reply : { paragraphs: [plainExample(definition, text, language, svoi)] };
    const reader = { locale: language, category: definition.category };
    const fits = text.message ? createPreviews(svoi)(reply, reader).flatMap(previewWords) : [];
    return () => wordsAnswer(id, { key, number, language, text, reply, fits }, svoi.program().locale);
  });
  return look(asked, svoi);
}

/** A journey with words that were typed for one of its texts; undefined where it cannot have them any more. */
function proposedIn({ definition }: Journey, { text = '', language, written = '' }: QuestionArgument) {
  const number = Number(text);
  const locale = locales.find((one) => one === language);
  const chosen = textsIn(definition)[number];
  const changed = locale && chosen && withText(definition, chosen.path, locale, written);
  const now = changed && textsIn(changed)[number];
  return now && { definition: changed, locale, number, text: now };
}

/** A message of a journey as a made-up customer reads it in a language. */
function exampleOf(
  definition: Journey['definition'],
  message: MessageDefinition,
  locale: Locale,
  svoi: Worked,
): Said {
  const { key, category } = definition;
  const { picture, ...plain } = message;
  // There is no cart to draw.
  const shown = picture === undefined || picture === 'cart' ? plain : message;
  const subject = journeySubject(key);
  const said = say(shown, {
    ...{ locale, programLocale: svoi.program().locale, values: exampleValues(definition, locale, svoi) },
    ...{ customer: { card: null }, site: svoi.journeyRules().site },
    ...{ subject, cartId: 'crt_example', couponCode: 'EXAMPLE' },
    approvals: { key, category, approved: svoi.program().whatsapp_approved },
  });
  return said.ok && category === 'marketing' ? { ...said, reply: withWayOut(said.reply, subject) } : said;
}

function exampleValues(definition: Journey['definition'], locale: Locale, svoi: Worked): TemplateValues {
  const now = svoi.clock.now();
  return valuesFor(exampleContext(locale, svoi.program(), now, exampleEvent(definition, now)));
}

/** What the staff are told: words without a message around them. */
function plainExample(
  definition: Journey['definition'],
  { texts }: JourneyText,
  locale: Locale,
  svoi: Worked,
): Words {
  return written(textFor(texts, locale, svoi.program().locale), exampleValues(definition, locale, svoi));
}

const examples: ReadonlyMap<string, string | number> = new Map<string, string | number>([
  ['number', 3],
  ['money', 25_000],
  ['text', '…'],
]);

/** Something for each value that the event of a journey carries. */
function exampleEvent({ when }: Journey['definition'], now: number) {
  const { event } = placeOf(when);
  if (event === undefined || event === 'whatever') return undefined;
  return Object.fromEntries(
    Object.entries(event).map(([name, { kind }]) => [name, examples.get(kind) ?? now]),
  );
}
