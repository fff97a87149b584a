import { type ChannelName, channelNames } from '../../core/customers/types.ts';
import type { MessageId } from '../../core/ids.ts';
import type { Attempt, Notice } from '../../core/messaging/notices.ts';
import type { NoticeRequest } from '../../core/messaging/plan.ts';
import type { ReceiptStatus } from '../../core/messaging/receipts.ts';
import type { MessagingRules, ReceiptDepth } from '../../core/messaging/rules.ts';
import type { TestClock } from './svoi.ts';

/** What a channel does with every message of a notice. Delays in milliseconds from when it was claimed. */
export interface Fate {
  /** `stuck`: nobody takes it off the queue; `dies`: the first process that claims it ends before it is sent. */
  readonly outcome: 'sent' | 'blocked' | 'invalid' | 'stuck' | 'dies';
  /** How long it waits in the queue before somebody claims it. */
  readonly queuedMs: number;
  readonly sendMs: number;
  /** Receipts as they arrive: lost ones are not here, doubled ones are twice, in whatever order. */
  readonly receipts: readonly { readonly status: ReceiptStatus; readonly afterMs: number }[];
}

/** Something that happens to the customer meanwhile. */
export interface Happening {
  readonly afterMs: number;
  readonly what: 'buys' | 'wants_no_more' | 'is_erased';
}

/** One notice to one customer, and everything that becomes of it outside. */
export interface Story {
  readonly request: NoticeRequest;
  readonly steps: readonly {
    readonly channel: ChannelName;
    readonly wants: ReceiptDepth;
    readonly wait_minutes: number;
  }[];
  readonly order: 'listed' | 'preferred' | 'cheapest';
  readonly depths: Readonly<Record<ChannelName, ReceiptDepth>>;
  /** Where the customer has a chat. */
  readonly chats: readonly ChannelName[];
  /** Whether the customer said yes to SMS about service. */
  readonly agreed: boolean;
  readonly fates: Readonly<Record<ChannelName, Fate>>;
  readonly happenings: readonly Happening[];
}

/** What the outside made of a claimed message. */
export type Sent = 'sent' | 'blocked' | 'invalid';

/** A notice and its attempts as they stand. */
export interface Standing {
  readonly notice: Notice | undefined;
  readonly attempts: readonly Attempt[];
}

/** Where a story is played: in memory, or on a database. */
export interface Stage {
  readonly clock: TestClock;
  /** Plans the notice. */
  begin(): Promise<void>;
  /** Does what is due, once. */
  settle(): Promise<void>;
  /** Claims what is due on a channel, under a lease of half a minute. */
  claim(channel: ChannelName): Promise<readonly MessageId[]>;
  record(id: MessageId, channel: ChannelName, sent: Sent): Promise<void>;
  receive(id: MessageId, channel: ChannelName, status: ReceiptStatus): Promise<void>;
  happen(what: Happening['what']): Promise<void>;
  read(): Promise<Standing>;
}

/** More than any story needs: one that goes in circles ends here. */
const mostMoments = 2000;

/** How long a claim lasts. */
export const leaseMs = 30_000;

/** The rules of a story. */
export function rulesOf(story: Story, program: MessagingRules['program']): MessagingRules {
  const { category } = story.request;
  const cascade = { order: story.order, steps: [...story.steps] };
  return {
    program: { ...program, cascades: { ...program.cascades, [category]: cascade } },
    channels: new Map(channelNames.map((name) => [name, { receipts: story.depths[name] }])),
  };
}

type Due = { readonly at: number; readonly turn: number; act(): Promise<void> };

/**
 * Plays a story to its end, moment by moment; `watch` looks on after each. Ends when nothing more is to happen: no
 * event is left and no notice is due within a day.
 */
export async function play(
  story: Story,
  stage: Stage,
  watch: (standing: Standing) => void,
): Promise<Standing> {
  const { clock } = stage;
  const until = clock.now() + 4 * 86_400_000;
  const due: Due[] = [];
  let turns = 0;
  const later: Later = (afterMs, act) => {
    turns += 1;
    due.push({ at: clock.now() + afterMs, turn: turns, act });
  };
  for (const { afterMs, what } of story.happenings) later(afterMs, () => stage.happen(what));
  const died = new Set<MessageId>();
  await stage.begin();
  for (let moments = 0; ; moments += 1) {
    if (moments > mostMoments) throw new Error('the story finds no end');
    await settleAll(stage, watch);
    await dispatch(story, stage, later, died);
    const standing = await stage.read();
    watch(standing);
    due.sort((a, b) => a.at - b.at || a.turn - b.turn);
    const next = Math.min(due[0]?.at ?? Number.POSITIVE_INFINITY, nextMoment(story, standing, clock.now()));
    if (next > until) return standing;
    clock.set(Math.max(next, clock.now()));
    while (due[0] && due[0].at <= clock.now()) {
      await due.shift()?.act();
      watch(await stage.read());
    }
  }
}

async function settleAll(stage: Stage, watch: (standing: Standing) => void): Promise<void> {
  await stage.settle();
  watch(await stage.read());
}

/** When the notice is due, a message leaves its queue, or a lease runs out. */
function nextMoment({ fates }: Story, { notice, attempts }: Standing, now: number): number {
  const moments = attempts.flatMap(({ state, leaseUntil, createdAt, channel }) => {
    if (state === 'sending') return [leaseUntil ?? 0];
    return state === 'queued' ? [createdAt + fates[channel].queuedMs] : [];
  });
  if (notice?.dueAt) moments.push(notice.dueAt);
  return Math.min(Number.POSITIVE_INFINITY, ...moments.filter((at) => at > now));
}

type Later = (afterMs: number, act: () => Promise<void>) => void;

async function dispatch(story: Story, stage: Stage, later: Later, died: Set<MessageId>): Promise<void> {
  const { attempts } = await stage.read();
  for (const { channel, createdAt } of attempts) {
    const { outcome, queuedMs } = story.fates[channel];
    if (outcome === 'stuck' || createdAt + queuedMs > stage.clock.now()) continue;
    for (const id of await stage.claim(channel)) {
      // Who dies does so once.
      if (outcome === 'dies' && !died.has(id)) died.add(id);
      else send(story, stage, later, id, channel);
    }
  }
}

/** A message on its way to the channel, and the receipts that come of it. */
function send(story: Story, stage: Stage, later: Later, id: MessageId, channel: ChannelName): void {
  const { outcome, sendMs, receipts } = story.fates[channel];
  const sent = outcome === 'blocked' || outcome === 'invalid' ? outcome : 'sent';
  later(sendMs, async () => {
    await stillWanted(story, stage, id);
    await stage.record(id, channel, sent);
  });
  if (sent !== 'sent') return;
  for (const { status, afterMs } of receipts) later(afterMs, () => stage.receive(id, channel, status));
}

/** What is on its way is waited for: only erasing a person takes it back. */
async function stillWanted({ happenings }: Story, stage: Stage, id: MessageId): Promise<void> {
  const { attempts } = await stage.read();
  const given = attempts.find((one) => one.id === id);
  if (given?.state !== 'cancelled' || happenings.some(({ what }) => what === 'is_erased')) return;
  throw new Error(`${given.channel} was given up while a message was on its way`);
}
