import { type CampaignId, type CustomerId, createIds } from '../../core/ids.ts';
import { createDraft, sendCampaign } from '../../core/journeys/campaigns/commands.ts';
import { seededRandom } from '../../core/seeded_random.ts';
import { type Campaign, plainPlan } from '../../core/staff/campaigns.ts';
import { type Database, readRows, statement } from '../../db/database.ts';
import type { Svoi } from '../../svoi.ts';

/** A campaign to everybody, whose audience is being written down; what is given takes the place of the default. */
export function aCampaign(now: number, changes: Partial<Campaign> = {}): Campaign {
  return {
    id: 'cmp_00000000000000000000000001' as CampaignId,
    ...{ name: 'Boots', rule: '', createdBy: 'cli', createdAt: now, most: null, state: 'freezing' },
    content: says('Boots are here.'),
    plan: { ...plainPlan, controlPercent: 0, holdoutPercent: 0 },
    ...{ reason: null, startsAt: now, frozenAt: null, finishedAt: null, spentMicros: 0, revision: 1 },
    ...changes,
  };
}

/** A message in one way, or one for each text. */
export function says(...texts: readonly string[]): Campaign['content'] {
  const variants = texts.map((text, at) => ['abcde'[at] ?? 'a', { text: { en: text }, buttons: [] }]);
  return { variants: Object.fromEntries(variants), gift: null };
}

/** What somebody made up is like, by number; everything else is as usual: agreed to offers, and has a chat. */
export interface Somebody {
  readonly zone?: string | null;
  readonly agreed?: boolean;
  readonly reachable?: boolean;
  readonly heardAt?: number | null;
}

/** Registered customers with a chat in Telegram, written down at once, however many; their numbers begin with `from`. */
export async function people(
  database: Database,
  count: number,
  now: number,
  like: (index: number) => Somebody = () => ({}),
  from = 0,
): Promise<CustomerId[]> {
  const ids = createIds(seededRandom(count));
  const rows = Array.from({ length: count }, (_, index) => {
    const { zone = null, agreed = true, reachable = true, heardAt = now } = like(index);
    const id = ids.next('cus', now);
    const number = from + index;
    return [id, ids.next('adr', now), ids.next('con', now), zone, +agreed, +reachable, heardAt, number];
  });
  const values = JSON.stringify(rows);
  await database.write([
    statement(
      `insert into customers (id, phone, name, locale, zone, created_at, registered_at, offers, chats, heard_at)
       select value ->> 0, '+38050' || (1000000 + value ->> 7), 'Person ' || (value ->> 7), 'en', value ->> 3, ?1, ?1,
         value ->> 4, value ->> 5, value ->> 6 from json_each(?2)`,
      now,
      values,
    ),
    statement(
      `insert into addresses (id, channel, external_id, customer_id, locale, reachable, last_seen_at, revision)
       select value ->> 1, 'telegram', 'p' || (value ->> 7), value ->> 0, 'en', value ->> 5,
         coalesce(value ->> 6, ?1), 1 from json_each(?2)`,
      now,
      values,
    ),
    statement(
      `insert into consents (id, customer_id, category, granted, text, text_version, locale, source, at)
       select value ->> 2, value ->> 0, 'marketing', value ->> 4, 'yes', 1, 'en', 'test', ?1 from json_each(?2)`,
      now,
      values,
    ),
  ]);
  return rows.map(([id]) => id as CustomerId);
}

/** Writes a campaign down and sends it. */
export async function sent(svoi: Svoi, changes: Partial<Campaign> = {}, most: number | null = null) {
  const { name, rule, content, plan } = aCampaign(svoi.clock.now(), changes);
  const draft = await svoi.submit(createDraft({ name, rule, content, plan }, 'cli'));
  if (!draft.ok) throw new Error(draft.refusal.detail);
  const { id } = draft.result;
  const begun = await svoi.submit(sendCampaign(id, { actor: 'cli', most, program: svoi.program }));
  if (!begun.ok) throw new Error(`${begun.refusal.code}: ${begun.refusal.detail}`);
  return id;
}

/** How many members of a campaign stand where. */
export async function standing(database: Database, id: CampaignId): Promise<Record<string, number>> {
  const rows = await readRows(
    database,
    'select state, count(*) as people from campaign_members where campaign_id = ? group by state',
    id,
  );
  return Object.fromEntries(rows.map(({ state, people: count }) => [String(state), Number(count)]));
}
