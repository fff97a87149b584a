import { Hono } from 'hono';
import type { Image } from '../../core/messaging/images.ts';

/** What the door to kept pictures is made of. */
export interface PicturePageOptions {
  find(id: string): Promise<Image | undefined>;
}

const headers = {
  // A picture never changes under its id.
  'cache-control': 'public, max-age=31536000, immutable',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  // Pages of the shop may show it as well.
  'cross-origin-resource-policy': 'cross-origin',
};

/** `GET /p/{id}`: the pictures of pages and messages. Ids are long and random: nobody finds one by trying. */
export function createPicturePages({ find }: PicturePageOptions): Hono {
  const app = new Hono();
  app.get('/p/:id{pic_[0-9A-Z]{26}}', async (c) => {
    const picture = await find(c.req.param('id'));
    if (!picture) return c.text('no such picture', 404, { 'cache-control': 'no-store' });
    const bytes = new Uint8Array(picture.bytes);
    return c.body(bytes, 200, {
      ...headers,
      'content-type': picture.type,
      'content-length': String(bytes.length),
    });
  });
  return app;
}
