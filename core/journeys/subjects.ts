import { topicSubject } from '../messaging/mutes.ts';
import { localDay } from '../time.ts';
import type { JourneyDefinition } from './definition.ts';

/** A journey as mutes, notices, the ledger and the audit trail name it. */
export function journeySubject(key: string): string {
  return `journey:${key}`;
}

/** By what a customer can have switched a journey off. */
export function subjectsOfJourney({
  key,
  topic,
}: Pick<JourneyDefinition, 'key' | 'topic'>): readonly string[] {
  return [topicSubject(topic), journeySubject(key)];
}

/** An occasion that several may tell of, once a year on the calendar of `zone`. */
export function sharedOccasion(name: string, now: number, zone: string): string {
  return `${name}:${localDay(now, zone).slice(0, 4)}`;
}
