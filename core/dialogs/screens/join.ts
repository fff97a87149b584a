import { recordConsent } from '../../customers/consents.ts';
import { parsePhone } from '../../customers/phone.ts';
import { type Registration, register } from '../../customers/register.ts';
import type { ChannelName, CustomerRecord } from '../../customers/types.ts';
import { emptyHead } from '../../ledger/types.ts';
import type { Button, Words } from '../../messaging/types.ts';
import { mergeChanges } from '../../ports.ts';
import type { Program } from '../../program/program.ts';
import { welcomeRules } from '../../program/rules.ts';
import { afterLink, followLink } from '../links.ts';
import { type MemberTurn, type Outcome, press, saying, type Turn, writing } from '../turn.ts';
import type { DialogChanges, IncomingEvent } from '../types.ts';
import { offerMerge } from './accounts.ts';
import { menu } from './home.ts';
import { nextQuestion } from './profile.ts';

/** Channels whose "share my number" vouches for whose number it is. Elsewhere a number must be proved otherwise. */
const vouchesForContacts: ReadonlySet<ChannelName> = new Set(['telegram']);
/** Channels with such a button, whether they vouch for what comes of it or not. */
const sharesContacts: ReadonlySet<ChannelName> = new Set(['telegram', 'viber', 'whatsapp']);
/** Channels on which nobody needs a code. */
const provesNumbers: ReadonlySet<ChannelName> = new Set(['telegram', 'whatsapp']);

/** The number that `event` proves to be the sender's, as E.164. */
export function provedPhone(event: IncomingEvent, program: Program): string | undefined {
  const { said, provenPhone } = event;
  if (said.kind === 'contact' && vouches({ event })) {
    return said.own ? parsePhone(said.phone, program.country) : undefined;
  }
  return provenPhone === undefined ? undefined : parsePhone(provenPhone, program.country);
}

/** The way in: how to prove a number here, what for, and what one agrees to. */
export function joinScreen(turn: Turn): Outcome {
  // The number itself is not repeated: until somebody has joined, no message of ours holds it.
  if (senderPhone(turn) !== undefined) return invitation(turn, [{ key: 'join.proven' }, ...gift(turn)]);
  if (vouches(turn)) return invitation(turn, [{ key: 'join.ask' }, ...gift(turn)]);
  // Who hides the number from WhatsApp's businesses can still share it there.
  if (!turn.channels?.has('sms') && turn.event.channel !== 'whatsapp') {
    return invitation(turn, [{ key: 'join.ask_number_elsewhere' }, ...gift(turn)], linksElsewhere(turn));
  }
  const key = canShare(turn) ? 'join.ask_number_or_share' : 'join.ask_number';
  return invitation(turn, [{ key }, ...gift(turn)]);
}

/** A button for each other messenger that proves numbers itself. */
export function linksElsewhere({ event, state, chatLinks }: Turn): readonly (readonly Button[])[] {
  const others = chatLinks?.(state?.data.context ?? 'join') ?? [];
  return others
    .filter(({ channel }) => channel !== event.channel && provesNumbers.has(channel))
    .map(({ channel, url }) => [
      { kind: 'link', label: { key: 'button.open_channel', variables: { channel } }, url },
    ]);
}

/** The words, the terms, and the button that joins where there is one. */
export function invitation(
  turn: Turn,
  words: readonly Words[],
  more: readonly (readonly Button[])[] = [],
): Outcome {
  const button = joinButton(turn);
  return {
    step: 'join',
    paragraphs: [...turn.lead, ...words, terms],
    buttons: [
      ...(button ? [[button]] : []),
      ...more,
      [press({ key: 'button.language' }, 'language'), press({ key: 'button.help' }, 'help')],
    ],
  };
}

/** What one agrees to by joining. */
export const terms: Words = { key: 'consent.service' };

function joinButton(turn: Turn): Button | undefined {
  if (senderPhone(turn) !== undefined) return press({ key: 'button.join' }, 'join:yes');
  return canShare(turn) ? { kind: 'share_phone', label: { key: 'button.share_phone' } } : undefined;
}

/** The number the channel itself proves, whatever was said. */
export function senderPhone({ event, program }: Pick<Turn, 'event' | 'program'>): string | undefined {
  return provedPhone({ ...event, said: { kind: 'start' } }, program);
}

/** Whether a shared contact proves whose number it is. WhatsApp vouches only for the one it was asked for. */
export function vouches({ event: { channel, said } }: Pick<Turn, 'event'>): boolean {
  if (channel === 'whatsapp') return said.kind === 'contact' && said.own;
  return vouchesForContacts.has(channel);
}

function canShare({ event }: Turn): boolean {
  return sharesContacts.has(event.channel);
}

function gift({ program }: Turn): Words[] {
  const points = program.welcome_points;
  return points > 0 ? [{ key: 'join.gift', variables: { points } }] : [];
}

/** The person said yes to the number the channel proves. Undefined where it proves none. */
export function joinAsSender(turn: Turn): Outcome | undefined {
  const phone = provedPhone(turn.event, turn.program);
  return phone === undefined ? undefined : enter(turn, phone);
}

/** A contact came from somebody who has not joined. */
export function takeContact(turn: Turn, own: boolean): Outcome {
  if (!own) return invitation(turn, [{ key: 'join.not_yours' }]);
  const phone = provedPhone(turn.event, turn.program);
  return phone === undefined ? invitation(turn, [{ key: 'join.unreadable' }]) : enter(turn, phone);
}

/** A member shared a number that the channel vouches for, or one that nobody could read. */
export function takeContactOfMember(turn: MemberTurn): Outcome {
  return withNumber(turn, provedPhone(turn.event, turn.program));
}

/** A member has proved a number: theirs once more, that of another account, or one nobody is known by. */
export function withNumber(turn: MemberTurn, phone: string | undefined): Outcome {
  const { id, phone: theirs } = turn.record.customer;
  const found = phone === undefined ? undefined : turn.facts.customer({ phone });
  const other = found?.customer.erasedAt === null && found.customer.id !== id ? found : undefined;
  if (phone !== undefined && other) return offerMerge(turn, other, phone);
  const words: Words =
    found || phone === theirs || theirs === null
      ? { key: 'joined.already' }
      : { key: 'joined.other_phone', variables: { phone: theirs } };
  return menu(saying(turn, words), '');
}

/** Words from somebody who has not joined: a typed number gets told why that is not enough. */
export function takeWordsOfStranger(turn: Turn, text: string, otherwise: Words): Outcome {
  if (parsePhone(text, turn.program.country) === undefined) return joinScreen(saying(turn, otherwise));
  if (senderPhone(turn) !== undefined) return joinScreen(turn);
  return vouches(turn) ? invitation(turn, [{ key: 'join.typed' }]) : joinScreen(turn);
}

/** Registers the owner of a proved number, or finds the member again, and makes this chat theirs. */
export function enter(turn: Turn, phone: string): Outcome {
  const found = turn.facts.customer({ phone });
  const again = found !== undefined && found.customer.registeredAt !== null;
  const { address, program, context } = turn;
  const language = again && found.customer.locale !== null ? {} : { locale: address.locale };
  const profile = { ...language, registeredIn: address.channel };
  const registration = register(phone, found, profile, welcomeRules(program), 'customer', context);
  const { customer } = registration;
  const agreed = again && found.consents.service !== undefined ? [] : [agreement(turn, customer.id)];
  const member: MemberTurn = { ...turn, record: recordAfter(registration, found) };
  const spoken = saying(member, ...greeting(registration, again));
  const followed = followLink(spoken, turn.state?.data.context);
  const here = followed?.turn ?? spoken;
  const next = again ? menu(here, '') : nextQuestion(here);
  const changes = mergeChanges<DialogChanges>(registration.changes, { consents: agreed });
  const joined = { ...writing(changes, next), address: { customerId: customer.id } };
  return followed ? afterLink(followed, joined) : joined;
}

function agreement(
  { address, event, consentTexts, context }: Turn,
  customerId: Registration['customer']['id'],
) {
  const answer = { customerId, category: 'service', granted: true, locale: address.locale } as const;
  return recordConsent({ ...answer, source: event.channel }, consentTexts, context);
}

/** The customer as the registration leaves them; what had burned is written off, so no lots are due. */
function recordAfter(
  { customer, balance, changes }: Registration,
  found: CustomerRecord | undefined,
): CustomerRecord {
  const head = found?.head ?? emptyHead(customer.id);
  const seq = head.seq + (changes.transactions?.length ?? 0);
  return {
    customer,
    head: { ...head, seq, balance: { ...head.balance, available: balance } },
    lots: [],
    addresses: found?.addresses ?? [],
    consents: { ...found?.consents, service: found?.consents.service ?? true },
    channelConsents: found?.channelConsents ?? {},
  };
}

function greeting({ balance, welcomePoints }: Registration, again: boolean): Words[] {
  if (again) return [{ key: 'joined.back' }];
  const welcome: Words =
    welcomePoints > 0
      ? { key: 'joined.welcome', variables: { points: welcomePoints } }
      : { key: 'joined.without_points' };
  return balance > welcomePoints ? [welcome, { key: 'joined.saved_up', variables: { balance } }] : [welcome];
}
