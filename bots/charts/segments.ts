import type { MovesReport, Place, RfmReport, SizesReport } from '../../core/insights/reports/types.ts';
import { sum } from '../../core/money.ts';
import { axisSize, timeAxes } from './axes.ts';
import { inkOn } from './colours.ts';
import { type Box, echart } from './echart.ts';
import type { Look } from './look.ts';
import { line, timeSubtitle } from './over_time.ts';
import { type Content, figure, figureHeight } from './page.ts';
import { rect, text } from './svg.ts';
import { cut, widthOf } from './text.ts';

const size = 26;
const rowHeight = 44;

/** One line of a table: a colour, what it is, and figures that end in columns. */
interface Row {
  readonly colour: string;
  readonly label: string;
  readonly figures: readonly string[];
}

const columnWidth = 170;

/** A table with a chip before each line; `heads` stand above the figures. */
function table(
  { x, y, width }: Box,
  heads: readonly string[],
  rows: readonly Row[],
  { colours }: Look,
): string {
  const ends = heads.map((_, index) => x + width - (heads.length - 1 - index) * columnWidth);
  const columns = (words: readonly string[], line: number, colour: string) =>
    words.map((word, index) =>
      text(ends[index] ?? x, line, cut(word, size, columnWidth - 16), { size, colour, at: 'end' }),
    );
  const labelWidth = width - heads.length * columnWidth - 56;
  const lines = rows.map(({ colour, label, figures }, index) => {
    const line = y + (index + 2) * rowHeight - 14;
    return [
      rect({ x, y: line - 22, width: 26, height: 26 }, colour, 6),
      text(x + 40, line, cut(label, size, labelWidth), { size, colour: colours.text }),
      ...columns(figures, line, colours.text),
    ];
  });
  return [columns(heads, y + rowHeight - 14, colours.muted), ...lines].flat().join('');
}

/** The map of recency and frequency, and under it the segments with what they bring. */
export function rfm(report: RfmReport, look: Look): Content {
  const { customers, paidMinor, segments, about } = report;
  const of = about === undefined ? look.word('all_time') : look.word('only', { about });
  const subtitle = `${look.word('as_of', { day: look.day(report.day) })}, ${of}`;
  if (customers === 0) return { subtitle, nothing: look.word('nobody') };
  return {
    subtitle,
    body(box) {
      const tableHeight = (segments.length + 1) * rowHeight;
      const grid = { ...box, height: box.height - tableHeight - 20 };
      const heads = [look.word('customers'), look.word('share'), look.word('money')];
      const rows = segments.map((place) => ({
        colour: colourOf(place, look),
        label: look.title(place),
        figures: [
          look.short(place.customers),
          look.percent(place.customers, customers),
          look.percent(place.paidMinor, paidMinor),
        ],
      }));
      const below = { ...box, y: grid.y + grid.height + 20, height: tableHeight };
      return mapOf(report, grid, look) + table(below, heads, rows, look);
    },
  };
}

function colourOf({ colour }: Place, { colours }: Look): string {
  return colour ?? colours.series[0];
}

const axisRoom = 48;

function mapOf({ scores, cells, segments }: RfmReport, box: Box, look: Look): string {
  const { colours } = look;
  const [width, height] = [(box.width - axisRoom) / scores, (box.height - axisRoom) / scores];
  const colourBy = new Map(segments.map((place) => [place.key, colourOf(place, look)]));
  const at = (recency: number, frequency: number) => ({
    x: box.x + axisRoom + (recency - 1) * width + 3,
    y: box.y + (scores - frequency) * height + 3,
    width: width - 6,
    height: height - 6,
  });
  const scale = Array.from({ length: scores }, (_, index) => index + 1);
  const empty = scale.flatMap((recency) =>
    scale.map((frequency) => rect(at(recency, frequency), colours.faint, 10)),
  );
  const filled = cells.map((cell) => {
    const place = at(cell.recency, cell.frequency);
    const colour = colourBy.get(cell.segment) ?? colours.faint;
    const ink = inkOn(colour);
    const [middle, half] = [place.x + place.width / 2, place.y + place.height / 2];
    const bold = { size: 34, colour: ink, bold: true, at: 'middle' } as const;
    const money = cut(look.shortMoney(cell.paidMinor), 24, place.width - 8);
    return [
      rect(place, colour, 10),
      text(middle, half - 2, look.short(cell.customers), bold),
      text(middle, half + 26, money, { size: 24, colour: ink, at: 'middle' }),
    ].join('');
  });
  const style = { size, colour: colours.muted } as const;
  const along = (length: number, [low, name, high]: readonly [string, string, string]) =>
    [
      text(0, 0, low, style),
      text(length / 2, 0, name, { ...style, bold: true, at: 'middle' }),
      text(length, 0, high, { ...style, at: 'end' }),
    ].join('');
  const across = along(box.width - axisRoom, [
    look.word('long_ago'),
    look.word('recency'),
    look.word('lately'),
  ]);
  const upwards = along(box.height - axisRoom, [
    look.word('seldom'),
    look.word('frequency'),
    look.word('often'),
  ]);
  return [
    ...empty,
    ...filled,
    `<g transform="translate(${box.x + axisRoom} ${box.y + box.height - 10})">${across}</g>`,
    `<g transform="translate(${box.x + 28} ${box.y + box.height - axisRoom}) rotate(-90)">${upwards}</g>`,
  ].join('');
}

/** More lines than these cannot be told apart. */
const mostLines = 6;

/** A line for each of the largest segments, and a table of what they were and are. */
export function segmentSizes(report: SizesReport, look: Look): Content {
  const subtitle = timeSubtitle(look, report);
  const known = report.places.map((place) => {
    const counted = place.sizes.filter((one) => one !== null);
    return { place, nights: counted.length, before: counted[0] ?? 0, after: counted.at(-1) ?? 0 };
  });
  if (known.every(({ nights }) => nights < 2)) return { subtitle, nothing: look.word('too_few_nights') };
  const sorted = known.filter(({ nights }) => nights > 0).sort((a, b) => b.after - a.after);
  const most = report.map === 'saved' ? mostLines : sorted.length;
  const shown = sorted.slice(0, most).map((one, index) => ({
    ...one,
    colour: one.place.colour ?? look.colours.series[index % look.colours.series.length] ?? look.colours.text,
  }));
  const rows = shown.map(({ place, before, after, colour }) => ({
    colour,
    label: look.title(place),
    figures: [look.short(before), look.short(after), change(before, after, look)],
  }));
  const rest = sorted.length - shown.length;
  return {
    subtitle,
    body(box) {
      const lines = rows.length + 1 + (rest > 0 ? 1 : 0);
      const upper = { ...box, height: box.height - lines * rowHeight - 20 };
      const axes = timeAxes(look, { ...report, width: box.width }, { format: look.short });
      const series = shown.map(({ place, colour }) => line(look, { values: place.sizes, colour }));
      const below = { ...box, y: upper.y + upper.height + 20 };
      const heads = [look.step(firstDay(report), 'day'), look.step(report.to, 'day'), '±'];
      const more = rest > 0 ? look.word('place_rest', { count: look.number(rest) }) : '';
      const y = below.y + lines * rowHeight - 14;
      return (
        echart(upper, { ...axes, series }) +
        table(below, heads, rows, look) +
        (more ? text(box.x, y, more, { size, colour: look.colours.muted }) : '')
      );
    },
  };
}

/** The step of the first night that was counted. */
function firstDay({ days, places, from }: SizesReport): string {
  const index = days.findIndex((_, at) => places.some(({ sizes }) => sizes[at] !== null));
  const day = days[index] ?? from;
  return day < from ? from : day;
}

function change(before: number, after: number, look: Look): string {
  if (after === before) return '0';
  return `${after > before ? '+' : '−'}${look.short(Math.abs(after - before))}`;
}

const mostFlows = 16;

/** Streams from where customers were to where they are; of one segment, who entered and who left. */
export function segmentMoves(report: MovesReport, look: Look): Content {
  const { moves, places } = report;
  const subtitle = look.period(report);
  if (moves.length === 0) return { subtitle, nothing: look.word('no_moves') };
  if (!report.map.includes(':')) return inAndOut(report, look);
  const shown = moves.slice(0, mostFlows);
  const rest = sum(moves.slice(mostFlows).map(({ customers }) => customers));
  return {
    subtitle,
    body(box) {
      const { colours } = look;
      const style = { size: 28, colour: colours.muted } as const;
      const room = { ...box, y: box.y + 48, height: box.height - 48 - (rest > 0 ? 50 : 0) };
      const note = look.word('other_moves', { count: look.number(rest) });
      return [
        text(box.x, box.y + 28, look.word('was'), style),
        text(box.x + box.width, box.y + 28, look.word('became'), { ...style, at: 'end' }),
        streams(shown, places, room, look),
        ...(rest > 0
          ? [text(box.x, box.y + box.height - 8, cut(note, size, box.width), { ...style, size })]
          : []),
      ].join('');
    },
  };
}

const labelRoom = 350;

function streams(moves: MovesReport['moves'], places: readonly Place[], box: Box, look: Look): string {
  const { colours } = look;
  const place = (key: string | null) => places.find((one) => one.key === key);
  const title = (key: string | null, nowhere: string) => {
    const found = place(key);
    return found ? look.title(found) : nowhere;
  };
  const ends = (side: 'was' | 'became') => [...new Set(moves.map((move) => move[side]))];
  const node = (side: 'was' | 'became', key: string | null) => {
    const count = sum(moves.filter((move) => move[side] === key).map(({ customers }) => customers));
    const name = title(key, look.word(side === 'was' ? 'from_nowhere' : 'to_nowhere'));
    const number = look.short(count);
    const label = `${cut(name, axisSize, labelRoom - 40 - widthOf(number, axisSize))}  ${number}`;
    return {
      name: `${side} ${key}`,
      itemStyle: { color: place(key)?.colour ?? colours.muted, borderWidth: 0 },
      label: { formatter: label, position: side === 'was' ? 'left' : 'right' } as const,
    };
  };
  return echart(box, {
    series: {
      type: 'sankey',
      ...{ left: labelRoom, right: labelRoom, top: 20, bottom: 20 },
      ...{ nodeWidth: 26, nodeGap: 34, draggable: false, silent: true, layoutIterations: 64 },
      emphasis: { disabled: true },
      label: { fontSize: axisSize, lineHeight: 32, color: colours.text },
      lineStyle: { color: 'source', opacity: 0.45 },
      data: [
        ...ends('was').map((key) => node('was', key)),
        ...ends('became').map((key) => node('became', key)),
      ],
      links: moves.map(({ was, became, customers }) => ({
        source: `was ${was}`,
        target: `became ${became}`,
        value: customers,
      })),
    },
  });
}

function inAndOut(report: MovesReport, look: Look): Content {
  const [place] = report.places;
  const count = (of: (move: MovesReport['moves'][number]) => boolean) =>
    sum(report.moves.filter(of).map(({ customers }) => customers));
  const [blue, , , red] = look.colours.series;
  const sides = [
    { label: look.word('entered'), value: count(({ was }) => was === null), colour: blue },
    { label: look.word('left'), value: count(({ became }) => became === null), colour: red },
  ];
  const most = Math.max(1, ...sides.map(({ value }) => value));
  return {
    subtitle: `${look.period(report)}${place ? `, ${look.title(place)}` : ''}`,
    body: (box) =>
      sides
        .map(({ label, value, colour }, index) => {
          const y = box.y + index * (figureHeight + 90);
          const width = (box.width * value) / most;
          return (
            figure({ ...box, y, height: figureHeight }, { value: look.number(value), label }, look) +
            rect({ x: box.x, y: y + 100, width, height: 48 }, colour, 8)
          );
        })
        .join(''),
  };
}
