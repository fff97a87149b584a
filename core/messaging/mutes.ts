import type { Muted } from '../customers/types.ts';
import type { CustomerId } from '../ids.ts';
import type { Notice } from './notices.ts';

/** Who does not want to hear of what, and since when. */
export interface Mute extends Muted {
  readonly customerId: CustomerId;
  readonly at: number;
}

/** Of a topic, as mutes name it. */
export function topicSubject(topic: string): string {
  return `topic:${topic}`;
}

/** Whether one of the subjects is not to be heard of at `now`. */
export function isMuted(subjects: readonly string[], mutes: readonly Muted[], now: number): boolean {
  return mutes.some(({ subject, until }) => subjects.includes(subject) && (until === null || until > now));
}

/** By what a customer can have muted a notice: its topic, and its journey (`journey:KEY`). */
export function subjectsOf({ topic, campaign }: Pick<Notice, 'topic' | 'campaign'>): readonly string[] {
  return [...(topic === null ? [] : [topicSubject(topic)]), ...(campaign === null ? [] : [campaign])];
}
