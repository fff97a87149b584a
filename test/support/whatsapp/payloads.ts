import { z } from 'zod';

/** Refuses a call as the Graph API does. */
export class GraphRefusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly retryAfter: number | undefined;
  constructor(status: number, code: number, details: string, retryAfter?: number) {
    super(details);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

const title = (most: number) => z.string().trim().min(1).max(most);
const body = z.strictObject({ text: z.string().trim().min(1).max(1024) });
const header = z.strictObject({
  type: z.literal('image'),
  image: z.strictObject({ id: z.string().min(1) }),
});

function allDifferent(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

const replyButton = z.strictObject({
  type: z.literal('reply'),
  reply: z.strictObject({ id: z.string().min(1).max(256), title: title(20) }),
});
const replyButtons = z
  .array(replyButton)
  .min(1)
  .max(3)
  .refine((all) => allDifferent(all.map(({ reply }) => reply.title)), 'Duplicated button titles')
  .refine((all) => allDifferent(all.map(({ reply }) => reply.id)), 'Duplicated button ids');

const row = z.strictObject({
  id: z.string().min(1).max(200),
  title: title(24),
  description: z.string().max(72).optional(),
});
const rows = z
  .array(row)
  .min(1)
  .max(10)
  .refine((all) => allDifferent(all.map(({ id }) => id)), 'Duplicated row ids');

const interactive = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('button'),
    header: header.optional(),
    body,
    action: z.strictObject({ buttons: replyButtons }),
  }),
  z.strictObject({
    type: z.literal('list'),
    body,
    action: z.strictObject({ button: title(20), sections: z.array(z.strictObject({ rows })).length(1) }),
  }),
  z.strictObject({
    type: z.literal('cta_url'),
    header: header.optional(),
    body,
    action: z.strictObject({
      name: z.literal('cta_url'),
      parameters: z.strictObject({ display_text: title(20), url: z.url({ protocol: /^https?$/ }) }),
    }),
  }),
  z.strictObject({
    type: z.literal('request_contact_info'),
    body,
    action: z.strictObject({ name: z.literal('request_contact_info') }),
  }),
]);

const textParameter = z.strictObject({
  type: z.literal('text'),
  text: z
    .string()
    .min(1)
    .max(1024)
    .regex(
      /^(?!.*( {5}|[\n\t])).*$/s,
      'Param text cannot have new-line/tab characters or more than 4 spaces',
    ),
});
const index = z.string().regex(/^\d$/);
const component = z.union([
  z.strictObject({ type: z.literal('body'), parameters: z.array(textParameter).min(1) }),
  z.strictObject({
    type: z.literal('button'),
    sub_type: z.literal('url'),
    index,
    parameters: z.array(textParameter).length(1),
  }),
  z.strictObject({
    type: z.literal('button'),
    sub_type: z.literal('quick_reply'),
    index,
    parameters: z
      .array(z.strictObject({ type: z.literal('payload'), payload: z.string().min(1).max(128) }))
      .length(1),
  }),
]);
const template = z.strictObject({
  name: z.string().min(1),
  language: z.strictObject({ code: z.string().min(2) }),
  components: z.array(component).min(1).default([]),
});

const envelope = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual'),
  to: z.string().optional(),
  recipient: z.string().optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
};

/** What `POST /messages` takes of us; anything else is refused. */
const payloadSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...envelope,
    type: z.literal('text'),
    text: z.strictObject({ body: z.string().trim().min(1).max(4096), preview_url: z.boolean().optional() }),
  }),
  z.strictObject({
    ...envelope,
    type: z.literal('image'),
    image: z.strictObject({ id: z.string().min(1), caption: z.string().max(1024).optional() }),
  }),
  z.strictObject({ ...envelope, type: z.literal('interactive'), interactive }),
  z.strictObject({ ...envelope, type: z.literal('template'), template }),
]);

export type Payload = z.output<typeof payloadSchema>;
export type SentTemplate = z.output<typeof template>;

/** A payload as the API wants it, or the refusal that says what is wrong. */
export function parsePayload(json: unknown): Payload {
  const parsed = payloadSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new GraphRefusal(
    400,
    131009,
    `Parameter value is not valid: ${issue?.path.join('.')} ${issue?.message}`,
  );
}

/** Words with parameters: neither the first nor the last thing, counted from 1, never side by side, and few of them. */
const newBody = z
  .string()
  .max(1024)
  .refine((text) => !/^\s*\{\{|\}\}\s*$/.test(text), 'Variables cannot be at the start or end')
  .refine((text) => !/\}\}\s*\{\{/.test(text), 'Variables cannot stand side by side')
  .refine(
    (text) => [...text.matchAll(/\{\{(\d+)\}\}/g)].every(([, number], at) => Number(number) === at + 1),
    'Variables must be counted from 1',
  )
  .refine((text) => {
    const words = text.replace(/\{\{\d+\}\}/g, '').match(/\p{L}+/gu)?.length ?? 0;
    return words > 2 * (text.match(/\{\{/g)?.length ?? 0) || !text.includes('{{');
  }, 'This template has too many variables for its length');
const label = z.string().min(1).max(25);
const newButton = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('QUICK_REPLY'), text: label }),
  z.strictObject({
    type: z.literal('URL'),
    text: label,
    url: z.string().regex(/^https?:\/\/[^{]+\{\{1\}\}$/),
    example: z.array(z.url()).length(1),
  }),
]);
const newComponent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('BODY'),
    text: newBody,
    example: z.strictObject({ body_text: z.array(z.array(z.string().min(1))).length(1) }).optional(),
  }),
  z.strictObject({ type: z.literal('BUTTONS'), buttons: z.array(newButton).min(1).max(10) }),
]);
const newTemplate = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/),
  language: z.enum(['uk', 'ru', 'en', 'en_US']),
  category: z.enum(['MARKETING', 'UTILITY']),
  components: z.array(newComponent),
});

/** A template as it is handed in. */
export type NewTemplate = z.output<typeof newTemplate>;

/** A template as Meta's automatic checks take it, or the refusal that says what is wrong. */
export function parseNewTemplate(json: unknown): NewTemplate {
  const parsed = newTemplate.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new GraphRefusal(400, 100, `Invalid parameter: ${parsed.error.issues[0]?.message}`);
}

/** What can be tapped, as the person's app words it. */
export interface Tappable {
  readonly kind: 'reply' | 'row' | 'link' | 'share' | 'quick_reply';
  readonly label: string;
  /** What comes back to the business. */
  readonly data: string;
}

/** A message of the business as it stands in a chat. */
export interface ShownMessage {
  readonly id: string;
  readonly text: string;
  readonly picture: boolean;
  readonly buttons: readonly Tappable[];
  readonly type: string;
}

/** The app's own words on the button that shares the number. */
export const shareLabel = 'Share contact info';

/** A message as the app shows it; a template as its name, language and values. */
export function shownOf(id: string, payload: Payload): ShownMessage {
  const content = contentOf(payload);
  return { id, picture: false, buttons: [], type: payload.type, ...content };
}

function contentOf(payload: Payload): Pick<ShownMessage, 'text'> & Partial<ShownMessage> {
  switch (payload.type) {
    case 'text':
      return { text: payload.text.body };
    case 'image':
      return { text: payload.image.caption ?? '', picture: true };
    case 'template':
      return templateContent(payload.template);
    case 'interactive': {
      const { interactive: form } = payload;
      const picture = 'header' in form && form.header !== undefined;
      return { text: form.body.text, picture, buttons: tappables(form), type: form.type };
    }
  }
}

function tappables(form: z.output<typeof interactive>): Tappable[] {
  switch (form.type) {
    case 'button':
      return form.action.buttons.map(({ reply }) => ({ kind: 'reply', label: reply.title, data: reply.id }));
    case 'list':
      return form.action.sections.flatMap((section) =>
        section.rows.map(({ id, title: label }) => ({ kind: 'row' as const, label, data: id })),
      );
    case 'cta_url': {
      const { display_text: label, url } = form.action.parameters;
      return [{ kind: 'link', label, data: url }];
    }
    case 'request_contact_info':
      return [{ kind: 'share', label: shareLabel, data: '' }];
  }
}

function templateContent({ name, language, components }: SentTemplate) {
  const values = components.flatMap((one) =>
    one.type === 'body' ? one.parameters.map(({ text }) => text) : [],
  );
  const buttons = components.flatMap((one) =>
    one.type === 'button' && one.sub_type === 'quick_reply'
      ? one.parameters.map(({ payload }) => ({
          kind: 'quick_reply' as const,
          label: `#${one.index}`,
          data: payload,
        }))
      : [],
  );
  return { text: [`${name}/${language.code}`, ...values].join('|'), buttons };
}
