import { wordVariables } from '../../../core/messaging/keys.ts';
import type { Program } from '../../../core/program/program.ts';
import type { OutgoingMessage, ShownWords } from '../../channel.ts';

/** Which approved template says what a text of ours says, by the key of the text. */
export type TemplateTable = Program['whatsapp_templates'];

type Template = NonNullable<TemplateTable[string]>;

/** A template filled in, as the Cloud API takes it; or why there is none. */
export type Filled = { readonly template: object } | { readonly missing: string };

/**
 * The template for a message: that of the first of its texts that has one, with values of all its texts. A value of a
 * later text whose name stands in an earlier one too is called by key and name: `notify.balance.balance`.
 */
export function fillTemplate(message: OutgoingMessage, table: TemplateTable): Filled {
  const { words = [], locale = 'en', category } = message;
  const key = words.map((one) => one.key).find((one) => table[one]);
  const template = key === undefined ? undefined : table[key];
  const language = template && languageOf(template, locale);
  if (!template || !language) {
    const what = `${key ?? words[0]?.key ?? 'this message'} in ${locale}`;
    return {
      missing: `24 hours after the last word, and no approved template for ${what}: see whatsapp_templates in the program`,
    };
  }
  const values = valuesOf(words);
  const unknown = template.variables.find((name) => !values.has(name));
  if (unknown) {
    return { missing: `whatsapp_templates: ${key} wants "${unknown}", which the message does not have` };
  }
  const texts = template.variables.map((name) => oneLine(values.get(name) ?? ''));
  const buttons = category === 'code' ? [codeButton(texts[0] ?? '')] : quickReplies(template, message);
  const body = texts.length > 0 ? [{ type: 'body', parameters: texts.map(textParameter) }] : [];
  const components = [...body, ...buttons];
  return {
    template: {
      name: template.name,
      language: { code: language },
      ...(components.length > 0 ? { components } : {}),
    },
  };
}

/** A table that names no languages stands for a template approved in each of ours, under our own codes. */
function languageOf({ languages }: Template, locale: NonNullable<OutgoingMessage['locale']>) {
  return Object.keys(languages).length === 0 ? locale : languages[locale];
}

function valuesOf(words: readonly ShownWords[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { key, values: own } of words) {
    for (const [name, value] of Object.entries(own)) {
      values.set(`${key}.${name}`, value);
      if (!values.has(name)) values.set(name, value);
    }
  }
  return values;
}

/** WhatsApp refuses values that are empty or hold line breaks, tabs or more than four spaces in a row. */
function oneLine(value: string): string {
  return value.replace(/[\n\r\t]+| {2,}/g, ' ').trim() || '–';
}

function textParameter(text: string) {
  return { type: 'text', text };
}

/** Templates for one-time codes have a button that copies the code, given once more for it. */
function codeButton(code: string) {
  return { type: 'button', sub_type: 'url', index: '0', parameters: [textParameter(code)] };
}

/** Quick replies of a template do what the message's own buttons do, in their order. */
function quickReplies({ buttons: count }: Template, { buttons = [] }: OutgoingMessage) {
  const presses = buttons.flat().flatMap((button) => (button.kind === 'press' ? [button.data] : []));
  return presses.slice(0, count).map((payload, index) => ({
    type: 'button',
    sub_type: 'quick_reply',
    index: String(index),
    parameters: [{ type: 'payload', payload }],
  }));
}

/** What is wrong with a table, a line for each fault: texts and variables we do not have. */
export function faultsInTemplates(table: TemplateTable): string[] {
  const known: Readonly<Record<string, object>> = wordVariables;
  const names = new Set(
    Object.entries(known).flatMap(([key, variables]) =>
      Object.keys(variables).flatMap((name) => [name, `${key}.${name}`]),
    ),
  );
  return Object.entries(table).flatMap(([key, { variables }]) => {
    if (!known[key]) return [`whatsapp_templates: "${key}" is no text of ours`];
    return variables
      .filter((name) => !names.has(name))
      .map((name) => `whatsapp_templates: ${key} wants "${name}", which no text of ours has`);
  });
}
