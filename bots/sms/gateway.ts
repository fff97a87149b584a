import type { Receipt } from '../../core/messaging/receipts.ts';
import type { SmsText } from '../../core/messaging/sms.ts';
import type { SendOutcome } from '../channel.ts';

/** One SMS, or several that belong together, ready to leave. */
export interface Sms extends SmsText {
  /** Ours; used as idempotency key where the provider takes one. */
  readonly id: string;
  /** E.164. */
  readonly to: string;
}

/** What somebody wrote to us by SMS. */
export interface IncomingSms {
  /** The provider's own, or made so that a second delivery has the same. */
  readonly id: string;
  /** E.164. A sender can be forged: it proves nothing. */
  readonly from: string;
  readonly text: string;
}

/** What a provider told us. */
export interface Heard {
  readonly receipts?: readonly Omit<Receipt, 'channel'>[];
  readonly messages?: readonly IncomingSms[];
}

/** A call of a provider, its body read whole. */
export interface ProviderCall {
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** What a call of a provider turned out to be. */
export type Reading =
  | { readonly status: 'heard'; readonly heard: Heard; readonly answer?: Response }
  | { readonly status: 'forged' | 'unreadable' };

/** A way to send SMS. `send` never throws for what the outside does. */
export interface Gateway {
  readonly name: 'smpp' | 'turbosms' | 'smsc' | 'twilio';
  /** SMS a second, and calls under way at once, that it surely takes. */
  readonly pace: { readonly ratePerSecond: number; readonly parallel: number };
  send(sms: Sms): Promise<SendOutcome>;
  /** Who we are there and what is left to spend, as a line. Throws with the reason and what to do. */
  check(): Promise<string>;
  /** Reads what the provider posts to us, where it does. */
  read?(call: ProviderCall): Promise<Reading>;
  /** What to type where at the provider so that it calls us; a line each. */
  setup?(publicUrl: string): Promise<readonly string[]>;
  /** Who is told what comes in by itself. Resolves once it is committed; throws when it must come again. */
  listen?(hear: (heard: Heard) => Promise<void>): void;
  start?(): void;
  stop?(): Promise<void>;
}

/** Where a provider posts what it has to tell. */
export function receiptsPath(name: Gateway['name']): string {
  return `/sms/receipts/${name}`;
}
