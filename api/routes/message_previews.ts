import { z } from '@hono/zod-openapi';
import { countryOfPhone, parsePhone } from '../../core/customers/phone.ts';
import { locales } from '../../core/customers/types.ts';
import { previewSms, type SmsPreview } from '../../core/messaging/sms.ts';
import type { Program } from '../../core/program/program.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import { wrongPhone } from '../references.ts';
import { identifier, words } from '../schemas.ts';
import { type Api, serve } from '../serve.ts';

const bodySchema = z.strictObject({
  channel: z.literal('sms'),
  text: words(1600),
  phone: identifier(40)
    .optional()
    .openapi({ description: 'Prices differ by country; without a number it is the country of the program' }),
  locale: z
    .enum(locales)
    .optional()
    .openapi({ description: 'The language of the text; without it its letters tell' }),
});

const formSchema = z.object({
  text: z.string().openapi({ description: 'As it would leave' }),
  encoding: z
    .enum(['gsm7', 'ucs2'])
    .openapi({ description: 'gsm7: 160 characters in one SMS, 153 in each of several; ucs2: 70 and 67' }),
  segments: z.int().openapi({ description: 'How many SMS it is billed as' }),
  price_micros: z.int().nullable().openapi({
    description: 'Millionths of the currency, so 985000 is 0.985; null where the program names no price',
  }),
});

const answerSchema = formSchema
  .extend({
    transliterates: z.boolean().openapi({
      description: 'Whether the program has texts written in Latin letters where that takes fewer SMS',
    }),
    transliterated: formSchema.openapi({
      description: 'The same text in Latin letters, if that takes fewer SMS',
    }),
  })
  .openapi('MessagePreview');

/** The call that says what a text would cost before anybody sends it. */
export function messagePreviewRoutes(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/messages/preview',
      right: 'messages:read',
      tag: 'Messages',
      summary: 'Preview an SMS',
      description:
        'How many SMS a text is billed as and what they cost by the prices of the program, as it stands and in Latin letters. Sends and writes nothing.',
      body: bodySchema,
      examples: {
        ukrainian: {
          summary: 'A text of two SMS, of one in Latin letters',
          value: {
            channel: 'sms',
            text: 'Дякуємо за покупку! Вам нараховано 120 балів, тепер у Вас 1520 балів. До зустрічі!',
            phone: '+380671234567',
          },
        },
      },
      answers: { 200: { description: 'What it comes to', schema: answerSchema } },
    },
    async ({ body: { text, phone, locale } }) => {
      const program = api.parts.program();
      const country = countryFor(phone, program);
      const written = (transliterate: boolean) =>
        formView(previewSms(text, { transliterate, locale }, country, program.prices));
      const transliterates = program.sms_transliterate;
      return { status: 200, body: { ...written(false), transliterates, transliterated: written(true) } };
    },
  );
}

function countryFor(typed: string | undefined, program: Program): string | undefined {
  if (typed === undefined) return program.country;
  const phone = parsePhone(typed, program.country);
  if (phone) return countryOfPhone(phone);
  throw new ProblemError(invalidRequest([{ pointer: '/phone', detail: wrongPhone(program) }]));
}

function formView({ text, encoding, segments, priceMicros }: SmsPreview) {
  return { text, encoding, segments, price_micros: priceMicros };
}
