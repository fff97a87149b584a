import type { ChannelName, CustomerEvent, CustomerRecord } from '../customers/types.ts';
import type { Program } from '../program/program.ts';
import type { Reply } from './types.ts';

/** How far a channel tells what became of a message. */
export type ReceiptDepth = 'accepted' | 'delivered' | 'read';

/** A channel as far as the policy knows it. */
export interface ChannelRule {
  readonly receipts: ReceiptDepth;
  /** Whether it takes approved templates only, long after the person's last word; absent: as it usually is. */
  readonly templates?: boolean;
}

/** How a shop wants an event to be told in its own commit. */
export interface ToldAtOnce {
  /** Off: it is not told. */
  readonly isOn: boolean;
  /** What the customer can switch off by itself, as journeys name it. */
  readonly topic: string;
  /** What is said in the place of our own words; undefined: those. */
  write?(event: CustomerEvent, record: CustomerRecord, now: number): Reply | undefined;
  /** The approved template that says what our own words say. */
  approved?(event: CustomerEvent, record: CustomerRecord, now: number): Reply['approved'];
}

/** What decides where a message goes: the program in force, and the channels that are there. */
export interface MessagingRules {
  readonly program: Pick<
    Program,
    | 'cascades'
    | 'prices'
    | 'quiet_hours'
    | 'zone'
    | 'locale'
    | 'country'
    | 'marketing_messages_in_7_days'
    | 'silence'
  >;
  /** A channel that is not here is never written to. */
  readonly channels: ReadonlyMap<ChannelName, ChannelRule>;
  /** What is said of an event in its own commit; absent, and where it says nothing: as Svoi brings it along. */
  readonly atOnce?: (type: CustomerEvent['type']) => ToldAtOnce | undefined;
  /** Where short links of ours stand, as the people we write to reach it; absent: links stay as they are. */
  readonly site?: string | undefined;
}

/** The rules as plain data, which another thread can be told: what is said at once is nothing it decides about. */
export function plainRules<Rules extends MessagingRules>({
  atOnce: _,
  ...rules
}: Rules): Omit<Rules, 'atOnce'> {
  return rules;
}

/** What is assumed before a root has named its channels: every chat is, and tells only that it took a message. */
export const anyChat: MessagingRules['channels'] = new Map(
  (['telegram', 'viber', 'whatsapp', 'web'] as const).map((name) => [name, { receipts: 'accepted' }]),
);
