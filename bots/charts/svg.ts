/** The font of all texts, which the server brings along; a browser may take its own. */
export const fontFamily = 'Noto Sans';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text that may stand in SVG: with nothing that is markup, and no control characters. */
export function escaped(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, ' ').replaceAll(/[&<>"]/g, (letter) => escapes[letter] ?? letter);
}

/** How a text is written; `at` is where its line begins, ends or has its middle. */
export interface TextStyle {
  readonly size: number;
  readonly colour: string;
  readonly bold?: boolean;
  readonly at?: 'start' | 'middle' | 'end';
}

/** A line of text on its baseline. */
export function text(x: number, y: number, content: string, { size, colour, bold, at }: TextStyle): string {
  const anchor = at && at !== 'start' ? ` text-anchor="${at}"` : '';
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-family="${fontFamily}, sans-serif"${weight}${anchor} fill="${colour}">${escaped(content)}</text>`;
}

/** A filled rectangle, with round corners where `radius` is given. */
export function rect(
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  colour: string,
  radius = 0,
): string {
  const corners = radius > 0 ? ` rx="${radius}"` : '';
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"${corners} fill="${colour}"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
