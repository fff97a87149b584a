import type { BarSeriesOption } from 'echarts/charts';
import { npsOf } from '../../core/insights/nps/score.ts';
import { npsCounts } from '../../core/insights/reports/takeaways.ts';
import type {
  NpsReport,
  RegistrationsReport,
  RevenueReport,
  Steps,
} from '../../core/insights/reports/types.ts';
import { sum } from '../../core/money.ts';
import { axisSize, mostLabelled, timeAxes } from './axes.ts';
import { type Box, type ChartOption, echart } from './echart.ts';
import type { Look } from './look.ts';
import { type Content, figure, figureHeight, heading, headingHeight, split } from './page.ts';

/** The period, and how long its points are. */
export function timeSubtitle(look: Look, steps: Steps): string {
  const by = { day: 'by_day', week: 'by_week', month: 'by_month' } as const;
  return `${look.period(steps)}, ${look.word(by[steps.step])}`;
}

type Series = NonNullable<ChartOption['series']>;

/** Bars or a line over time under a heading. */
function chart(
  { x, y, width, height }: Box,
  look: Look,
  {
    title,
    steps,
    series,
    ...value
  }: {
    readonly title: string;
    readonly steps: { readonly days: readonly string[]; readonly step: Steps['step'] };
    readonly series: Series;
    readonly format: (value: number) => string;
    readonly min?: number;
    readonly max?: number;
  },
): string {
  const box = { x, y: y + headingHeight, width, height: height - headingHeight };
  const axes = timeAxes(look, { ...steps, width }, value);
  return heading(x, y, title, look, width) + echart(box, { ...axes, series });
}

/** Bars of one colour; the numbers stand above them where there is room. */
function bars(
  look: Look,
  {
    values,
    colour,
    stack,
    format = look.short,
  }: {
    readonly values: readonly (number | null)[];
    readonly colour: string;
    readonly stack?: string;
    readonly format?: (value: number) => string;
  },
): BarSeriesOption {
  return {
    type: 'bar',
    data: [...values],
    itemStyle: { color: colour },
    barMaxWidth: 90,
    ...(stack === undefined ? {} : { stack }),
    emphasis: { disabled: true },
    label: {
      show: stack === undefined && values.length <= mostLabelled,
      position: 'top',
      fontSize: axisSize,
      color: look.colours.text,
      formatter: ({ value }: { value?: unknown }) => format(Number(value)),
    },
  };
}

/** A line with a point at each step, broken where nothing is known; the last point says its number. */
export function line(
  look: Look,
  {
    values,
    colour,
    format,
  }: {
    readonly values: readonly (number | null)[];
    readonly colour: string;
    readonly format?: (value: number) => string;
  },
) {
  const last = values.findLastIndex((value) => value !== null);
  const end = {
    show: true,
    position: 'top',
    fontSize: axisSize + 2,
    fontWeight: 'bold',
    color: look.colours.text,
    formatter: ({ value }: { value?: unknown }) => format?.(Number(value)) ?? '',
  } as const;
  return {
    type: 'line',
    data: values.map((value, index) => (format && index === last ? { value, label: end } : value)),
    symbol: 'circle',
    symbolSize: values.length <= 40 ? 12 : 6,
    lineStyle: { width: 5, color: colour },
    itemStyle: { color: colour },
    emphasis: { disabled: true },
  } as const;
}

/** Who registered, above how many sales had a customer named. */
export function registrations(report: RegistrationsReport, look: Look): Content {
  const { points, step } = report;
  const subtitle = timeSubtitle(look, report);
  if (points.every(({ registered, sales }) => registered + sales === 0)) {
    return { subtitle, nothing: look.word('nobody') };
  }
  const steps = { days: points.map(({ day }) => day), step };
  const [blue, , green] = look.colours.series;
  const registered = points.map((point) => point.registered);
  const shares = points.map(({ sales, memberSales }) => (sales === 0 ? null : (100 * memberSales) / sales));
  const percents = (value: number) => `${Math.round(value)}%`;
  return {
    subtitle,
    body(box) {
      const [upper, lower] = split(box, 0.5);
      const title = `${look.word('registered')}: ${look.number(sum(registered))}`;
      const people = bars(look, { values: registered, colour: blue });
      const known = line(look, { values: shares, colour: green, format: percents });
      const range = { format: percents, min: 0, max: 100 };
      return (
        chart(upper, look, { title, steps, series: [people], format: look.short }) +
        chart(lower, look, { title: look.word('identified'), steps, series: [known], ...range })
      );
    },
  };
}

/** What was sold to members and to others, and the figures of the whole period below. */
export function revenue(report: RevenueReport, look: Look): Content {
  const { points, step } = report;
  const subtitle = timeSubtitle(look, report);
  const total = (of: (point: (typeof points)[number]) => number) => sum(points.map(of));
  const [members, others] = [total(({ memberMinor }) => memberMinor), total(({ otherMinor }) => otherMinor)];
  const sales = [total(({ memberSales }) => memberSales), total(({ otherSales }) => otherSales)] as const;
  if (sales[0] + sales[1] === 0) return { subtitle, nothing: look.word('nobody') };
  const [blue, orange] = look.colours.series;
  const steps = { days: points.map(({ day }) => day), step };
  const average = (minor: number, count: number) => (count === 0 ? '–' : look.money(minor / count));
  const figures = [
    { value: look.percent(members, members + others), label: look.word('share_of_money') },
    {
      value: average(members, sales[0]),
      label: `${look.word('average')}: ${look.word('members')}`,
    },
    { value: average(others, sales[1]), label: `${look.word('average')}: ${look.word('others')}` },
    { value: look.shortMoney(total(({ pointsMinor }) => pointsMinor)), label: look.word('with_points') },
  ];
  return {
    subtitle,
    legend: [
      { colour: blue, label: `${look.word('members')}: ${look.shortMoney(members)}` },
      { colour: orange, label: `${look.word('others')}: ${look.shortMoney(others)}` },
    ],
    body(box) {
      const chartBox = { ...box, height: box.height - 2 * figureHeight - 36 };
      const axes = timeAxes(look, { ...steps, width: box.width }, { format: look.shortMoney });
      const stacked = [
        bars(look, { values: points.map((point) => point.memberMinor), colour: blue, stack: 'money' }),
        bars(look, { values: points.map((point) => point.otherMinor), colour: orange, stack: 'money' }),
      ];
      const below = figures.map((one, index) => {
        const [column, row] = [index % 2, Math.floor(index / 2)];
        const width = box.width / 2 - 24;
        const x = box.x + column * (box.width / 2);
        const y = box.y + chartBox.height + 36 + row * figureHeight;
        return figure({ x, y, width, height: figureHeight }, one, look);
      });
      return echart(chartBox, { ...axes, series: stacked }) + below.join('');
    },
  };
}

/** What people answered, above the index of the steps in which enough of them did. */
export function nps(report: NpsReport, look: Look): Content {
  const { points, step } = report;
  const subtitle = timeSubtitle(look, report);
  const all = npsOf(npsCounts(points));
  if (all.answers === 0) return { subtitle, nothing: look.word('nobody') };
  const steps = { days: points.map(({ day }) => day), step };
  const [blue, orange, green, red] = look.colours.series;
  const indexes = points.map((point) => {
    const { index, enough } = npsOf(point);
    return enough ? index : null;
  });
  const kinds = [
    { values: points.map(({ detractors }) => detractors), colour: red, label: look.word('detractors') },
    { values: points.map(({ passives }) => passives), colour: orange, label: look.word('passives') },
    { values: points.map(({ promoters }) => promoters), colour: green, label: look.word('promoters') },
  ];
  return {
    subtitle,
    legend: kinds.map(({ colour, label, values }) => ({
      colour,
      label: `${label}: ${look.number(sum(values))}`,
    })),
    body(box) {
      const title = `${look.word('answers')}: ${look.number(all.answers)}`;
      const stacked = kinds.map((kind) => bars(look, { ...kind, stack: 'answers' }));
      const answers = (place: Box) =>
        chart(place, look, { title, steps, series: stacked, format: look.short });
      if (indexes.every((index) => index === null)) return answers(box);
      const [upper, lower] = split(box, 0.5);
      const format = (value: number) => look.number(Math.round(value));
      const shown = line(look, { values: indexes, colour: blue, format });
      const range = { format, min: -100, max: 100 };
      const below = chart(lower, look, { title: look.word('index'), steps, series: [shown], ...range });
      return answers(upper) + below;
    },
  };
}
