import { invariant } from '../../core/errors.ts';
import { createIds } from '../../core/ids.ts';
import type { Context, Submitted } from '../../core/ports.ts';
import type { Changes } from '../../db/changes.ts';
import type { AnyCommand } from '../../db/writer.ts';
import { seededRandom } from '../support/svoi.ts';
import { MemoryFacts } from './memory_facts.ts';
import type { MemoryStore } from './memory_store.ts';
import { StaleError } from './table.ts';

/** What happens to a command on its way. */
export interface Way {
  /** Runs after the facts are read and before the commit, once: another process is faster. */
  readonly meanwhile?: () => void;
  /** The process dies before the commit. */
  readonly dies?: boolean;
}

const mostAttempts = 4;

/**
 * Ids and random numbers for one try of a command: the same for each try of it in whatever process, so that runs in
 * memory and on a database end in the same rows. `occasion` tells deeds apart.
 */
export function contextOf(occasion: string, { name, needs }: AnyCommand<unknown>, now: number): Context {
  const random = seededRandom(textHash(`${occasion} ${name} ${JSON.stringify(needs)}`));
  return { now, ids: createIds(random), random };
}

/** FNV-1a, 32 bits. */
function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** Does a command as db/writer.ts does: facts, decision, one commit; again on fresh facts when somebody was first. */
export function submitToMemory(
  store: MemoryStore,
  command: AnyCommand<unknown>,
  newContext: () => Context,
  onCommit: (changes: Changes, command: AnyCommand<unknown>) => void,
  way: Way = {},
): Submitted<unknown> | undefined {
  const { once } = command;
  const key = once && `${once.scope}\n${once.key}`;
  const input = JSON.stringify(once?.input) ?? '';
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const done = key === undefined ? undefined : store.commands.get(key);
    if (done) return done.input === input ? replayOf(done.result) : conflictOf(command);
    const context = newContext();
    const decision = command.decide(factsFor(store, command, context.now), context);
    if (!decision.ok) return decision;
    if (attempt === 1) way.meanwhile?.();
    if (way.dies) return undefined;
    const { changes, result } = decision;
    try {
      store.commit(changes, key === undefined ? undefined : { key, input, result: JSON.stringify(result) });
    } catch (error) {
      if (error instanceof StaleError) continue;
      throw error;
    }
    onCommit(changes, command);
    return { ok: true, result, replayed: false };
  }
  invariant(false, `${command.name} finds no end: each commit is refused as stale`);
}

function factsFor(
  store: MemoryStore,
  { needs, moreNeeds = [] }: AnyCommand<unknown>,
  now: number,
): MemoryFacts {
  return moreNeeds.reduce(
    (facts, ask) => new MemoryFacts(store, ask(facts), now, facts),
    new MemoryFacts(store, needs, now),
  );
}

function replayOf(result: string): Submitted<unknown> {
  return { ok: true, result: JSON.parse(result), replayed: true };
}

function conflictOf({ once }: AnyCommand<unknown>): Submitted<unknown> {
  return { ok: false, refusal: { code: once?.conflictCode ?? 'conflict', detail: 'sent before' } };
}
