import { type Cart, type CartItem, itemAmountMinor } from '../../core/purchases/carts.ts';
import { type ChartReader, type Look, lookFor } from './look.ts';
import { rect, text } from './svg.ts';
import { widthOf, wrap } from './text.ts';

/** More than fits on a phone at a glance is told as a number. */
const mostShown = 8;

const pageWidth = 1080;
const margin = 56;
const width = pageWidth - 2 * margin;
const sizes = { title: 54, name: 34, amount: 34, detail: 26, total: 44 } as const;
const lineHeight = 1.3;
const gap = 22;
/** Room between a name and what it costs. */
const column = 40;

/** A piece of the picture: how high it is, and what stands in it from `top` on. */
interface Piece {
  readonly height: number;
  draw(top: number): string;
}

/** Draws a cart as SVG, to be read on a phone: what lies in it, how much of each, what it costs, the sum. */
export function drawCart(
  { items, totalMinor }: Pick<Cart, 'items' | 'totalMinor'>,
  reader: ChartReader,
): string {
  const look = lookFor(reader);
  const shown = items.slice(0, mostShown);
  const left = items.length - shown.length;
  const pieces = [
    line(look.say({ key: 'cart.alt' }), sizes.title, look.colours.text, true),
    ...shown.map((item) => itemPiece(item, look)),
    ...(left > 0
      ? [line(look.say({ key: 'cart.more', variables: { count: left } }), sizes.detail, look.colours.muted)]
      : []),
    line(
      look.say({ key: 'cart.total', variables: { amount: totalMinor } }),
      sizes.total,
      look.colours.text,
      true,
    ),
  ];
  return page(pieces, look);
}

function page(pieces: readonly Piece[], { colours }: Look): string {
  let y = margin;
  const parts = pieces.map((piece, index) => {
    const rule = index === 0 ? '' : rect({ x: margin, y: y - gap / 2 - 1, width, height: 2 }, colours.faint);
    const drawn = rule + piece.draw(y);
    y += piece.height + gap;
    return drawn;
  });
  const height = Math.ceil(y - gap + margin);
  const background = rect({ x: 0, y: 0, width: pageWidth, height }, colours.page);
  const size = `width="${pageWidth}" height="${height}" viewBox="0 0 ${pageWidth} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${background}${parts.join('')}</svg>`;
}

function line(words: string, size: number, colour: string, bold = false): Piece {
  const lines = wrap(words, size, width, 2, bold);
  return {
    height: lines.length * size * lineHeight + size * 0.3,
    draw: (top) =>
      lines
        .map((one, index) => text(margin, top + (index + 1) * size * lineHeight, one, { size, colour, bold }))
        .join(''),
  };
}

/** The name in at most two lines, what it costs beside it, and how that comes about where it is more than one piece. */
function itemPiece(item: CartItem, look: Look): Piece {
  const { name: size, detail } = sizes;
  const { text: colour, muted } = look.colours;
  const amount = look.cents(itemAmountMinor(item));
  const lines = wrap(item.name, size, width - widthOf(amount, sizes.amount, true) - column, 2);
  const isOne = item.quantity === 1;
  const parts = `${look.number(item.quantity)} × ${look.cents(item.unitPriceMinor)}`;
  const nameHeight = lines.length * size * lineHeight;
  return {
    height: nameHeight + (isOne ? 0 : detail * lineHeight) + size * 0.3,
    draw: (top) =>
      [
        ...lines.map((one, index) =>
          text(margin, top + (index + 1) * size * lineHeight, one, { size, colour }),
        ),
        text(margin + width, top + size * lineHeight, amount, { size, colour, bold: true, at: 'end' }),
        isOne
          ? ''
          : text(margin, top + nameHeight + detail * lineHeight, parts, { size: detail, colour: muted }),
      ].join(''),
  };
}
