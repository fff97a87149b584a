import { type CampaignId, type CustomerId, createIds } from '../../core/ids.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { seededRandom } from '../../core/seeded_random.ts';
import { statement } from '../../db/database.ts';
import type { Svoi } from '../../svoi.ts';

type Value = string | number | null;
type Rows = readonly Readonly<Record<string, Value>>[];

/** Writes rows of a table as they are: what took days to happen, in a moment. All name the same columns. */
export async function putRows(
  { database }: Pick<Svoi, 'database'>,
  table: string,
  rows: Rows,
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const names = Object.keys(first);
  const picks = names.map((_, index) => `value ->> ${index}`);
  const values = JSON.stringify(rows.map((row) => names.map((name) => row[name] ?? null)));
  const sql = `insert into ${table} (${names.join(', ')}) select ${picks.join(', ')} from json_each(?)`;
  await database.write([statement(sql, values)]);
}

const ids = createIds(seededRandom(77));

/** So many customers who registered at `at`. */
export async function putCustomers(svoi: Svoi, count: number, at: number): Promise<CustomerId[]> {
  const made = Array.from({ length: count }, () => ids.next('cus', at));
  await putRows(
    svoi,
    'customers',
    made.map((id) => ({ id, created_at: at, registered_at: at })),
  );
  return made;
}

/** So many customers with a Telegram chat, who said yes to offers at `at`. */
export async function putReachable(svoi: Svoi, count: number, at: number): Promise<CustomerId[]> {
  const made = await putCustomers(svoi, count, at);
  await svoi.database.write([statement('update customers set offers = 1, chats = 1')]);
  await putRows(
    svoi,
    'addresses',
    made.map((id) => ({
      ...{ id: ids.next('adr', at), channel: 'telegram', external_id: id, customer_id: id, locale: 'uk' },
      ...{ reachable: 1, last_seen_at: at, revision: 1 },
    })),
  );
  await putRows(
    svoi,
    'consents',
    made.map((id) => ({
      ...{ id: ids.next('con', at), customer_id: id, category: 'marketing', granted: 1, at },
      ...{ text: '', text_version: 1, locale: 'uk', source: 'test' },
    })),
  );
  return made;
}

/** A member of a campaign: `arm` as drawn. */
export interface PutMember {
  readonly customerId: string;
  readonly arm: string;
  readonly at: number | null;
  readonly state?: string;
}

/** A campaign with those it goes to; `message` and `plan` differ from a text without a gift and a tenth kept apart. */
export async function putCampaign(
  svoi: Svoi,
  members: readonly PutMember[],
  given: {
    readonly at: number;
    readonly variants?: readonly string[];
    readonly gift?: unknown;
    readonly controlPercent?: number;
    readonly state?: string;
    readonly finishedAt?: number;
  },
): Promise<CampaignId> {
  const { at, variants = ['a'], gift = null, controlPercent = 10, state = 'done', finishedAt = at } = given;
  const id = ids.next('cmp', at);
  const text = { text: { en: 'Hello' }, buttons: [] };
  await putRows(svoi, 'campaigns', [
    {
      ...{ id, name: 'Autumn', rule: '', created_by: 'test', created_at: at, state, frozen_at: at },
      message: JSON.stringify({ variants: Object.fromEntries(variants.map((one) => [one, text])), gift }),
      plan: JSON.stringify({ timing: { kind: 'now' }, controlPercent, holdoutPercent: 0 }),
      ...{ finished_at: finishedAt, revision: 1 },
    },
  ]);
  await putRows(
    svoi,
    'campaign_members',
    members.map((one) => ({
      ...{ campaign_id: id, customer_id: one.customerId, arm: one.arm, due_at: one.at },
      state: one.state ?? (one.arm === 'control' || one.arm === 'holdout' ? one.arm : 'told'),
    })),
  );
  return id;
}

/** A sale as it is kept. */
export interface PutSale {
  readonly customerId: string;
  readonly at: number;
  readonly totalMinor: number;
  readonly discountMinor?: number;
  readonly refundedMinor?: number;
  readonly spent?: number;
}

/** Sales, apart from the ledger. */
export async function putSales(svoi: Svoi, sales: readonly PutSale[]): Promise<void> {
  await putRows(
    svoi,
    'purchases',
    sales.map((sale) => {
      const id = ids.next('pur', sale.at);
      return {
        ...{ id, kind: 'sale', shop_id: 'shp_test', external_id: id, customer_id: sale.customerId },
        ...{ at: sale.at, recorded_at: sale.at, local_at: sale.at, paid_at: sale.at },
        ...{ total_minor: sale.totalMinor, discount_minor: sale.discountMinor ?? 0 },
        ...{ refunded_minor: sale.refundedMinor ?? 0, spent: sale.spent ?? 0, earned: 0, pending: 0 },
      };
    }),
  );
}

/** What somebody was told, as far as it came: one message for each channel that was tried. */
export interface PutNotice {
  readonly customerId: string;
  readonly campaign: string;
  readonly arm: string;
  readonly at: number;
  readonly state?: string;
  readonly clickedAt?: number;
  readonly answeredAt?: number;
  readonly leftAt?: number;
  readonly messages?: readonly {
    readonly sentAt?: number;
    readonly deliveredAt?: number;
    readonly readAt?: number;
    readonly priceMicros?: number;
    /** Default: telegram. */
    readonly channel?: string;
    readonly error?: string;
  }[];
}

/** Notices with their messages; the ids of the notices. */
export async function putNotices(svoi: Svoi, notices: readonly PutNotice[]): Promise<string[]> {
  const made = notices.map((one) => ({ id: ids.next('ntc', one.at), one }));
  await putRows(
    svoi,
    'notices',
    made.map(({ id, one }) => ({
      ...{ id, customer_id: one.customerId, category: 'marketing', kind: 'campaign', campaign: one.campaign },
      ...{ arm: one.arm, reply: '{"paragraphs":[]}', state: one.state ?? 'reached', steps: '[]', step: 0 },
      ...{ stops_on_purchase: 0, doubled: 0, created_at: one.at, revision: 1 },
      ...{
        clicked_at: one.clickedAt ?? null,
        answered_at: one.answeredAt ?? null,
        left_at: one.leftAt ?? null,
      },
    })),
  );
  const messages = made.flatMap(({ id, one }) =>
    (one.messages ?? []).map((message) => ({
      ...{ id: ids.next('msg', one.at), address_id: 'adr_test', customer_id: one.customerId, notice_id: id },
      ...{ channel: message.channel ?? 'telegram', category: 'marketing', reply: '{"paragraphs":[]}' },
      ...{ state: message.error === undefined ? 'sent' : 'failed', error: message.error ?? null },
      ...{ created_at: one.at, due_at: one.at, sent_at: message.sentAt ?? null },
      ...{ delivered_at: message.deliveredAt ?? null, read_at: message.readAt ?? null },
      price_micros: message.priceMicros ?? null,
    })),
  );
  await putRows(svoi, 'messages', messages);
  return made.map(({ id }) => id);
}

/** A run of a journey, as it is kept. */
export interface PutRun {
  readonly customerId: string;
  readonly journey: string;
  readonly arm: string;
  readonly at: number;
  readonly version?: number;
  readonly notices?: readonly string[];
  readonly pointsGiven?: number;
}

/** Runs that are over. */
export async function putRuns(svoi: Svoi, runs: readonly PutRun[]): Promise<void> {
  await putRows(
    svoi,
    'journey_runs',
    runs.map((run) => {
      const id = ids.next('run', run.at);
      const notices = Object.fromEntries((run.notices ?? []).map((notice, step) => [step, notice]));
      const given = run.pointsGiven === undefined ? {} : { pointsGiven: run.pointsGiven };
      return {
        ...{ id, journey: run.journey, version: run.version ?? 1, customer_id: run.customerId },
        ...{ occasion: id, arm: run.arm, state: run.arm === 'control' ? 'control' : 'done', step: 0 },
        ...{ data: JSON.stringify({ event: {}, notices, ...given }), started_at: run.at, revision: 1 },
      };
    }),
  );
}

/** A version of a journey of the shop's own. */
export async function putVersion(
  svoi: Svoi,
  given: { readonly key: string; readonly version?: number; readonly control?: number; readonly at: number },
): Promise<void> {
  const { key, version = 1, control, at } = given;
  const definition = {
    ...{ key, name: { en: 'Forgotten cart', uk: 'Забутий кошик' }, category: 'marketing', topic: 'offers' },
    ...{ when: { event: 'cart_left' }, weight: 50, again: 'always', goal: 'none' },
    ...(control === undefined ? {} : { control }),
    steps: [{ message: { text: { en: 'Hello' }, buttons: [] } }],
  };
  await putRows(svoi, 'journey_versions', [
    { journey: key, version, definition: JSON.stringify(definition), created_by: 'test', created_at: at },
  ]);
}

/** The days after an offer that count, in milliseconds. */
export const countedMs = defaultProgram.proof.within_days * 86_400_000;
