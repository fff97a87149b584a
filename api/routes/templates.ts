import { z } from '@hono/zod-openapi';
import { countryOfPhone } from '../../core/customers/phone.ts';
import { channelNames, consentCategories, type Locale, locales } from '../../core/customers/types.ts';
import { messageSchema } from '../../core/journeys/definition.ts';
import { say } from '../../core/journeys/reply.ts';
import type { Place } from '../../core/journeys/templates/check.ts';
import { checkMessage } from '../../core/journeys/templates/journey.ts';
import { valueKinds } from '../../core/journeys/templates/types.ts';
import { type TemplateContext, valuesFor } from '../../core/journeys/templates/values.ts';
import { type ChannelPreview, previewWarnings } from '../../core/messaging/previews.ts';
import type { Shop } from '../../core/shops.ts';
import { exampleContext, formatHelp, variableExamples, variableHelp } from '../../locales/template_help.ts';
import { createTranslator } from '../../locales/translator.ts';
import { invalidRequest, ProblemError, problem } from '../errors.ts';
import { parseReference, referenceError, referenceSchema } from '../references.ts';
import { type Api, serve } from '../serve.ts';

const tag = 'Messages';
const translator = createTranslator();

const localeSchema = z
  .enum(locales)
  .optional()
  .openapi({ description: 'The reader’s language; by default the customer’s own, else the program’s' });

const bodySchema = z
  .strictObject({
    message: messageSchema,
    customer: referenceSchema
      .optional()
      .openapi({ description: 'As this customer would see it; without one a made-up customer reads it' }),
    locale: localeSchema,
    category: z.enum(consentCategories).default('marketing'),
    home: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,39}$/)
      .default('campaign')
      .openapi({
        description: 'The key of the journey it belongs to: WhatsApp’s templates are made for a place',
      }),
    channels: z
      .array(z.enum(channelNames))
      .min(1)
      .max(channelNames.length)
      .optional()
      .openapi({ description: 'By default all' }),
    event: z
      .record(z.string().max(40), z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]))
      .optional()
      .openapi({ description: 'What `event.…` stands for: the data of an event of yours' }),
  })
  .openapi('TemplatePreviewPost');

const previewSchema = z.object({
  channel: z.enum(channelNames),
  text: z.string().openapi({ description: 'With the buttons as lines of it where there are none' }),
  buttons: z.array(z.array(z.string())).openapi({ description: 'Rows of labels' }),
  length: z.int().openapi({ description: 'In UTF-16 code units, if all of it fitted' }),
  limit: z.int().openapi({ description: 'What is longer is cut' }),
  sms: z
    .object({
      encoding: z
        .enum(['gsm7', 'ucs2'])
        .openapi({ description: 'gsm7: 160 characters in one SMS; ucs2: 70' }),
      segments: z.int().openapi({ description: 'How many SMS it is billed as' }),
    })
    .nullable(),
  price_micros: z.int().nullable().openapi({
    description:
      'To somebody who has not written within a day, in millionths of the currency; null where the program names no price',
  }),
  warnings: z.array(z.enum(previewWarnings)),
  template: z.string().nullable().openapi({
    description:
      'WhatsApp: the approved template it goes as to somebody who has not written within a day; null with the warning `needs_template`: to them it does not go by WhatsApp',
  }),
});

const answerSchema = z
  .object({ locale: z.enum(locales), previews: z.array(previewSchema) })
  .openapi('TemplatePreview');

const helpSchema = z
  .object({
    variables: z.array(
      z.object({
        name: z.string(),
        about: z.string(),
        kind: z.enum(valueKinds),
        formats: z.array(z.string()).openapi({ description: 'Ways to write it, the usual one first' }),
        may_be_missing: z
          .boolean()
          .openapi({ description: 'Whether a text needs words to stand in for it, after a bar' }),
        example: z.string().openapi({ description: 'For a made-up customer' }),
      }),
    ),
    formats: z.array(z.object({ name: z.string(), about: z.string(), example: z.string() })),
  })
  .openapi('TemplateVariables');

/** The calls about texts with variables: how one would be seen, and what may stand in it. */
export function templateRoutes(api: Api): void {
  servePreview(api);
  serveVariables(api);
}

function servePreview(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/templates/preview',
      right: 'messages:read',
      tag,
      summary: 'Preview a message with variables',
      description:
        'How a message of a journey or a campaign would be seen on each channel: its text, buttons, length, SMS and price. What is wrong with it (an unknown variable, nothing to stand in for a missing one) is told with its line. Purchase, cart, order, coupon and given points are made-up ones. Sends and writes nothing.',
      body: bodySchema,
      examples: {
        cart: {
          summary: 'A forgotten cart',
          value: {
            message: {
              text: {
                uk: 'Вітаємо, {{customer.first_name}}! У Вашому кошику {{cart.items, list}} на {{cart.total, money}}.',
              },
              buttons: [[{ label: { uk: 'Відкрити кошик' }, url: '{{cart.url}}' }]],
            },
          },
        },
      },
      answers: { 200: { description: 'How it would be seen', schema: answerSchema } },
      problems: ['customer_not_found'],
    },
    async ({ body, shop }) => {
      refuseFaults(api, body);
      const { locale, context } = await readerOf(api, body, shop);
      const { zone, phone, card } = context.record.customer;
      const said = say(body.message, {
        ...{ locale, programLocale: context.program.locale, values: valuesFor(context) },
        ...{ customer: { card }, site: undefined, couponCode: context.coupon?.code, cartId: 'crt_example' },
        subject: 'journey:example',
        approvals: { key: body.home, category: body.category, approved: context.program.whatsapp_approved },
      });
      if (!said.ok) throw missing(said.missing, locale);
      const country = phone === null ? undefined : countryOfPhone(phone);
      const reader = { locale, category: body.category, zone, country };
      const previews = api.parts.preview(said.reply, reader, body.channels ?? channelNames);
      return { status: 200, body: { locale, previews: previews.map(previewView) } };
    },
  );
}

/** Everything may be told of: whether it is there is known where the text is used. */
const everywhere: Place = { subjects: ['purchase', 'cart', 'order', 'coupon', 'gift'], event: 'whatever' };

function refuseFaults({ parts }: Api, { message }: z.output<typeof bodySchema>): void {
  const problems = checkMessage(message, everywhere, ['message']);
  if (problems.length === 0) return;
  const { zone, currency } = parts.program();
  throw new ProblemError(
    invalidRequest(
      problems.map(({ path, line, column, words }) => ({
        pointer: `/${path.join('/')}`,
        detail: `line ${line}, character ${column}: ${translator.say('en', words, { zone, currency })}`,
      })),
    ),
  );
}

function missing(names: readonly string[], locale: Locale): ProblemError {
  const detail = `nothing is known to put for ${names.join(', ')}: add words after a bar, like {{${names[0]} | …}}`;
  return new ProblemError(invalidRequest([{ pointer: `/message/text/${locale}`, detail }]));
}

/** The made-up customer, or a real one in the place of it. */
async function readerOf(
  { parts }: Api,
  { customer, locale: asked, event }: z.output<typeof bodySchema>,
  shop: Shop,
): Promise<{ readonly locale: Locale; readonly context: TemplateContext }> {
  const program = parts.program();
  const now = parts.clock.now();
  const example = (locale: Locale) => exampleContext(locale, program, now, event);
  if (!customer) {
    const locale = asked ?? program.locale;
    return { locale, context: example(locale) };
  }
  const parsed = parseReference(customer, shop, program);
  if (!parsed.ok) throw new ProblemError(invalidRequest([referenceError('/customer', parsed)]));
  const details = await parts.customers.details(parsed.ref, shop.id);
  if (!details) throw new ProblemError(problem('customer_not_found', 'nobody is known by this reference'));
  const { record, paidMinor: tierMinor } = details;
  const locale = asked ?? record.customer.locale ?? program.locale;
  return { locale, context: { ...example(locale), record, program, tierMinor } };
}

function previewView({ priceMicros, sms, buttons, warnings, template, ...preview }: ChannelPreview) {
  return {
    ...preview,
    buttons: buttons.map((row) => [...row]),
    sms: sms ?? null,
    price_micros: priceMicros,
    warnings: [...warnings],
    template: template ?? null,
  };
}

function serveVariables(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/templates/variables',
      right: 'messages:read',
      tag,
      summary: 'List the variables of texts',
      description:
        'What may stand in texts of journeys and campaigns, and how it can be written: `{{points.balance, points}}`, with words to stand in for what is missing: `{{customer.city | your town}}`, and parts that are left out with it: `{{#if customer.city}} … {{else}} … {{/if}}`. `event.…` is the data of the event that began a journey.',
      query: z.object({ locale: z.enum(locales).default('en') }),
      answers: { 200: { description: 'Every variable and format', schema: helpSchema } },
    },
    async ({ query: { locale } }) => {
      const program = api.parts.program();
      const examples = variableExamples(locale, program, api.parts.clock.now());
      const variables = variableHelp(locale).map(({ mayBeMissing, formats, ...help }) => ({
        ...help,
        formats: [...formats],
        may_be_missing: mayBeMissing,
        example: examples[help.name] ?? '',
      }));
      return { status: 200, body: { variables, formats: [...formatHelp(locale)] } };
    },
  );
}
