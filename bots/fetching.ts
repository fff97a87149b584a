import type { FetchOutcome } from './channel.ts';
import { readBlob } from './requests.ts';

/** A picture of a megabyte over a slow line; well within the time that a look of the staff may take. */
const fetchMs = 15_000;

/**
 * Fetches what is at an address, up to `mostBytes`, and follows it nowhere else. No detail of the outcome names the
 * address: it may hold a secret.
 */
export async function fetchBytes(
  url: string,
  mostBytes: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<FetchOutcome> {
  try {
    const signal = AbortSignal.timeout(fetchMs);
    const response = await fetch(url, { headers, redirect: 'manual', signal });
    if (!response.ok) {
      await response.body?.cancel();
      return { status: isPassing(response.status) ? 'failed' : 'refused', detail: `HTTP ${response.status}` };
    }
    const blob = await readBlob(response, mostBytes);
    return blob
      ? { status: 'fetched', bytes: new Uint8Array(await blob.arrayBuffer()) }
      : { status: 'too_large' };
  } catch (error) {
    return { status: 'failed', detail: `nothing came (${codeOf(error)})` };
  }
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** What the network calls its fault: words of an error may repeat the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? error.name : codeOf(error.cause);
}
