import type { ChannelName } from '../customers/types.ts';
import type { MessageCategory } from './types.ts';

/** What messages of a channel and category came to in a span of time. Money in micros, counted where a price is known. */
export interface MessageFigures {
  readonly channel: ChannelName;
  readonly category: MessageCategory;
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  readonly failed: number;
  /** Notices that reached their person on two channels. */
  readonly doubled: number;
  readonly costMicros: number;
  /** What the same would have cost by SMS alone. */
  readonly smsCostMicros: number;
}
