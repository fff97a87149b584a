import { crowdChat, crowdPrefix, type Person } from './bots/web/playground/year/people.ts';
import { type Deed, peopleOfYear, visitAfter } from './bots/web/playground/year/plan.ts';
import { recordPurchase } from './core/checkout/record.ts';
import type { ShopId } from './core/ids.ts';
import { purchaseRules } from './core/program/rules.ts';
import { seededRandom } from './core/seeded_random.ts';
import { shareOf } from './core/segments/share.ts';
import { DAY_MS } from './core/time.ts';
import { readRows } from './db/database.ts';
import { receiptOf, yearEndedAt } from './playground_year.ts';
import type { Svoi } from './svoi.ts';

type Buying = Extract<Deed, { kind: 'buy' }>;

/** Who came once, or stayed away at the end of the year, comes back by himself this seldom: days between visits. */
const seldomDays = 400;
/** Of those who got an offer so many come because of it, within so many days. */
const tempted = { share: 0.45, withinDays: 5 };
/** Of those who got a link so many open it, at some moment of the next hour. */
const curious = { share: 0.4, withinMs: DAY_MS / 24 };

/** The made-up people of the year, who go on living as the clock of the playground is put forward. */
export interface Crowd {
  /** Lets them do what they do after `from` and up to `until`, epoch milliseconds. The same again changes nothing. */
  live(from: number, until: number): Promise<void>;
}

/**
 * The people of a playground's year: they buy at their own rhythm, and more of those who got an offer do; all of it is
 * made up, the same for the same moments. `openLink` follows a short link as a person would.
 */
export function createCrowd(
  svoi: Pick<Svoi, 'database' | 'program' | 'submit'>,
  shopId: ShopId,
  openLink: (code: string) => Promise<void>,
): Crowd {
  let people: ReadonlyMap<string, Person> | undefined;
  const known = async () => {
    const ended = await yearEndedAt(svoi.database);
    if (ended === 0) return new Map<string, Person>();
    const all = peopleOfYear(ended, svoi.program().zone);
    return new Map(all.map((person) => [crowdChat(person.number), person] as const));
  };
  return {
    async live(from, until) {
      people ??= await known();
      if (people.size === 0) return;
      const { zone } = svoi.program();
      const offered = await offersTo(svoi, from, until);
      const clicks = offered.flatMap(({ link, sentAt, id }) =>
        link === null ? [] : [{ link, at: clickAt(id, sentAt) }],
      );
      for (const { link, at } of clicks) if (isWithin(at, from, until)) await openLink(link);
      const visits = [
        ...[...people.values()].flatMap((person) => ownVisits(person, { from, until, zone })),
        ...offered.flatMap(({ id, chat, sentAt }) => temptedVisit(people?.get(chat), id, sentAt, zone)),
      ];
      const now = visits.filter(({ at }) => isWithin(at, from, until));
      const rules = purchaseRules(svoi.program());
      await Promise.all(now.map((visit) => svoi.submit(recordPurchase(receiptOf(visit, shopId), rules))));
    },
  };
}

function isWithin(at: number | undefined, from: number, until: number): boolean {
  return at !== undefined && at > from && at <= until;
}

/** The visits that somebody's rhythm brings on the days between two moments, and on their edges. */
function ownVisits(
  person: Person,
  { from, until, zone }: { readonly from: number; readonly until: number; readonly zone: string },
): Buying[] {
  const { name, gapDays } = person.habit;
  const gap = name === 'lapsed' || name === 'once' ? seldomDays : gapDays;
  const visits: Buying[] = [];
  for (let day = Math.floor(from / DAY_MS); day <= Math.floor(until / DAY_MS); day += 1) {
    const random = seededRandom(person.number * 100_003 + day);
    // The first draw of neighbouring seeds is alike.
    random();
    if (random() >= 1 / gap) continue;
    visits.push(
      visitAfter(person, { at: day * DAY_MS, receipt: `crowd-${person.number}-${day}` }, zone, random),
    );
  }
  return visits;
}

/** The visit an offer leads to, where it does. */
function temptedVisit(person: Person | undefined, id: string, sentAt: number, zone: string): Buying[] {
  if (!person || shareOf(id, 'tempted') >= tempted.share) return [];
  const at = sentAt + DAY_MS * (0.2 + shareOf(id, 'day') * (tempted.withinDays - 1));
  const random = seededRandom(Math.floor(shareOf(id, 'basket') * 1e9));
  return [visitAfter(person, { at, receipt: `crowd-${id}` }, zone, random)];
}

function clickAt(id: string, sentAt: number): number | undefined {
  return shareOf(id, 'curious') < curious.share
    ? sentAt + shareOf(id, 'minute') * curious.withinMs + 60_000
    : undefined;
}

/** Offers that made-up people got so lately that they may still do something about it. */
async function offersTo({ database }: Pick<Svoi, 'database'>, from: number, until: number) {
  const rows = await readRows(
    database,
    `select n.id, a.external_id as chat, m.sent_at as sent_at,
       (select code from links l where l.notice_id = n.id order by code limit 1) as link
     from notices n indexed by notices_campaign join messages m on m.notice_id = n.id
       join addresses a on a.id = m.address_id
     where n.campaign is not null and n.category = 'marketing' and m.sent_at between ? and ?
       and a.external_id like ? || '%'`,
    from - (tempted.withinDays + 1) * DAY_MS,
    until,
    crowdPrefix,
  );
  return rows.map((row) => ({
    id: String(row.id),
    chat: String(row.chat),
    sentAt: Number(row.sent_at),
    link: row.link === null ? null : String(row.link),
  }));
}
