import type { CustomerId } from '../ids.ts';
import type { Notice } from './notices.ts';

/** What a customer does not want to hear of: `topic:offers`, `journey:cart`; `until` null: for good. */
export interface Mute {
  readonly customerId: CustomerId;
  readonly subject: string;
  /** Epoch milliseconds. */
  readonly until: number | null;
  readonly at: number;
}

/** Of a topic, as mutes name it. */
export function topicSubject(topic: string): string {
  return `topic:${topic}`;
}

/** Whether one of the subjects is not to be heard of at `now`. */
export function isMuted(subjects: readonly string[], mutes: readonly Mute[], now: number): boolean {
  return mutes.some(({ subject, until }) => subjects.includes(subject) && (until === null || until > now));
}

/** By what a customer can have muted a notice: its topic, and its journey (`journey:KEY`). */
export function subjectsOf({ topic, campaign }: Pick<Notice, 'topic' | 'campaign'>): readonly string[] {
  return [...(topic === null ? [] : [topicSubject(topic)]), ...(campaign === null ? [] : [campaign])];
}
