import type { Report } from '../../core/insights/reports/types.ts';
import type { Box } from './echart.ts';
import type { Look } from './look.ts';
import { rect, text } from './svg.ts';
import { cut, widthOf, wrap } from './text.ts';

/** Pictures are upright, as phones are. */
const pageWidth = 1080;
const pageHeight = 1350;

const margin = 56;
const sizes = { title: 54, subtitle: 30, takeaway: 36, legend: 28, nothing: 40 } as const;
const lineHeight = 1.3;

/** A colour and what it stands for. */
export interface LegendItem {
  readonly colour: string;
  readonly label: string;
}

/** What a picture shows under its title (by default that of its kind): or that there is nothing to show yet. */
export type Content = { readonly title?: string; readonly subtitle: string } & (
  | { readonly nothing: string }
  | { readonly legend?: readonly LegendItem[]; body(box: Box): string }
);

/** A whole picture: title, period, the sentence, a legend, and what is drawn, top to bottom. */
export function page({ name, takeaway }: Report, look: Look, content: Content): string {
  const { colours } = look;
  const width = pageWidth - 2 * margin;
  const parts = [rect({ x: 0, y: 0, width: pageWidth, height: pageHeight }, colours.page)];
  let y = margin;
  const write = (lines: readonly string[], size: number, colour: string, bold = false) => {
    for (const line of lines) {
      y += size * lineHeight;
      parts.push(text(margin, y, line, { size, colour, bold }));
    }
  };
  write(
    wrap(content.title ?? look.say({ key: `report.title_${name}` }), sizes.title, width, 2, true),
    sizes.title,
    colours.text,
    true,
  );
  write(wrap(content.subtitle, sizes.subtitle, width, 2), sizes.subtitle, colours.muted);
  if ('nothing' in content) {
    const lines = wrap(content.nothing, sizes.nothing, width * 0.8, 4);
    y = (pageHeight - lines.length * sizes.nothing * lineHeight) / 2;
    const style = { size: sizes.nothing, colour: colours.muted, at: 'middle' } as const;
    for (const line of lines) {
      y += sizes.nothing * lineHeight;
      parts.push(text(pageWidth / 2, y, line, style));
    }
    return whole(parts);
  }
  y += 14;
  write(wrap(look.say(takeaway), sizes.takeaway, width, 3), sizes.takeaway, colours.text);
  y += 30;
  const { svg, bottom } = legendOf(content.legend ?? [], { x: margin, y, width, height: 0 }, look);
  const top = bottom + (content.legend?.length ? 24 : 0);
  parts.push(svg, content.body({ x: margin, y: top, width, height: pageHeight - margin - top }));
  return whole(parts);
}

function whole(parts: readonly string[]): string {
  const size = `width="${pageWidth}" height="${pageHeight}" viewBox="0 0 ${pageWidth} ${pageHeight}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${parts.join('')}</svg>`;
}

const chip = 28;

/** Chips with their labels, in as many rows as they need. */
function legendOf(items: readonly LegendItem[], { x, y, width }: Box, { colours }: Look) {
  const size = sizes.legend;
  let [left, top] = [x, y];
  const parts = items.map(({ colour, label }) => {
    const shown = cut(label, size, width - chip - 12);
    const needed = chip + 12 + widthOf(shown, size) + 36;
    if (left > x && left + needed - 36 > x + width) [left, top] = [x, top + size * 1.6];
    const drawn =
      rect({ x: left, y: top, width: chip, height: chip }, colour, 6) +
      text(left + chip + 12, top + chip - 4, shown, { size, colour: colours.text });
    left += needed;
    return drawn;
  });
  return { svg: parts.join(''), bottom: items.length > 0 ? top + chip : y };
}

/** A heading over a part of a picture. */
export function heading(x: number, y: number, words: string, { colours }: Look, width: number): string {
  const size = 30;
  return text(x, y + size, cut(words, size, width, true), { size, colour: colours.text, bold: true });
}

/** The room a heading takes. */
export const headingHeight = 52;

/** A box in two, one above the other: the upper with `part` of the height, `gap` between. */
export function split({ x, y, width, height }: Box, part: number, gap = 36): readonly [Box, Box] {
  const upper = Math.round((height - gap) * part);
  return [
    { x, y, width, height: upper },
    { x, y: y + upper + gap, width, height: height - upper - gap },
  ];
}

/** A figure with what it is, under each other. */
export function figure(
  { x, y, width }: Box,
  { value, label }: { readonly value: string; readonly label: string },
  { colours }: Look,
): string {
  const lines = wrap(label, 26, width, 2);
  return [
    text(x, y + 46, cut(value, 46, width, true), { size: 46, colour: colours.text, bold: true }),
    ...lines.map((line, index) => text(x, y + 84 + index * 34, line, { size: 26, colour: colours.muted })),
  ].join('');
}

/** The height of a figure. */
export const figureHeight = 130;
