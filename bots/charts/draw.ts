import type { Report } from '../../core/insights/reports/types.ts';
import { effect } from './effect.ts';
import type { Look } from './look.ts';
import { type ChartReader, lookFor } from './look.ts';
import { nps, registrations, revenue } from './over_time.ts';
import { type Content, page } from './page.ts';
import { returning } from './returning.ts';
import { rfm, segmentMoves, segmentSizes } from './segments.ts';

/** Draws a report as SVG, to be read on a phone. Texts are in Noto Sans: whoever shows it has that font, or one like it. */
export function drawReport(report: Report, reader: ChartReader): string {
  const look = lookFor(reader);
  return page(report, look, contentOf(report, look));
}

function contentOf(report: Report, look: Look): Content {
  switch (report.name) {
    case 'effect':
      return effect(report, look);
    case 'rfm':
      return rfm(report, look);
    case 'segment_sizes':
      return segmentSizes(report, look);
    case 'segment_moves':
      return segmentMoves(report, look);
    case 'registrations':
      return registrations(report, look);
    case 'nps':
      return nps(report, look);
    case 'returning':
      return returning(report, look);
    case 'revenue':
      return revenue(report, look);
  }
}
