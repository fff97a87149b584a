import type { Api } from 'grammy';
import type { FetchOutcome } from '../channel.ts';
import { fetchBytes } from '../fetching.ts';
import { faultOf } from './faults.ts';

/** Fetches files that people sent, by their `file_id`. */
export type FetchFile = (ref: string, mostBytes: number) => Promise<FetchOutcome>;

/** https://core.telegram.org/bots/api#getfile: the address of a file holds the bot's token, so it is never kept. */
export function createFetchFile(api: Api, root: string, token: string): FetchFile {
  return async (ref, mostBytes) => {
    try {
      const { file_path: path, file_size: bytes = 0 } = await api.getFile(ref);
      if (bytes > mostBytes) return { status: 'too_large' };
      if (path === undefined) return { status: 'refused', detail: 'Telegram names no path' };
      return await fetchBytes(`${root}/file/bot${token}/${path}`, mostBytes);
    } catch (error) {
      return outcomeOf(error);
    }
  };
}

function outcomeOf(error: unknown): FetchOutcome {
  const fault = faultOf(error);
  if (fault.status === 'slow_down') return { status: 'failed', detail: 'too many calls' };
  const { status, detail } = fault;
  return /file is too big/i.test(detail) ? { status: 'too_large' } : { status, detail };
}
