import { wordVariables } from '../../../core/messaging/keys.ts';
import { linkCode } from '../../../core/messaging/links.ts';
import { noTemplate } from '../../../core/messaging/outbox.ts';
import type { Program } from '../../../core/program/program.ts';
import type { OutgoingMessage, ShownButton, ShownTemplate, ShownWords } from '../../channel.ts';
import { cutText } from '../../text.ts';

/** Which approved template says what a text of ours says, by the key of the text. */
export type TemplateTable = Program['whatsapp_templates'];

type Template = NonNullable<TemplateTable[string]>;

/** A template filled in, as the Cloud API takes it; or why there is none. */
export type Filled = { readonly template: object } | { readonly missing: string };

/**
 * The template for a message: the one it brings along, else that of the first of its texts that has one, with values of
 * all its texts. A value of a later text whose name stands in an earlier one too is called by key and name:
 * `notify.balance.balance`.
 */
export function fillTemplate(message: OutgoingMessage, table: TemplateTable): Filled {
  return message.approved ? fillOwn(message.approved) : fillFromTable(message, table);
}

/** The values together stay so far below the 1024 characters that a message may have. */
const valuesLimit = 600;

/** A template whose links are short ones of ours: what stands after `/l/` is theirs to fill in. */
function fillOwn({ name, language, values, buttons }: ShownTemplate): Filled {
  const each = Math.floor(valuesLimit / Math.max(1, values.length));
  const texts = values.map((value) => cutText(templateValue(value), each));
  const filled = buttons.map((button, index) => ownButton(button, String(index)));
  const shown = filled.filter((button) => button !== undefined);
  if (shown.length < filled.length) {
    return {
      missing: `${noTemplate}, and links of the template ${name} must be short ones of ours: set PUBLIC_URL`,
    };
  }
  return templateOf(name, language, texts, shown);
}

function ownButton(button: ShownButton, index: string): object | undefined {
  if (button.kind === 'press') return quickReply(button.data, index);
  const code = button.kind === 'link' ? linkCode(button.url.split('/l/').at(-1) ?? '') : undefined;
  if (code === undefined) return undefined;
  return { type: 'button', sub_type: 'url', index, parameters: [textParameter(code)] };
}

function fillFromTable(message: OutgoingMessage, table: TemplateTable): Filled {
  const { words = [], locale = 'en', category } = message;
  const key = words.map((one) => one.key).find((one) => table[one]);
  const template = key === undefined ? undefined : table[key];
  const language = template && languageOf(template, locale);
  if (!template || !language) {
    return { missing: `${noTemplate}, and no approved template for ${whatIn(key ?? words[0]?.key, locale)}` };
  }
  const values = valuesOf(words);
  const unknown = template.variables.find((name) => !values.has(name));
  if (unknown) {
    return { missing: `whatsapp_templates: ${key} wants "${unknown}", which the message does not have` };
  }
  const texts = template.variables.map((name) => oneLine(values.get(name) ?? ''));
  const buttons = category === 'code' ? [codeButton(texts[0] ?? '')] : quickReplies(template, message);
  return templateOf(template.name, language, texts, buttons);
}

/** What a shop wrote itself has its templates made of its text; our own texts are named in the program. */
function whatIn(key: string | undefined, locale: string): string {
  return key === 'written.text'
    ? `this text in ${locale}: see npm run svoi -- whatsapp templates`
    : `${key ?? 'this message'} in ${locale}: see whatsapp_templates in the program`;
}

function templateOf(
  name: string,
  code: string,
  texts: readonly string[],
  buttons: readonly object[],
): Extract<Filled, { template: object }> {
  const body = texts.length > 0 ? [{ type: 'body', parameters: texts.map(textParameter) }] : [];
  const components = [...body, ...buttons];
  return { template: { name, language: { code }, ...(components.length > 0 ? { components } : {}) } };
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

/** A value of a template of our own making: a year without the abbreviation, whose dot would meet that of the sentence. */
export function templateValue(value: string): string {
  return oneLine(value).replace(/(\d{4})[\u00a0 ]?[рг]\.$/, '$1');
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
  return presses.slice(0, count).map((payload, index) => quickReply(payload, String(index)));
}

function quickReply(payload: string, index: string) {
  return { type: 'button', sub_type: 'quick_reply', index, parameters: [{ type: 'payload', payload }] };
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
