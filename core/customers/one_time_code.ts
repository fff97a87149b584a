import { randomText } from '../codes.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { OneTimeCodeId } from '../ids.ts';
import type { Context } from '../ports.ts';
import type { ChannelName } from './types.ts';

/** What a code proves a phone for; one of another purpose proves nothing. */
export type CodePurpose = 'join' | 'merge' | 'redeem';

/** Six digits that prove a phone. Worthless once used, replaced or old, so they are kept as they are. */
export interface OneTimeCode {
  readonly id: OneTimeCodeId;
  /** E.164. */
  readonly phone: string;
  readonly purpose: CodePurpose;
  /** What exactly: the id of a redemption; empty otherwise. */
  readonly subject: string;
  readonly code: string;
  /** Who asked for it: `telegram:100`, `shop:shp_…`. */
  readonly asker: string;
  readonly channel: ChannelName;
  /** What sending it costs, in micros; 0 where no price is known. */
  readonly priceMicros: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** How many wrong ones were typed. */
  readonly tries: number;
  /** When it was used, worn out by wrong ones, or replaced; null while it is good. */
  readonly closedAt: number | null;
  readonly revision: number;
}

/** How long a code is good, in minutes. */
export const codeMinutes = 10;
/** So many wrong ones, and the code is no longer good. */
const mostTries = 5;
/** Another one for the same phone not sooner than this. */
const pauseMs = 60_000;
const digits = 6;

/** How many codes within 24 hours, and for how much. */
export interface CodeLimits {
  readonly perPhone: number;
  /** Null for a shop system: it asks on behalf of its customers. */
  readonly perAsker: number | null;
  readonly all: number;
  /** What those sent by SMS may cost, in micros. */
  readonly spendMicros: number;
}

/** What the program says about codes. */
export interface CodeRules {
  readonly limits: CodeLimits;
  /** What an SMS to this number costs, in micros, 0 where no price is known; undefined: none can be sent there. */
  smsPrice(phone: string): number | undefined;
}

/** Whose code, what for, and who asks. */
export type CodeNeed = Pick<OneTimeCode, 'phone' | 'purpose' | 'subject' | 'asker'>;

/** What was sent lately, as far as the limits go: within the last 24 hours. */
export interface CodeStanding {
  /** The one for the same phone, purpose and subject that is not closed, even if its time is over. */
  readonly open: OneTimeCode | undefined;
  readonly ofPhone: number;
  readonly ofAsker: number;
  readonly all: number;
  readonly spentMicros: number;
  /** When the phone was last sent one, epoch milliseconds; null: never. */
  readonly lastAt: number | null;
}

/** Codes to read: one by its id, or how things stand for somebody who asks for one. */
export interface CodeNeeds {
  readonly oneTimeCodes?: readonly OneTimeCodeId[];
  readonly codeStandings?: readonly CodeNeed[];
}

/** The codes that were asked for. */
export interface CodeFacts {
  oneTimeCode(id: OneTimeCodeId): OneTimeCode | undefined;
  codeStanding(need: CodeNeed): CodeStanding | undefined;
}

/** New codes, and what became of others; updates hold the whole code, its revision one ahead. */
export interface CodeChanges {
  readonly oneTimeCodes?: readonly OneTimeCode[];
  readonly oneTimeCodeUpdates?: readonly OneTimeCode[];
}

/** The key under which a standing is kept among the facts. */
export function codeKey({ phone, purpose, subject, asker }: CodeNeed): string {
  return [phone, purpose, subject, asker].join('\n');
}

/** A code to be sent, in the place of the last one for the same. */
export interface DrawnCode {
  readonly code: OneTimeCode;
  readonly changes: CodeChanges;
}

/** Why no code is sent now. */
export type CodeRefusal = 'code_too_soon' | 'codes_used_up';

/**
 * Draws a code. Whether somebody is known by the phone makes no difference. Refuses `code_too_soon` within a minute of
 * the last one, and `codes_used_up` where a limit is reached: of the phone, of who asks, of all, or of the money.
 */
export function drawCode(
  need: CodeNeed,
  way: Pick<OneTimeCode, 'channel' | 'priceMicros'>,
  facts: CodeFacts,
  limits: CodeLimits,
  context: Context,
): Outcome<DrawnCode, CodeRefusal> {
  const { now } = context;
  const standing = facts.codeStanding(need);
  const { open, lastAt } = standing ?? { open: undefined, lastAt: null };
  if (lastAt !== null && lastAt + pauseMs > now) {
    return refuse('code_too_soon', 'a code was sent a moment ago: another one in a minute');
  }
  if (standing && isUsedUp(standing, way.priceMicros, limits)) {
    return refuse('codes_used_up', 'too many codes were sent within 24 hours');
  }
  const code: OneTimeCode = {
    ...{ id: context.ids.next('otc', now), ...need, ...way },
    code: randomText(context.random, '0123456789', digits),
    ...{ createdAt: now, expiresAt: now + codeMinutes * 60_000, tries: 0, closedAt: null, revision: 1 },
  };
  const replaced = open ? [closed(open, now)] : [];
  return { ok: true, result: { code, changes: { oneTimeCodes: [code], oneTimeCodeUpdates: replaced } } };
}

function isUsedUp(standing: CodeStanding, priceMicros: number, limits: CodeLimits): boolean {
  const { perAsker } = limits;
  return (
    standing.ofPhone >= limits.perPhone ||
    (perAsker !== null && standing.ofAsker >= perAsker) ||
    standing.all >= limits.all ||
    (priceMicros > 0 && standing.spentMicros + priceMicros > limits.spendMicros)
  );
}

function closed(code: OneTimeCode, now: number): OneTimeCode {
  return { ...code, closedAt: now, revision: code.revision + 1 };
}

/** What typed digits came to: right once, wrong with so many tries left, or too late for any. */
export type CodeVerdict =
  | { readonly verdict: 'right'; readonly changes: CodeChanges }
  | { readonly verdict: 'wrong'; readonly triesLeft: number; readonly changes: CodeChanges }
  | { readonly verdict: 'over'; readonly changes: CodeChanges };

/** Tries digits as typed, spaces and dashes aside. A right one is used up by this; the fifth wrong one ends the code. */
export function tryCode(code: OneTimeCode | undefined, typed: string, now: number): CodeVerdict {
  if (!code || code.closedAt !== null || code.expiresAt <= now) return { verdict: 'over', changes: {} };
  if (readCode(typed) === code.code) {
    return { verdict: 'right', changes: { oneTimeCodeUpdates: [closed(code, now)] } };
  }
  const tries = code.tries + 1;
  const worn = tries >= mostTries;
  const tried = { ...code, tries, closedAt: worn ? now : null, revision: code.revision + 1 };
  const changes = { oneTimeCodeUpdates: [tried] };
  return worn ? { verdict: 'over', changes } : { verdict: 'wrong', triesLeft: mostTries - tries, changes };
}

/** Six digits as typed, together or in two halves; undefined where it is something else. */
export function readCode(typed: string): string | undefined {
  const [, first, second] = /^(\d{3})[\s\u00a0-]*(\d{3})$/.exec(typed.trim()) ?? [];
  return first && second ? first + second : undefined;
}
