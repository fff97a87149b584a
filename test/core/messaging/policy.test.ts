import { describe, expect, it } from 'vitest';
import { type ChannelName, type CustomerRecord, channelNames } from '../../../core/customers/types.ts';
import { type AddressId, type CustomerId, createIds } from '../../../core/ids.ts';
import { emptyHead } from '../../../core/ledger/types.ts';
import { planSteps } from '../../../core/messaging/cascade.ts';
import { type NoticeRequest, planNotice } from '../../../core/messaging/plan.ts';
import { judge, type Standing } from '../../../core/messaging/policy.ts';
import type { MessagingRules } from '../../../core/messaging/rules.ts';
import { defaultProgram, type ProgramDefinition, programSchema } from '../../../core/program/program.ts';
import { DAY_MS } from '../../../core/time.ts';
import { seededRandom } from '../../support/svoi.ts';

const noon = Date.parse('2026-11-22T12:00:00+02:00');
const customerId = 'cus_1' as CustomerId;

/** A customer with chats, the one used last first. */
function aRecord(
  chats: readonly ChannelName[],
  more: Partial<Pick<CustomerRecord, 'consents' | 'channelConsents'>> = {},
  profile: Partial<CustomerRecord['customer']> = {},
): CustomerRecord {
  return {
    customer: {
      ...{ id: customerId, phone: '+380671234567', card: null, name: null, birthday: null, gender: null },
      ...{
        locale: null,
        zone: null,
        city: null,
        registeredIn: null,
        preferredChannel: null,
        mergedInto: null,
      },
      ...{ createdAt: 0, registeredAt: 0, erasedAt: null },
      ...profile,
    },
    ...{ head: emptyHead(customerId), lots: [], consents: {}, channelConsents: {} },
    addresses: chats.map((channel, index) => ({
      id: `adr_${channel}` as AddressId,
      ...{ channel, externalId: channel, customerId, locale: 'uk', reachable: true },
      lastSeenAt: noon - 2 * DAY_MS - index,
    })),
    ...more,
  };
}

function rules(program: Partial<ProgramDefinition> = {}, depth = 'read' as const): MessagingRules {
  return {
    program: { ...defaultProgram, ...program },
    channels: new Map(channelNames.map((name) => [name, { receipts: depth }])),
  };
}

const plan = (request: Partial<NoticeRequest>, record: CustomerRecord, now = noon, program = {}) =>
  planNotice(
    { category: 'service', kind: 'test', reply: { paragraphs: [] }, campaign: 'spring', ...request },
    record,
    rules(program),
    { now, ids: createIds(seededRandom(1)), random: () => 0 },
  );

describe('quiet hours', () => {
  const quiet = { from: '21:00', to: '09:00' };
  it.each([
    ['at noon', '2026-11-22T12:00:00+02:00', 'Europe/Kyiv', quiet, undefined],
    ['a minute before nine in the evening', '2026-11-22T20:59:00+02:00', 'Europe/Kyiv', quiet, undefined],
    [
      'at nine in the evening',
      '2026-11-22T21:00:00+02:00',
      'Europe/Kyiv',
      quiet,
      '2026-11-23T09:00:00+02:00',
    ],
    ['after midnight', '2026-11-23T03:00:00+02:00', 'Europe/Kyiv', quiet, '2026-11-23T09:00:00+02:00'],
    ['at nine in the morning', '2026-11-23T09:00:00+02:00', 'Europe/Kyiv', quiet, undefined],
    [
      'where the customer lives',
      '2026-11-22T12:00:00+02:00',
      'America/New_York',
      quiet,
      '2026-11-22T09:00:00-05:00',
    ],
    [
      'the night clocks go back',
      '2026-10-24T22:00:00+03:00',
      'Europe/Kyiv',
      quiet,
      '2026-10-25T09:00:00+02:00',
    ],
    [
      'the night clocks go forward',
      '2026-03-28T22:00:00+02:00',
      'Europe/Kyiv',
      quiet,
      '2026-03-29T09:00:00+03:00',
    ],
    [
      'a siesta',
      '2026-11-22T14:30:00+02:00',
      'Europe/Kyiv',
      { from: '13:00', to: '15:00' },
      '2026-11-22T15:00:00+02:00',
    ],
    ['none at all', '2026-11-22T23:00:00+02:00', 'Europe/Kyiv', { from: '00:00', to: '00:00' }, undefined],
  ])('%s', (_, at, zone, quiet_hours, until) => {
    const verdict = judge(
      { category: 'service', pointlessAt: null },
      aRecord(['telegram'], {}, { zone }),
      rules({ quiet_hours }),
      { now: Date.parse(at), prompt: false, offered: [] },
    );
    const held = { kind: 'hold', until: Date.parse(until ?? at), reason: 'quiet_hours' };
    expect(verdict).toEqual(until === undefined ? { kind: 'go' } : held);
  });

  const night = Date.parse('2026-11-22T23:00:00+02:00');
  it.each<[string, Partial<NoticeRequest>, object]>([
    ['what the customer did just now is told at once', { prompt: true }, { state: 'underway' }],
    ['what we begin ourselves waits for the morning', {}, { state: 'held', reason: 'quiet_hours' }],
    ['a one-time code never waits', { category: 'code' }, { state: 'underway' }],
    ['an offer waits, whatever it answers', { category: 'marketing', prompt: true }, { state: 'held' }],
    ['what is pointless by the morning is dropped', { pointlessAt: night + 1 }, { state: 'dropped' }],
  ])('%s', (_, request, notice) => {
    const record = aRecord(['telegram'], { consents: { marketing: true } });
    expect(plan(request, record, night).notices).toMatchObject([notice]);
  });
});

describe('consent', () => {
  const yes = { service: true, marketing: true };
  it.each<[MessageKind, CustomerRecord['consents'], CustomerRecord['channelConsents'], ChannelName[]]>([
    ['service', {}, {}, ['telegram', 'viber']],
    ['service', { service: true }, {}, ['telegram', 'viber', 'sms']],
    ['service', { service: false }, {}, []],
    ['service', {}, { telegram: { service: false } }, ['viber']],
    ['service', { service: true }, { sms: { service: false } }, ['telegram', 'viber']],
    ['marketing', {}, {}, []],
    ['marketing', { marketing: true }, {}, ['telegram', 'viber']],
    ['marketing', yes, { telegram: { marketing: false } }, ['viber']],
    ['code', { service: false }, { sms: { service: false } }, ['telegram', 'viber', 'sms']],
  ])('%s with %j and %j goes over %j', (category, consents, channelConsents, channels) => {
    const record = aRecord(['telegram', 'viber'], { consents, channelConsents });
    expect(planSteps({ category }, record, rules(), noon).map(({ channel }) => channel)).toEqual(channels);
  });

  it('who wants none hears none, and no row is written but for a campaign', () => {
    const record = aRecord(['telegram'], { consents: { service: false } });
    expect(plan({}, record).notices).toMatchObject([{ state: 'dropped', reason: 'consent' }]);
    const plain = { category: 'service', kind: 'test', reply: { paragraphs: [] } } as const;
    const context = { now: noon, ids: createIds(), random: () => 0 };
    expect(planNotice(plain, record, rules(), context)).toEqual({});
    expect(planNotice(plain, aRecord([]), rules(), context)).toEqual({});
  });
});

type MessageKind = NoticeRequest['category'];

describe('the order of channels', () => {
  const all = ['telegram', 'viber', 'whatsapp', 'web', 'sms'].map((channel) => ({ channel }));
  const prices = { viber: { outside: 40 }, whatsapp: { utility: 35, marketing: 60, authentication: 30 } };
  const priced = { ...prices, sms: { segment: 90, countries: { UA: 20 } } };
  it.each([
    ['as listed', 'listed', { steps: all }, {}, {}, 'telegram viber whatsapp web sms'],
    ['the one used last first', 'preferred', { steps: all }, {}, {}, 'whatsapp telegram viber web sms'],
    [
      'the chosen one first',
      'preferred',
      { steps: all },
      { preferredChannel: 'viber' },
      {},
      'viber whatsapp telegram web sms',
    ],
    ['the cheapest first', 'cheapest', { steps: all }, {}, priced, 'telegram web sms whatsapp viber'],
    ['no price known comes last', 'cheapest', { steps: all }, {}, prices, 'telegram web whatsapp viber sms'],
    ['only those listed', 'preferred', { steps: all.slice(1, 2) }, {}, {}, 'viber'],
  ])('%s', (_, order, cascade, profile, book, channels) => {
    const { cascades, prices: known } = programSchema.parse({
      cascades: { service: { order, ...cascade } },
      prices: book,
    });
    const chats = ['whatsapp', 'telegram', 'viber', 'web'] as const;
    const record = aRecord(
      chats,
      { consents: { service: true } },
      profile as Partial<CustomerRecord['customer']>,
    );
    const steps = planSteps({ category: 'service' }, record, rules({ cascades, prices: known }), noon);
    expect(steps.map(({ channel }) => channel).join(' ')).toBe(channels);
  });

  it('no more is wanted of a channel than it can tell', () => {
    const { program } = rules();
    const channels = new Map([['telegram', { receipts: 'accepted' }]] as const);
    expect(
      planSteps({ category: 'service' }, aRecord(['telegram', 'viber']), { program, channels }, noon),
    ).toEqual([{ channel: 'telegram', wants: 'accepted', waitMs: 15 * 60_000 }]);
  });
});

describe('offers in seven days, at most three', () => {
  const record = aRecord(['telegram'], { consents: { marketing: true } });
  const verdict = (offered: readonly number[], most = 3, pointlessAt: number | null = null) =>
    judge({ category: 'marketing', pointlessAt }, record, rules({ marketing_messages_in_7_days: most }), {
      ...{ now: noon, prompt: false, offered },
    });
  const days = (ago: number) => noon - ago * DAY_MS;

  it.each([
    ['none yet', [], 3, { kind: 'go' }],
    ['two', [days(3), days(1)], 3, { kind: 'go' }],
    ['three', [days(6), days(3), days(1)], 3, { kind: 'hold', until: days(-1), reason: 'frequency' }],
    [
      'four, since the program allowed more',
      [days(6), days(5), days(3), days(1)],
      3,
      { kind: 'hold', until: days(-2), reason: 'frequency' },
    ],
    ['none are allowed', [], 0, { kind: 'drop', reason: 'frequency' }],
  ])('%s', (_, offered, most, expected) => {
    expect(verdict(offered, most)).toEqual(expected);
  });

  it('what would come too late by then is dropped', () => {
    expect(verdict([days(6), days(3), days(1)], 3, days(-1))).toEqual({ kind: 'drop', reason: 'frequency' });
  });
});

const mutedJourney: Partial<Standing> = {
  mutes: [{ subject: 'journey:a', until: null }],
};

describe('offers that meet', () => {
  const record = aRecord(['telegram'], { consents: { marketing: true } });
  const verdict = (standing: Partial<Standing>, notice = {}) =>
    judge({ category: 'marketing', pointlessAt: null, weight: 50, ...notice }, record, rules(), {
      ...{ now: noon, prompt: false, offered: [], ...standing },
    });
  const silence = { after_days: 90, offers: 6, then_every_days: 30 };
  const days = (ago: number) => noon - ago * DAY_MS;
  const go = { kind: 'go' };
  const hold = (until: number, reason: string) => ({ kind: 'hold', until, reason });

  it.each<[string, Partial<Standing>, object, object]>([
    ['the heavier one goes', { heaviest: 50 }, {}, go],
    ['of the same weight the older one goes', { heaviest: 50 }, { weight: 50 }, go],
    ['the lighter one waits a day', { heaviest: 51 }, {}, hold(days(-1), 'outweighed')],
    [
      'the lighter one is dropped where it is pointless by then',
      { heaviest: 51 },
      { pointlessAt: days(-0.5) },
      { kind: 'drop', reason: 'outweighed' },
    ],
    ['what is muted goes nowhere', mutedOffers(null), { topic: 'offers' }, { kind: 'drop', reason: 'muted' }],
    ['what was muted until now goes', mutedOffers(noon), { topic: 'offers' }, go],
    ['what is of another topic goes', mutedOffers(null), { topic: 'orders' }, go],
    [
      'a muted journey goes nowhere',
      mutedJourney,
      { campaign: 'journey:a' },
      { kind: 'drop', reason: 'muted' },
    ],
    ['another journey goes', mutedJourney, { campaign: 'journey:b' }, go],
    [
      'who noticed none of six waits a month',
      { silence: { offers: 6, lastAt: days(10) } },
      {},
      hold(days(-20), 'silent'),
    ],
    ['and gets one then', { silence: { offers: 6, lastAt: days(30) } }, {}, go],
    ['who noticed none of five does not', { silence: { offers: 5, lastAt: days(10) } }, {}, go],
  ])('%s', (_, standing, notice, expected) => {
    expect(rules().program.silence).toEqual(silence);
    expect(verdict(standing, notice)).toEqual(expected);
  });

  it('service is weighed against nothing', () => {
    const standing = { heaviest: 100, silence: { offers: 100, lastAt: noon } };
    expect(verdict(standing, { category: 'service' })).toEqual(go);
  });
});

function mutedOffers(until: number | null): Partial<Standing> {
  return { mutes: [{ subject: 'topic:offers', until }] };
}
