import type { Locale } from '../../customers/types.ts';
import { locales } from '../../customers/types.ts';
import type { Words } from '../../messaging/types.ts';
import { hashOf } from '../../segments/share.ts';
import type { CampaignMessage } from '../../staff/campaigns.ts';
import type { JourneyDefinition, MessageDefinition, Texts } from '../definition.ts';
import { parseTemplate } from '../templates/parse.ts';
import { wayOutLabels, waysOut } from '../way_out.ts';
import { bodyOf, conditionsOf, type TemplateBody } from './body.ts';

/** A message of a journey or a campaign. */
export type AnyMessage = MessageDefinition | CampaignMessage;

/** What a message belongs to: the key of its journey, or `campaign`. */
export interface Home {
  readonly key: string;
  readonly category: JourneyDefinition['category'];
}

/** A button of a template: its words, and which of the message's buttons it is; those of the way out come after all of these. */
export interface FormButton {
  readonly kind: 'press' | 'link';
  readonly label: Texts | Words;
  readonly at: number;
}

/** A message as Meta can approve it: without parts that come and go. */
export interface TemplateForm {
  /** Made of its words: other words are another template. */
  readonly name: string;
  /** Variables that must have something to say. */
  readonly given: readonly string[];
  /** Variables that must be missing: it says what is said in their absence. */
  readonly without: readonly string[];
  readonly bodies: Partial<Readonly<Record<Locale, TemplateBody>>>;
  readonly buttons: readonly FormButton[];
}

/** Longer words on a button Meta refuses. */
export const buttonLimit = 25;
/** So many buttons a template may have. */
const mostButtons = 10;
/** Of them links. */
const mostLinks = 2;

const kept = new WeakMap<AnyMessage, Map<string, readonly TemplateForm[]>>();

/**
 * The templates that together say what a message says: with all parts that may be missing, and without any. Where nothing
 * is left without them, one for each part with those it lies within.
 */
export function formsOf(message: AnyMessage, home: Home): readonly TemplateForm[] {
  const known = kept.get(message) ?? new Map<string, readonly TemplateForm[]>();
  kept.set(message, known);
  const place = `${home.category} ${home.key}`;
  const forms = known.get(place) ?? writeForms(message, home);
  known.set(place, forms);
  return forms;
}

function writeForms(message: AnyMessage, home: Home): readonly TemplateForm[] {
  const texts = Object.values(message.text).filter((text) => text !== undefined);
  const conditions = texts.flatMap(conditionsOf);
  const plain = formOf(message, home, [], false);
  const others = plain
    ? [formOf(message, home, [...new Set(conditions.flat())], true)]
    : conditions.map((names) => formOf(message, home, names, true));
  const all = [...others, plain].filter((form) => form !== undefined);
  return all.filter(({ name }, index) => all.findIndex((one) => one.name === name) === index);
}

/** `isFull`: with buttons that may be left out. Undefined where no words are left in a language. */
function formOf(
  message: AnyMessage,
  home: Home,
  given: readonly string[],
  isFull: boolean,
): TemplateForm | undefined {
  const bodies: Partial<Record<Locale, TemplateBody>> = {};
  for (const locale of locales) {
    const text = message.text[locale];
    const body = text === undefined ? undefined : bodyOf(text, new Set(given));
    if (text !== undefined && !body) return undefined;
    if (body) bodies[locale] = body;
  }
  const buttons = buttonsOf(message, home, isFull);
  const without = [...new Set(Object.values(bodies).flatMap((body) => body.without))];
  return { name: nameOf(home, bodies, buttons), given, without, bodies, buttons };
}

function nameOf({ key, category }: Home, bodies: object, buttons: readonly FormButton[]): string {
  const said = JSON.stringify([category, bodies, buttons]);
  return `svoi_${key}_${(hashOf(said) >>> 0).toString(36).padStart(7, '0')}`;
}

/** Buttons whose words stay the same for everybody, quick replies before links, as Meta wants them together. */
function buttonsOf(message: AnyMessage, { category }: Home, isFull: boolean): readonly FormButton[] {
  const own = message.buttons.flat().flatMap((button, at): FormButton[] => {
    const kind = kindOf(button, isFull);
    if (!isFixed(button.label) || (kind === 'link' && !isFull && mayBeMissing(button))) return [];
    return [{ kind, label: labelOf(button), at }];
  });
  const first = message.buttons.flat().length;
  const out = category === 'marketing' && !showsWayOut(message) ? wayOutLabels : [];
  const ways = out.map((label, index): FormButton => ({ kind: 'press', label, at: first + index }));
  const links = own.filter(({ kind }) => kind === 'link').slice(0, mostLinks);
  const presses = [...own.filter(({ kind }) => kind === 'press'), ...ways];
  return [...presses.slice(-(mostButtons - links.length)), ...links];
}

type AnyButton = AnyMessage['buttons'][number][number];

/** A cart opens at the shop where that is known, else in the chat. */
function kindOf(button: AnyButton, isFull: boolean): FormButton['kind'] {
  if (!('opens' in button)) return 'link';
  return button.opens === 'cart' && isFull ? 'link' : 'press';
}

function isFixed(label: Texts): boolean {
  return Object.values(label).every((text) => text === undefined || isPlain(text));
}

function isPlain(text: string): boolean {
  return text.length <= buttonLimit && parseTemplate(text).variables.length === 0;
}

/** A link is left out where a variable of its address is missing. */
function mayBeMissing(button: AnyButton): boolean {
  return 'url' in button && parseTemplate(button.url).variables.length > 0;
}

/** A button of a campaign without words of its own says what the menu says. */
function labelOf(button: AnyButton): FormButton['label'] {
  const isNamed = Object.keys(button.label).length > 0;
  if (isNamed || !('opens' in button)) return button.label;
  switch (button.opens) {
    case 'menu':
    case 'points':
    case 'coupons':
    case 'history':
    case 'card':
    case 'human':
      return { key: `button.${button.opens}` };
    default:
      return button.label;
  }
}

/** Whether a message shows a way out by itself. */
export function showsWayOut({ buttons }: AnyMessage): boolean {
  return buttons.flat().some((button) => 'opens' in button && waysOut.has(button.opens));
}
