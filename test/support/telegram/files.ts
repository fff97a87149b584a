import { Refusal } from './methods.ts';

/** What people sent, as Telegram keeps it. */
export interface Files {
  /** Keeps bytes; resolves to how a message names them. `path`: as `getFile` tells it. */
  keep(bytes: Uint8Array, folder: string): { readonly file_id: string; readonly file_size: number };
  /** https://core.telegram.org/bots/api#getfile; refuses what is unknown or over 20 MB. */
  find(id: string): {
    readonly file_id: string;
    readonly file_unique_id: string;
    readonly file_size: number;
    readonly file_path: string;
  };
  /** The bytes at a path. */
  read(path: string): Uint8Array | undefined;
}

const mostBytes = 20 * 1024 * 1024;

/** A store with nothing in it. */
export function createFiles(): Files {
  const kept: { readonly path: string; readonly bytes: Uint8Array }[] = [];
  return {
    keep(bytes, folder) {
      const index = kept.push({ bytes, path: `${folder}/file_${kept.length}.jpg` }) - 1;
      return { file_id: `AgACAgIAAxkBAAI${index}`, file_size: bytes.length };
    },
    find(id) {
      const index = Number(/^AgACAgIAAxkBAAI(\d+)$/.exec(id)?.[1] ?? -1);
      const file = kept[index];
      if (!file) throw new Refusal(400, 'Bad Request: wrong file_id or the file is temporarily unavailable');
      const { path, bytes } = file;
      if (bytes.length > mostBytes) throw new Refusal(400, 'Bad Request: file is too big');
      return { file_id: id, file_unique_id: `AQAD${index}`, file_size: bytes.length, file_path: path };
    },
    read: (path) => kept.find((one) => one.path === path)?.bytes,
  };
}
