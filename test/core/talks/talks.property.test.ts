import { expect, test } from 'vitest';
import { readRow, readRows, statement } from '../../../db/database.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { settleDue } from '../../../jobs.ts';
import type { Heard, TestChat } from '../../support/chat.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { seededRandom, type TestSvoi, testSvoi } from '../../support/svoi.ts';

interface Person {
  readonly name: string;
  readonly phone: string;
  readonly chat: TestChat;
  /** Of one of the staff: whom the screen says that words go to. */
  about: string | undefined;
  /** What can be tapped on the newest screen that has buttons. */
  buttons: readonly string[];
}

const customerNames = ['Anna', 'Boris', 'Vera'];
const staffNames = ['Ivan', 'Maria', 'Petro'];

/** A shop in which customers and staff say and tap whatever they can, and every word is followed. */
class Counter {
  readonly #t: TestSvoi;
  readonly #random: () => number;
  readonly customers: Person[] = [];
  readonly staff: Person[] = [];
  words = 0;
  delivered = 0;
  asked = 0;

  constructor(t: TestSvoi, seed: number) {
    this.#t = t;
    this.#random = seededRandom(seed);
  }

  async open(): Promise<void> {
    const { svoi } = this.#t;
    const person = (name: string, phone: string, chat: TestChat) => ({
      ...{ name, phone, chat, about: undefined, buttons: [] },
    });
    for (const [index, name] of staffNames.entries()) {
      const phone = `+38067111111${index}`;
      this.staff.push(person(name, phone, await aColleague(svoi, phone, name, 'cashier')));
    }
    for (const [index, name] of customerNames.entries()) {
      const phone = `+38067222222${index}`;
      const channel = index === 2 ? 'whatsapp' : 'telegram';
      this.customers.push(person(name, phone, await aMember(svoi, phone, name, { channel })));
    }
  }

  #pick<Some>(from: readonly Some[]): Some {
    return from[Math.floor(this.#random() * from.length)] as Some;
  }

  #word(): string {
    this.words += 1;
    return `word${this.words}x`;
  }

  /** What all of the staff hear now; screens and messages say whom their words go to. */
  async #staffHears(): Promise<ReadonlyMap<string, readonly Heard[]>> {
    const heard = new Map<string, readonly Heard[]>();
    for (const one of this.staff) heard.set(one.name, this.#read(one, await one.chat.hear()));
    return heard;
  }

  #read(one: Person, heard: readonly Heard[]): readonly Heard[] {
    for (const { text, reply } of heard) {
      const [, to] = /(?:Write your answer: |Sent to )(\w+)/.exec(text) ?? [];
      const named = customerNames.filter((name) => text.includes(name));
      const isNews = /^\w+ has (taken|ended)|is over\.$|went quiet/.test(text);
      if (to !== undefined) one.about = to;
      else if (!isNews && (named.length === 0 || named.some((name) => name !== one.about))) {
        one.about = undefined;
      }
      const data = (reply.buttons ?? []).flat().flatMap((tap) => (tap.kind === 'press' ? [tap.data] : []));
      // What has nothing to do with talks could make somebody leave the shop.
      const near = data.filter((tap) => /^(talk|staff$|do:talks)/.test(tap));
      if (near.length > 0) one.buttons = near;
    }
    return heard;
  }

  async step(): Promise<void> {
    const roll = this.#random();
    if (roll < 0.1) await this.#pick(this.customers).chat.say('human');
    else if (roll < 0.12) await this.#pick(this.customers).chat.press('human:end');
    else if (roll < 0.45) await this.#customerSays(this.#pick(this.customers));
    else if (roll < 0.7) await this.#staffTaps(this.#pick(this.staff));
    else if (roll < 0.98) await this.#staffSays(this.#pick(this.staff));
    else {
      this.#t.clock.advance(this.#pick([1, 11, 11, 61]) * 60_000);
      await settleDue(this.#t.svoi);
    }
    await this.#staffHears();
    for (const one of this.customers) await one.chat.hear();
  }

  async #talkOf({ phone }: Person) {
    return readRow(
      this.#t.svoi.database,
      `select t.id, t.status, s.name as taker from talks t join customers c on c.id = t.customer_id
       left join staff s on s.id = t.staff_id where c.phone = ? and t.status <> 'closed'`,
      phone,
    );
  }

  async #customerSays(one: Person): Promise<void> {
    const [talk, word] = [await this.#talkOf(one), this.#word()];
    const answer = await one.chat.say(word);
    const heard = await this.#staffHears();
    const readers = [...heard].filter(([, all]) => all.some(({ text }) => text.includes(word)));
    const kept = await readRows(
      this.#t.svoi.database,
      'select talk_id from talk_messages where text = ?',
      word,
    );
    if (!talk) {
      expect([readers, kept]).toEqual([[], []]);
      return;
    }
    expect(answer).toEqual([]);
    expect(kept).toEqual([{ talk_id: talk.id }]);
    expect(readers.map(([name]) => name)).toEqual(talk.status === 'taken' ? [talk.taker] : staffNames);
  }

  async #staffTaps(one: Person): Promise<void> {
    if (one.buttons.length === 0) return;
    // Mostly what leads on: who closes and leaves at once answers nobody.
    const onwards = one.buttons.filter((data) => /^talk_(take|answer|over|for|give:\S+\.)/.test(data));
    const tap = this.#pick(onwards.length > 0 && this.#random() < 0.85 ? onwards : one.buttons);
    this.#read(one, await one.chat.press(tap));
    await this.#nobodyHears(tap.startsWith('talk_for:') ? 1 : 0);
  }

  /** Typed, or as an answer to any message of a talk that stands in the chat. */
  async #staffSays(one: Person): Promise<void> {
    const word = this.#word();
    const pointed = this.#random() < 0.3 ? await this.#anyMessageTo(one) : undefined;
    const expected = pointed?.name ?? one.about;
    const heard = pointed ? await one.chat.answer(word, pointed.id) : await one.chat.say(word);
    const asks = heard.some(({ text }) => text.includes('Who is this for?'));
    this.#read(one, heard);
    if (asks) this.asked += 1;
    for (const customer of this.customers) {
      const read = (await customer.chat.hear()).filter(({ text }) => text.includes(word));
      if (read.length === 0) continue;
      this.delivered += 1;
      expect([customer.name, read.map(({ text }) => text)]).toEqual([expected, [`${one.name}: ${word}`]]);
      expect(await this.#talkOf(customer)).toMatchObject({ status: 'taken', taker: one.name });
    }
  }

  /** A message about one customer that one of the staff could point at, and whom it is about. */
  async #anyMessageTo({ phone }: Person) {
    const { database } = this.#t.svoi;
    await database.write([
      statement("update messages set provider_id = 'sent-' || id where provider_id is null"),
    ]);
    const rows = await readRows(
      database,
      `select m.provider_id, c.name from messages m join addresses a on a.id = m.address_id
       join talks t on t.id = m.talk_id join customers c on c.id = t.customer_id where a.external_id = ?`,
      phone,
    );
    const row = rows.length > 0 ? this.#pick(rows) : undefined;
    return row && { id: String(row.provider_id), name: String(row.name) };
  }

  /** A tap sends nothing to anybody but what was written before, to the one who was chosen. */
  async #nobodyHears(most: number): Promise<void> {
    const heard = await Promise.all(this.customers.map(({ chat }) => chat.hear()));
    const words = heard.flat().filter(({ text }) => text.includes('word'));
    expect(words.length).toBeLessThanOrEqual(most);
    this.delivered += words.length;
  }
}

test.each([1, 2])(
  'every word in a talk reaches whom it is for, once, and nobody else (seed %i)',
  async (seed) => {
    const t = await testSvoi();
    try {
      const counter = new Counter(t, seed);
      await counter.open();
      for (let step = 0; step < 120; step += 1) await counter.step();
      expect(counter.delivered).toBeGreaterThan(10);
      expect(counter.asked).toBeGreaterThan(0);
      expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
    } finally {
      t.close();
    }
  },
  60_000,
);
