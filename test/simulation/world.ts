import type { CheckoutRules } from '../../core/checkout/types.ts';
import type { ReservationRef } from '../../core/coupons/types.ts';
import type { ChannelName } from '../../core/customers/types.ts';
import type { IncomingEvent, Said } from '../../core/dialogs/types.ts';
import type { PurchaseId, ShopId } from '../../core/ids.ts';
import { anyChat, type MessagingRules } from '../../core/messaging/rules.ts';
import type { Button, Reply } from '../../core/messaging/types.ts';
import type { Submitted } from '../../core/ports.ts';
import { type Program, type ProgramDefinition, programSchema } from '../../core/program/program.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import type { PurchaseInput } from '../../core/purchases/types.ts';
import type { AnyCommand } from '../../db/writer.ts';
import { seededRandom, type TestClock, testClock } from '../support/svoi.ts';
import type { MadeCoupon } from './steps/coupons.ts';
import type { Held } from './steps/spending.ts';
import type { Invite } from './steps/staff.ts';

/** Something somebody in the shop does: one command, and what is learned from the answer. */
export interface Deed<Result = unknown> {
  readonly command: AnyCommand<Result>;
  learn?(outcome: Submitted<Result>): void;
}

/** Everything that has fallen due is done. */
export const settle = 'settle';

/** A use case: how often it happens beside the others, and what it does now. Nothing to do: no deeds. */
export interface Step {
  readonly name: string;
  readonly weight: number;
  plan(world: World): readonly (Deed | typeof settle)[];
}

/** A message of ours that arrived in a chat. */
export interface Arrived {
  readonly channel: ChannelName;
  readonly address: string;
  readonly reply: Reply;
}

/** One chat of a person, with what stands on its screen: the presses of the newest messages. */
export interface Chat {
  readonly channel: ChannelName;
  readonly address: string;
  readonly provenPhone?: string;
  screen: string[];
  heard: Reply[];
}

/** Somebody who shops here. */
export interface Person {
  readonly phone: string;
  readonly shopsId: string;
  readonly chats: readonly Chat[];
}

/** A receipt a till has printed. */
export interface Receipt {
  readonly id: PurchaseId;
  readonly input: PurchaseInput;
}

/** The tills and the web shop. */
export const shops = ['shp_till1', 'shp_till2', 'shp_site'] as readonly string[] as readonly ShopId[];
/** The places. */
export const stores = ['North', 'South'] as const;

const noon = Date.parse('2026-11-22T12:00:00+02:00');
const screenLength = 12;

/** The world outside Svoi as it knows itself: people, tills and what they remember, all driven by one seed. */
export class World {
  readonly seed: number;
  readonly random: () => number;
  readonly clock: TestClock = testClock(noon);
  readonly definition: ProgramDefinition;
  readonly program: Program;
  readonly rules: CheckoutRules;
  readonly messagingRules: MessagingRules;
  readonly people: readonly Person[];
  readonly receipts: Receipt[] = [];
  /** Points that tills asked for or held. */
  readonly held: Held[] = [];
  /** Coupons that were made, their codes, batches of codes, and what tills put aside. */
  readonly coupons: MadeCoupon[] = [];
  readonly couponCodes: string[] = [];
  readonly reservations: ReservationRef[] = [];
  /** Links to join the staff, and the phones of those who were given one. */
  readonly invites: Invite[] = [];
  readonly team = new Set<string>();
  /** What customers could spend when a till last heard of it, by phone. */
  readonly balances = new Map<string, number>();
  /** Codes on receipts nobody has claimed, as far as is known. */
  readonly claimCodes: string[] = [];
  #count = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.random = seededRandom(seed);
    this.definition = programSchema.parse(programFor(this));
    this.program = { ...this.definition, version: 2 };
    this.rules = purchaseRules(this.program);
    this.messagingRules = { program: this.program, channels: anyChat };
    this.people = Array.from({ length: this.int(2, 6) }, (_, index) => personOf(index));
  }

  /** A whole number from `least` to `most`. */
  int(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  /** One of `list`; undefined where it is empty. */
  maybe<Item>(list: readonly Item[]): Item | undefined {
    return list[Math.floor(this.random() * list.length)];
  }

  pick<Item>(list: readonly [Item, ...Item[]] | readonly Item[]): Item {
    const item = this.maybe(list);
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** The next number of a receipt, a refund, an event. */
  next(): number {
    this.#count += 1;
    return this.#count;
  }

  chatOf(channel: ChannelName, address: string): Chat | undefined {
    return this.people
      .flatMap(({ chats }) => chats)
      .find((chat) => chat.channel === channel && chat.address === address);
  }

  hear({ channel, address, reply }: Arrived): void {
    const chat = this.chatOf(channel, address);
    if (!chat) return;
    const presses = (reply.buttons ?? []).flat().flatMap(dataOf);
    chat.screen = [...presses, ...chat.screen].slice(0, screenLength);
    chat.heard = [reply, ...chat.heard].slice(0, 3);
  }

  /** What a channel would tell us of something that happens in `chat`. */
  event(chat: Chat, said: Said): IncomingEvent {
    const { channel, address, provenPhone } = chat;
    const id = `${address}-${this.next()}`;
    return { id, channel, address, said, language: 'uk', ...(provenPhone ? { provenPhone } : {}) };
  }
}

function dataOf(button: Button): string[] {
  return button.kind === 'press' ? [button.data] : [];
}

/** Rules drawn by the seed: points that burn soon, debts or none, windows or none. */
function programFor(world: World): Partial<ProgramDefinition> {
  return {
    point_value: world.pick([100, 100, 50, 7]),
    earn_percent: world.pick([5, 5, 10, 3.33, 100]),
    welcome_points: world.pick([0, 50, 50]),
    max_spend_percent: world.pick([50, 100, 30]),
    points_live_days: world.pick([7, 20, 60, 365]),
    return_window_days: world.pick([0, 0, 3, 14]),
    refund_policy: world.pick(['take_available', 'go_negative']),
    grace_days: world.pick([0, 2, 14]),
    claim_days: world.pick([1, 14]),
    claims_per_day: world.pick([1, 3]),
    staff_points_limit: world.pick([100, 500]),
    staff_actions_per_day: world.pick([3, 20]),
    zone: world.pick(['Europe/Kyiv', 'Europe/Kyiv', 'America/New_York']),
    nps: {
      ...{ on: true, ask_after_hours: 3, at_most_every_days: 5, only_stores: [], min_total_minor: 0 },
      pointless_after_hours: 72,
    },
  };
}

function personOf(index: number): Person {
  const phone = `+38050000000${index}`;
  const chat = (channel: ChannelName, address: string, provenPhone?: string): Chat => ({
    ...{ channel, address, screen: [], heard: [] },
    ...(provenPhone ? { provenPhone } : {}),
  });
  const second = index % 3 === 0 ? [chat('whatsapp', phone.slice(1), phone)] : [];
  return {
    phone,
    shopsId: `client-${index}`,
    chats: index % 4 === 3 ? [] : [chat('telegram', String(100 + index)), ...second],
  };
}
