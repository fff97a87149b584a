import type { Locale } from '../../customers/types.ts';
import type { ApprovedTemplate, Button } from '../../messaging/types.ts';
import type { Program } from '../../program/program.ts';
import { isGiven } from '../templates/parse.ts';
import type { TemplateValues } from '../templates/types.ts';
import { missingIn, written } from '../templates/written.ts';
import { wayOut } from '../way_out.ts';
import { type AnyMessage, formsOf, type Home, showsWayOut, type TemplateForm } from './forms.ts';

/** Where a message belongs, and which of the templates made of our texts are approved. */
export interface Approvals extends Home {
  readonly approved: Program['whatsapp_approved'];
}

/** A message for one reader: the language of its text, what its variables stand for, and its buttons. */
export interface ApprovedReader {
  readonly locale: Locale;
  readonly values: TemplateValues;
  /** In the order of the definition; undefined: left out for this reader. */
  readonly buttons: readonly (Button | undefined)[];
  /** What is switched off where the reader asks for that. */
  readonly subject?: string | undefined;
  /** Without them only what the message names itself counts. */
  readonly approvals?: Approvals | undefined;
}

/**
 * The approved template that says a message to this reader: the one it names itself, else one made of its text, with as
 * much of it as is known. Undefined where there is none, or a value of it is missing.
 */
export function approvedFor(message: AnyMessage, reader: ApprovedReader): ApprovedTemplate | undefined {
  const named = message.whatsapp?.[reader.locale];
  if (named) {
    const { template: name, language = reader.locale, values, buttons } = named;
    const all = buttonsFor(message, reader);
    return filled({ name, language, values, buttons: all.slice(0, buttons) }, reader);
  }
  const { approvals } = reader;
  if (!approvals) return undefined;
  for (const form of usable(message, reader, approvals)) {
    const body = form.bodies[reader.locale];
    const all = buttonsFor(message, reader);
    const buttons = form.buttons.map(({ at, kind }) => (all[at]?.kind === kind ? all[at] : undefined));
    const said =
      body && filled({ name: form.name, language: reader.locale, values: body.values, buttons }, reader);
    if (said) return said;
  }
  return undefined;
}

/** Those approved in the reader's language for which all is known, the fullest first. */
function usable(
  message: AnyMessage,
  { locale, values }: ApprovedReader,
  approvals: Approvals,
): readonly TemplateForm[] {
  const { approved } = approvals;
  if (Object.keys(approved).length === 0) return [];
  return formsOf(message, approvals)
    .filter(({ name }) => approved[name]?.includes(locale))
    .filter((form) => form.given.every((name) => isGiven(values[name])))
    .filter((form) => !form.without.some((name) => isGiven(values[name])))
    .sort((a, b) => b.given.length - a.given.length || b.buttons.length - a.buttons.length);
}

/** The buttons of the definition, and those of the way out after them. */
function buttonsFor(
  message: AnyMessage,
  { buttons, subject, approvals }: ApprovedReader,
): readonly (Button | undefined)[] {
  const isOffer = approvals?.category === 'marketing';
  return isOffer && !showsWayOut(message) ? [...buttons, ...wayOut(subject)] : buttons;
}

interface Unfilled extends Pick<ApprovedTemplate, 'name' | 'language'> {
  readonly values: readonly string[];
  readonly buttons: readonly (Button | undefined)[];
}

function filled(
  { name, language, values: texts, buttons }: Unfilled,
  { locale, values }: ApprovedReader,
): ApprovedTemplate | undefined {
  const there = buttons.filter((button) => button !== undefined);
  if (there.length < buttons.length) return undefined;
  if (texts.some((text) => missingIn({ text, locale }, values).length > 0)) return undefined;
  return { name, language, values: texts.map((text) => written({ text, locale }, values)), buttons: there };
}
