import type { Step } from '../../core/insights/reports/types.ts';
import type { ChartOption } from './echart.ts';
import type { Look } from './look.ts';
import { widthOf } from './text.ts';

/** Letters on axes are as large as a phone needs. */
export const axisSize = 26;

/** The grid and both axes of a chart over time: from zero up, days below as often as there is room for them. */
export function timeAxes(
  look: Look,
  { days, step, width }: { readonly days: readonly string[]; readonly step: Step; readonly width: number },
  value: {
    readonly format: (value: number) => string;
    readonly min?: number;
    readonly max?: number;
  },
): Pick<ChartOption, 'grid' | 'xAxis' | 'yAxis'> {
  const { colours } = look;
  const labels = days.map((day) => look.step(day, step));
  const widest = Math.max(60, ...labels.map((label) => widthOf(label, axisSize)));
  const most = Math.max(2, Math.floor((width - left) / (widest + 24)));
  const every = Math.ceil(labels.length / most);
  const letters = { fontSize: axisSize, color: colours.muted };
  return {
    grid: { left, right: 24, top: 44, bottom: 48, containLabel: false },
    xAxis: {
      type: 'category',
      data: labels,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.muted, width: 2 } },
      axisLabel: { ...letters, margin: 14, interval: (index: number) => index % every === 0 },
    },
    yAxis: {
      type: 'value',
      ...rangeOf(value),
      axisLabel: { ...letters, formatter: (number: number) => value.format(number) },
      splitLine: { lineStyle: { color: colours.faint, width: 2 } },
    },
  };
}

/** Of a scale that is known, four parts; else as many as make round numbers. */
function rangeOf({ min, max }: { readonly min?: number; readonly max?: number }) {
  if (min === undefined || max === undefined) return { splitNumber: 4 };
  return { min, max, interval: (max - min) / 4 };
}

const left = 150;

/** So many bars have room for their numbers above them. */
export const mostLabelled = 10;
