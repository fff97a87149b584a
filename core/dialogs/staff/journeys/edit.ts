import { type Locale, locales } from '../../../customers/types.ts';
import { saveJourney } from '../../../journeys/switch.ts';
import { checkJourneyTexts } from '../../../journeys/templates/journey.ts';
import type { Words } from '../../../messaging/types.ts';
import { actorOfStaff } from '../../../staff/types.ts';
import { type Outcome, press, writing } from '../../turn.ts';
import { askAgain, askNext, done, type Field, type StaffTurn, type Task, type Values } from '../task.ts';
import { changeRound, journeyCalled } from './known.ts';
import { textsIn, withText } from './texts.ts';

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
  ask: (_, { language }) => ({
    words: [{ key: 'scenario.ask_text', variables: { language: localeNamed(language) } }],
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

/** Writes one text of a journey anew, in one language. */
export const journeyText: Task = {
  act: 'journeys',
  name: 'journey_text',
  fields: [kept('key'), kept('place'), kept('language'), writtenField],
  split: () => ({}),
  rounds: ({ key = '' }) => [changeRound(key)],
  run(turn, values) {
    const { key = '', place = '', language = '', written = '' } = values;
    return rewrite(turn, { key, place, language }, written, values);
  },
};

/** Asks for the new words of a text. */
export function askText(turn: StaffTurn, { key, place, language }: TextMeant): Outcome {
  return askNext(turn, journeyText, { key, place, language }, 'written');
}

/** Puts the words back that stood there before the last change, as long as the chat remembers them. */
export function undoText(turn: StaffTurn, meant: TextMeant): Outcome | undefined {
  const before = turn.state?.data.before;
  return before === undefined ? undefined : rewrite(turn, meant, before);
}

/** Whoever typed something that cannot be said is told what is wrong with it, and asked again. */
function rewrite(turn: StaffTurn, meant: TextMeant, text: string, values?: Values): Outcome {
  const { key, place } = meant;
  const language = localeNamed(meant.language);
  const journey = journeyCalled(turn, key);
  const chosen = journey && textsIn(journey.definition)[Number(place)];
  if (!journey || !chosen) return done(turn, [{ key: 'scenarios.gone' }]);
  const changed = withText(journey.definition, chosen.path, language, text);
  const problem = changed ? problemIn(changed, [...chosen.path, language]) : tooLong;
  if (problem && values) return askAgain(turn, journeyText, values, 'written', problem);
  if (!changed || problem) return done(turn, [problem ?? tooLong]);
  const saved = saveJourney(changed, actorOfStaff(turn.staff), journey).decide(turn.facts, turn.context);
  if (!saved.ok) return done(turn, [{ key: 'scenarios.gone' }]);
  return writing(saved.changes, savedOutcome(turn, meant, chosen.texts[language]));
}

const tooLong: Words = { key: 'scenario.text_too_long', variables: { number: longestText } };

function problemIn(
  definition: Parameters<typeof checkJourneyTexts>[0],
  path: readonly (string | number)[],
): Words | undefined {
  const at = JSON.stringify(path);
  return checkJourneyTexts(definition).find((problem) => JSON.stringify(problem.path) === at)?.words;
}

function savedOutcome(
  turn: StaffTurn,
  { key, place, language }: TextMeant,
  before: string | undefined,
): Outcome {
  const undo = press({ key: 'scenario.text_undo' }, `journey:undo-${key}.${place}.${language}`);
  const outcome = done(
    turn,
    [{ key: 'scenario.text_saved' }],
    [
      before === undefined ? [] : [undo],
      [press({ key: 'scenario.to_me' }, `journey:me-${key}.${place}`)],
      [press({ key: 'scenario.all_texts' }, `journey:texts-${key}`)],
    ].filter((row) => row.length > 0),
  );
  return before === undefined ? outcome : { ...outcome, data: { before } };
}
