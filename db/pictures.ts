import type { PictureId, TalkMessageId } from '../core/ids.ts';
import { withoutPrivateData } from '../core/messaging/image_privacy.ts';
import { type Image, type ImageHead, imageTypes } from '../core/messaging/images.ts';
import { type Database, type Reading, readRow, statement } from './database.ts';

/** A picture to be kept. */
export interface NewPicture extends Image, ImageHead {
  readonly id: PictureId;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** What was said with it in a talk: once that is forgotten, it is not kept. */
  readonly saidWith?: TalkMessageId;
}

/**
 * Keeps a picture, without what a camera wrote beside it: messages and pages may name it at any time. One that
 * is there already stays as it is.
 */
export async function savePicture(database: Pick<Database, 'write'>, picture: NewPicture): Promise<void> {
  const { id, type, width, height, createdAt, saidWith = null } = picture;
  const { bytes } = withoutPrivateData(picture);
  await database.write([
    statement(
      `insert or ignore into pictures (id, type, width, height, bytes, created_at) select ?1, ?2, ?3, ?4, ?5, ?6
       where ?7 is null or exists (select 1 from talk_messages where id = ?7 and text <> '')`,
      ...[id, type, width, height, toBase64(bytes), createdAt, saidWith],
    ),
  ]);
}

/** A kept picture; undefined where there is none of that id. */
export async function findPicture(database: Reading, id: string): Promise<Image | undefined> {
  const row = await readRow(database, 'select type, bytes from pictures where id = ?', id);
  const type = imageTypes.find((one) => one === row?.type);
  return row && type && { type, bytes: fromBase64(String(row.bytes)) };
}

/** A call of `fromCharCode` takes only so many arguments. */
const atOnce = 8192;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += atOnce) {
    text += String.fromCharCode(...bytes.subarray(at, at + atOnce));
  }
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
