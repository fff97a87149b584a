import type { DrawPicture } from './bots/render.ts';
import type { Locale } from './core/customers/types.ts';
import type { Theme } from './core/insights/reports/types.ts';
import { type Image, png } from './core/messaging/images.ts';
import { readCart } from './db/carts.ts';
import { findReport } from './db/insights/reports.ts';
import { findPicture } from './db/pictures.ts';
import type { Drawing } from './drawings.ts';
import type { Svoi } from './svoi.ts';

/** A message waits for its picture for so long, and then goes without it: its lease must outlast the wait. */
const patienceMs = 12_000;

/**
 * Pictures for messages: those a shop gave us as they are, kept reports and carts drawn by `draw`. The message goes without
 * where the picture or the report is gone, the cart is no longer open, nothing can draw, or drawing takes too long.
 */
export function messagePictures(
  { database, program }: Pick<Svoi, 'database' | 'program'>,
  draw?: (drawing: Drawing) => Promise<Uint8Array>,
): DrawPicture {
  const readerOf = (locale: Locale, theme: Theme = 'light') => {
    const { zone, currency } = program();
    return { locale, theme, zone, currency };
  };
  const drawn = (drawing: Drawing) => (draw ? inTime(draw(drawing).then(png)) : undefined);
  return async (picture, { locale }) => {
    if (picture.kind === 'photo') return findPicture(database, picture.id);
    if (picture.kind === 'report') {
      const report = await findReport(database, picture.report);
      return report && drawn({ report, reader: readerOf(locale, picture.theme) });
    }
    const cart = await readCart(database, picture.cart);
    return cart?.state === 'open' ? drawn({ cart, reader: readerOf(locale) }) : undefined;
  };
}

async function inTime(drawn: Promise<Image>): Promise<Image | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    return await Promise.race([drawn, late]);
  } finally {
    clearTimeout(timer);
  }
}
