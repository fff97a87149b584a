import { encodeTime } from 'ulid';
import type { CustomerId } from '../../core/ids.ts';
import { type Bought, boughtWhen } from '../../core/insights/facts/bought.ts';
import { type InferredFact, inferFacts } from '../../core/insights/facts/infer.ts';
import { type ProfileFact, settleFacts } from '../../core/insights/facts/types.ts';
import type { FactRule } from '../../core/program/facts.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Reading, type Row, readRows, type Statement, statement } from '../database.ts';
import { factsOf, profileFactFrom } from './facts.ts';

/** One page of customers whose facts are to be inferred: those after an id about whom something is new. */
export interface FactsQuestion {
  readonly rules: readonly FactRule[];
  /** Epoch milliseconds; what was recorded before is known. Null: everybody is looked at. */
  readonly since: number | null;
  readonly now: number;
  /** Days since 1970 on the program's calendar. */
  readonly today: number;
  /** For how many days a receipt without a customer may be claimed. */
  readonly claimDays: number;
  readonly after: string;
}

/** What a page came to: facts that are new or other than before, those that are no more, and where the next begins. */
export interface FactsPage {
  readonly inferred: readonly (InferredFact & { readonly customerId: CustomerId })[];
  readonly gone: readonly Pick<ProfileFact, 'customerId' | 'name' | 'item'>[];
  /** The last customer of the page; undefined: there are no more. */
  readonly last: string | undefined;
}

const pageSize = 500;

/** Of a customer, the newest so many receipts are looked at. */
const mostReceipts = 500;

/** Facts fade with time also where nothing is bought: each is looked at again after so long. */
const looksAgainMs = 30 * DAY_MS;

/** Infers the facts of a page of customers. A long look: see `analyses.ts`. */
export async function factsPage(database: Reading, question: FactsQuestion): Promise<FactsPage> {
  const due = question.since === null ? everybody(question) : aboutWhom(question, question.since);
  const ids = (await readRows(database, due.sql, ...due.args)).map((row) => String(row.id) as CustomerId);
  if (ids.length === 0) return { inferred: [], gone: [], last: undefined };
  const [receipts = [], facts = []] = await database.read([receiptsOf(ids), factsOf(ids)]);
  const known = groupFacts(facts);
  const changes = receipts.map((row) => changesOf(row, known, question));
  return {
    inferred: changes.flatMap(({ inferred }) => inferred),
    gone: changes.flatMap(({ gone }) => gone),
    last: ids.length < pageSize ? undefined : ids.at(-1),
  };
}

/** Whoever bought something, those merged into others aside: what they bought is the other's. */
function everybody({ after }: FactsQuestion): Statement {
  return statement(
    `select id from customers c where id > ?1 and erased_at is null and merged_into is null
       and (exists (select 1 from purchases where customer_id = c.id)
         or exists (select 1 from customers m where m.merged_into = c.id)) order by id limit ?2`,
    after,
    pageSize,
  );
}

/** Ids carry the time they were made at, so that what is new is the end of an index. */
function idSince(prefix: string, at: number): string {
  return `${prefix}_${encodeTime(Math.max(0, at))}`;
}

/**
 * Customers who bought, brought back, claimed a receipt, became one with another account or said something since, whose
 * products were described anew, or whose facts have not been looked at for long.
 */
function aboutWhom({ now, claimDays, after }: FactsQuestion, since: number): Statement {
  return statement(
    `select distinct coalesce(c.merged_into, c.id) as id from (
       select customer_id from purchases where id >= ?1
       union select customer_id from purchases where id >= ?2 and id < ?1 and claimed_at >= ?4
       union select p.customer_id from refunds r join purchases p on p.id = r.purchase_id where r.id >= ?3
       union select from_id from merges where at >= ?4 or undone_at >= ?4
       union select into_id from merges where at >= ?4 or undone_at >= ?4
       union select customer_id from customer_facts
         where case source when 'purchases' then at <= ?5 else at >= ?4 or denied_at >= ?4 end
       union select t.customer_id from products p
         cross join customer_totals t on t.facet = 'product' and t.value = p.sku where p.updated_at >= ?4
     ) due join customers c on c.id = due.customer_id
     where c.erased_at is null and coalesce(c.merged_into, c.id) > ?6 order by 1 limit ?7`,
    idSince('pur', since),
    idSince('pur', since - claimDays * DAY_MS),
    idSince('ref', since),
    since,
    now - looksAgainMs,
    after,
    pageSize,
  );
}

/** One JSON cell a customer: the driver spends more on a cell than SQLite on the row it comes from. */
function receiptsOf(ids: readonly CustomerId[]): Statement {
  return statement(
    `select i.value as id, (select json_group_array(json_array(local_at, store, json(bought))) from (
         select p.local_at, p.store, (select json_group_array(json_array(l.sku, coalesce(l.name, g.name),
             coalesce(l.category, g.category), g.brand, json(g.attributes)))
           from purchase_lines l left join products g on g.sku = l.sku
           where l.purchase_id = p.id and l.refunded_quantity < l.quantity) as bought
         from purchases p where p.kind = 'sale' and p.customer_id in
           (select i.value union all select id from customers where merged_into = i.value)
         order by p.at desc limit ?2)) as receipts
     from json_each(?1) i`,
    JSON.stringify(ids),
    mostReceipts,
  );
}

type Line = readonly [
  sku: string,
  name: string | null,
  category: string | null,
  brand: string | null,
  attributes: Readonly<Record<string, unknown>> | null,
];
type Receipt = readonly [localAt: number, store: string | null, lines: readonly Line[]];

function boughtOn([localAt, store, lines]: Receipt): Bought {
  return {
    ...boughtWhen(localAt),
    store,
    lines: lines.map(([sku, name, category, brand, attributes]) => ({
      ...{ sku, name, category, brand },
      attributes: attributes ?? {},
    })),
  };
}

function groupFacts(rows: readonly Row[]): ReadonlyMap<string, readonly ProfileFact[]> {
  const groups = new Map<string, ProfileFact[]>();
  for (const row of rows) {
    const group = groups.get(String(row.wanted)) ?? [];
    group.push(profileFactFrom(row));
    groups.set(String(row.wanted), group);
  }
  return groups;
}

function changesOf(
  row: Row,
  known: ReadonlyMap<string, readonly ProfileFact[]>,
  { rules, now, today }: FactsQuestion,
): Pick<FactsPage, 'inferred' | 'gone'> {
  const customerId = String(row.id) as CustomerId;
  const rows = known.get(customerId) ?? [];
  const receipts: readonly Receipt[] = JSON.parse(String(row.receipts));
  const bought = receipts.map(boughtOn).filter(({ lines }) => lines.length > 0);
  const inferred = inferFacts(bought, rules, today, settleFacts(rows, customerId));
  const stays = new Set(inferred.map((fact) => `${customerId} ${fact.name} ${fact.item}`));
  const guesses = rows.filter(({ source, deniedAt }) => source === 'purchases' && deniedAt === null);
  return {
    inferred: inferred.map((fact) => ({ ...fact, customerId })).filter((fact) => isNews(fact, guesses, now)),
    gone: guesses
      .filter((fact) => !stays.has(`${fact.customerId} ${fact.name} ${fact.item}`))
      .map(({ customerId, name, item }) => ({ customerId, name, item })),
  };
}

/** Whether a fact is other than before, or so old that it would soon be looked at again. */
function isNews(fact: FactsPage['inferred'][number], before: readonly ProfileFact[], now: number): boolean {
  const same = before.find(
    (one) => one.customerId === fact.customerId && one.name === fact.name && one.item === fact.item,
  );
  const plain = ({
    value,
    low,
    high,
    sure,
    because,
  }: Pick<ProfileFact, 'value' | 'low' | 'high' | 'sure' | 'because'>) =>
    JSON.stringify([value, low, high, sure, because]);
  return !same || plain(same) !== plain(fact) || same.at <= now - looksAgainMs / 2;
}

/**
 * Keeps what was inferred, in the place of what was before. What people have said meanwhile stands, and nothing is kept of
 * whoever was forgotten, became part of another account, or asked us not to guess. At most some hundreds at once.
 */
export function keepFacts(inferred: FactsPage['inferred'], now: number): Statement {
  const rows = inferred.map((fact) => {
    const { customerId, name, item, value, low, high, sure, because } = fact;
    return [customerId, name, item, value, low, high, sure, JSON.stringify(because)];
  });
  return statement(
    `insert into customer_facts
       (customer_id, name, item, value, low, high, sure, source, because, at, denied_at, revision)
     select f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6,
       'purchases', f.value ->> 7, ?2, null, 1
     from json_each(?1) f join customers c on c.id = f.value ->> 0 and c.erased_at is null and c.merged_into is null
     where not exists (select 1 from customer_facts n join customers m on m.id = n.customer_id
       where (m.id = c.id or m.merged_into = c.id) and n.name = 'no_guessing' and n.denied_at is null)
     on conflict (customer_id, name, item) do update set value = excluded.value, low = excluded.low,
       high = excluded.high, sure = excluded.sure, because = excluded.because, at = excluded.at,
       revision = revision + 1
     where source = 'purchases' and denied_at is null`,
    JSON.stringify(rows),
    now,
  );
}

/** Drops what purchases do not tell any more. */
export function dropFacts(gone: FactsPage['gone']): Statement {
  return statement(
    `delete from customer_facts where source = 'purchases' and denied_at is null and (customer_id, name, item) in
       (select value ->> 0, value ->> 1, value ->> 2 from json_each(?))`,
    JSON.stringify(gone.map(({ customerId, name, item }) => [customerId, name, item])),
  );
}
