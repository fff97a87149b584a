import { SvoiError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { type Clock, type Command, type Decision, mergeChanges, type Submitted } from '../core/ports.ts';
import { type Changes, type CommandRow, statementsFor } from './changes.ts';
import { type Database, type Row, statement } from './database.ts';
import { type Facts, joinFacts, type Needs, readFacts } from './facts.ts';
import { faultOf } from './faults.ts';
import { sha256 } from './hash.ts';

/** A command as the writer takes it: any use case of core whose needs, facts and changes the database knows. */
export type AnyCommand<Result> = Command<Needs, Facts, Changes, Result>;

/** The one way state changes. Waiting commands are decided together and committed in one atomic batch. */
export interface Writer {
  /** Resolves once the command is committed (or refused). Throws `writer_stopped` after a disk failure. */
  submit<Result>(command: AnyCommand<Result>): Promise<Submitted<Result>>;
  /** Resolves when nothing is waiting. */
  idle(): Promise<void>;
}

/** What a writer works with, and whom it tells. */
export interface WriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  random(): number;
  /** The most commands of one group. */
  readonly groupLimit?: number;
  /** Called after a commit that wrote messages. */
  onMessages?(): void;
  /** Called for each group: how many commands, and how long the commit took in milliseconds. */
  onCommit?(commands: number, milliseconds: number): void;
  /** Called once, when the disk failed: nothing is acknowledged from here on, the process should end. */
  onFatal?(error: unknown): void;
}

interface Waiting {
  readonly command: AnyCommand<unknown>;
  readonly inputHash: string;
  resolve(outcome: Submitted<unknown>): void;
  reject(error: unknown): void;
}

type Approved = Extract<Decision<Changes, unknown>, { ok: true }> & { readonly waiting: Waiting };

const maxAttempts = 8;
/** Losing to another process is no failure: a busy one may win many times in a row (measured: 100 commits, 2 s). */
const maxRaces = 40;

/** Starts a writer over `database`. There must be one for a file; several may share a libSQL server. */
export function createWriter(options: WriterOptions): Writer {
  const { database, clock, ids, random, groupLimit = 256 } = options;
  let queue: Waiting[] = [];
  let draining: Promise<void> | undefined;
  let stopped: unknown;

  function submit<Result>(command: AnyCommand<Result>): Promise<Submitted<Result>> {
    if (stopped) return Promise.reject(stoppedError(stopped));
    const inputHash = command.once ? sha256(JSON.stringify(command.once.input)) : '';
    return new Promise((resolve, reject) => {
      queue.push({ command, inputHash, resolve: resolve as Waiting['resolve'], reject });
      draining ??= drain();
    });
  }

  async function drain(): Promise<void> {
    // Requests that arrived while the last commit held the thread get their turn to join this group.
    await nextTurn();
    while (queue.length > 0) {
      const group = queue.splice(0, groupLimit);
      const deferred = await settle(group);
      queue = [...deferred, ...queue];
      await nextTurn();
    }
    draining = undefined;
  }

  /** Decides and commits a group; returns those that must wait because an earlier one touches the same keys. */
  async function settle(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await decideAndCommit(group);
      } catch (error) {
        const fault = faultOf(error);
        if (fault === 'fatal') return stop(group, error);
        if (fault === 'bug' || attempt >= (fault === 'stale' ? maxRaces : maxAttempts))
          return await giveUp(group, error);
        // A random wait, so that two processes do not go on meeting at the same moment.
        if (fault === 'stale' && attempt > 1) await pause(random() * Math.min(300, 5 * 2 ** attempt));
        if (fault === 'unreachable') await pause(Math.min(2000, 20 * 2 ** attempt));
      }
    }
  }

  async function decideAndCommit(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const now = clock.now();
    const { facts, done } = await factsOf(group, now);
    const taken = new Set<string>();
    const approved: Approved[] = [];
    const deferred: Waiting[] = [];
    for (const waiting of group) {
      const { once } = waiting.command;
      const row = once && done.get(onceKey(once));
      const keys = [...(once ? [onceKey(once)] : []), ...facts.keysOf(allNeeds(waiting.command, facts))];
      if (row) replay(waiting, row);
      else if (keys.some((key) => taken.has(key))) deferred.push(waiting);
      else {
        for (const key of keys) taken.add(key);
        decide(waiting, facts, now, approved);
      }
    }
    await commit(approved, facts);
    return deferred;
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
      take: (rows: readonly Row[]) => rows.forEach((row) => done.set(onceKey(row as never), commandRow(row))),
    };
    let facts = await readFacts(
      database,
      group.map(({ command }) => command.needs),
      now,
      once.length > 0 ? [repeats] : [],
    );
    const more = group.flatMap(({ command }) => command.moreNeeds?.(facts) ?? []);
    if (more.length > 0) facts = joinFacts(facts, await readFacts(database, more, now));
    return { facts, done };
  }

  function decide(waiting: Waiting, facts: Facts, now: number, approved: Approved[]): void {
    try {
      const decision = waiting.command.decide(facts, { now, ids, random });
      if (decision.ok) approved.push({ ...decision, waiting });
      else waiting.resolve(decision);
    } catch (error) {
      waiting.reject(error);
    }
  }

  async function commit(approved: readonly Approved[], facts: Facts): Promise<void> {
    const changes = mergeChanges<Changes>(...approved.map((decision) => decision.changes));
    const rows = approved.flatMap(({ waiting: { command, inputHash }, result }) =>
      command.once
        ? [{ scope: command.once.scope, key: command.once.key, inputHash, result: JSON.stringify(result) }]
        : [],
    );
    const statements = statementsFor(changes, rows, new Map(facts.hashes));
    const started = performance.now();
    if (statements.length > 0) await database.write(statements);
    options.onCommit?.(approved.length, performance.now() - started);
    for (const { waiting, result } of approved) waiting.resolve({ ok: true, result, replayed: false });
    if (changes.messages?.length) options.onMessages?.();
  }

  function stop(group: readonly Waiting[], error: unknown): readonly Waiting[] {
    stopped = error;
    for (const waiting of [...group, ...queue]) waiting.reject(stoppedError(error));
    queue = [];
    options.onFatal?.(error);
    return [];
  }

  /** A group that cannot be committed is tried one by one, so that one bad command does not fail its neighbours. */
  async function giveUp(group: readonly Waiting[], error: unknown): Promise<readonly Waiting[]> {
    const [only, ...others] = group;
    if (others.length === 0) {
      only?.reject(error);
      return [];
    }
    const deferred: Waiting[] = [];
    for (const waiting of group) deferred.push(...(await settle([waiting])));
    return deferred;
  }

  return {
    submit,
    async idle() {
      while (draining) await draining;
    },
  };
}

function allNeeds(command: AnyCommand<unknown>, facts: Facts): Needs {
  const more = command.moreNeeds?.(facts);
  return more ? mergeChanges<Needs>(command.needs, more) : command.needs;
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
