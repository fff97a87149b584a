import { isScheduledOn } from '../../../core/journeys/triggers/calendar.ts';
import type { DailyLook, FoundPage } from '../../../core/journeys/triggers/finding.ts';
import type { Reading } from '../../database.ts';
import { findDates } from './dates.ts';
import { findMoved, findScheduled } from './people.ts';
import { findBurning, findNear } from './points.ts';

/** A page of those who enter a journey on a day. A long look: see `analyses.ts`. */
export async function findEntering(database: Reading, look: DailyLook): Promise<FoundPage> {
  const { when } = look;
  if ('date' in when) return findDates(database, { ...look, when });
  if ('segment' in when) return findMoved(database, { ...look, when });
  if ('points_burn_in' in when) return findBurning(database, { ...look, when });
  if ('near' in when) return findNear(database, { ...look, when });
  return isScheduledOn(when, look.day) ? findScheduled(database, { ...look, when }) : { found: [] };
}
