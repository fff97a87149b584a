import {
  BarChart,
  type BarSeriesOption,
  LineChart,
  type LineSeriesOption,
  SankeyChart,
  type SankeySeriesOption,
} from 'echarts/charts';
import { GridComponent, type GridComponentOption } from 'echarts/components';
import { type ComposeOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { fontFamily } from './svg.ts';

use([BarChart, LineChart, SankeyChart, GridComponent, SVGRenderer]);

/** What a chart may be made of here: only this much of echarts is loaded. */
export type ChartOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | SankeySeriesOption | GridComponentOption
>;

/** Where in a picture something stands, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Draws a chart into a picture, as SVG inside of SVG. Without a browser, and with nothing that moves. */
export function echart({ x, y, width, height }: Box, option: ChartOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily }, ...option });
    const svg = chart.renderToSVGString({ useViewBox: true });
    return svg.replace(/^<svg /, `<svg x="${x}" y="${y}" `);
  } finally {
    chart.dispose();
  }
}
