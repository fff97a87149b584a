import type { PictureId, TalkMessageId } from '../ids.ts';
import { DAY_MS } from '../time.ts';
import type { TalkMessage } from './types.ts';

/** How a photo is marked in what was said in a talk. */
export const photoMark = '📷';

/** For so long a photo that a customer sent in a talk is kept, in milliseconds. */
export const talkPhotosLiveMs = 30 * DAY_MS;

/** A photo that was sent in a talk is kept under the number of what was said with it. */
export function talkPhotoId(id: TalkMessageId): PictureId {
  return `pic_${id.slice('tlm_'.length)}` as string as PictureId;
}

/** Whether the customer sent a photo with this. */
export function hasPhoto({ staffId, text }: TalkMessage): boolean {
  return staffId === null && text.startsWith(photoMark);
}
