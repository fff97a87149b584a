import { invariant } from '../../core/errors.ts';
import { withNotifications } from '../../core/messaging/notify.ts';
import type { Submitted } from '../../core/ports.ts';
import type { Changes } from '../../db/changes.ts';
import type { AnyCommand } from '../../db/writer.ts';
import { jobs, purchasesToAskAbout } from './due.ts';
import { contextOf, submitToMemory, type Way } from './memory_process.ts';
import { MemoryStore } from './memory_store.ts';
import type { Turn } from './steps.ts';
import type { Deed, World } from './world.ts';

/** Told of every commit, before the next thing happens. */
export type Watch = (store: MemoryStore, changes: Changes, now: number) => void;

/** A shop whose database is in memory. */
export class MemoryShop {
  readonly store = new MemoryStore();
  readonly #world: World;
  readonly #watch: Watch;

  constructor(world: World, watch: Watch) {
    this.#world = world;
    this.#watch = watch;
  }

  /** Lets a turn happen, mishap and all; the client tries again until it has an answer. */
  take(turn: Turn): void {
    if (turn.kind === 'settle') this.#settle(turn);
    else this.#do(turn);
  }

  #do(turn: Extract<Turn, { kind: 'deed' }>): void {
    const { deed, mishap, rival } = turn;
    switch (mishap) {
      case 'crash':
        this.#submit(deed, turn, { dies: true });
        break;
      case 'no answer':
        this.#submitTwice(deed, turn);
        return;
      case 'race':
        if (rival) this.#race(deed, rival, turn);
        return;
    }
    this.#told(deed, this.#submit(deed, turn));
  }

  #race(deed: Deed, rival: Deed, turn: Turn): void {
    const meanwhile = () => this.#told(rival, this.#submit(rival, turn, {}, 'rival'));
    let met = false;
    const outcome = this.#submit(deed, turn, {
      meanwhile: () => {
        met = true;
        meanwhile();
      },
    });
    this.#told(deed, outcome);
    // Who is refused before anything is written meets nobody: the rival comes afterwards.
    if (!met) meanwhile();
  }

  /** The answer is lost and the client asks again: the answer is the same, and the ledger stays as it is. */
  #submitTwice(deed: Deed, turn: Turn): void {
    const first = this.#submit(deed, turn);
    const { version } = this.store;
    const transactions = this.#ledgerLength();
    const again = this.#submit(deed, turn, {}, 'again');
    const once = deed.command.once !== undefined && first?.ok === true;
    if (once) {
      const same =
        again?.ok && again.replayed && JSON.stringify(again.result) === JSON.stringify(first.result);
      invariant(same, 'a repeat gets the first answer');
      invariant(this.store.version === version, 'a repeat writes nothing');
    }
    invariant(this.#ledgerLength() === transactions, 'a repeat moves no points');
    this.#told(deed, first);
  }

  #ledgerLength(): number {
    return this.store.ledger.size;
  }

  #settle(turn: Turn): void {
    for (const job of jobs) {
      for (;;) {
        const due = job(this.store, this.#world);
        if (due.length === 0) break;
        const { version } = this.store;
        for (const command of due) this.#submit({ command }, turn);
        // Many are looked at, and few are asked.
        if (job === purchasesToAskAbout) break;
        invariant(this.store.version > version, 'what is due is settled');
      }
    }
  }

  #told(deed: Deed, outcome: Submitted<unknown> | undefined): void {
    if (outcome) deed.learn?.(outcome);
  }

  #submit(deed: Deed, turn: Turn, way: Way = {}, salt = ''): Submitted<unknown> | undefined {
    const command: AnyCommand<unknown> = withNotifications(deed.command, () => this.#world.messagingRules);
    const now = this.#world.clock.now();
    const newContext = () => contextOf(`${this.#world.seed} ${turn.number} ${salt}`, command, now);
    return submitToMemory(this.store, command, newContext, (changes) => this.#committed(changes, now), way);
  }

  #committed(changes: Changes, now: number): void {
    this.#watch(this.store, changes, now);
    for (const { channel, addressId, reply } of changes.messages ?? []) {
      const chat = this.store.chats.find('id', addressId);
      if (chat) this.#world.hear({ channel, address: chat.address.externalId, reply });
    }
  }
}
