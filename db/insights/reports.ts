import type { ReportId } from '../../core/ids.ts';
import type { Report } from '../../core/insights/reports/types.ts';
import { type Database, type Reading, readRow, type Statement, statement } from '../database.ts';

/** Keeps a report under `id`, so that a picture of it can be drawn when it is sent, or fetched. */
export async function saveReport(
  database: Pick<Database, 'write'>,
  id: ReportId,
  report: Report,
  madeAt: number,
): Promise<void> {
  await database.write([saveReportStatement(id, report, madeAt)]);
}

/** The same, for a commit that writes more. */
export function saveReportStatement(id: ReportId, report: Report, madeAt: number): Statement {
  return statement(
    'insert into reports (id, kind, data, made_at) values (?, ?, ?, ?)',
    id,
    report.name,
    JSON.stringify(report),
    madeAt,
  );
}

/** A kept report; undefined where there is none, or where it was cleared away. */
export async function findReport(database: Reading, id: string): Promise<Report | undefined> {
  const row = await readRow(database, 'select data from reports where id = ?', id);
  return row && (JSON.parse(String(row.data)) as Report);
}

/** Clears away reports made before `before`, epoch milliseconds. */
export function clearReportsStatement(before: number): Statement {
  return statement('delete from reports where made_at < ?', before);
}
