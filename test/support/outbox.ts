import type { Locale } from '../../core/customers/types.ts';
import { type MessageCategory, messagePriority, type Reply } from '../../core/messaging/types.ts';
import { type Database, readRows, statement } from '../../db/database.ts';

/** A message to be put into the outbox as a commit would; what is left out is as usual. */
export interface TestMessage {
  readonly id: string;
  readonly chat: string;
  readonly dueAt?: number;
  readonly reply?: Reply;
  readonly replaces?: string;
  readonly channel?: string;
  readonly category?: MessageCategory;
  readonly campaign?: string;
  readonly noticeId?: string;
}

/** A chat in the database; it has the same id as its address has outside. */
export async function addChat(
  database: Database,
  chat: string,
  about: { readonly locale?: Locale; readonly lastSeenAt?: number; readonly channel?: string } = {},
): Promise<void> {
  const { locale = 'en', lastSeenAt = 0, channel = 'telegram' } = about;
  await database.write([
    statement(
      `insert into addresses (id, channel, external_id, locale, reachable, last_seen_at, revision)
       values (?, ?, ?, ?, 1, ?, 1)`,
      chat,
      channel,
      chat,
      locale,
      lastSeenAt,
    ),
  ]);
}

const hello: Reply = { paragraphs: [{ key: 'start.hello' }] };

/** Puts messages into the outbox. */
export async function addMessages(database: Database, messages: readonly TestMessage[]): Promise<void> {
  const columns =
    'id, address_id, channel, category, priority, campaign, notice_id, reply, replaces, created_at, due_at';
  await database.write(
    messages.map(({ id, chat, channel = 'telegram', category = 'service', ...rest }) =>
      statement(
        `insert into messages (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
        ...[
          id,
          chat,
          channel,
          category,
          messagePriority[category],
          rest.campaign ?? '',
          rest.noticeId ?? null,
        ],
        ...[JSON.stringify(rest.reply ?? hello), rest.replaces ?? null, rest.dueAt ?? 0],
      ),
    ),
  );
}

/** A message as it stands in the outbox. */
export interface StoredMessage {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly provider_id: string | null;
  readonly sent_at: number | null;
  readonly error: string | null;
}

/** All messages by id. */
export async function storedMessages(database: Database): Promise<Readonly<Record<string, StoredMessage>>> {
  const rows = await readRows(
    database,
    'select id, state, attempts, provider_id, sent_at, error from messages order by id',
  );
  return Object.fromEntries(rows.map((row) => [String(row.id), row as unknown as StoredMessage]));
}

/** A notice as it stands while its steps are tried. */
export interface TestNotice {
  readonly id: string;
  readonly state: string;
  readonly steps: readonly object[];
  readonly step: number;
  readonly dueAt: number;
  readonly revision: number;
}

/** Puts a notice beside its messages. */
export async function addNotice(database: Database, notice: TestNotice): Promise<void> {
  const { id, state, steps, step, dueAt, revision } = notice;
  await database.write([
    statement(
      `insert into notices (id, customer_id, category, kind, reply, state, steps, step, due_at, stops_on_purchase,
         doubled, created_at, revision) values (?, 'cus_1', 'service', 'points_earned', ?, ?, ?, ?, ?, 0, 0, 0, ?)`,
      ...[id, JSON.stringify(hello), state, JSON.stringify(steps), step, dueAt, revision],
    ),
  ]);
}
