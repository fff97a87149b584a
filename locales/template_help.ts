import type { Locale } from '../core/customers/types.ts';
import type { CustomerId, LotId, TransactionId } from '../core/ids.ts';
import { templateFormats, usualFormat } from '../core/journeys/templates/formats.ts';
import type { ValueKind } from '../core/journeys/templates/types.ts';
import { type TemplateContext, valuesFor } from '../core/journeys/templates/values.ts';
import { templateVariables, type VariableSpec } from '../core/journeys/templates/variables.ts';
import { written } from '../core/journeys/templates/written.ts';
import { emptyHead } from '../core/ledger/types.ts';
import { points } from '../core/points.ts';
import type { Program } from '../core/program/program.ts';
import { DAY_MS } from '../core/time.ts';
import en from './templates/en.json' with { type: 'json' };
import ru from './templates/ru.json' with { type: 'json' };
import uk from './templates/uk.json' with { type: 'json' };
import { createTranslator } from './translator.ts';

const texts = { uk, ru, en };
const translator = createTranslator();

/** A variable as a person who writes texts looks it up. */
export interface VariableHelp {
  readonly name: string;
  readonly about: string;
  readonly kind: ValueKind;
  /** Ways to write it, the usual one first. */
  readonly formats: readonly string[];
  /** Whether a text needs words to stand in for it. */
  readonly mayBeMissing: boolean;
}

/** A way to write variables. */
export interface FormatHelp {
  readonly name: string;
  readonly about: string;
  readonly example: string;
}

/** Every variable of a template, in a language; those of events are as shops post them. */
export function variableHelp(locale: Locale): readonly VariableHelp[] {
  const about: Readonly<Record<string, string>> = texts[locale].variables;
  return Object.entries(templateVariables).map(([name, spec]: [string, VariableSpec]) => ({
    ...{ name, kind: spec.kind },
    about: about[name] ?? '',
    formats: formatsOf(spec.kind),
    mayBeMissing: spec.missable === true && spec.ownFallback !== true,
  }));
}

function formatsOf(kind: ValueKind): readonly string[] {
  const fitting = Object.entries(templateFormats).filter(([, { kinds }]) =>
    kinds.some((one) => one === kind),
  );
  const usual = usualFormat[kind];
  return [usual, ...fitting.map(([name]) => name).filter((name) => name !== usual)];
}

/** Every way to write variables, in a language. */
export function formatHelp(locale: Locale): readonly FormatHelp[] {
  const about: Readonly<Record<string, string>> = texts[locale].formats;
  return Object.entries(templateFormats).map(([name, { example }]) => ({
    ...{ name, example },
    about: about[name] ?? '',
  }));
}

const exampleId = 'cus_example' as CustomerId;

/**
 * A made-up customer of a language, of whom everything is known, for previews: with a purchase, a cart, an order, a
 * coupon, given points, and what `event` says.
 */
export function exampleContext(
  locale: Locale,
  program: Program,
  now: number,
  event?: TemplateContext['event'],
): TemplateContext {
  const { example } = texts[locale];
  const items = exampleItems(locale);
  const total = items.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0);
  return {
    record: exampleRecord(locale, now),
    program: exampleProgram(locale, program),
    ...{ now, tierMinor: 312_000, event },
    purchase: {
      ...{ externalId: '1042', at: now - DAY_MS, store: example.store, totalMinor: total },
      ...{ earned: 44, pending: 0 },
      lines: items.map(({ sku, name, quantity, unitPriceMinor }) => ({
        ...{ id: null, sku, name, category: null, quantity, unitPriceMinor },
        ...{ amountMinor: quantity * unitPriceMinor, discountMinor: 0, coveredMinor: 0 },
        ...{ points: 0, refundedQuantity: 0, refundedMinor: 0 },
      })),
    },
    cart: { items, totalMinor: total, url: 'https://shop.example.com/cart' },
    order: {
      ...{ number: '1042', kind: 'order', status: example.status, totalMinor: total },
      ...{ dueAt: now + 3 * DAY_MS, trackingUrl: 'https://shop.example.com/track/1042' },
      url: 'https://shop.example.com/orders/1042',
    },
    coupon: { code: 'SP-7K2M', title: example.coupon, validUntil: now + 14 * DAY_MS },
    gift: { points: 50, until: now + 14 * DAY_MS },
  };
}

/** The program, with a reward and tiers to tell of where it has none. */
function exampleProgram(locale: Locale, program: Program): Program {
  const { rewards: things, tier, next_tier } = texts[locale].example;
  const { rewards, tiers } = program;
  const made = [
    { name: tier, spend_minor: 100_000 },
    { name: next_tier, spend_minor: 500_000 },
  ];
  return {
    ...program,
    rewards:
      rewards.length > 0 ? rewards : things.map((name, index) => ({ name, points: 300 + 100 * index })),
    tiers: tiers.length > 0 ? tiers : made,
  };
}

function exampleItems(locale: Locale) {
  const prices = [48_000, 9_500, 12_000, 6_450, 3_200];
  return texts[locale].example.items.map((name, index) => ({
    ...{ sku: `E-${index + 1}`, name, quantity: index === 1 ? 2 : 1, url: null, image: null },
    unitPriceMinor: prices[index] ?? 0,
  }));
}

function exampleRecord(locale: Locale, now: number): TemplateContext['record'] {
  const { name, city } = texts[locale].example;
  const head = emptyHead(exampleId);
  const burning = points(120);
  return {
    customer: {
      ...{ id: exampleId, phone: '+380671234567', card: '2900000000001', name, city },
      ...{ birthday: '1990-09-03', gender: 'female', locale, zone: null },
      ...{ preferredChannel: null, mergedInto: null, createdAt: now, registeredAt: now },
      ...{ registeredIn: null, erasedAt: null },
    },
    head: { ...head, balance: { ...head.balance, available: 347 } },
    lots: [
      {
        ...{ id: 'lot_example' as LotId, customerId: exampleId, points: burning, remaining: burning },
        ...{ transactionId: 'txn_example' as TransactionId, earnedAt: now - DAY_MS, origin: null },
        expiresAt: now + 7 * DAY_MS,
      },
    ],
    ...{ addresses: [], consents: {}, channelConsents: {} },
  };
}

/** How every variable of ours is written for the made-up customer, by name. */
export function variableExamples(
  locale: Locale,
  program: Program,
  now: number,
): Readonly<Record<string, string>> {
  const values = valuesFor(exampleContext(locale, program, now));
  const shown = Object.keys(templateVariables).map((name) => {
    const words = written({ text: `{{${name}}}`, locale }, values);
    return [name, translator.say(locale, words, program)];
  });
  return Object.fromEntries(shown);
}
