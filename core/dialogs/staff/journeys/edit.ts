import { type Locale, locales } from '../../../customers/types.ts';
import type { QuestionArgument } from '../../../insights/questions.ts';
import type { JourneyDefinition } from '../../../journeys/definition.ts';
import { saveJourney } from '../../../journeys/switch.ts';
import { checkJourneyTexts } from '../../../journeys/templates/journey.ts';
import type { Journey } from '../../../journeys/types.ts';
import type { Words } from '../../../messaging/types.ts';
import { actorOfStaff } from '../../../staff/types.ts';
import { type Outcome, press, writing } from '../../turn.ts';
import { ask } from '../segments/ask.ts';
import { askAgain, askNext, done, type Field, type StaffTurn, type Task } from '../task.ts';
import { changeRound, journeyCalled } from './known.ts';
import { type JourneyText, textsIn, withText } from './texts.ts';

/** Which text is meant: of which journey, its place among all of them, in which language. */
export interface TextMeant {
  readonly key: string;
  readonly place: string;
  readonly language: string;
}

const kept = (name: string): Field => ({
  name,
  isOpen: () => false,
  ask: () => ({ words: [] }),
  read: (raw) => ({ ok: true, value: raw }),
});

/** As long as a text of a journey may be: `journeySchema` says so too. */
const longestText = 3000;

const writtenField: Field = {
  name: 'written',
  ask: (_, { key = '', place = '', language }) => ({
    words: [{ key: 'scenario.ask_text', variables: { language: localeNamed(language) } }],
    buttons: [[press({ key: 'scenario.this_text' }, `journey:text-${key}.${place}`)]],
  }),
  read(raw) {
    const text = raw.trim();
    if (text === '') return { ok: false, problem: { key: 'scenario.text_empty' } };
    return text.length > longestText
      ? { ok: false, problem: { key: 'scenario.text_too_long', variables: { number: longestText } } }
      : { ok: true, value: text };
  },
};

function localeNamed(language: string | undefined): Locale {
  return locales.find((one) => one === language) ?? 'uk';
}

/** Writes one text of a journey anew, in one language: it is kept once it was seen. */
export const journeyText: Task = {
  act: 'journeys',
  name: 'journey_text',
  fields: [kept('key'), kept('place'), kept('language'), writtenField],
  split: () => ({}),
  rounds: ({ key = '' }) => [changeRound(key)],
  run: (turn, values) => propose(turn, values),
};

/** Asks for the new words of a text. */
export function askText(turn: StaffTurn, { key, place, language }: TextMeant): Outcome {
  return askNext(turn, journeyText, { key, place, language }, 'written');
}

/** A text that is meant, in the journey it stands in. */
interface Found extends TextMeant {
  readonly journey: Journey;
  readonly text: JourneyText;
}

function find(turn: StaffTurn, { key = '', place = '', language = '' }: QuestionArgument): Found | undefined {
  const journey = journeyCalled(turn, key);
  const text = journey && textsIn(journey.definition)[Number(place)];
  return text && { key, place, language, journey, text };
}

/** The journey with the text as it would be, or why that cannot be said. */
function changed(
  { journey, text: { path }, language }: Found,
  written: string,
): { readonly definition: JourneyDefinition } | { readonly problem: Words } {
  const locale = localeNamed(language);
  const definition = withText(journey.definition, path, locale, written);
  if (!definition) return { problem: { key: 'scenario.text_too_long', variables: { number: longestText } } };
  const at = JSON.stringify([...path, locale]);
  const wrong = checkJourneyTexts(definition).find((problem) => JSON.stringify(problem.path) === at);
  return wrong ? { problem: wrong.words } : { definition };
}

/** Shows how new words would look. Whoever typed what cannot be said is told what is wrong with it, and asked again. */
function propose(turn: StaffTurn, values: QuestionArgument): Outcome {
  const { written = '' } = values;
  const found = find(turn, values);
  if (!found) return done(turn, [{ key: 'scenarios.gone' }]);
  const next = changed(found, written);
  const { key, place, language, journey } = found;
  if ('problem' in next) {
    return askAgain(turn, journeyText, { key, place, language }, 'written', next.problem);
  }
  const version = String(journey.version);
  const { locale } = turn.address;
  return showWords(turn, { key, text: place, language, written, version, locale });
}

/** Shows words that were typed as a customer would read them: that comes by itself. */
export function showWords(turn: StaffTurn, proposed: QuestionArgument): Outcome {
  return ask(turn, 'journey_words', proposed, done(turn, [{ key: 'scenarios.looking' }]));
}

/** Keeps words that were shown. Where the journey was changed meanwhile they are shown once more. */
export function keepWords(turn: StaffTurn, { text: place = '', ...proposed }: QuestionArgument): Outcome {
  const { written = '', version } = proposed;
  const found = find(turn, { ...proposed, place });
  if (!found) return done(turn, [{ key: 'scenarios.gone' }]);
  // The button was tapped twice.
  if (before(found) === written) return savedOutcome(turn, found, remembered(turn, found));
  if (String(found.journey.version) !== version) return propose(turn, { ...proposed, place });
  return save(turn, found, written);
}

/** Puts the words back that stood there before the last change, as long as the chat remembers them. */
export function undoText(turn: StaffTurn, meant: TextMeant): Outcome | undefined {
  const found = find(turn, { ...meant });
  if (!found) return undefined;
  const last = remembered(turn, found);
  return last === undefined ? undefined : save(turn, found, last);
}

function save(turn: StaffTurn, found: Found, written: string): Outcome {
  const next = changed(found, written);
  if ('problem' in next) return done(turn, [next.problem]);
  const actor = actorOfStaff(turn.staff);
  const saved = saveJourney(next.definition, actor, found.journey).decide(turn.facts, turn.context);
  if (!saved.ok) return done(turn, [{ key: 'scenarios.gone' }]);
  const { journey } = saved.result;
  return writing(saved.changes, savedOutcome(turn, { ...found, journey }, before(found)));
}

function before({ text, language }: Found): string | undefined {
  return text.texts[localeNamed(language)];
}

/** The words this very text had before its last change, where that was made in this chat just now. */
function remembered({ state }: StaffTurn, found: Found): string | undefined {
  return state?.data.change === changeOf(found) ? state.data.before : undefined;
}

function changeOf({ key, place, language, journey }: Found): string {
  return `${key}.${place}.${language} ${journey.version}`;
}

function savedOutcome(turn: StaffTurn, found: Found, last: string | undefined): Outcome {
  const { key, place, language } = found;
  const undo = press({ key: 'scenario.text_undo' }, `journey:undo-${key}.${place}.${language}`);
  const outcome = done(
    turn,
    [{ key: 'scenario.text_saved' }],
    [
      last === undefined ? [] : [undo],
      [press({ key: 'scenario.this_text' }, `journey:text-${key}.${place}`)],
      [press({ key: 'scenario.all_texts' }, `journey:texts-${key}`)],
    ].filter((row) => row.length > 0),
  );
  return last === undefined ? outcome : { ...outcome, data: { before: last, change: changeOf(found) } };
}
