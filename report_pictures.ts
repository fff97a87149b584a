import type { DrawReport } from './bots/render.ts';
import { findReport } from './db/insights/reports.ts';
import type { Drawing } from './drawings.ts';
import type { Svoi } from './svoi.ts';

/** A message waits for its picture for so long, and then goes without it: its lease must outlast the wait. */
const patienceMs = 12_000;

/** Draws kept reports for messages: the message goes without where the report is gone, or drawing takes too long. */
export function reportPictures(
  { database, program }: Pick<Svoi, 'database' | 'program'>,
  png: (drawing: Drawing) => Promise<Uint8Array>,
): DrawReport {
  return async ({ report: id, theme = 'light' }, { locale }) => {
    const report = await findReport(database, id);
    if (!report) return undefined;
    const { zone, currency } = program();
    return inTime(png({ report, reader: { locale, theme, zone, currency } }));
  };
}

async function inTime(drawn: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    return await Promise.race([drawn, late]);
  } finally {
    clearTimeout(timer);
  }
}
