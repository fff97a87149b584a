import { checkTemplate } from '../../../journeys/templates/check.ts';
import type { Words } from '../../../messaging/types.ts';
import type { Program } from '../../../program/program.ts';
import { campaignTextLength, newCampaign, plainPlan } from '../../../staff/campaigns.ts';
import { type Outcome, press } from '../../turn.ts';
import { askAgain, askNext, choose, type Field, type Read, type StaffTurn, type Task } from '../task.ts';
import { deskOf, plainMessage, readWhom, showDraft, whomOf, whomQuestion } from './draft.ts';
import { readWhen } from './when.ts';

/** A name of a variable, as it is written in a text. */
const example = '{{customer.first_name}}';

const whomField: Field = {
  name: 'whom',
  needs: { savedSegments: true },
  ask(turn) {
    const question = whomQuestion(turn);
    return { ...question, buttons: [...question.buttons, [press({ key: 'campaign.all' }, 'campaigns')]] };
  },
  read(raw) {
    const value = readWhom(raw);
    return value === undefined
      ? { ok: false, problem: { key: 'campaign.whom_unreadable' } }
      : { ok: true, value };
  },
};

const textField: Field = {
  name: 'text',
  ask: () => ({ words: textQuestion }),
  read: (raw, { program }) => readText(raw, program),
};

const whenField: Field = {
  name: 'when',
  ask: () => ({
    words: [{ key: 'campaign.ask_when' }, { key: 'campaign.when_typed' }],
    buttons: whenButtons,
    choice: true,
  }),
  read: (raw, { program }) => readTime(raw, program),
};

/** What is asked before a text is typed. */
export const textQuestion: readonly Words[] = [
  { key: 'campaign.ask_text' },
  { key: 'campaign.rules', variables: { number: campaignTextLength.most } },
  { key: 'campaign.variables', variables: { example } },
];

/** Moments that are offered as buttons. */
export const whenButtons = [
  [choose({ key: 'campaign.now' }, 'now'), choose({ key: 'campaign.tomorrow' }, 'tomorrow 10:00')],
  [choose({ key: 'campaign.usual' }, 'usual')],
] as const;

/** A text as it is kept: its variables are those there are. */
export function readText(raw: string, { locale }: Pick<Program, 'locale'>): Read {
  const text = raw
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  const { least, most } = campaignTextLength;
  if (text.length < least) return { ok: false, problem: { key: 'campaign.too_short' } };
  if (text.length > most) {
    return { ok: false, problem: { key: 'campaign.too_long', variables: { number: most } } };
  }
  // Whether there is a coupon, and for how many languages, is known later: the preview says what is wrong then.
  const [wrong] = checkTemplate({ [locale]: text }, { subjects: ['coupon', 'gift'] });
  return wrong && wrong.code !== 'wrong_plural'
    ? { ok: false, problem: wrong.words }
    : { ok: true, value: text };
}

/** A moment as typed, kept as it is: what it means depends on when it is looked at. */
export function readTime(raw: string, { zone }: Pick<Program, 'zone'>): Read {
  const value = raw.trim();
  return readWhen(value, 0, zone) === undefined
    ? { ok: false, problem: { key: 'campaign.when_unreadable' } }
    : { ok: true, value };
}

/** Begins a campaign: whom it goes to, what it says, and when; the rest has a default and can be changed. */
export const campaign: Task = {
  act: 'campaign',
  fields: [whomField, textField, whenField],
  split: (text) => ({ whom: text }),
  rounds: () => [() => ({ savedSegments: true })],
  run(turn, values) {
    const { whom = '', text = '', when = '' } = values;
    const to = whomOf(whom, turn);
    if (!to) return askAgain(turn, campaign, values, 'whom', { key: 'campaign.whom_gone' });
    const timing = readWhen(when, turn.context.now, turn.program.zone);
    if (!timing) return askAgain(turn, campaign, values, 'when', { key: 'campaign.when_unreadable' });
    const draft = newCampaign(
      {
        name: to.name ?? firstWords(text),
        rule: to.rule,
        content: { variants: { a: plainMessage(turn.address.locale, text) }, gift: null },
        plan: { ...plainPlan, timing },
      },
      deskOf(turn),
    );
    return showDraft(turn, draft.id, { campaigns: [draft] });
  },
};

/** What a campaign is called that nobody gave a name: variables are left out. */
function firstWords(text: string): string {
  const [line = ''] = text.replace(/\{\{.*?\}\}/gu, '…').split('\n');
  return line.length <= 40 ? line : `${line.slice(0, 40).replace(/\s+\S*$/u, '')}…`;
}

/** Begins a campaign to those a rule finds. */
export function writeTo(turn: StaffTurn, rule: string): Outcome {
  return askNext(turn, campaign, { whom: rule }, 'text');
}
