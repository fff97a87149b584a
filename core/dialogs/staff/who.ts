import { auditEntries } from '../../audit/types.ts';
import type { CustomerRecord, CustomerRef } from '../../customers/types.ts';
import type { CustomerId } from '../../ids.ts';
import type { CustomerCard } from '../../insights/card.ts';
import { preferredAddress } from '../../messaging/cascade.ts';
import type { Button, Paragraph } from '../../messaging/types.ts';
import type { Program } from '../../program/program.ts';
import { isOwn } from '../../staff/desk.ts';
import { mayDo } from '../../staff/rights.ts';
import { actorOfStaff, viewedAction } from '../../staff/types.ts';
import { openTalkAsStaff } from '../../talks/talk.ts';
import type { TalkInView } from '../../talks/types.ts';
import { type Outcome, press, writing } from '../turn.ts';
import type { DialogFacts, DialogNeeds } from '../types.ts';
import { cardNeeds } from './card.ts';
import { cardWords, factLines, messageLines, purchaseLines } from './card_words.ts';
import { customerField, customerOf } from './fields.ts';
import { adjust } from './gifts.ts';
import { asking, beginAnswer } from './talks.ts';
import {
  askAgain,
  askNext,
  customerStep,
  type DialogRound,
  done,
  type StaffScreen,
  type StaffTurn,
  type Task,
} from './task.ts';
import { nameOf } from './words.ts';

/** What a customer's whole card needs to know. */
export function wholeCardNeeds(customerId: CustomerId, program: Program): DialogNeeds {
  return { ...cardNeeds(customerId, program), cards: [{ customerId, program }] };
}

/** Who is meant, as of now: whom the account was merged into, where it was. */
function personIn(facts: DialogFacts, ref: CustomerRef): CustomerId | undefined {
  const customer = facts.customer(ref)?.customer;
  return customer && (customer.mergedInto ?? customer.id);
}

function recordIn(facts: DialogFacts, ref: CustomerRef): CustomerRecord | undefined {
  const id = personIn(facts, ref);
  const record = id && facts.customer({ id });
  return record && record.customer.erasedAt === null ? record : undefined;
}

/** Finds the person, then all that stands on the card. */
function cardRounds(ref: CustomerRef, program: Program): readonly DialogRound[] {
  return [
    () => ({ customers: [{ ref, lots: 'open' }] }),
    (facts) => {
      const id = personIn(facts, ref);
      if (!id) return {};
      return {
        ...wholeCardNeeds(id, program),
        customers: [{ ref: { id }, lots: 'open' }],
        auditChains: [id],
      };
    },
  ];
}

/** All that is known about a customer, on one card. */
export const who: Task = {
  act: 'who',
  fields: [customerField],
  split: (text) => ({ customer: text }),
  rounds: (values, { program }) => cardRounds(customerOf(values), program),
  run(turn, values) {
    const record = recordIn(turn.facts, customerOf(values));
    if (!record) return askAgain(turn, who, values, 'customer', { key: 'staff.nobody' });
    if (isOwn(turn, record.customer.id)) {
      return askAgain(turn, who, values, 'customer', { key: 'staff.own_account' });
    }
    return whole(turn, record) ?? askAgain(turn, who, values, 'customer', { key: 'staff.nobody' });
  },
};

type Section = (turn: StaffTurn, record: CustomerRecord, card: CustomerCard) => readonly Paragraph[];

/** A part of the card. Who looked at whom stands in the audit trail. */
function shown(
  turn: StaffTurn,
  record: CustomerRecord,
  section: Section,
  buttons: readonly (readonly Button[])[],
): Outcome | undefined {
  const { id } = record.customer;
  const card = turn.facts.card(id);
  if (!card) return undefined;
  const said = { chain: id, action: viewedAction, actor: actorOfStaff(turn.staff) };
  const outcome = done(turn, section(turn, record, card), buttons);
  return writing(
    { audit: auditEntries([said], turn.facts, turn.context) },
    { ...outcome, step: customerStep, data: { customer: id } },
  );
}

function whole(turn: StaffTurn, record: CustomerRecord): Outcome | undefined {
  return shown(turn, record, cardWords, [...moreButtons(record), ...actionButtons(turn, record)]);
}

/** Longer lists, a tap away. */
function moreButtons({ customer: { id } }: CustomerRecord): readonly (readonly Button[])[] {
  return [
    [
      press({ key: 'who.purchases' }, `who_purchases:${id}`),
      press({ key: 'who.messages' }, `who_messages:${id}`),
    ],
    [press({ key: 'who.facts' }, `who_facts:${id}`)],
  ];
}

function actionButtons({ staff }: StaffTurn, record: CustomerRecord): readonly (readonly Button[])[] {
  const { id } = record.customer;
  const on = (act: 'buy' | 'issue' | 'adjust') =>
    mayDo(staff.role, act) ? [press({ key: `staff_button.${act}` }, `do:${act}`)] : [];
  const write = preferredAddress(record) ? [press({ key: 'nps.write' }, `write_to:${id}`)] : [];
  return [
    [...on('buy'), ...on('issue')],
    [...on('adjust'), ...write],
  ].filter((row) => row.length > 0);
}

/** A part of somebody's card by a button that carries the id. */
function cardScreen(
  name: string,
  show: (turn: StaffTurn, record: CustomerRecord) => Outcome | undefined,
): readonly [string, StaffScreen] {
  const screen: StaffScreen = {
    act: 'who',
    rounds: (id, { program }) => cardRounds({ id: id as CustomerId }, program),
    show(turn, id) {
      const record = recordIn(turn.facts, { id: id as CustomerId });
      return record && !isOwn(turn, record.customer.id) ? show(turn, record) : undefined;
    },
  };
  return [name, screen];
}

function listScreen(name: string, section: Section): readonly [string, StaffScreen] {
  return cardScreen(name, (turn, record) =>
    shown(turn, record, section, [[press({ key: 'who.back' }, `who:${record.customer.id}`)]]),
  );
}

/** What the buttons under a card lead to, and those under an unhappy customer's answer. */
export const personScreens: readonly (readonly [string, StaffScreen])[] = [
  cardScreen('who', whole),
  listScreen('who_purchases', (_, __, card) => purchaseLines(card)),
  listScreen('who_messages', (_, __, card) => messageLines(card)),
  listScreen('who_facts', (turn, __, card) => factLines(card, { ...turn, locale: turn.address.locale })),
  [
    'give_to',
    {
      act: 'adjust',
      rounds: () => [],
      show: (turn, id) => ({ ...askNext(turn, adjust, { customer: id }, 'points'), beside: true }),
    },
  ],
  ['write_to', { act: 'talks', rounds: writeRounds, show: write }],
];

/** Finds the person, the chat, and the talk that is open there perhaps. */
function writeRounds(id: string): readonly DialogRound[] {
  const ref = { id: id as CustomerId };
  return [
    () => ({ customers: [{ ref, lots: 'open' }], team: true }),
    (facts) => {
      const person = personIn(facts, ref);
      return person ? { customers: [{ ref: { id: person }, lots: 'open' }], auditChains: [person] } : {};
    },
    (facts) => {
      const record = recordIn(facts, ref);
      const chat = record && preferredAddress(record);
      return chat ? { talksIn: [{ channel: chat.channel, address: chat.externalId }] } : {};
    },
  ];
}

/** One of the staff writes to a customer: the talk that is open there is taken, or one begins. */
function write(turn: StaffTurn, id: string): Outcome | undefined {
  const record = recordIn(turn.facts, { id: id as CustomerId });
  if (!record) return undefined;
  const { customer } = record;
  if (isOwn(turn, customer.id)) return done(turn, [{ key: 'staff.own_account' }]);
  const chat = preferredAddress(record);
  if (!chat) return done(turn, [{ key: 'nps.no_chat' }]);
  const open = turn.facts.talkIn(chat.channel, chat.externalId);
  if (open) return { ...beginAnswer(turn, open), talkId: open.id };
  const begun = openTalkAsStaff({ id: chat.id, customerId: customer.id }, turn.program, turn);
  if (!begun.ok) return undefined;
  const { talk, changes } = begun.result;
  const { channel, locale, reachable, customerId } = chat;
  const view: TalkInView = {
    ...talk,
    ...{ customerName: nameOf(customer), staffName: turn.staff.name, openInChat: talk.id },
    chat: { channel, locale, reachable, customerId },
  };
  return { ...writing(changes, asking(turn, view, [])), talkId: talk.id };
}
