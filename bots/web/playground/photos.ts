import { z } from 'zod';
import { type Locale, locales } from '../../../core/customers/types.ts';
import type { Said } from '../../../core/dialogs/types.ts';
import { imageTypes, mostImageBytes, readImage } from '../../../core/messaging/images.ts';
import type { FetchOutcome } from '../../channel.ts';
import { eventId } from '../said.ts';
import type { ChatDraft } from '../store.ts';
import { playgroundWords } from './words.ts';

/** The most that a request with a photo holds: base64 takes four characters for three bytes, the rest is little. */
export const mostPhotoRequest = 1024 + Math.ceil(mostImageBytes / 3) * 4;

/** A file that somebody sends from a phone, with words under it perhaps. */
export const photoBody = z.strictObject({
  id: eventId,
  language: z.enum(locales),
  file: z.base64(),
  text: z.string().trim().max(1000).default(''),
});

/** What phones sent lately, as a messenger keeps it. */
export interface Photos {
  /** Keeps a file, and says what was sent: a picture, or something else. */
  keep(name: string, bytes: Uint8Array, text: string): Extract<Said, { kind: 'attachment' }>;
  fetch(ref: string, mostBytes: number): FetchOutcome;
}

/** A photo is asked for at once, or never. */
const mostKept = 16;

/** A memory for some files: it ends with the process. */
export function createPhotos(): Photos {
  const kept = new Map<string, Uint8Array>();
  return {
    keep(ref, bytes, text) {
      if (!readImage(bytes)) return { kind: 'attachment', text };
      kept.set(ref, bytes);
      const [oldest] = kept.keys();
      if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
      return { kind: 'attachment', text, picture: { ref, bytes: bytes.length } };
    },
    fetch(ref, mostBytes) {
      const bytes = kept.get(ref);
      if (!bytes) return { status: 'refused', detail: 'the photo is kept no more' };
      return bytes.length > mostBytes ? { status: 'too_large' } : { status: 'fetched', bytes };
    },
  };
}

/** How what was sent stands in the sender's own chat. */
export function shownPhoto(
  { file, text }: Pick<z.output<typeof photoBody>, 'file' | 'text'>,
  bytes: Uint8Array,
  language: Locale,
): Pick<ChatDraft, 'text' | 'picture'> {
  const type = imageTypes.find((one) => one === readImage(bytes)?.type);
  if (!type) return { text: `📎 ${text}`.trim() };
  return {
    text,
    picture: { src: `data:${type};base64,${file}`, alt: playgroundWords(language).phones.photo },
  };
}
