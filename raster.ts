import { createRequire } from 'node:module';
import { type Drawing, drawSvg } from './drawings.ts';

const { resolve } = createRequire(import.meta.url);

/** The font comes with us: no machine has to have one, and pictures look the same on all. */
const fontFiles = ['400Regular/NotoSans_400Regular.ttf', '700Bold/NotoSans_700Bold.ttf'].map((file) =>
  resolve(`@expo-google-fonts/noto-sans/${file}`),
);

/** A picture as PNG. Takes some tenths of a second: not for the thread that serves. */
async function rasterise(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Noto Sans' };
  return new Resvg(svg, { font, logLevel: 'off' }).render().asPng();
}

/**
 * Draws a report or a cart as PNG, where there is native code to do it: on a server, in the thread that takes long looks. Apart from
 * `drawings.ts`, since a bundle for Workers cannot hold native code even where it is never loaded.
 */
export async function drawPng(drawing: Drawing): Promise<Uint8Array> {
  return rasterise(await drawSvg(drawing));
}
