import { exportMinutes, newExport } from '../../../staff/exports.ts';
import { type Outcome, writing } from '../../turn.ts';
import { done, type StaffTurn } from '../task.ts';

/** A link to the list of a segment: it opens once, within the hour. */
export function exportLink(turn: StaffTurn, rule: string): Outcome {
  const site = turn.site?.();
  if (!site || site.hasNoLists) return done(turn, [{ key: 'export.nowhere' }]);
  const { token, changes } = newExport(rule, turn);
  const url = `${site.url.replace(/\/+$/, '')}/export/${token}`;
  return writing(
    changes,
    done(turn, [
      { key: 'export.link', variables: { minutes: exportMinutes } },
      { key: 'export.url', variables: { url } },
      ...(site.isPublic ? [] : [{ key: 'export.local' } as const]),
    ]),
  );
}
