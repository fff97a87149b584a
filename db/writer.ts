import { InvariantError, SvoiError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { type Clock, type Command, type Decision, mergeChanges, type Submitted } from '../core/ports.ts';
import { type Changes, type CommandRow, statementsFor } from './changes.ts';
import { type Database, type Row, statement } from './database.ts';
import { type Facts, joinFacts, type Needs, readFacts } from './facts.ts';
import { faultOf } from './faults.ts';
import { sha256 } from './hash.ts';
import { workLeftBy } from './work_left.ts';

/** A command as the writer takes it: its needs, facts and changes are those that the database knows. */
export type AnyCommand<Result> = Command<Needs, Facts, Changes, Result>;

/** The one way state changes. Waiting commands are decided together and committed in one atomic batch. */
export interface Writer {
  /** Resolves once the command is committed (or refused). Throws `writer_stopped` after a disk failure or `close`. */
  submit<Result>(command: AnyCommand<Result>): Promise<Submitted<Result>>;
  /** Resolves when nothing is waiting. */
  idle(): Promise<void>;
  /** Takes nothing more; resolves when all that it took has been committed or refused. */
  close(): Promise<void>;
}

/** What a writer works with, and whom it tells. */
export interface WriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  random(): number;
  /** The most commands of one group. */
  readonly groupLimit?: number;
  /** Called after a commit that left such work to be done now: see `WorkLeft`. What they throw ends the process. */
  onMessages?(): void;
  onNotices?(): void;
  onJourneys?(): void;
  onErrands?(): void;
  /** Called for each group: how many commands, and how long the commit took in milliseconds. */
  onCommit?(commands: number, milliseconds: number): void;
  /** Called once, when the disk failed: nothing is acknowledged from here on, the process should end. */
  onFatal?(error: unknown): void;
}

interface Waiting {
  /** When it came, counted: who waits for the same customer goes in this order. */
  readonly turn: number;
  readonly command: AnyCommand<unknown>;
  readonly inputHash: string;
  /** What it touches, once its facts have been read: who was deferred is not read again until it can go. */
  keys?: readonly string[];
  /** How often it was decided on facts that did not fit together. */
  torn?: number;
  resolve(outcome: Submitted<unknown>): void;
  reject(error: unknown): void;
}

type Approved = Extract<Decision<Changes, unknown>, { ok: true }> & { readonly waiting: Waiting };

/** A group that has been decided and not yet committed. */
interface Decided {
  readonly approved: readonly Approved[];
  /** Must wait, because an earlier one touches the same keys. */
  readonly deferred: readonly Waiting[];
  readonly keys: ReadonlySet<string>;
  readonly facts: Facts;
}

/** A commit on its way; `done` never rejects. */
interface InFlight {
  readonly keys: ReadonlySet<string>;
  readonly done: Promise<void>;
}

const maxAttempts = 8;
/** Losing to another process is no failure: a busy one may win many times in a row (measured: 100 commits, 2 s). */
const maxRaces = 40;
/** Facts that do not fit together so often are not torn: something is broken. */
const maxTorn = 5;
const noKeys: ReadonlySet<string> = new Set();

/** Starts a writer over `database`. There must be one for a file; several may share a libSQL server. */
export function createWriter(options: WriterOptions): Writer {
  const { database, clock, ids, random, groupLimit = 128 } = options;
  let queue: Waiting[] = [];
  let turns = 0;
  /** Keys of commands that the last group refused: more that touch them are likely refused too, and read together. */
  let refused: ReadonlySet<string> = noKeys;
  let draining: Promise<void> | undefined;
  let stopped: unknown;
  let closed = false;

  function submit<Result>(command: AnyCommand<Result>): Promise<Submitted<Result>> {
    if (stopped) return Promise.reject(stoppedError(stopped));
    if (closed)
      return Promise.reject(new SvoiError('writer_stopped', 'Svoi is stopping: nothing more is taken'));
    const inputHash = command.once ? sha256(JSON.stringify(command.once.input)) : '';
    return new Promise((resolve, reject) => {
      turns += 1;
      queue.push({ turn: turns, command, inputHash, resolve: resolve as Waiting['resolve'], reject });
      draining ??= drain();
    });
  }

  /**
   * Decides one group while the one before it is being committed. While fewer wait than a group takes, the commit is
   * awaited first, so that those who come meanwhile share the next one.
   */
  async function drain(): Promise<void> {
    let before: InFlight | undefined;
    // Requests that arrived while the thread was busy get their turn to join the group.
    await nextTurn();
    while (queue.length > 0) {
      if (before && queue.length < groupLimit) {
        await before.done;
        before = undefined;
        await nextTurn();
      }
      const group = takeGroup(before?.keys ?? noKeys);
      if (group.length === 0) {
        await before?.done;
        before = undefined;
        continue;
      }
      const decided = await decideGroup(group, before?.keys ?? noKeys).catch((error) =>
        recover(group, error),
      );
      if (decided) putBack(decided.deferred);
      await before?.done;
      before = decided && { keys: decided.keys, done: commitOrRecover(decided) };
      if (queue.length === 0) await before?.done;
      await nextTurn();
    }
    draining = undefined;
  }

  /** Takes from the queue, in order, those who are not known to touch what is `busy` or what an earlier one touches. */
  function takeGroup(busy: ReadonlySet<string>): readonly Waiting[] {
    const taken = new Set<string>();
    const group: Waiting[] = [];
    const left: Waiting[] = [];
    let index = 0;
    for (; index < queue.length && group.length < groupLimit; index += 1) {
      const waiting = queue[index] as Waiting;
      const { keys = [] } = waiting;
      if (keys.some((key) => busy.has(key) || (taken.has(key) && !refused.has(key)))) left.push(waiting);
      else {
        group.push(waiting);
        for (const key of keys) taken.add(key);
      }
    }
    queue = [...left, ...queue.slice(index)];
    return group;
  }

  function putBack(deferred: readonly Waiting[]): void {
    if (deferred.length > 0) queue = [...deferred, ...queue].sort((a, b) => a.turn - b.turn);
  }

  /** Reads facts and lets every command decide whose keys are neither `busy` nor taken by an earlier one. */
  async function decideGroup(group: readonly Waiting[], busy: ReadonlySet<string>): Promise<Decided> {
    const now = clock.now();
    const { facts, done, asked } = await factsOf(group, now);
    const keys = new Set<string>();
    const refusedHere = new Set<string>();
    const approved: Approved[] = [];
    const deferred: Waiting[] = [];
    for (const waiting of group) {
      const { once } = waiting.command;
      const row = once && done.get(onceKey(once));
      const own = keysOf(waiting.command, asked.get(waiting) ?? [], facts);
      if (row) replay(waiting, row);
      else if (own.some((key) => keys.has(key) || busy.has(key))) {
        waiting.keys = own;
        deferred.push(waiting);
      } else {
        const outcome = decide(waiting, facts, now, approved);
        if (outcome === 'torn') deferred.push(waiting);
        // What is refused changes nothing: whoever comes after it may be decided on the same facts.
        const touched = outcome === 'refused' ? refusedHere : keys;
        for (const key of own) touched.add(key);
      }
    }
    refused = refusedHere;
    return { approved, deferred, keys, facts };
  }

  async function factsOf(group: readonly Waiting[], now: number) {
    const done = new Map<string, CommandRow>();
    const once = group.flatMap(({ command }) =>
      command.once ? [[command.once.scope, command.once.key]] : [],
    );
    const repeats = {
      statement: statement(
        'select c.* from json_each(?) i join commands c on c.scope = i.value ->> 0 and c.key = i.value ->> 1',
        JSON.stringify(once),
      ),
      take(rows: readonly Row[]) {
        for (const row of rows.map(commandRow)) done.set(onceKey(row), row);
      },
    };
    const asked = new Map(group.map((waiting) => [waiting, [waiting.command.needs]]));
    const needs = group.map(({ command }) => command.needs);
    let facts = await readFacts(database, needs, now, once.length > 0 ? [repeats] : []);
    const rounds = Math.max(...group.map(({ command }) => command.moreNeeds?.length ?? 0));
    for (let round = 0; round < rounds; round += 1) {
      const more: Needs[] = [];
      for (const [{ command }, all] of asked) {
        const next = command.moreNeeds?.[round]?.(facts);
        if (!next || Object.keys(next).length === 0) continue;
        all.push(next);
        more.push(next);
      }
      if (more.length > 0) facts = joinFacts(facts, await readFacts(database, more, now));
    }
    return { facts, done, asked };
  }

  /** What is approved is to be written; who is refused is told at once; what tripped over torn facts must wait. */
  function decide(
    waiting: Waiting,
    facts: Facts,
    now: number,
    approved: Approved[],
  ): 'approved' | 'refused' | 'torn' {
    try {
      const decision = waiting.command.decide(facts, { now, ids, random });
      if (decision.ok) approved.push({ ...decision, waiting });
      else waiting.resolve(decision);
      return decision.ok ? 'approved' : 'refused';
    } catch (error) {
      if (mayBeTorn(waiting, error)) return 'torn';
      waiting.reject(error);
      return 'refused';
    }
  }

  async function commitOrRecover(decided: Decided): Promise<void> {
    try {
      await commit(decided);
    } catch (error) {
      await recover(
        decided.approved.map(({ waiting }) => waiting),
        error,
      );
    }
  }

  async function commit({ approved, facts }: Decided): Promise<void> {
    // The disk may have failed under the group before this one: what it would acknowledge now cannot be trusted.
    if (stopped) throw stopped;
    const changes = mergeChanges<Changes>(...approved.map((decision) => decision.changes));
    const statements = statementsFor(changes, commandRows(approved), {
      ledger: new Map(facts.hashes),
      auditHead: facts.auditHead,
    });
    const started = performance.now();
    if (statements.length > 0) await database.write(statements);
    const tookMs = performance.now() - started;
    // It stands: what whoever is told does wrong is no reason to commit again.
    queueMicrotask(() => {
      options.onCommit?.(approved.length, tookMs);
      tell(changes);
    });
    for (const { waiting, result } of approved) waiting.resolve({ ok: true, result, replayed: false });
  }

  /** Says what the commit left to be done, before anybody who waited for it goes on. */
  function tell(changes: Changes): void {
    const left = workLeftBy(changes, clock.now());
    if (left.messages) options.onMessages?.();
    if (left.errands) options.onErrands?.();
    if (left.notices) options.onNotices?.();
    if (left.journeys) options.onJourneys?.();
  }

  /** Reads and decides a group again until it is committed; what cannot be is told to whoever waits for it. */
  async function recover(group: readonly Waiting[], first: unknown): Promise<undefined> {
    let error = first;
    for (let attempt = 1; ; attempt += 1) {
      const fault = faultOf(error);
      if (fault === 'fatal') return stop(group, error);
      if (fault === 'bug' || attempt >= (fault === 'stale' ? maxRaces : maxAttempts)) break;
      // A random wait, so that two processes do not go on meeting at the same moment.
      if (fault === 'stale' && attempt > 1) await pause(random() * Math.min(300, 5 * 2 ** attempt));
      if (fault === 'unreachable') await pause(Math.min(2000, 20 * 2 ** attempt));
      try {
        const decided = await decideGroup(group, noKeys);
        await commit(decided);
        putBack(decided.deferred);
        return undefined;
      } catch (again) {
        error = again;
      }
    }
    return giveUp(group, error);
  }

  function stop(group: readonly Waiting[], error: unknown): undefined {
    const first = !stopped;
    stopped ??= error;
    for (const waiting of [...group, ...queue]) waiting.reject(stoppedError(error));
    queue = [];
    if (first) options.onFatal?.(error);
  }

  /** A group that cannot be committed is tried one by one, so that one bad command does not fail its neighbours. */
  async function giveUp(group: readonly Waiting[], error: unknown): Promise<undefined> {
    const [only, ...others] = group;
    if (others.length === 0) {
      only?.reject(error);
      return;
    }
    for (const waiting of group) {
      const decided = await decideGroup([waiting], noKeys).catch((fault) => recover([waiting], fault));
      if (!decided) continue;
      putBack(decided.deferred);
      await commitOrRecover(decided);
    }
  }

  async function idle(): Promise<void> {
    while (draining) await draining;
  }

  return {
    submit,
    idle,
    close() {
      closed = true;
      return idle();
    },
  };
}

/**
 * Facts of several rounds are of several moments: another process may have committed between them, and a decision then
 * finds broken what is not. It is taken again on fresh facts, a few times.
 */
function mayBeTorn(waiting: Waiting, error: unknown): boolean {
  const { command, torn = 0 } = waiting;
  if (!(error instanceof InvariantError) || !command.moreNeeds?.length || torn >= maxTorn) return false;
  waiting.torn = torn + 1;
  return true;
}

/** By which a command is kept apart from others: of all it asked to know, in whichever round. */
function keysOf({ once }: AnyCommand<unknown>, asked: readonly Needs[], facts: Facts): readonly string[] {
  const keys = new Set(asked.flatMap((needs) => facts.keysOf(needs)));
  if (once) keys.add(onceKey(once));
  return [...keys];
}

function commandRows(approved: readonly Approved[]): CommandRow[] {
  return approved.flatMap(({ waiting: { command, inputHash }, result }) => {
    if (!command.once) return [];
    const { scope, key } = command.once;
    return [{ scope, key, inputHash, result: JSON.stringify(result) }];
  });
}

function replay(waiting: Waiting, row: CommandRow): void {
  if (row.inputHash === waiting.inputHash) {
    waiting.resolve({ ok: true, result: JSON.parse(row.result), replayed: true });
    return;
  }
  const { once } = waiting.command;
  const code = once?.conflictCode ?? 'conflict';
  const detail = `"${once?.key}" was sent before with other content; send the same body again, or use a new id`;
  waiting.resolve({ ok: false, refusal: { code, detail } });
}

function commandRow(row: Row): CommandRow {
  return {
    scope: String(row.scope),
    key: String(row.key),
    inputHash: String(row.input_hash),
    result: String(row.result),
  };
}

function onceKey(once: { readonly scope: string; readonly key: string }): string {
  return `once:${once.scope}\n${once.key}`;
}

function stoppedError(cause: unknown): SvoiError {
  return new SvoiError(
    'writer_stopped',
    'the database failed while writing; nothing was acknowledged since',
    { cause },
  );
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
