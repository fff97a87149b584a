import type { BarSeriesOption } from 'echarts/charts';
import type { ReturningReport } from '../../core/insights/reports/types.ts';
import { timeAxes } from './axes.ts';
import { inkOn } from './colours.ts';
import { type Box, echart } from './echart.ts';
import type { Look } from './look.ts';
import { type Content, heading, headingHeight } from './page.ts';
import { rect, text } from './svg.ts';
import { cut } from './text.ts';

/** Months of cohorts that have room below each other, and months after that have room beside each other. */
const mostCohorts = 9;
const mostMonthsLater = 6;
const rowHeight = 50;
const size = 26;

/** Buyers of each month, new and returning; below, how many of each month's new ones came back. */
export function returning(report: ReturningReport, look: Look): Content {
  const subtitle = look.period({ from: report.from, to: report.to < report.day ? report.to : report.day });
  const bought = report.months.findIndex(({ buyers }) => buyers > 0);
  if (bought < 0) return { subtitle, nothing: look.word('nobody') };
  const months = report.months.slice(bought);
  const [blue, orange] = look.colours.series;
  const bars = (values: number[], color: string): BarSeriesOption => ({
    type: 'bar',
    stack: 'buyers',
    barMaxWidth: 90,
    data: values,
    itemStyle: { color },
    emphasis: { disabled: true },
  });
  const cohorts = report.cohorts.filter(({ customers, back }) => customers > 0 && back.length > 0);
  return {
    subtitle,
    legend: [
      { colour: blue, label: look.word('returning') },
      { colour: orange, label: look.word('new_buyers') },
    ],
    body(box) {
      const shown = cohorts.slice(-mostCohorts);
      const tableHeight = shown.length === 0 ? 0 : (shown.length + 1) * rowHeight + headingHeight + 30;
      const upper = { ...box, height: box.height - tableHeight };
      const steps = { days: months.map(({ day }) => day), step: 'month', width: box.width } as const;
      const series = [
        bars(
          months.map((month) => month.returning),
          blue,
        ),
        bars(
          months.map((month) => month.buyers - month.returning),
          orange,
        ),
      ];
      const below = { ...box, y: upper.y + upper.height + 30, height: tableHeight };
      return (
        echart(upper, { ...timeAxes(look, steps, { format: look.short }), series }) +
        (shown.length === 0 ? '' : cohortTable(shown, below, look))
      );
    },
  };
}

/** Shades of one colour from few to many: the share stands in each cell as well. */
function cohortTable(cohorts: ReturningReport['cohorts'], { x, y, width }: Box, look: Look): string {
  const { colours } = look;
  const later = Math.min(mostMonthsLater, Math.max(...cohorts.map(({ back }) => back.length)));
  const [first, second] = [150, 130];
  const cell = (width - first - second) / later;
  const top = y + headingHeight;
  const muted = { size, colour: colours.muted } as const;
  const heads = Array.from({ length: later }, (_, index) =>
    text(x + first + second + (index + 0.5) * cell, top + 34, `+${index + 1}`, { ...muted, at: 'middle' }),
  );
  const rows = cohorts.map(({ day, customers, back }, row) => {
    const line = top + (row + 1) * rowHeight;
    const cells = back.slice(0, later).map((count, index) => {
      const share = count / customers;
      const colour = mixed(colours.page, colours.series[0], 0.08 + 0.92 * share);
      const place = {
        x: x + first + second + index * cell + 2,
        y: line + 2,
        width: cell - 4,
        height: rowHeight - 4,
      };
      const style = { size, colour: inkOn(colour), at: 'middle' } as const;
      return (
        rect(place, colour, 6) +
        text(place.x + place.width / 2, line + 34, look.percent(count, customers), style)
      );
    });
    return [
      text(x, line + 34, look.step(day, 'month'), { size, colour: colours.text }),
      text(x + first + second - 16, line + 34, cut(look.short(customers), size, second), {
        ...muted,
        at: 'end',
      }),
      ...cells,
    ];
  });
  const size2 = text(x + first + second - 16, top + 34, look.word('cohort_size'), { ...muted, at: 'end' });
  return [heading(x, y, look.word('came_back'), look, width), size2, ...heads, ...rows.flat()].join('');
}

/** A colour between two (#RRGGBB): `part` of the second. */
function mixed(first: string, second: string, part: number): string {
  const channel = (colour: string, at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  const mix = (at: number) =>
    Math.round(channel(first, at) + (channel(second, at) - channel(first, at)) * part);
  return `#${[1, 3, 5].map((at) => mix(at).toString(16).padStart(2, '0')).join('')}`;
}
