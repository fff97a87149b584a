import { isCardNumber } from '../../customers/card.ts';
import { parsePhone } from '../../customers/phone.ts';
import type { CustomerRef } from '../../customers/types.ts';
import { refKey } from '../../customers/types.ts';
import type { CustomerId } from '../../ids.ts';
import { MAX_AMOUNT_MINOR, minorDigits } from '../../money.ts';
import type { Program } from '../../program/program.ts';

/** A customer as typed: by phone, card or our id. Undefined when it is none of these. */
export function readCustomer(raw: string, { country }: Pick<Program, 'country'>): CustomerRef | undefined {
  const bare = raw.trim();
  if (/^cus_\w{26}$/.test(bare)) return { id: bare as CustomerId };
  const digits = bare.replace(/[\s-]/g, '');
  if (isCardNumber(digits)) return { card: digits };
  // A phone is found in any text that holds one: here words beside it mean something else.
  const phone = /^[+\d\s().-]+$/.test(bare) ? parsePhone(bare, country) : undefined;
  return phone === undefined ? undefined : { phone };
}

/** A reference as a conversation keeps it. */
export function keepRef(ref: CustomerRef): string {
  return refKey(ref);
}

/** What `keepRef` kept. */
export function keptRef(kept: string): CustomerRef {
  const [kind, rest] = kept.split(/:(.*)/s);
  if (kind === 'phone' && rest) return { phone: rest };
  if (kind === 'card' && rest) return { card: rest };
  return { id: kept as CustomerId };
}

/** The most words a phone number is typed in: `+380 67 123 45 67`. */
const mostParts = 5;

/**
 * A customer at the start of a text, and what follows. The first word by itself where it is one, else the longest
 * beginning that is: a number that follows with a space between is not taken for a part of the phone.
 */
export function splitCustomer(text: string, program: Program): readonly [customer: string, rest: string] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const lengths = [1, ...Array.from({ length: mostParts }, (_, index) => mostParts - index)];
  const length = lengths.find(
    (count) => count <= words.length && readCustomer(words.slice(0, count).join(' '), program),
  );
  const end = length ?? Math.min(1, words.length);
  return [words.slice(0, end).join(' '), words.slice(end).join(' ')];
}

/** A customer at the end of a text, and what goes before. */
export function splitLastCustomer(
  text: string,
  program: Program,
): readonly [before: string, customer: string] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  for (let count = Math.min(mostParts, words.length); count > 0; count -= 1) {
    const last = words.slice(-count).join(' ');
    if (readCustomer(last, program)) return [words.slice(0, -count).join(' '), last];
  }
  return [words.join(' '), ''];
}

/** The first word of a text, and what follows. */
export function splitWord(text: string): readonly [first: string, rest: string] {
  const [first = '', rest = ''] = text.trim().split(/\s+(.*)/s);
  return [first, rest];
}

const amountAtStart = /^(?:\d{1,3}(?:[ \u00a0]\d{3})+|\d+)(?:[.,]\d{1,2})?(?=\s|$)/;

/** An amount at the start of a text, thousands set apart perhaps, and what follows. */
export function splitAmount(text: string): readonly [amount: string, rest: string] {
  const trimmed = text.trim();
  const amount = amountAtStart.exec(trimmed)?.[0] ?? splitWord(trimmed)[0];
  return [amount, trimmed.slice(amount.length).trim()];
}

/**
 * Money as people type it: "125,50", "125.50", "1 250", "₴80", "80 грн". In minor units, more than 0. Undefined when
 * it cannot be read, or could be read in two ways ("1,250").
 */
export function readMoney(raw: string, currency: string): number | undefined {
  const bare = raw.trim().replace(/^\p{Sc}\s*|\s*(?:\p{Sc}|\p{L}+\.?)$/gu, '');
  const [, whole = '', part = ''] =
    /^(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,](\d{1,2}))?$/.exec(bare) ?? [];
  if (whole === '') return undefined;
  const digits = minorDigits(currency);
  if (part.length > digits) return undefined;
  const minor = Number(whole.replace(/\D/g, '') + part.padEnd(digits, '0'));
  return minor > 0 && minor <= MAX_AMOUNT_MINOR ? minor : undefined;
}

/** The most points that are given or taken at once. */
const mostPoints = 1_000_000;

/** Points as people type them, with a sign perhaps; never 0. */
export function readPoints(raw: string): number | undefined {
  const bare = raw
    .trim()
    .replace(/^[−–—]/, '-')
    .replace(/\s/g, '');
  if (!/^[+-]?\d{1,7}$/.test(bare)) return undefined;
  const value = Number(bare);
  return value !== 0 && Math.abs(value) <= mostPoints ? value : undefined;
}
