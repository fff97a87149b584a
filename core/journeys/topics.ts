import { type CustomerRef, refKey } from '../customers/types.ts';
import { refuse } from '../errors.ts';
import type { CustomerId } from '../ids.ts';
import { isMuted, type Mute, topicSubject } from '../messaging/mutes.ts';
import type { Command, Context } from '../ports.ts';
import { DAY_MS } from '../time.ts';
import { type Topic, topics } from './definition.ts';
import type { JourneyChanges, JourneyFacts, JourneyNeeds } from './types.ts';

/** What a customer wants to hear of, topic by topic. */
export type TopicSwitches = Readonly<Record<Topic, boolean>>;

/** For how long "not now" holds: for one journey, and for offers where they came by a campaign. */
const laterMs = { journey: 30 * DAY_MS, topic: 14 * DAY_MS } as const;

/** Which topics are on at `now`, as a customer's mutes have it. */
export function switchesOf(mutes: readonly Mute[], now: number): TopicSwitches {
  const isOn = (topic: Topic) => !isMuted([topicSubject(topic)], mutes, now);
  const { points, orders, reminders, greetings, offers, surveys } = Object.fromEntries(
    topics.map((topic) => [topic, isOn(topic)]),
  ) as TopicSwitches;
  return { points, orders, reminders, greetings, offers, surveys };
}

/** What switches topics on and off; those that are not named stay. */
export function switchTopics(
  customerId: CustomerId,
  wanted: Partial<TopicSwitches>,
  at: number,
): Pick<JourneyChanges, 'mutes' | 'unmutes'> {
  const named = topics.flatMap((topic) => {
    const isOn = wanted[topic];
    return isOn === undefined ? [] : [{ subject: topicSubject(topic), isOn }];
  });
  const off = named.filter(({ isOn }) => !isOn);
  const on = named.filter(({ isOn }) => isOn);
  return {
    ...(off.length > 0
      ? { mutes: off.map(({ subject }) => ({ customerId, subject, until: null, at })) }
      : {}),
    ...(on.length > 0 ? { unmutes: on.map(({ subject }) => ({ customerId, subject })) } : {}),
  };
}

/** "Not now": a journey rests for a month; a topic, where a campaign brought it, for two weeks. */
export function muteForNow(customerId: CustomerId, subject: string, { now: at }: Pick<Context, 'now'>): Mute {
  const rest = subject.startsWith('journey:') ? laterMs.journey : laterMs.topic;
  return { customerId, subject, until: at + rest, at };
}

/** What one customer hears of, and the single journeys he does not want. */
export interface CustomerTopics {
  readonly topics: TopicSwitches;
  /** Of journeys: `journey:cart`. */
  readonly journeys: readonly Pick<Mute, 'subject' | 'until'>[];
}

/** What mutes say of a customer at `now`. */
export function topicsOf(mutes: readonly Mute[], now: number): CustomerTopics {
  const journeys = mutes
    .filter(({ subject, until }) => subject.startsWith('journey:') && (until === null || until > now))
    .map(({ subject, until }) => ({ subject, until }));
  return { topics: switchesOf(mutes, now), journeys };
}

/** Switches topics of a customer on and off; `wanted` may name none, and then it only tells. Refuses `customer_not_found`. */
export function setTopics(
  ref: CustomerRef,
  wanted: Partial<TopicSwitches>,
): Command<JourneyNeeds, JourneyFacts, JourneyChanges, CustomerTopics> {
  return {
    name: 'customer.topics',
    needs: { customers: [{ ref }] },
    moreNeeds: [
      (facts) => {
        const id = facts.customer(ref)?.customer.id;
        return id ? { mutes: [id] } : {};
      },
    ],
    decide(facts, { now }) {
      const customer = facts.customer(ref)?.customer;
      if (!customer || customer.erasedAt !== null) {
        return refuse('customer_not_found', `nobody is known as ${refKey(ref)}`);
      }
      const before = facts.mutes(customer.id);
      const changes = switchTopics(customer.id, wanted, now);
      const named = new Set([...(changes.mutes ?? []), ...(changes.unmutes ?? [])].map((one) => one.subject));
      const after = [...before.filter(({ subject }) => !named.has(subject)), ...(changes.mutes ?? [])];
      return { ok: true, changes, result: topicsOf(after, now) };
    },
  };
}
