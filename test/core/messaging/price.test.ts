import { describe, expect, it } from 'vitest';
import { countryOfPhone } from '../../../core/customers/phone.ts';
import { isChargedOnDelivery, isInSession, priceOf, type Sending } from '../../../core/messaging/price.ts';
import { defaultProgram, programSchema } from '../../../core/program/program.ts';

const minute = 60_000;
const day = 1440 * minute;

const { prices } = programSchema.parse({
  prices: {
    viber: { outside: 88.2 },
    whatsapp: { session: 1.5, utility: 50, marketing: 312.5, authentication: 70.0001 },
    sms: { segment: 98.5, countries: { PL: 150, KZ: 0 } },
  },
});

describe('the price of a message, in micros', () => {
  const table: readonly [string, Sending, number | null][] = [
    ['Telegram costs nothing', { channel: 'telegram', category: 'marketing' }, 0],
    ['nor does the chat of the site', { channel: 'web', category: 'code' }, 0],
    ['Viber to who never wrote', { channel: 'viber', category: 'service' }, 882_000],
    ['Viber within the day', { channel: 'viber', category: 'marketing', sinceSeenMs: day - 1 }, 0],
    ['Viber a day after', { channel: 'viber', category: 'reply', sinceSeenMs: day }, 882_000],
    ['WhatsApp within the day', { channel: 'whatsapp', category: 'marketing', sinceSeenMs: minute }, 15_000],
    ['a service template', { channel: 'whatsapp', category: 'service', sinceSeenMs: day }, 500_000],
    ['an answer that came late', { channel: 'whatsapp', category: 'reply', sinceSeenMs: 2 * day }, 500_000],
    ['a marketing template', { channel: 'whatsapp', category: 'marketing' }, 3_125_000],
    ['a code by template', { channel: 'whatsapp', category: 'code' }, 700_001],
    ['an SMS, by default of one segment', { channel: 'sms', category: 'code' }, 985_000],
    ['each segment counts', { channel: 'sms', category: 'code', segments: 3, country: 'UA' }, 2_955_000],
    [
      'a country of its own price',
      { channel: 'sms', category: 'code', segments: 2, country: 'PL' },
      3_000_000,
    ],
    ['a price of 0 is a price', { channel: 'sms', category: 'code', segments: 2, country: 'KZ' }, 0],
    ['no country known', { channel: 'sms', category: 'code', country: undefined }, 985_000],
  ];

  it.each(table)('%s', (_, sending, micros) => {
    expect(priceOf(sending, prices)).toBe(micros);
  });

  it.each(['viber', 'whatsapp', 'sms'] as const)(
    '%s without an entry in the book has no known price',
    (channel) => {
      expect(priceOf({ channel, category: 'service', sinceSeenMs: 0 }, defaultProgram.prices)).toBeNull();
    },
  );

  it('the session ends a day after the person last wrote', () => {
    expect([undefined, 0, day - 1, day].map(isInSession)).toEqual([false, true, true, false]);
  });

  it('Viber and WhatsApp bill what was delivered, SMS what was taken', () => {
    expect((['viber', 'whatsapp', 'sms', 'telegram', 'web'] as const).filter(isChargedOnDelivery)).toEqual([
      'viber',
      'whatsapp',
    ]);
  });

  it.each([
    ['+380671234567', 'UA'],
    ['+77011234567', 'KZ'],
    ['+79161234567', 'RU'],
    ['+48512345678', 'PL'],
    ['+999', undefined],
  ])('%s belongs to %s', (phone, country) => {
    expect(countryOfPhone(phone)).toBe(country);
  });
});
