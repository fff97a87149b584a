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

/** Draws a report as PNG, where there is native code to do it: on a server, in the thread that takes long looks. */
export async function drawPng(drawing: Drawing): Promise<Uint8Array> {
  const { rasterise } = await import('./raster.ts');
  return rasterise(await drawSvg(drawing));
}
