import type { ChartReader } from './bots/charts/look.ts';
import type { Report } from './core/insights/reports/types.ts';

/** A report to be drawn, and for whom. Plain data. */
export interface Drawing {
  readonly report: Report;
  readonly reader: ChartReader;
}

/** Draws a report as SVG. What draws is loaded with the first picture. */
export async function drawSvg({ report, reader }: Drawing): Promise<string> {
  const { drawReport } = await import('./bots/charts/draw.ts');
  return drawReport(report, reader);
}
