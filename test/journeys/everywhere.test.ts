import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel, SendOutcome } from '../../bots/channel.ts';
import { previewsOf, usualShapes } from '../../bots/previews.ts';
import { createRenderer } from '../../bots/render.ts';
import { createTelegram } from '../../bots/telegram/telegram.ts';
import { type Locale, locales } from '../../core/customers/types.ts';
import type { CustomerId, NoticeId } from '../../core/ids.ts';
import { formsOfJourney } from '../../core/journeys/approved/all.ts';
import type { JourneyDefinition, MessageDefinition } from '../../core/journeys/definition.ts';
import { flowOf } from '../../core/journeys/flow.ts';
import { say } from '../../core/journeys/reply.ts';
import { parseTemplate } from '../../core/journeys/templates/parse.ts';
import { valuesFor } from '../../core/journeys/templates/values.ts';
import { withWayOut } from '../../core/journeys/way_out.ts';
import { shorten } from '../../core/messaging/links.ts';
import type { Reply } from '../../core/messaging/types.ts';
import { defaultProgram, type Program } from '../../core/program/program.ts';
import { DAY_MS } from '../../core/time.ts';
import { shipped } from '../../locales/journeys.ts';
import { exampleContext } from '../../locales/template_help.ts';
import { createTranslator } from '../../locales/translator.ts';
import { templateIn } from '../../whatsapp_templates.ts';
import { sendingOver, phone as smsPhone } from '../contract/sms_gateway.ts';
import { startFakeTelegram } from '../support/fake-telegram.ts';
import { smpp } from '../support/sms/gateways.ts';
import { openViberShop } from '../support/viber/shop.ts';
import { startCloud } from '../support/whatsapp/cloud.ts';

/** Names people have, and names somebody tries. */
const names = [
  'Олена',
  "О'Ніл",
  '"Мар’яна"',
  '<b>Ганна</b>',
  'Юра&amp;Ко',
  '{{customer.phone}}',
  '{{#if',
  '$t(menu.title)',
  '*_Їжак_*`~',
  '👩‍👩‍👧‍👦🎉',
  'مريم',
  '\u202eАнна',
  'Ж'.repeat(60),
  '\\n%s%1$s',
];

const site = 'https://shop.example';
const now = Date.parse('2026-11-22T12:00:00+02:00');
const render = createRenderer(createTranslator());

interface Case {
  readonly what: string;
  readonly definition: JourneyDefinition;
  readonly message: MessageDefinition;
  readonly locale: Locale;
  readonly name: string;
}

const messages = shipped.flatMap(({ definition }) =>
  flowOf(definition).flatMap(({ step }) =>
    'message' in step && !('variants' in step.message) ? [{ definition, message: step.message }] : [],
  ),
);
/** Every message in every language, each with the next name; a prime step takes every name to every language. */
const cases: readonly Case[] = messages.flatMap((one, row) =>
  locales.map((locale, column) => {
    const name = names[(row * 3 + column * 5) % names.length] ?? '';
    return { ...one, locale, name, what: `${one.definition.key} ${locale} ${name}` };
  }),
);

/** As if Meta had approved everything. */
const approved: Program['whatsapp_approved'] = Object.fromEntries(
  shipped.flatMap(({ definition }) =>
    formsOfJourney(definition).map(({ form }) => [form.name, [...locales]]),
  ),
);
const program: Program = { ...defaultProgram, whatsapp_approved: approved };

function replyTo({ definition, message, locale, name }: Case): Reply {
  const fields = Object.values(message.text)
    .flatMap((text) => parseTemplate(text ?? '').variables)
    .filter((variable) => variable.startsWith('event.'))
    .map((variable) => variable.slice('event.'.length));
  const words = new Set(['name', 'title', 'store', 'note']);
  const dataOf = (field: string) => {
    if (words.has(field)) return name;
    return /(^|_)(at|until)$/.test(field) ? now + DAY_MS : 1234;
  };
  const event = Object.fromEntries(fields.map((field) => [field, dataOf(field)]));
  const context = exampleContext(locale, program, now, event);
  const { record } = context;
  const known = { ...record, customer: { ...record.customer, name } };
  const { key, category } = definition;
  const said = say(message, {
    ...{ locale, programLocale: locale, values: valuesFor({ ...context, record: known }) },
    ...{ customer: { card: null }, site, couponCode: 'SP-7K2M', cartId: 'crt_example' },
    ...{ subject: `journey:${key}`, approvals: { key, category, approved } },
  });
  if (!said.ok) throw new Error(`nothing to put for ${said.missing.join()}`);
  const { picture: _, ...reply } = category === 'marketing' ? withWayOut(said.reply) : said.reply;
  const ids = { noticeId: 'ntc_1' as NoticeId, customerId: 'cus_1' as CustomerId };
  return shorten(reply, { ...ids, site, context: { now, random: () => 0.4 } }).reply;
}

const reader = ({ locale, definition }: Case) =>
  ({ locale, zone: 'Europe/Kyiv', currency: 'UAH', category: definition.category }) as const;

/** Whether the text in this language calls the customer by the first name. */
const callsByName = ({ message, locale }: Case) =>
  parseTemplate(message.text[locale] ?? '').variables.includes('customer.first_name');

interface Messenger {
  readonly channel: Channel;
  readonly address: string;
  newest(): string;
  /** The person says something, a second later: nobody sends so much to who never answers. */
  rest?(): Promise<unknown>;
  close(): Promise<void>;
}

async function telegram(): Promise<Messenger> {
  const fake = await startFakeTelegram();
  const bot = createTelegram({
    ...{ token: fake.token, apiRoot: fake.apiRoot, webhookSecret: 'secret' },
    handle: async () => {},
    log: () => {},
  });
  const person = fake.person(501);
  const newest = () => person.chat.messages.at(-1)?.text ?? '';
  return { channel: bot.channel, address: '501', newest, close: () => fake.close() };
}

async function viber(): Promise<Messenger> {
  const { fake, viber: bot, subscriber, clock } = await openViberShop();
  const person = await subscriber('01234567890A=');
  const newest = () => person.messages.at(-1)?.text ?? '';
  const rest = () => {
    clock.advance(1000);
    return person.say('+');
  };
  return { channel: bot.channel, address: person.id, newest, rest, close: () => fake.close() };
}

async function sms(): Promise<Messenger> {
  const t = await sendingOver(smpp);
  const newest = () => t.phones.seen.at(-1)?.text ?? '';
  return { channel: t.sms.channel, address: smsPhone, newest, close: t.close };
}

describe.each([
  ['telegram', telegram],
  ['viber', viber],
  ['sms', sms],
] as const)('every text that comes with Svoi, whoever reads it, over %s', (channelName, open) => {
  let messenger: Messenger;
  beforeAll(async () => {
    messenger = await open();
  });
  afterAll(() => messenger.close());

  it('is taken and arrives whole, as it was written, in as many SMS as the preview says', async () => {
    const { abilities } = messenger.channel;
    for (const one of cases) {
      const reply = replyTo(one);
      const whole = render(reply, { ...abilities, textLimit: Number.POSITIVE_INFINITY }, reader(one));
      const shown = render(reply, abilities, reader(one));
      expect(shown.text, one.what).toBe(whole.text);
      if (callsByName(one)) expect(shown.text, one.what).toContain(one.name);
      const outcome: SendOutcome = await messenger.channel.send({
        ...{ id: `msg_${cases.indexOf(one)}`, address: messenger.address, category: one.definition.category },
        ...{ ...shown, locale: one.locale },
      });
      expect(outcome, one.what).toMatchObject({ status: 'sent' });
      await messenger.rest?.();
      const [preview] = previewsOf(reply, render, {
        ...{ reader: reader(one), program, country: 'UA' },
        shapes: { [channelName]: usualShapes[channelName] },
      });
      expect(messenger.newest(), one.what).toContain(preview?.text ?? shown.text);
      expect(preview?.warnings, one.what).not.toContain('cut');
      const segments = outcome.status === 'sent' ? outcome.segments : undefined;
      if (channelName === 'sms') expect(preview?.sms?.segments, one.what).toBe(segments);
    }
  });
});

describe('every text that comes with Svoi, whoever reads it, over WhatsApp', () => {
  it('goes as it is within 24 hours of the last word, and as its template after that', async () => {
    const cloud = await startCloud();
    const { channel } = cloud.whatsapp;
    const person = cloud.fake.person({ phone: '380671234567' });
    for (const one of cases) {
      cloud.clock.advance(1000);
      const reply = replyTo(one);
      const shown = render(reply, channel.abilities, reader(one));
      const message = {
        ...{ id: `msg_${cases.indexOf(one)}`, address: '380671234567', locale: one.locale },
        ...{ ...shown, category: one.definition.category },
      };
      expect(await channel.send(message), one.what).toMatchObject({ status: 'sent' });
      expect(person.messages.at(-1)?.text, one.what).toContain(shown.text);
      for (const at of formsOfJourney(one.definition)) {
        const template = templateIn(one.locale, at, { program, now, site });
        if (template) cloud.fake.approve(template);
      }
      const late = await channel.send({ ...message, lastSeenAt: cloud.clock.now() - DAY_MS });
      expect(late, `${one.what} ${JSON.stringify(late)}`).toMatchObject({ status: 'sent' });
      const [, ...values] = person.messages.at(-1)?.text.split('|') ?? [];
      if (callsByName(one)) expect(values.join('|'), one.what).toContain(one.name);
    }
    await cloud.close();
  });
});
