import type { Locale } from '../../core/customers/types.ts';
import type { CustomerId } from '../../core/ids.ts';
import { DAY_MS, instantOfLocal, localTime } from '../../core/time.ts';
import { readRow, readRows } from '../../db/database.ts';
import { nextDue } from '../../db/due.ts';
import { createOutbox } from '../../db/outbox.ts';
import { settleDue, settleNotices } from '../../jobs.ts';
import { runNightly } from '../../nightly.ts';
import { nightAfter } from '../../playground_time.ts';
import { type TestApi, type TestApiOptions, testApi } from './api.ts';
import { heardFrom, type TestChat, testChat } from './chat.ts';

/** Somebody in a story: a customer with a chat. */
export interface Guest {
  readonly chat: TestChat;
  readonly id: CustomerId;
  readonly phone: string;
  /** What a customer is called in the path of a call. */
  readonly ref: string;
}

/** Who comes: the language of the chat, whether offers are welcome, and whatever else is posted of a customer. */
export type GuestOptions = { readonly language?: Locale; readonly marketing?: boolean } & Readonly<
  Record<string, unknown>
>;

/** A shop in which stories are lived: time passes as it does where Svoi runs. */
export interface StoryShop extends TestApi {
  /** Somebody new who has registered in a chat, and agreed to offers unless `marketing` is false. */
  guest(more?: GuestOptions): Promise<Guest>;
  /** A call that must be taken. */
  post(method: string, path: string, body?: object): Promise<void>;
  buys(guest: Guest, more?: object): Promise<void>;
  /** Does something once the clock shows a moment of it. */
  later(span: string, act: () => Promise<unknown>): void;
  /** Lives on for a span like `3h` or `2d`, night by night, with all that falls due on the way. */
  live(span: string): Promise<void>;
  /** Goes to four in the morning so many days on, and looks at nothing on the way. */
  leap(days: number): Promise<void>;
  /** What journeys have said to somebody, each with when: `23.11 10:00 …`. */
  diary(guest: Guest, ...journeys: readonly string[]): Promise<readonly string[]>;
}

const spans = { m: 60_000, h: 3_600_000, d: DAY_MS } as const;

/** A span like `30m`, `2h` or `3d` in milliseconds. */
function milliseconds(span: string): number {
  return Number.parseFloat(span) * spans[span.at(-1) as keyof typeof spans];
}

/** Opens a shop for stories. */
export async function storyShop(options: TestApiOptions): Promise<StoryShop> {
  const api = await testApi(options);
  const { svoi, clock } = api;
  const acts: { readonly at: number; readonly act: () => Promise<unknown> }[] = [];
  let people = 0;
  let receipts = 0;

  async function post(method: string, path: string, body?: object): Promise<void> {
    const { status, text } = await api.call(method, path, body === undefined ? {} : { body });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
  }

  const outbox = createOutbox(svoi.database);
  /** Whatever waits to be sent is sent. */
  async function delivered(): Promise<void> {
    for (;;) {
      const now = clock.now();
      const lease = { now, limit: 100, leaseUntil: now + spans.m };
      const claimed = await outbox.claim({ channel: 'telegram', ...lease });
      if (claimed.length === 0) return;
      const cost = { priceMicros: null, smsPriceMicros: null };
      await outbox.record(
        claimed.map((message) => ({
          message,
          result: { state: 'sent', at: now, providerId: message.id, ...cost },
        })),
      );
    }
  }

  /** What a server does again and again. */
  async function happen(): Promise<void> {
    await settleDue(svoi);
    await delivered();
    await settleNotices(svoi);
  }

  /** Stops wherever something falls due, and soon after three each night. */
  async function pass(end: number): Promise<void> {
    while (clock.now() < end) {
      const due = await nextDue(svoi.database, clock.now() + 1);
      const night = nightAfter(clock.now(), svoi.program().zone);
      clock.set(Math.min(due ?? end, night, end));
      if (clock.now() === night) await runNightly(svoi);
      await happen();
    }
  }

  return {
    ...api,
    post,
    async guest({ language = 'uk', marketing = true, ...more } = {}) {
      people += 1;
      const phone = `+38050${String(people).padStart(7, '0')}`;
      const chat = testChat(svoi, { address: `story-${people}`, language });
      await chat.contact(phone);
      await chat.press('menu');
      await post('POST', '/v1/customers', { phone, consents: { marketing }, ...more });
      await chat.hear();
      const row = await readRow(svoi.database, 'select id from customers where phone = ?', phone);
      return { chat, phone, id: String(row?.id) as CustomerId, ref: `phone:${phone}` };
    },
    async buys({ phone }, more = {}) {
      receipts += 1;
      const lines = [{ sku: 'tea', quantity: 1, unit_price: 4_000 }];
      const at = new Date(clock.now()).toISOString();
      await post('POST', '/v1/purchases', { id: `s-${receipts}`, at, customer: { phone }, lines, ...more });
    },
    later(span, act) {
      acts.push({ at: clock.now() + milliseconds(span), act });
      acts.sort((a, b) => a.at - b.at);
    },
    async live(span) {
      const end = clock.now() + milliseconds(span);
      for (let next = acts[0]; next && next.at <= end; next = acts[0]) {
        acts.shift();
        await pass(next.at);
        await next.act();
        await happen();
      }
      await pass(end);
    },
    async leap(days) {
      const zone = svoi.program().zone;
      const midnight = Math.floor(localTime(clock.now(), zone) / DAY_MS + days) * DAY_MS;
      clock.set(instantOfLocal(midnight + 4 * spans.h, zone));
      await runNightly(svoi);
      await happen();
    },
    async diary({ id }, ...journeys) {
      const rows = await readRows(
        svoi.database,
        `select m.*, a.locale, n.kind from messages m join notices n on n.id = m.notice_id
         join addresses a on a.id = m.address_id where m.customer_id = ? order by m.id`,
        id,
      );
      const said = rows.filter(({ kind }) => journeys.includes(String(kind)));
      return said.map((row) => {
        const { text, buttons } = heardFrom(row, svoi);
        const at = new Intl.DateTimeFormat('uk', {
          ...({ day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' } as const),
          timeZone: svoi.program().zone,
        });
        const shown = buttons.map((labels) => `[${labels.replaceAll(' | ', '] [')}]`);
        return [`${at.format(Number(row.created_at)).replace(',', '')} ${text}`, ...shown].join('\n');
      });
    },
  };
}
