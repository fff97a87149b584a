import type { NewTemplate } from './bots/whatsapp/cloud/account.ts';
import { templateValue } from './bots/whatsapp/cloud/templates.ts';
import type { Locale } from './core/customers/types.ts';
import type { FormAt } from './core/journeys/approved/all.ts';
import type { FormButton } from './core/journeys/approved/forms.ts';
import type { EventData } from './core/journeys/events.ts';
import { parseTemplate } from './core/journeys/templates/parse.ts';
import { valuesFor } from './core/journeys/templates/values.ts';
import { textFor, written } from './core/journeys/templates/written.ts';
import { shortUrl } from './core/messaging/links.ts';
import type { Program } from './core/program/program.ts';
import { DAY_MS } from './core/time.ts';
import { exampleContext } from './locales/template_help.ts';
import { createTranslator } from './locales/translator.ts';

/** What templates are written with. */
export interface TemplateWriting {
  readonly program: Program;
  readonly now: number;
  /** Where short links of ours stand; without it templates have no links. */
  readonly site: string | undefined;
}

const translator = createTranslator();
/** A code as short links have them. */
const exampleCode = 'SV0K2M7Q';

/** A template as Meta wants it handed in; undefined where there is no such language, or its links would lead nowhere. */
export function templateIn(locale: Locale, at: FormAt, writing: TemplateWriting): NewTemplate | undefined {
  const { form, home } = at;
  const body = form.bodies[locale];
  if (!body || (writing.site === undefined && form.buttons.some(({ kind }) => kind === 'link')))
    return undefined;
  const examples = examplesOf(body.values, locale, writing);
  const buttons = form.buttons.map((button) => buttonOf(button, locale, writing));
  return {
    name: form.name,
    language: locale,
    category: home.category === 'marketing' ? 'MARKETING' : 'UTILITY',
    components: [
      {
        ...{ type: 'BODY', text: wordedBody(body.text, locale, writing) },
        ...(examples.length > 0 ? { example: { body_text: [examples] } } : {}),
      },
      ...(buttons.length > 0 ? [{ type: 'BUTTONS', buttons }] : []),
    ],
  };
}

/** Meta refuses what begins with a variable, and what has few words for its variables: more than two for each are enough. */
function wordedBody(text: string, locale: Locale, writing: TemplateWriting): string {
  const hello = text.startsWith('{{') ? `${say(locale, { key: 'approved.hello' }, writing)} ` : '';
  const variables = text.match(/\{\{/g)?.length ?? 0;
  const words = (hello + text).match(/\p{L}+/gu)?.length ?? 0;
  const thanks =
    variables > 0 && words <= 2 * variables ? `\n${say(locale, { key: 'approved.thanks' }, writing)}` : '';
  return hello + text + thanks;
}

type Say = Parameters<typeof translator.say>[1];

function say(locale: Locale, words: Say, { program }: TemplateWriting): string {
  return translator.say(locale, words, program);
}

/** What fills the template for a made-up customer. */
function examplesOf(values: readonly string[], locale: Locale, writing: TemplateWriting): readonly string[] {
  const { program, now } = writing;
  const names = values.flatMap((text) => parseTemplate(text).variables);
  const known = valuesFor(exampleContext(locale, program, now, exampleEvent(names, now)));
  return values.map((text) => templateValue(say(locale, written({ text, locale }, known), writing)));
}

/** Made-up data of an event: moments by their names, numbers for all else. */
function exampleEvent(names: readonly string[], now: number): EventData {
  const fields = names.filter((name) => name.startsWith('event.')).map((name) => name.slice('event.'.length));
  return Object.fromEntries(
    fields.map((name) => {
      if (/(^|_)(at|until)$/.test(name)) return [name, now + 7 * DAY_MS];
      if (name === 'amount') return [name, 45_000];
      return [name, textFields[name] ?? 50];
    }),
  );
}

/** Fields of our own events that hold words. */
const textFields: Readonly<Record<string, string>> = {
  name: 'Espresso',
  title: 'Espresso',
  store: 'Svoi',
  note: 'Espresso',
  day: '2026-09-03',
};

function buttonOf({ kind, label }: FormButton, locale: Locale, writing: TemplateWriting): object {
  const text =
    'key' in label ? say(locale, label, writing) : textFor(label, locale, writing.program.locale).text;
  if (kind === 'press') return { type: 'QUICK_REPLY', text };
  const site = writing.site ?? '';
  return { type: 'URL', text, url: shortUrl(site, '{{1}}'), example: [shortUrl(site, exampleCode)] };
}
