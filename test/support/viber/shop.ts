import type { Messenger } from '../../../bots/channel.ts';
import { createViber, type ViberOptions } from '../../../bots/viber/viber.ts';
import type { IncomingEvent } from '../../../core/dialogs/types.ts';
import type { Receipt } from '../../../core/messaging/receipts.ts';
import { createTranslator } from '../../../locales/translator.ts';
import { type FakeViber, type Person, startFakeViber } from '../fake-viber.ts';

/** A shop's Viber over a fake of the real one, and what it told the shop. */
export interface ViberShop {
  readonly fake: FakeViber;
  readonly viber: Messenger;
  readonly events: readonly IncomingEvent[];
  readonly receipts: readonly Receipt[];
  readonly log: readonly string[];
  readonly clock: { now(): number; advance(milliseconds: number): void };
  /** Another process of the same shop, or one with other options. */
  open(options?: Partial<ViberOptions>): Messenger;
  /** Somebody who is subscribed already. */
  subscriber(id: string): Promise<Person>;
}

/** Opens the shop at shop.example.com; its callbacks are handed over without a network. */
export async function openViberShop(options: Partial<ViberOptions> = {}): Promise<ViberShop> {
  let now = Date.UTC(2026, 10, 22, 10);
  const clock = {
    now: () => now,
    advance(milliseconds: number) {
      now += milliseconds;
    },
  };
  const fake = await startFakeViber(clock.now);
  const [events, receipts, log]: [IncomingEvent[], Receipt[], string[]] = [[], [], []];
  const translator = createTranslator();
  const open = (more: Partial<ViberOptions> = {}) =>
    createViber({
      ...{ token: fake.token, apiRoot: fake.apiRoot, senderName: 'Свої', clock },
      publicUrl: 'https://shop.example.com/',
      handle: async (event) => void events.push(event),
      receipts: async (some) => void receipts.push(...some),
      introduction: () => ({
        locale: 'uk',
        say: (locale, words) => translator.say(locale, words, { zone: 'UTC', currency: 'UAH' }),
      }),
      log: (level, message) => void log.push(`${level} ${message}`),
      ...options,
      ...more,
    });
  const viber = open();
  const take = (request: Request) => viber.webhook(request);
  fake.deliver = take;
  async function subscriber(id: string): Promise<Person> {
    const person = fake.person(id);
    fake.deliver = async () => new Response('ok');
    await person.subscribe();
    fake.deliver = take;
    return person;
  }
  return { fake, viber, events, receipts, log, clock, open, subscriber };
}
