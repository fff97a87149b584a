import {
  type JourneyReader,
  journeyAnswer,
  journeysAnswer,
  sampleAnswer,
  textAnswer,
  textsAnswer,
  trialAnswer,
} from './core/dialogs/staff/journeys/answers.ts';
import { textsIn } from './core/dialogs/staff/journeys/texts.ts';
import { initialLocale } from './core/dialogs/types.ts';
import type { Answer, QuestionArgument } from './core/insights/questions.ts';
import { say } from './core/journeys/reply.ts';
import { journeySubject } from './core/journeys/subjects.ts';
import { placeOf } from './core/journeys/templates/journey.ts';
import { valuesFor } from './core/journeys/templates/values.ts';
import type { Journey } from './core/journeys/types.ts';
import { countUnderWay } from './db/journeys.ts';
import type { Worked } from './jobs.ts';
import { tryJourney } from './journey_trials.ts';
import { exampleContext } from './locales/template_help.ts';

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

/** A message as a made-up customer reads it, in the language of whoever asks. */
export const lookAtSample: Look = ofJourney(async (journey, argument, svoi) => {
  const { key, definition } = journey;
  const number = Number(argument.text) || 0;
  const message = textsIn(definition)[number]?.message;
  const reader = readerOf(argument, svoi);
  if (!message) return () => textsAnswer(journey, 0, reader);
  const program = svoi.program();
  const now = svoi.clock.now();
  const context = exampleContext(reader.locale, program, now, exampleEvent(definition, now));
  const { picture, ...plain } = message;
  // There is no cart to draw.
  const shown = picture === undefined || picture === 'cart' ? plain : message;
  const said = say(shown, {
    ...{ ...reader, values: valuesFor(context), customer: { card: null }, site: svoi.journeyRules().site },
    ...{ subject: journeySubject(key), cartId: 'crt_example', couponCode: 'EXAMPLE' },
  });
  const one = textsIn(definition)[number];
  return () =>
    said.ok
      ? sampleAnswer(key, number, said.reply)
      : one
        ? textAnswer(key, number, one)
        : textsAnswer(journey, 0, reader);
});

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
