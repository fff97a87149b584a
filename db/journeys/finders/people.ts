import { type DailyLook, foundAtOnce } from '../../../core/journeys/triggers/finding.ts';
import { readRows } from '../../database.ts';
import { segmentMapOf } from '../../insights/journey_maps.ts';
import { type Finder, pageOf, whoMayEnter, whose } from './page.ts';

type ScheduleLook = DailyLook & { readonly when: Extract<DailyLook['when'], { every: string }> };
type MoveLook = DailyLook & { readonly when: Extract<DailyLook['when'], { segment: string }> };

/** All that a schedule is for, on a day that it names. */
export const findScheduled: Finder<ScheduleLook> = async (database, look) => {
  const who = await whoMayEnter(database, look);
  const rows = await readRows(
    database,
    `select c.id as customer_id, c.zone from customers c where c.id > ? and ${who.where}
     order by c.id limit ${foundAtOnce}`,
    look.after,
    ...who.args,
  );
  return pageOf(
    rows,
    (row) => [{ ...whose(row), occasion: `day ${look.day}`, data: { day: look.day } }],
    (last) => String(last.customer_id),
  );
};

/** Who came to a segment or left it, as was seen in the night of the day that is looked at. */
export const findMoved: Finder<MoveLook> = async (database, look) => {
  const { journey, since, when, day } = look;
  const who = await whoMayEnter(database, look);
  const rows = await readRows(
    database,
    `select m.customer_id, c.zone from segment_moves m cross join customers c on c.id = m.customer_id
     where m.map = ? and m.day = ? and m.was is not m.became
       and m.became is ${when.move === 'enter' ? "'in'" : 'null'} and m.customer_id > ? and ${who.where}
     order by m.customer_id limit ${foundAtOnce}`,
    ...[segmentMapOf({ key: journey, since, rule: when.segment }), day, look.after, ...who.args],
  );
  return pageOf(
    rows,
    (row) => [{ ...whose(row), occasion: `${when.move} ${day}`, data: { day } }],
    (last) => String(last.customer_id),
  );
};
