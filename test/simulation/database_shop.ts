import type { Ids } from '../../core/ids.ts';
import type { Reply } from '../../core/messaging/types.ts';
import type { Context, Submitted } from '../../core/ports.ts';
import { type Database, readRows, statement } from '../../db/database.ts';
import { applyProgram } from '../../db/programs.ts';
import type { AnyCommand } from '../../db/writer.ts';
import { settleDue } from '../../jobs.ts';
import { createSvoi, type Svoi } from '../../svoi.ts';
import { contextOf } from './memory_process.ts';
import type { Turn } from './steps.ts';
import { shops, type World } from './world.ts';

/** The same shop on a real database: the real writer, facts, statements and jobs. */
export class DatabaseShop {
  readonly svoi: Svoi;
  readonly #world: World;
  readonly #contexts: { current: Context };
  readonly #heard = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(svoi: Svoi, world: World, contexts: { current: Context }) {
    this.svoi = svoi;
    this.#world = world;
    this.#contexts = contexts;
  }

  /** Opens the shop of `world` on an empty database. */
  static async open(database: Database, world: World): Promise<DatabaseShop> {
    await applyProgram(database, world.definition, world.clock.now());
    await database.write(
      shops.map((id) =>
        statement(
          `insert into shops (id, name, scope, key_hash, created_at) values (?1, ?1, 'admin', ?1, 0)`,
          id,
        ),
      ),
    );
    const nobody: AnyCommand<unknown> = {
      name: '',
      needs: {},
      decide: () => ({ ok: true, changes: {}, result: 0 }),
    };
    const contexts = { current: contextOf('', nobody, 0) };
    const ids: Ids = { next: (prefix, at) => contexts.current.ids.next(prefix, at) };
    const random = () => contexts.current.random();
    const { clock } = world;
    // Journeys are lived through by their own stories: in memory there are none.
    const svoi = await createSvoi({ database, clock, ids, random, shipped: [] });
    return new DatabaseShop(svoi, world, contexts);
  }

  /** Lets a turn happen. A crash before the commit leaves nothing behind: only the second try is seen. */
  async take(turn: Turn): Promise<void> {
    if (turn.kind === 'settle') {
      const { submit: _, ...svoi } = this.svoi;
      const submit = <Result>(command: AnyCommand<Result>) => this.#submit(command, turn);
      return settleDue({ ...svoi, submit });
    }
    const { deed, mishap } = turn;
    const outcome = await this.#submit(deed.command, turn);
    if (mishap === 'no answer') await this.#submit(deed.command, turn, 'again');
    deed.learn?.(outcome);
  }

  /** One command after the other, each with the ids and random numbers it has in every run. */
  #submit<Result>(command: AnyCommand<Result>, turn: Turn, salt = ''): Promise<Submitted<Result>> {
    const next = this.#last.then(async () => {
      const occasion = `${this.#world.seed} ${turn.number} ${salt}`;
      this.#contexts.current = contextOf(occasion, command, this.#world.clock.now());
      const outcome = await this.svoi.submit(command);
      await this.#hear();
      return outcome;
    });
    this.#last = next;
    return next;
  }

  async #hear(): Promise<void> {
    const rows = await readRows(
      this.svoi.database,
      `select m.id, m.reply, a.channel, a.external_id from messages m join addresses a on a.id = m.address_id
       where m.created_at = ? order by m.id`,
      this.#world.clock.now(),
    );
    for (const { id, reply, channel, external_id: address } of rows) {
      if (this.#heard.has(String(id))) continue;
      this.#heard.add(String(id));
      const chat = this.#world.people
        .flatMap(({ chats }) => chats)
        .find((one) => one.channel === channel && one.address === address);
      if (chat) this.#world.hear({ ...chat, reply: JSON.parse(String(reply)) as Reply });
    }
  }
}
