import type { ChannelName } from '../../core/customers/types.ts';
import type { CustomerId } from '../../core/ids.ts';
import type { JourneyDefinition, StepDefinition } from '../../core/journeys/definition.ts';
import type { DryPerson } from '../../core/journeys/dry_run/types.ts';
import { flowOf } from '../../core/journeys/flow.ts';
import { subjectsOfJourney } from '../../core/journeys/subjects.ts';
import type { JourneyRules } from '../../core/journeys/types.ts';
import { priceOf } from '../../core/messaging/price.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Reading, type Row, statement } from '../database.ts';
import { hasTold } from '../facts/journeys.ts';
import { channelBits } from '../figures.ts';
import { lookUp } from './lookups.ts';

/** For whom people are looked up, and from when on what they did counts. */
export interface DryScene {
  readonly definition: JourneyDefinition;
  readonly rules: JourneyRules;
  readonly from: number;
  readonly now: number;
}

const accounts = '(select c.id union all select m.id from customers m where m.merged_into = c.id)';

const peopleSql = `select c.id, c.name, c.phone, c.zone, c.offers, c.chats, c.offers_refused, c.preferred_channel,
    (select k.granted from consents k where k.customer_id in ${accounts} and k.category = 'service' and k.channel is null
      order by k.id desc limit 1) as service,
    (select json_group_array(p.at) from purchases p
      where p.customer_id in ${accounts} and p.kind = 'sale' and p.at >= ?2) as purchases,
    (select json_group_array(n.created_at) from notices n indexed by notices_customer where n.customer_id in ${accounts}
      and n.created_at >= ?3 and n.category = 'marketing' and n.state in ('underway', 'reached')) as offers_made,
    (select max(coalesce(u.until, 9e15)) from mutes u
      where u.customer_id in ${accounts} and u.subject in (select value from json_each(?4))) as muted_until,
    (select s.score from surveys s where s.customer_id in ${accounts} and s.score is not null
      order by s.answered_at desc limit 1) as nps,
    (select json_group_array(at) from (
      select r.started_at as at from journey_runs r indexed by journey_runs_occasion
        join journey_versions v on v.journey = r.journey and v.version = r.version
        where r.customer_id in ${accounts} and r.journey <> ?5 and v.definition ->> '$.occasion' = ?6
      union all
      select m.due_at from campaign_members m join campaigns k on k.id = m.campaign_id
        where m.campaign_id in (select id from campaigns where plan ->> 'occasion' = ?6)
          and m.customer_id in ${accounts} and ${hasTold})) as occasions
  from json_each(?1) i cross join customers c on c.id = i.value
  where c.erased_at is null and c.merged_into is null`;

/** Reads what a dry run knows of some customers, in two reads. */
export async function dryPeople(
  database: Reading,
  ids: readonly CustomerId[],
  { definition, rules, from, now }: DryScene,
): Promise<ReadonlyMap<CustomerId, DryPerson>> {
  const wanted = [...new Set(ids)];
  const asked = segmentsIn(definition).flatMap((rule) => wanted.map((customerId) => ({ customerId, rule })));
  const looked = await lookUp(database, asked, { program: rules.program, now });
  const subjects = JSON.stringify(subjectsOfJourney(definition));
  const [rows = []] = await database.read([
    statement(
      peopleSql,
      ...[JSON.stringify(wanted), from, from - 7 * DAY_MS, subjects],
      ...occasionOf(definition),
    ),
  ]);
  return new Map(
    rows.map((row) => {
      const id = String(row.id) as CustomerId;
      return [id, { ...personFrom(row, definition, rules), id, looked: looked(id) }];
    }),
  );
}

/** What is looked for among the runs of other journeys; null: nothing is. */
function occasionOf({ key, occasion, occasion_again: again }: JourneyDefinition) {
  return [key, again === undefined ? null : (occasion ?? null)] as const;
}

/** The rules of segments that a journey asks for on its way, and of who may enter. */
function segmentsIn({ who, steps }: JourneyDefinition): readonly string[] {
  const rules = flowOf({ steps }).flatMap(({ step }) => segmentOf(step));
  return [...new Set([...(who === undefined ? [] : [who]), ...rules])];
}

function segmentOf(step: StepDefinition): string[] {
  return 'if' in step && 'segment' in step.if ? [step.if.segment] : [];
}

function personFrom(
  row: Row,
  { category }: JourneyDefinition,
  rules: JourneyRules,
): Omit<DryPerson, 'id' | 'looked'> {
  const text = (value: Row[string] | undefined) => (value == null ? null : String(value));
  const moments = (value: Row[string] | undefined) =>
    (JSON.parse(String(value ?? '[]')) as number[]).sort((one, other) => one - other);
  return {
    ...{ name: text(row.name), phone: text(row.phone), zone: text(row.zone) },
    agreed: category === 'marketing' ? row.offers === 1 : row.service !== 0,
    first: firstChannel(row, category, rules),
    mutedUntil: row.muted_until == null ? 0 : Number(row.muted_until),
    ...{ purchases: moments(row.purchases), offers: moments(row.offers_made) },
    occasions: moments(row.occasions),
    nps: row.nps == null ? undefined : Number(row.nps),
  };
}

/** The channel a message would take first: the chosen one where the program says so, else the first that is open. */
function firstChannel(
  row: Row,
  category: JourneyDefinition['category'],
  { program, channels }: JourneyRules,
): DryPerson['first'] {
  const { steps, order } = program.cascades[category];
  const refused = category === 'marketing' ? Number(row.offers_refused) : 0;
  const mayHaveSms = row.phone != null && (category === 'marketing' ? row.offers : row.service) === 1;
  const bits = (Number(row.chats) | (mayHaveSms ? channelBits.sms : 0)) & ~refused;
  const open = steps.flatMap(({ channel }) =>
    channels.has(channel) && (bits & channelBits[channel]) !== 0 ? [channel] : [],
  );
  const priced = open.map((channel) => ({ channel, priceMicros: priceIn(channel, category, program) }));
  const chosen = order === 'preferred' && priced.find(({ channel }) => channel === row.preferred_channel);
  const byPrice = priced
    .filter(({ priceMicros }) => priceMicros !== null)
    .sort((one, other) => (one.priceMicros ?? 0) - (other.priceMicros ?? 0));
  return (chosen || (order === 'cheapest' ? byPrice[0] : undefined)) ?? priced[0] ?? null;
}

function priceIn(
  channel: ChannelName,
  category: JourneyDefinition['category'],
  { country, prices }: JourneyRules['program'],
): number | null {
  return priceOf({ channel, category, country }, prices);
}
