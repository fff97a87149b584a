/** Advance widths of Noto Sans in thousandths of its size, by kinds of letters: a little more than they are. */
const widths: readonly (readonly [letters: RegExp, thousandths: number])[] = [
  [/[\s.,:;!'’|ijlІіїЇ]/u, 300],
  [/[()[\]{}\-/\\"frtI«»–]/u, 420],
  [/[MWmw—%@ЖШЩЮМжшщюФфЫы…]/u, 930],
  [/\p{Lu}/u, 720],
  [/\p{Script=Latin}|\p{Script=Cyrillic}|[\d+*=<>~#$€₴₽]/u, 600],
];

const widest = 1050;
const boldness = 1.06;

/** About how wide a text is, in pixels: rather too much than too little. */
export function widthOf(text: string, size: number, bold = false): number {
  let thousandths = 0;
  for (const letter of text) {
    thousandths += widths.find(([letters]) => letters.test(letter))?.[1] ?? widest;
  }
  return (thousandths / 1000) * size * (bold ? boldness : 1);
}

/** A text cut to a width, with an ellipsis where something was left out. */
export function cut(text: string, size: number, width: number, bold = false): string {
  if (widthOf(text, size, bold) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && widthOf(`${letters.join('').trimEnd()}…`, size, bold) > width) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/** A text in lines of a width, at most so many: the last is cut. */
export function wrap(text: string, size: number, width: number, most: number, bold = false): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || widthOf(longer, size, bold) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  const shown = lines.length > most ? [...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')] : lines;
  return shown.map((one) => cut(one, size, width, bold));
}
