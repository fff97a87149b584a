import { topicSubject } from '../messaging/mutes.ts';
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
