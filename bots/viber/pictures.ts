import { type Locale, locales } from '../../core/customers/types.ts';
import type { PictureId, ReportId } from '../../core/ids.ts';
import { reportDays } from '../../core/insights/reports/types.ts';
import { extensionOf, type Image, type ImageType, png } from '../../core/messaging/images.ts';
import type { CodePicture, Picture } from '../../core/messaging/types.ts';
import type { Clock } from '../../core/ports.ts';
import { drawCodePicture } from '../pictures.ts';
import type { DrawnPicture, DrawPicture } from '../render.ts';
import { hmacHex, sameSecret } from '../requests.ts';

/** Where Viber fetches our pictures: it takes them by address only. */
export interface PictureLinks {
  /** An address that shows the picture for some time. The same picture has the same address all day. */
  addressOf(picture: Picture, type: ImageType, locale: Locale): Promise<string>;
  /** Shows the picture that an address names; 404 when it is none of ours, or too old. */
  show(request: Request): Promise<Response>;
}

/** What the addresses are made with. */
export interface PictureLinksOptions {
  /** Signs the addresses. */
  readonly secret: string;
  readonly publicUrl: string;
  readonly clock: Clock;
  /** Draws the reports and carts that are fetched. */
  readonly drawPicture?: DrawPicture | undefined;
}

/** Path under which pictures stand. */
export const picturesPath = '/viber/pictures/';

const dayMs = 24 * 60 * 60 * 1000;
/** A code to pay with is worth nothing after some minutes; a card is looked at again for as long as the chat is kept. */
const liveDays: Readonly<Record<Picture['kind'], number>> = {
  ...{ code: 1, coupon: 90, card: 365 },
  ...{ report: reportDays, cart: 30, photo: 365 },
};
const address = /^(card|code|coupon|report|cart|photo)\.(.+)\.(\d{1,7})\.([0-9a-f]{32})\.(?:png|jpg)$/;

/**
 * Addresses that carry what to draw, until when, and our signature over both: nothing is stored, so that any process
 * can show what another one sent. Whoever has the address sees the picture, as whoever has the chat does.
 */
export function createPictureLinks({
  secret,
  publicUrl,
  clock,
  drawPicture,
}: PictureLinksOptions): PictureLinks {
  const root = publicUrl.replace(/\/+$/, '');
  const today = () => Math.floor(clock.now() / dayMs);
  const sign = async (named: string) => (await hmacHex(secret, `picture ${named}`)).slice(0, 32);

  /** The picture that an address names. */
  async function read(url: string): Promise<FetchedPicture | undefined> {
    const name = new URL(url).pathname.slice(picturesPath.length);
    const [, kind, value = '', lastDay, signature = ''] = address.exec(name) ?? [];
    if (!(await sameSecret(signature, await sign(`${kind}.${value}.${lastDay}`)))) return undefined;
    return today() > Number(lastDay) ? undefined : pictureOf(kind, decodeURIComponent(value));
  }

  async function imageOf(picture: FetchedPicture): Promise<Image | undefined> {
    return 'locale' in picture ? drawPicture?.(picture, picture) : png(drawCodePicture(picture));
  }

  return {
    async addressOf(picture, type, locale) {
      const value = namedBy(picture, locale);
      const lastDay = today() + liveDays[picture.kind];
      const named = `${picture.kind}.${encodeURIComponent(value)}.${lastDay}`;
      return `${root}${picturesPath}${named}.${await sign(named)}.${extensionOf(type)}`;
    },
    async show(request) {
      const picture = await read(request.url);
      const image = picture && (await imageOf(picture));
      if (!image) return new Response('no such picture', { status: 404 });
      const bytes = new Uint8Array(image.bytes);
      const headers = { 'content-type': image.type, 'content-length': String(bytes.length), ...keptShortly };
      return new Response(request.method === 'HEAD' ? null : bytes, { headers });
    },
  };
}

const keptShortly = { 'cache-control': 'private, max-age=86400', 'x-robots-tag': 'noindex' };

/** A picture as an address names it: what is drawn, in a language. */
type FetchedPicture = CodePicture | (DrawnPicture & { readonly locale: Locale });

function namedBy(picture: Picture, locale: Locale): string {
  if (picture.kind === 'card') return picture.number;
  if (picture.kind === 'cart') return `${picture.cart}~${locale}`;
  if (picture.kind === 'photo') return `${picture.id}~${locale}`;
  if (picture.kind !== 'report') return picture.code;
  return `${picture.report}~${picture.theme ?? 'light'}~${locale}`;
}

function pictureOf(kind: string | undefined, value: string): FetchedPicture | undefined {
  if (kind === 'card') return { kind, number: value };
  if (kind === 'report') return reportOf(value);
  if (kind === 'cart' || kind === 'photo') return namedIn(value, kind);
  return kind === 'code' || kind === 'coupon' ? { kind, code: value } : undefined;
}

function reportOf(value: string): FetchedPicture | undefined {
  const [report, theme, language] = value.split('~');
  const locale = locales.find((known) => known === language);
  if (!report || !locale) return undefined;
  return { kind: 'report', report: report as ReportId, theme: theme === 'dark' ? 'dark' : 'light', locale };
}

function namedIn(value: string, kind: 'cart' | 'photo'): FetchedPicture | undefined {
  const [id, language] = value.split('~');
  const locale = locales.find((known) => known === language);
  if (!id || !locale) return undefined;
  return kind === 'cart' ? { kind, cart: id, locale } : { kind, id: id as PictureId, locale };
}
