import { checkAll, checkTouched, PaymentCodes } from './invariants.ts';
import { MemoryShop, type Watch } from './memory_shop.ts';
import { Model } from './model.ts';
import { history, type Turn } from './steps.ts';
import { World } from './world.ts';

/** How many turns before a failure are told. */
const told = 8;

/** How a history is lived through. */
export interface SimulationOptions {
  /** Whether others may be faster between the reading and the commit of somebody. */
  readonly races?: boolean;
  /** Told of every commit besides. */
  readonly watch?: Watch;
  /** Collects what happened: mishaps, ledger transactions with their rules, commands with what they came to. */
  readonly met?: Set<string>;
}

/** Lives through one history of a shop in memory, checking everything after each step. Throws with the seed and step. */
export function simulate(seed: number, length: number, options: SimulationOptions = {}): MemoryShop {
  const { races = true, watch, met = new Set() } = options;
  const world = new World(seed);
  const model = new Model(world.program);
  const codes = new PaymentCodes();
  const shop = new MemoryShop(world, (store, changes, now) => {
    checkTouched(store, changes, world.program, now);
    codes.follow(changes, now);
    model.follow(store, changes, now);
    for (const { kind, reason, balance } of changes.transactions ?? []) {
      met.add(`${kind} ${reason.rule}${balance.available < 0 ? ', in debt' : ''}`);
    }
    watch?.(store, changes, now);
  });
  const turns: Turn[] = [];
  try {
    for (const turn of history(world, length, races)) {
      turns.push(turn);
      shop.take(noting(turn, met));
    }
    checkAll(shop.store, world.clock.now());
    model.compareAll(shop.store, world.clock.now());
    return shop;
  } catch (error) {
    throw new Error(`${String(error)}\n${storyOf(seed, length, turns)}`, { cause: error });
  }
}

/** The same turn, with what it came to put down in `met`. */
function noting(turn: Turn, met: Set<string>): Turn {
  if (turn.kind === 'settle') return turn;
  met.add(turn.mishap);
  const { deed } = turn;
  const learn: typeof deed.learn = (outcome) => {
    const came = outcome.ok ? (outcome.replayed ? 'replayed' : 'done') : outcome.refusal.code;
    met.add(`${deed.command.name} ${came}`);
    deed.learn?.(outcome);
  };
  return { ...turn, deed: { ...deed, learn } };
}

function storyOf(seed: number, length: number, turns: readonly Turn[]): string {
  const lines = turns.slice(-told).map((turn) => {
    if (turn.kind === 'settle') return `${turn.number} ${turn.step}: settle`;
    const { number, step, mishap, deed, rival } = turn;
    const against = rival ? ` against ${rival.command.name}` : '';
    return `${number} ${step}: ${deed.command.name} (${mishap}${against}) ${JSON.stringify(deed.command.once?.input ?? deed.command.needs)}`;
  });
  return [`Replay it: SVOI_SEED=${seed} SVOI_STEPS=${length} npx vitest run test/simulation`, ...lines].join(
    '\n',
  );
}
